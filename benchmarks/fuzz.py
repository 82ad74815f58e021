"""Texts that nobody would write, by the hundred thousand: is each read or refused, soon, and what is read written back?

    python benchmarks/fuzz.py [INPUTS] [--seed SEED] [--only NAME]

For each of our small languages and files, sound examples are cut, joined, repeated and sprinkled with what its grammar
takes for special. Whatever comes of it must be a value or our own error (LedgerError, FormatError, YamlError), within a
second; a value's text must read as the same value; and a mapping in YAML must mean what
ruamel.yaml, through DVC, takes it for, but for what `_APART` names.
Prints a line for each language; exits with 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import datetime
import random
import re
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ledger.errors import FormatError, LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model import names, prediction_parser, trial_file, typed_values, where_parser
from ledger.model.formats import front_matter, yaml12

SLOW: Final = 1.0
"""Seconds of the processor that reading one input may take, writing it and reading it again included."""

LONGEST: Final = 100_000
"""Characters of an input."""

JUNK: Final = (
    *(
        "",
        "\0",
        "\x1b[31m",
        "\u202e",
        "\u2066",
        "\ud800",
        "\ufeff",
        "é",
        "😀",
        "\x85",
        "\u2028",
        "\t",
        "\n",
        "\r\n",
        " ",
    ),
    *("'", '"', "`", "\\", "(", ")", "[", "]", "{", "}", ",", ":", ": ", "- ", "#", "&a ", "*a", "!!int ", "<<: ", "%"),
    *(
        "---\n",
        "|\n",
        ">\n",
        "? ",
        "~",
        "=",
        "!=",
        "<",
        ">=",
        "+",
        "-",
        ".",
        "..",
        "/",
        "@",
        "0",
        "-1",
        "1e400",
        "1e-400",
    ),
    *(
        ".nan",
        ".inf",
        "0x1f",
        "0b1",
        "017",
        "1_000",
        "9" * 400,
        "null",
        "true",
        "yes",
        "2026-11-20",
        "0001-01-01T00:00:00",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What is fuzzed. `check` reads a text and raises Wrong where what it read is not written back as it was."""

    name: str
    examples: Sequence[str]
    check: Callable[[str], None]


class Wrong(Exception):
    """A value whose text does not read as the same."""


# --- the languages


def _prediction(text: str) -> None:
    read = prediction_parser.parse(text)
    _same(read, prediction_parser.parse(str(read)))


def _where(text: str) -> None:
    read = where_parser.parse(text)
    _same(read, where_parser.parse(str(read)))


def _yaml(text: str) -> None:
    from dvc.utils.serialize import parse_yaml

    try:
        ours = yaml12.loads(text)
    except yaml12.YamlError:
        # recursion, tags of programs, YAML 1.1
        _refused_of_others_too(text)
        raise
    if isinstance(ours, dict):
        _same(_shape(ours), _shape(yaml12.loads(yaml12.dumps(ours))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            theirs = parse_yaml(text, "params.yaml")
        except Exception:
            # libyaml lets some tabs and line ends pass that ruamel.yaml does not: DVC then runs nothing
            return
    if not isinstance(ours, dict) or _APART.search(text):
        return
    _same(_shape(ours), _shape(theirs))


# where libyaml reads YAML 1.1 and ruamel.yaml 1.2, which nothing of ours mends: three more line ends, and anchors whose
# names hold other marks than letters, digits, - and _
_APART: Final = re.compile(r"[\x85\u2028\u2029]|[&*][\w-]*[^\w\s,\]}-]", re.ASCII)


def _refused_of_others_too(text: str) -> None:
    """A text of other people's is refused at least as often as one's own."""
    try:
        yaml12.loads_untrusted(text)
    except yaml12.YamlError:
        return
    raise Wrong("it is refused as one's own and read as another's")


def _record(text: str) -> None:
    read = trial_file.loads(text)
    # what is written has whole seconds
    read = replace(read, started=read.started.replace(microsecond=0))
    _same(repr(read), repr(trial_file.loads(trial_file.dumps(read))))


def _plan(text: str) -> None:
    read = hypotheses.parse(text)
    read = replace(read, plan=replace(read.plan, created=read.plan.created.replace(microsecond=0)))
    _same(repr(read), repr(hypotheses.parse(hypotheses.render(read))))


def _verdict(text: str) -> None:
    front, _ = front_matter.split(text)
    read = yaml12.loads_untrusted(front)
    if isinstance(read, dict):
        _same(_shape(read), _shape(yaml12.loads(yaml12.dumps(read))))


def _name(text: str) -> None:
    for check in (names.check_name, names.check_variant, names.check_tag, names.check_title):
        try:
            check(text)
        except LedgerError:
            continue
        if check is names.check_name and names.parse_reference(text) != names.Reference(name=text):
            raise Wrong("a good name is no reference")
    names.slug(text)
    names.candidates(text)
    read = names.parse_reference(text)
    _same(read, names.parse_reference(str(read)))


def _assignment(text: str) -> None:
    key, value = typed_values.parse_assignment(text)
    _same((key, repr(value)), (key, repr(typed_values.parse_value(typed_values.format_value(value)))))
    for each in typed_values.parse_values(text):
        _same(repr(each), repr(typed_values.parse_value(typed_values.format_value(each))))


LANGUAGES: Final = (
    Language(
        name="prediction",
        examples=(
            "accuracy >= baseline + 0.01",
            "loss <= baseline - 5%",
            "accuracy >= 0.9",
            "metrics.json:val.acc within 0.01 of baseline",
            '"odd name" >= other + 1e-3',
        ),
        check=_prediction,
    ),
    Language(
        name="--where",
        examples=(
            "accuracy > 0.95 and params.train.lr < 0.1",
            "not (a = 1 or b != 'x''y') and c in (1, 2, \"z\")",
            "`odd name` is not null or tag ~ '^x' and created >= 2026-11-01T10:00",
            "a not in (1) or not not b !~ x",
        ),
        check=_where,
    ),
    Language(
        name="YAML beside ruamel.yaml",
        examples=(
            "a: 1\nb: {c: [1, 2.5, yes], d: 'x'}\ne:\n  - f: 1e-3\n    g: |\n      text\n  - null\n",
            "x: &a {k: 1}\ny:\n  <<: *a\n  z: 2026-11-20\n",
            "? [1, 2]\n: 0x1f\n'q': \"\\u00e9\\n\"\n# c\nr: >-\n  folded\n  text\n",
        ),
        check=_yaml,
    ),
    Language(
        name="records",
        examples=(
            (
                "schema: 1\nexperiment: e\nvariant: treatment\nreplicate: {seed: 0}\nattempt: 1\nstatus: succeeded\n"
                "fingerprint: abc\ncode: abc\nstarted: '2026-11-20T10:00:00+00:00'\nseconds: 1.5\n"
                "params: {p.yaml: {a: 1, b: [x]}}\nmetrics: {acc: 0.5}\ndata: {d: {md5: x, size: 1, nfiles: 2}}\n"
                "outs: {}\nstages: {train: {seconds: 1.0, cached: false}}\nenvironment: null\n"
                "error: {stage: t, exit_code: 1, tail: x}\nreused: a/b/c\n"
            ),
        ),
        check=_record,
    ),
    Language(
        name="plans",
        examples=(
            (
                "---\nschema: 1\ntitle: T\nname: e\nauthor: A <a@x>\ncreated: '2026-11-20T10:00:00+00:00'\nbase: abc\n"
                "parent: p\npredictions: [accuracy >= baseline + 0.01]\nvariants:\n  baseline: {at: base}\n"
                "  treatment: {params: {lr: 0.1}}\nreplicates: {seed: [0, 1], fold: [0, 1], kind: fold}\nalpha: 0.05\n"
                "looks: 1\nfailures: inconclusive\ndeterministic: [size]\nexploratory: false\ntags: [x]\n---\ntext\n"
            ),
        ),
        check=_plan,
    ),
    Language(
        name="verdicts",
        examples=(
            (
                "---\noutcome: supported\npredictions:\n  - text: acc >= 1\n    outcome: supported\n"
                "    interval: [0.1, 0.2]\n    p_value: 1e-05\nwarnings: []\nlooks: 1\nalpha: 0.05\n---\ntext\n"
            ),
        ),
        check=_verdict,
    ),
    Language(
        name="names", examples=("wide-net", "wide-net:treatment/seed-0.2", "a/b", "HEAD~3", "v1.2+x"), check=_name
    ),
    Language(
        name="-S",
        examples=("train.lr=0.1", "a=[1, 2, {b: c}]", "a='x'", "seed=0..4", 'x="a",b', "l=1e-3,null,true,2026-11-20"),
        check=_assignment,
    ),
)


def _same(one: object, other: object) -> None:
    if one != other:
        raise Wrong(f"{one!s:.300} became {other!s:.300}")


def _shape(value: object) -> object:
    """The value with types, order and NaN made comparable."""
    if isinstance(value, dict):
        return [(repr(key), _shape(item)) for key, item in value.items()]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return [_shape(item) for item in value] if isinstance(value, list | tuple) else repr(value)


# --- fuzzing


def mangled(luck: random.Random, examples: Sequence[str]) -> str:
    """A text that is near to one of the examples, or far from all."""
    text = luck.choice(examples)
    for _ in range(luck.choice((1, 1, 2, 3, 8, 20))):
        at = luck.randrange(len(text) + 1)
        end = min(len(text), at + luck.choice((0, 0, 1, 2, 5, 20)))
        kind = luck.random()
        if kind < 0.6:
            new = luck.choice(JUNK)
        elif kind < 0.75:
            other = luck.choice(examples)
            start = luck.randrange(len(other) + 1)
            new = other[start : start + luck.randrange(20)]
        elif kind < 0.9:
            new = text[luck.randrange(len(text) + 1) :][: luck.randrange(10)]
        elif kind < 0.9995:
            new = chr(luck.randrange(sys.maxunicode + 1))
        else:
            new = luck.choice(JUNK) * luck.choice((50, 1000, 20_000))
        text = (text[:at] + new + text[end:])[:LONGEST]
    return text


def tried(language: Language, text: str) -> tuple[str, float]:
    """What is wrong with how a text is read, "" where nothing is; and the seconds."""
    began = time.process_time()
    try:
        language.check(text)
    except (LedgerError, FormatError, yaml12.YamlError):
        said = ""
    except Wrong as error:
        said = str(error)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    else:
        said = ""
    seconds = time.process_time() - began
    return said or (f"it took {seconds:.1f} s" if seconds > SLOW else ""), seconds


def main() -> int:
    """Fuzz each language with so many inputs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="?", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", metavar="NAME")
    wanted = parser.parse_args()
    wrong = 0
    for language in LANGUAGES:
        if wanted.only not in (None, language.name):
            continue
        luck = random.Random(f"{wanted.seed} {language.name}")
        slowest, began, shown = 0.0, time.monotonic(), 0
        for _ in range(wanted.inputs):
            text = mangled(luck, language.examples)
            said, seconds = tried(language, text)
            slowest = max(slowest, seconds)
            if said:
                wrong += 1
                shown += 1
                if shown <= 20:
                    print(f"{language.name}: {said:.400}\n  {text[:300]!a}", flush=True)
        took = time.monotonic() - began
        print(
            f"{language.name}: {wanted.inputs} inputs, {shown} wrong, the slowest {slowest:.2f} s, {took:.0f} s",
            flush=True,
        )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
