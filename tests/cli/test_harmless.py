"""No control or bidirectional character of anybody's text reaches a terminal, whichever command shows it."""

from __future__ import annotations

import csv
import json
import sys
import unicodedata

from conftest import Project, Shelved
from test_hostile import PLAN, RECORD, honest, push

from ledger.report.json import render
from ledger.report.text import clean, harmless

HARMFUL = dict.fromkeys(
    c
    for c in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in "\u200c\u200d"
)
# what YAML can write, surrogates left out
WRITABLE = "".join(c for c in HARMFUL if unicodedata.category(c) != "Cs")
QUOTED = '"x' + "".join(f"\\U{ord(c):08x}" for c in WRITABLE) + 'y"'
# for what is refused with most of them
SOME = '"x\\u202e\\u2066\\u009b31m\\u001b[31m\\ry"'
COMMIT = "abcdef" * 6 + "abcd"


# what a path and the name of a ref may hold
NAMED = "x\u202e\u2066\u200e\x9b31m\u2028y"


def files() -> dict[str, bytes]:
    """An experiment with such characters wherever a text may stand."""
    plan = PLAN.replace("NAME", "eve").replace("title: Bad", f"title: {SOME}").replace("tags: [x]", f"tags: [{QUOTED}]")
    plan = plan.replace("Eve <eve@example.org>", QUOTED).replace("train.lr: 0.2", f"train.lr: {QUOTED}, {SOME}: 1")
    plan = plan.replace(f"base: {COMMIT}", f"base: {COMMIT}\nparent: {QUOTED}") + f"text {WRITABLE}\n"
    record = RECORD.replace("NAME", "eve").replace("{a: 1}", f"{{a: {QUOTED}, {SOME}: 1}}")
    record = record.replace("{accuracy: 0.5}", f"{{accuracy: 0.5, {SOME}: 1}}").replace("md5: x", f"md5: {QUOTED}")
    record = record.replace("data: {d:", f"data: {{{SOME}:").replace("{train: {seconds", f"{{{SOME}: {{seconds")
    record += f'reused: "honest/{SOME[1:-1]}/x"\n'
    failed = record.replace("{seed: 0}", "{seed: 1}").replace("status: succeeded", "status: failed")
    error = f"{{stage: {QUOTED}, exit_code: 1, tail: {QUOTED}, reason: {QUOTED}, hint: {QUOTED}}}"
    judged = f"[{{text: accuracy >= baseline + 0.01, outcome: supported, remarks: [{QUOTED}], test: {QUOTED}}}]"
    lists = "".join(f"{key}: [{QUOTED}]\n" for key in ("warnings", "reasons", "voided", "exploratory_trials"))
    verdict = f"---\noutcome: {QUOTED}\npredictions: {judged}\n{lists}---\ntext {WRITABLE}\n"
    environment = (
        f"schema: 1\npython: {QUOTED}\nplatform: {QUOTED}\ncpu: {QUOTED}\ncores: 1\npackages: {{{SOME}: {QUOTED}}}\n"
    )
    texts = {
        "hypothesis.md": plan,
        "notes.md": f"## {WRITABLE}\n\nnote {WRITABLE}\n",
        "verdict.md": verdict,
        "environments/abcdefabcdef.yaml": environment,
        "trials/treatment/seed-0.yaml": record,
        "trials/treatment/seed-1.yaml": failed.replace("error: null", f"error: {error}"),
        "trials/treatment/seed-4.yaml": record.replace("{seed: 0}", "{seed: 4}"),
        "trials/treatment/seed-4.void": f"schema: 1\nby: {QUOTED}\nwhen: '2026-11-20'\nwhy: {QUOTED}\n",
        "trials/treatment/seed-5.yaml": record.replace("{seed: 0}", "{seed: 5}"),
        "trials/treatment/seed-5.void": f"schema: {QUOTED}\n",
        f"trials/treatment/{NAMED}.yaml": record,
        f"{NAMED}.void": QUOTED,
        # those that cannot be read are named with what is wrong
        "trials/treatment/seed-2.yaml": record.replace("status: succeeded", f"status: {QUOTED}"),
        "trials/treatment/seed-3.yaml": record.replace("{seed: 0}", f"{{seed: {QUOTED}}}"),
    }
    return {f"experiments/eve/{path}": text.encode() for path, text in texts.items()}


def hostile(project: Project) -> None:
    honest(project)
    broken = PLAN.replace("NAME", "broken").replace("schema: 1", f"schema: {QUOTED}")
    push(
        project,
        {
            "eve": files(),
            "broken": {"experiments/broken/hypothesis.md": broken.encode()},
            NAMED: files(),
            "set": {"ledger.yaml": f"metrics: {{{SOME}: higher, a: {QUOTED}}}\n{SOME}: 1\n".encode()},
        },
    )
    for ref in (f"tags/ledger/eve/{NAMED}", f"ledger/trials/eve/{NAMED}", f"heads/{NAMED}", "ledger/trials/eve/a/b"):
        project.git("update-ref", f"refs/{ref}", "exp/eve")


FORMATS = [["--format", name] for name in ("text", "md", "csv", "html")]
COMMANDS = [
    *(["log", *form] for form in [*FORMATS, ["--json"], ["--graph"], ["--grep", "x"]]),
    *(["table", *level, *form] for level in ([], ["--variants"], ["--trials"]) for form in [*FORMATS, ["--json"]]),
    ["table", "--all"],
    ["table", "--group-by", "author"],
    *(["query", f"SELECT * FROM {v}", *f] for v in ("trials", "metrics", "params") for f in [*FORMATS, ["--json"]]),
    *(["export", "--level", level, "--format", f] for level in ("trials", "variants") for f in ("csv", "json")),
    *([command, "eve", *form] for command in ("status", "show", "diff", "verify") for form in ([], ["--json"])),
    ["show", "eve:treatment/seed-0"],
    ["show", "eve:treatment/seed-1", "--json"],
    ["show", "eve:treatment"],
    ["show", "eve:treatment/seed-4"],
    ["show", "eve:treatment/seed-4", "--json"],
    ["show", f"eve:{NAMED}"],
    ["verify"],
    ["status", "--json"],
    *(["diff", "eve:treatment/seed-0", "honest", *form] for form in ([], ["-p"], *FORMATS, ["--json"])),
    ["conclude", "eve"],
    ["reproduce", "eve"],
    ["land", "eve"],
    ["archive", "eve"],
    ["run", "eve", "--dry-run"],
    ["plot", "eve"],
    ["plot", "eve", "honest", "--distribution", "accuracy"],
    ["show", "broken"],
    ["table", "--where", "x = \u202e and"],
    ["show", "\x9b31m\u2066"],
    ["\u202elog"],
    *(["log", option, NAMED] for option in ("--grep", "--author", "--tag", "--status", "--outcome", "--since")),
    *(["table", option, NAMED] for option in ("--sort", "--where", "--group-by", "--keep", "--drop", "--format")),
    *(["query", sql, *form] for sql in (f"SELECT '{NAMED}' AS '{NAMED}'", NAMED) for form in [*FORMATS, ["--json"]]),
    *(
        ["plot", "eve", option, NAMED]
        for option in ("--y", "--x", "--metric", "--against", "--distribution", "--where")
    ),
    ["plot", "eve", "--parallel", "--json"],
    *(["coverage", *form] for form in [*FORMATS, ["--json"], ["-t", "1"], ["--complete", "2"]]),
    *(["coverage", option, NAMED] for option in ("--where", "--keep", "--drop", "--bins", "--exclude")),
    *(["power", *form] for form in (["eve"], ["eve", "--json"], ["--metric", NAMED], ["--predict", NAMED])),
    ["run", "eve", "--only", NAMED],
    ["record", "--variant", NAMED],
    *(["new", NAMED, *told] for told in ([], ["--name", NAMED], ["--from", NAMED], ["-S", f"{NAMED}=1"])),
    *(
        ["new", "x", option, NAMED]
        for option in ("--predict", "--over", "--evaluation", "--variant", "--vary", "--tag")
    ),
    *(["amend", "--exp", "eve", "-m", NAMED, *told] for told in (["--seeds", "7"], ["--key", f"{NAMED}=a"], [])),
    ["void", f"eve:{NAMED}", "-m", NAMED],
    ["void", "eve:treatment/seed-0", "-m", f"{NAMED}x"],
    ["void", "eve:treatment/seed-4", "-m", NAMED],
    ["void", "eve:treatment/seed-4", "--undo"],
    ["note", NAMED, "--exp", "eve"],
    ["note", NAMED, "--exp", "honest"],
    ["conclude", "honest", "--early", "-m", NAMED],
    ["show", "honest"],
    ["status", "set"],
    ["verify", "eve"],
    ["init", "--cmd", NAMED, "--metrics", NAMED],
]


def test_no_command_shows_a_character_that_rewrites_the_terminal(shelved: Shelved) -> None:
    project = shelved(hostile)
    # nothing is in the way of what reads the names of refs and of files
    assert {"voided", "succeeded"} <= {r["trial_status"] for r in project.ledger("table", "--trials", "--json").json}
    for command in COMMANDS:
        answer = project.ledger(*command, code=None)
        assert answer.code != 3, (command, answer.err[-500:])
        shown = set(answer.out + answer.err) - {"\n", "\t"}
        assert not shown & set(HARMFUL), (command, sorted(map(hex, map(ord, shown & set(HARMFUL))))[:5])
    # a program gets the text as it was written
    (entry,) = [each for each in project.ledger("log", "--json").json if each["name"] == "eve"]
    assert entry["author"] == f"x{WRITABLE}y"


def test_the_characters_are_those_of_unicode() -> None:
    every = "".join(HARMFUL)
    assert clean(f"a{every}b") == "a" + " " * len(every) + "b"
    assert set(harmless(every)) == {" ", "\t", "\n"}
    told = render({f"k{every}": every})
    assert set(told) & set(HARMFUL) == {"\n"}
    # surrogates, one behind the other, would be read as pairs
    kept = "".join(c for c in HARMFUL if unicodedata.category(c) != "Cs")
    assert json.loads(render([kept, "\udc80", "\u200c\u200d"])) == [kept, "\udc80", "\u200c\u200d"]
    # what this Python's Unicode does not know yet may be harmful in the next
    others = "".join(
        c for c in map(chr, range(sys.maxunicode + 1)) if c not in HARMFUL and unicodedata.category(c) != "Cn"
    )
    assert harmless(others) == others


def formulas(project: Project) -> None:
    honest(project)
    plan = PLAN.replace("NAME", "sum").replace("title: Bad", "title: \"=HYPERLINK('x')\"")
    plan = plan.replace("Eve <eve@example.org>", "'@SUM(1)'").replace("tags: [x]", "tags: ['+1+cmd|x!A0']")
    record = RECORD.replace("NAME", "sum").replace("{a: 1}", "{a: -1, '=b': '-2+cmd', c: \"\\t=1\"}")
    push(
        project,
        {
            "sum": {
                "experiments/sum/hypothesis.md": plan.encode(),
                "experiments/sum/trials/treatment/seed-0.yaml": record.replace("0.5", "-0.5").encode(),
            }
        },
    )


def test_a_cell_of_csv_is_no_formula(shelved: Shelved) -> None:
    project = shelved(formulas)
    commands = [["log"], ["table", "--all"], ["query", "SELECT title, author FROM experiments"], ["export"]]
    for command in commands:
        guarded = list(csv.reader(project.ledger(*command, "--format", "csv").out.splitlines()))
        cells = {cell for row in guarded for cell in row}
        assert "'=HYPERLINK('x')" in cells
        assert not [c for c in cells if c[:1] in tuple("=+-@\t ") and not c.lstrip("-").replace(".", "").isdigit()]
        plain = project.ledger(*command, "--format", "csv", "--no-guard").out
        assert "'=HYPERLINK" not in plain
        assert "=HYPERLINK('x')" in plain
    row = next(r for r in csv.DictReader(project.ledger("export").out.splitlines()) if r["experiment"] == "sum")
    # numbers stay numbers
    assert (row["params.a"], row["metrics.accuracy"]) == ("-1", "-0.5")
    assert (row["'=b"] if "'=b" in row else row["params.=b"], row["params.c"]) == ("'-2+cmd", "'\t=1")
