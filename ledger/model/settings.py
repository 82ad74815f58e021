"""`ledger.yaml`: the settings of a repository, every key with a default."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import field
from pathlib import PurePosixPath
from typing import Any

from ledger.errors import LedgerError
from ledger.model import aliases, bounds
from ledger.model import cases as case_columns
from ledger.model.aliases import Aliases
from ledger.model.cases import CaseColumns
from ledger.model.directions import HIGHER, LOWER
from ledger.model.formats import yaml12
from ledger.model.frozen import frozen
from ledger.model.near_misses import near_misses
from ledger.model.patterns import pattern

FILE = "ledger.yaml"

# files that no stage depends on and that change nothing that a trial computes
DEFAULT_IGNORE = (
    "docs/", "doc/", "tests/", "test/", "notebooks/", ".github/", ".gitlab/", ".ci/", ".vscode/",
    "*.md", "*.rst", "requirements*.txt", "constraints*.txt", "LICENSE*", "CITATION*", "CODEOWNERS", "Makefile",
    "ledger.yaml", ".gitignore", ".gitattributes", ".gitmodules", ".dvcignore", ".dvc/", ".editorconfig",
    ".pre-commit-config.yaml", ".gitlab-ci.yml", "mypy.ini", "ruff.toml", ".ruff.toml", "tox.ini", "noxfile.py",
)  # fmt: skip


_EXAMPLES = {
    "main": "`main: main`",
    "branch_prefix": "`branch_prefix: exp/`",
    "seed": "`seed: train.seed`",
    "metrics": "`metrics: {accuracy: {direction: higher, precision: 4}}`",
    "aliases": "`aliases: {dice: [val_dice]}`",
    "targets": "`targets: [evaluate]`",
    "jobs": "`jobs: 2`",
    "copy": "`copy: [.env]`",
    "ignore": "`ignore: [scripts/]`",
    "signed": "`signed: true`",
    "cases": "`cases: {file: results/cases.csv, id: case, metric: dice, by: [site], cluster: patient}`",
}

# a part of what git allows: letters, digits and single marks between them
_PREFIX = pattern(r"[A-Za-z0-9]+(?:[._/-][A-Za-z0-9]+)*[/_-]?")


# what `ledger init` writes
TEMPLATE = """\
# Settings of ledger; every key is optional. `ledger --help` and docs/commands.md say more.
# main: main                # the branch that experiments land on
# seed: seed                # the parameter that is the seed, where it is not found by name
# metrics:
#   accuracy: {direction: higher, precision: 4}
# targets: [evaluate]       # stages to run, where not all of them
# copy: [.env]              # untracked files that trials need
# ignore: [scripts/]        # files that no stage depends on and that change no result
# signed: true              # ledger verify asks for signatures on commits and tags
# cases: {file: results/cases.csv, id: case, metric: accuracy}   # results case by case, for ledger slices and verdicts
"""


def direction_in_settings(metric: str) -> str:
    """What says in the settings which values of a metric are better, for a hint."""
    return f"in {FILE} metrics: {{{metric}: {{direction: higher}}}}"


@frozen
class MetricSettings:
    """How a metric is shown. `direction`: higher or lower is better; `precision`: digits behind the point."""

    direction: str | None = None
    unit: str | None = None
    precision: int | None = None


@frozen
class Settings:
    """The settings. `main` and `seed` are found by name where they are None."""

    main: str | None = None
    branch_prefix: str = "exp/"
    seed: str | None = None
    metrics: Mapping[str, MetricSettings] = field(default_factory=dict)
    aliases: Aliases = aliases.NONE
    targets: tuple[str, ...] = ()
    jobs: int = 1
    copy: tuple[str, ...] = ()
    ignore: tuple[str, ...] = DEFAULT_IGNORE
    signed: bool = False
    cases: CaseColumns | None = None

    def metric(self, name: str) -> MetricSettings | None:
        """How a metric is shown, by any name that it has had; None where nothing is set."""
        return self.metrics.get(self.aliases.now(name))

    def precision(self, metric: str) -> int | None:
        """How many digits behind the point a metric is shown with, None where that follows from its size."""
        known = self.metric(metric)
        return None if known is None else known.precision

    def ignores(self, path: str) -> bool:
        """Whether a change of the file may be skipped; a pattern without `/` fits in any folder."""
        return any(_matches(path, pattern) for pattern in self.ignore)


def _matches(path: str, pattern: str) -> bool:
    if pattern.endswith("/"):
        return path.startswith(pattern.removeprefix("/"))
    if "/" in pattern:
        return fnmatch.fnmatchcase(path, pattern.removeprefix("/"))
    return fnmatch.fnmatchcase(path.rsplit("/", 1)[-1], pattern)


def parse(text: str) -> Settings:
    """The settings that the text of `ledger.yaml` holds. Raises LedgerError, which names the key."""
    if len(text) > bounds.MAX_SETTINGS:
        raise LedgerError(
            f"{FILE} has {len(text):,} characters, of which at most {bounds.MAX_SETTINGS:,} are read",
            hint=f"git log -- {FILE} shows what it was",
        )
    try:
        document = yaml12.loads(text) if text.strip() else {}
    except yaml12.YamlError as error:
        raise LedgerError(f"{FILE} is not YAML: {error}", hint=f"correct {FILE}, then try again") from None
    if document is None:
        document = {}
    if not isinstance(document, dict):
        raise LedgerError(f"{FILE} is not a mapping of settings", hint="one per line: `main: main`")
    known = (
        "main",
        "branch_prefix",
        "seed",
        "metrics",
        "aliases",
        "targets",
        "jobs",
        "copy",
        "ignore",
        "signed",
        "cases",
    )
    for key in document:
        if key not in known:
            near = near_misses(str(key), known)
            raise LedgerError(
                f"{FILE} has no setting {key!r}",
                hint=f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}",
            )
    jobs = document.get("jobs", 1)
    if isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1:
        raise _wrong("jobs", jobs, "a number from 1")
    signed = document.get("signed", False)
    if not isinstance(signed, bool):
        raise _wrong("signed", signed, "true or false")
    names = _aliases(document)
    return Settings(
        main=_text(document, "main", None),
        branch_prefix=_prefix(document),
        seed=_text(document, "seed", None),
        metrics=_metrics(document.get("metrics") or {}, names),
        aliases=names,
        targets=_texts(document, "targets"),
        jobs=jobs,
        copy=_copy(document),
        ignore=(*DEFAULT_IGNORE, *_texts(document, "ignore")),
        signed=signed,
        cases=_cases(document),
    )


def _cases(document: Mapping[str, Any]) -> CaseColumns | None:
    if document.get("cases") is None:
        return None
    try:
        return case_columns.parse(document["cases"])
    except case_columns.NotSo as error:
        raise _wrong(f"cases.{error.key}".removesuffix("."), error.value, error.wanted) from None


def _aliases(document: Mapping[str, Any]) -> Aliases:
    try:
        return aliases.parse(document["aliases"]) if document.get("aliases") is not None else aliases.NONE
    except ValueError as error:
        key, said = error.args
        at = f"aliases.{key}" if key else "aliases"
        raise LedgerError(f"{FILE}: `{at}` {said}", hint=f"such as {_EXAMPLES['aliases']}") from None


def _metrics(value: object, names: Aliases) -> dict[str, MetricSettings]:
    """By present names; what is set for the present name goes before what was set for a former one."""
    if not isinstance(value, dict):
        raise _wrong("metrics", value, "a mapping of metrics to `direction`, `unit` and `precision`")
    found = {str(name): _metric(str(name), entry) for name, entry in value.items()}
    return {names.now(name): found.get(names.now(name), entry) for name, entry in found.items()}


def _metric(name: str, entry: object) -> MetricSettings:
    if not isinstance(entry, dict) or set(entry) - {"direction", "unit", "precision"}:
        raise _wrong(f"metrics.{name}", entry, "a mapping of `direction`, `unit` and `precision`")
    direction, unit, precision = entry.get("direction"), entry.get("unit"), entry.get("precision")
    if direction not in (None, HIGHER, LOWER):
        raise _wrong(f"metrics.{name}.direction", direction, "`higher` or `lower`")
    if precision is not None and (type(precision) is not int or not 0 <= precision <= 15):
        raise _wrong(f"metrics.{name}.precision", precision, "a number from 0 to 15")
    return MetricSettings(direction=direction, unit=None if unit is None else str(unit), precision=precision)


def _text(document: Mapping[str, Any], key: str, default: str | None) -> str | None:
    value = document.get(key, default)
    if value is not None and (not isinstance(value, str) or not value):
        raise _wrong(key, value, "a text")
    return value


def _prefix(document: Mapping[str, Any]) -> str:
    prefix = _text(document, "branch_prefix", "exp/") or "exp/"
    if not _PREFIX.fullmatch(prefix):
        raise _wrong("branch_prefix", prefix, "the beginning of a branch's name")
    return prefix


def _texts(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = document.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _wrong(key, value, "a list of texts")
    return tuple(value)


def _copy(document: Mapping[str, Any]) -> tuple[str, ...]:
    paths = _texts(document, "copy")
    for path in paths:
        parts = PurePosixPath(path).parts
        if PurePosixPath(path).is_absolute() or ".." in parts or not parts or parts[0] in (".git", ".dvc"):
            raise _wrong("copy", path, "a file or folder of the work tree that git ignores")
    return paths


def _wrong(key: str, value: object, wanted: str) -> LedgerError:
    example = _EXAMPLES[key.partition(".")[0]]
    return LedgerError(f"{FILE}: `{key}` is {value!r}, not {wanted}", hint=f"such as {example}")
