"""What somebody else may push: whatever the files of one experiment hold, the others are read and answered for."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Mapping

from conftest import Project, Shelved
from made_records import record_of

PLAN = """\
---
schema: 1
title: Bad
name: NAME
author: Eve <eve@example.org>
created: '2026-11-20T10:00:00+00:00'
base: abcdefabcdefabcdefabcdefabcdefabcdefabcd
predictions: [accuracy >= baseline + 0.01]
variants: {baseline: {at: base}, treatment: {params: {train.lr: 0.2}}}
replicates: {seed: [0, 1]}
tags: [x]
---
## Hypothesis
"""

RECORD = """\
schema: 1
experiment: NAME
variant: treatment
replicate: {seed: 0}
attempt: 1
status: succeeded
fingerprint: ffffffffffffffffffffffffffffffff
code: abcdefabcdefabcdefabcdefabcdefabcdefabcd
started: '2026-11-20T10:00:00+00:00'
seconds: 1.0
params: {params.json: {a: 1}}
metrics: {accuracy: 0.5}
data: {d: {md5: x, size: 1, nfiles: 1}}
outs: {}
stages: {train: {seconds: 1.0, cached: false}}
environment: abcdefabcdef
error: null
"""

VERDICT = "---\noutcome: supported\npredictions: [{text: accuracy >= baseline + 0.01, outcome: supported}]\n---\ntext\n"

FOLDER = "experiments/NAME"
FILES = {
    f"{FOLDER}/hypothesis.md": PLAN,
    f"{FOLDER}/trials/treatment/seed-0.yaml": RECORD,
    f"{FOLDER}/verdict.md": VERDICT,
    f"{FOLDER}/notes.md": "## 2026-11-20 10:00 Eve\n\nbad\n",
    f"{FOLDER}/environments/abcdefabcdef.yaml": "schema: 1\n",
}

COMMIT = "abcdef" * 6 + "abcd"
JUDGED = "[{text: accuracy >= baseline + 0.01, outcome: supported}]"
AXIS = "[" + ", ".join(map(str, range(9999))) + "]"
HUGE = "9" * 990
MOMENTS = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00+00:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59.9999999+00:00",
    "2026-11-20T10:00:00." + "1" * 100 + "+00:00",
    "2026-11-20T10:00:00+00:00:00." + "9" * 100,
    "1" * 100,
    "2026-W01-1",
    "1969-12-31T23:59:59+23:59",
]
NUMBERS = [
    "1e308", "-1e308", ".inf", ".nan", HUGE, "0x" + "f" * 900, "18446744073709551616",
    "-1", "null", "[]", "{}", "0001-01-01",
]  # fmt: skip
TEXTS = ['"\\0"', '"\\uD800"', '"\\uFFFF"', '"a\\nb"', "'" + "x" * 5000 + "'", "'=1+1'", '"\\e[31m"', "'../../x'"]

Mutation = tuple[str, str, str]
"""A file, what stands in it, and what stands there instead."""

MUTATIONS: list[Mutation] = [
    *(
        (file, "'2026-11-20T10:00:00+00:00'", f"{quote}{text}{quote}")
        for file in ("hypothesis.md", "seed-0.yaml")
        for text in MOMENTS
        for quote in ("'", "")
    ),
    *(
        (file, old, old.replace(marked, value))
        for value in NUMBERS + TEXTS
        for file, old, marked in [
            ("hypothesis.md", "schema: 1", "1"),
            ("hypothesis.md", "title: Bad", "Bad"),
            ("hypothesis.md", "author: Eve <eve@example.org>", "Eve <eve@example.org>"),
            ("hypothesis.md", f"base: {COMMIT}", COMMIT),
            ("hypothesis.md", "train.lr: 0.2", "0.2"),
            ("hypothesis.md", "train.lr: 0.2", "train.lr"),
            ("hypothesis.md", "[0, 1]", "0"),
            ("hypothesis.md", "[0, 1]", "[0, 1]"),
            ("hypothesis.md", "seed: [0, 1]", "seed"),
            ("hypothesis.md", "tags: [x]", "x"),
            ("hypothesis.md", "tags: [x]", "tags: [x]\nalpha: {x}".replace("{x}", value)),
            ("hypothesis.md", "treatment: {", "treatment"),
            ("seed-0.yaml", "schema: 1", "1"),
            ("seed-0.yaml", "attempt: 1", "1"),
            ("seed-0.yaml", "{seed: 0}", "0"),
            ("seed-0.yaml", "{seed: 0}", "seed"),
            ("seed-0.yaml", "seconds: 1.0\nparams", "1.0"),
            ("seed-0.yaml", "{a: 1}", "1"),
            ("seed-0.yaml", "{a: 1}", "a"),
            ("seed-0.yaml", "{a: 1}", "{a: 1}"),
            ("seed-0.yaml", "{accuracy: 0.5}", "0.5"),
            ("seed-0.yaml", "{accuracy: 0.5}", "accuracy"),
            ("seed-0.yaml", "md5: x", "x"),
            ("seed-0.yaml", "size: 1", "1"),
            ("seed-0.yaml", "nfiles: 1", "1"),
            ("seed-0.yaml", "{train: {seconds: 1.0", "1.0"),
            ("seed-0.yaml", f"code: {COMMIT}", COMMIT),
            ("seed-0.yaml", "environment: abcdefabcdef", "abcdefabcdef"),
            ("seed-0.yaml", "error: null", "null"),
            ("verdict.md", "outcome: supported\n", "supported"),
            ("verdict.md", JUDGED, JUDGED),
        ]
    ),
    ("hypothesis.md", "{seed: [0, 1]}", f"{{a: {AXIS}, b: {AXIS}, c: {AXIS}, d: {AXIS}, e: {AXIS}}}"),
    ("hypothesis.md", "{seed: [0, 1]}", "{" + ", ".join(f"a{n}: [0, 1]" for n in range(64)) + "}"),
    ("seed-0.yaml", "{a: 1}", "{a: " * 40 + "1" + "}" * 40),
    ("seed-0.yaml", "{a: 1}", "{a: " * 29 + "1" + "}" * 29),
    ("seed-0.yaml", "{a: 1}", "[" * 900 + "]" * 900),
    ("hypothesis.md", "accuracy >= baseline + 0.01", "accuracy >= baseline + 1e400"),
    ("hypothesis.md", "accuracy >= baseline + 0.01", "(" * 2000 + "a" + ")" * 2000),
    ("hypothesis.md", "predictions", "\x00predictions"),
    ("hypothesis.md", "train.lr: 0.2", f"{HUGE}: 0.2"),
    ("hypothesis.md", "## Hypothesis", "word " * 3_000_000),
]  # fmt: skip


def files_of(name: str, changes: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of an experiment by path, those that are changed by the end of their path."""
    made = {path.replace("NAME", name): text.replace("NAME", name).encode() for path, text in FILES.items()}
    return {path: next((new for end, new in changes.items() if path.endswith(end)), own) for path, own in made.items()}


def push(project: Project, pushed: Mapping[str, Mapping[str, bytes]]) -> None:
    """Give the repository branches as somebody else may push them: name, then path, then content."""
    stream = []
    for name, files in pushed.items():
        stream.append(b"commit refs/heads/exp/%b\ncommitter Eve <e@x> 1 +0000\ndata 1\nx\n" % name.encode())
        stream += [b"M 100644 inline %b\ndata %d\n%b\n" % (p.encode(), len(text), text) for p, text in files.items()]
    command = ["git", "fast-import", "--quiet", "--force"]
    subprocess.run(command, cwd=project.root, input=b"".join(stream), check=True)


def honest(project: Project) -> None:
    """An experiment with its two trials, which is checked out."""
    project.ledger("new", "Honest", "--name", "honest", "--seeds", "2")
    for seed in (0, 1):
        path, text = record_of("honest", seed, a=1)
        project.write({path: text})
    project.commit("records")


COMMANDS = [
    ["log"], ["log", "--json"], ["log", "--format", "csv"], ["log", "--graph"], ["log", "--grep", "o"],
    ["table"], ["table", "--json"], ["table", "--trials"], ["table", "--variants", "--format", "csv"],
    ["table", "--format", "html"], ["table", "--format", "md", "--all"],
    ["table", "--where", "a > 0 and created > 2026-01-01"],
    ["table", "--where", "accuracy > 0.2 or experiment = honest", "--sort", "-accuracy,created,params.a"],
    ["table", "--group-by", "params.a"], ["table", "--trials", "--group-by", "replicate.seed"],
    ["table", "--group-by", "author"],
    ["query", "SELECT * FROM trials"], ["query", "SELECT * FROM metrics", "--json"], ["query", "SELECT * FROM params"],
    ["query", "SELECT * FROM experiments", "--format", "csv"], ["query", "SELECT avg(value), sum(value) FROM metrics"],
    ["export"], ["export", "--format", "json"], ["export", "--level", "variants", "--long"],
    ["export", "--level", "experiments"],
    ["status"], ["status", "honest", "--json"], ["show", "honest"], ["verify", "honest"],
]  # fmt: skip


def answers(project: Project) -> None:
    """All that is asked ends well, and the honest experiment is among the rows."""
    for command in COMMANDS:
        answer = project.ledger(*command)
        assert "fault" not in answer.err
    for form in (["--json", "--complete", "3"], ["--format", "html", "--bins", "each"]):
        # of some no parameter varies
        assert project.ledger("coverage", *form, code=None).code in (0, 2)
    assert [e["trials"] for e in project.ledger("log", "--json").json if e["name"] == "honest"] == [2]
    rows = project.ledger("query", "SELECT trial FROM trials WHERE experiment = 'honest' ORDER BY 1", "--json").json
    assert [row["trial"] for row in rows] == ["treatment/seed-0", "treatment/seed-1"]
    exported = json.loads(project.ledger("export", "--format", "json").out)
    assert [row["metrics.accuracy"] for row in exported if row["experiment"] == "honest"] == [0.5, 0.6]


def test_values_beyond_all_bounds_are_one_experiments_problem(shelved: Shelved) -> None:
    project = shelved(honest)
    pushed = {}
    for number, (file, old, new) in enumerate(MUTATIONS):
        name = f"bad-{number}"
        own = {p: t for p, t in FILES.items() if p.endswith(file)}
        ((_, text),) = own.items()
        text = text.replace("NAME", name)
        assert old in text
        pushed[name] = files_of(name, {file: text.replace(old, new).encode()})
    push(project, pushed)
    answers(project)


def test_any_bytes_in_any_file_are_one_experiments_problem(shelved: Shelved) -> None:
    project = shelved(honest)
    luck = random.Random(0)
    pushed = {}
    for number in range(200):
        name = f"bad-{number}"
        whole = files_of(name, {})
        path = luck.choice(list(whole))
        text = bytearray(whole[path])
        for _ in range(luck.choice((1, 1, 3, 30))):
            at, end = luck.randrange(len(text) + 1), luck.randrange(1, 20)
            junk = luck.choice(
                (b"", luck.randbytes(3), b"\x00", b"\xff\xfe", b"9" * 400, b": [", b"\n---\n", b"\n- ", b"{", b"'")
            )
            text[at : at + luck.choice((0, end))] = junk
        pushed[name] = whole | {path: bytes(text) if number % 5 else luck.randbytes(200)}
    push(project, pushed)
    answers(project)
