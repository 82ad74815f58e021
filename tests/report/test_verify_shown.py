"""What `ledger verify` says: what several trials share is one line."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

from ledger.analysis.checks import CHECKS
from ledger.analysis.problems import Check, Kind, Problem, Proof, Subject, unproved, wrong
from ledger.report import problems, terminal
from ledger.report.verify import document

# the functions that make problems, and what a choice between them is called
MADE_BY = ("wrong", "unproved", "found")
PACKAGE = Path(problems.__file__).parent.parent


NOWHERE = "not in this clone, and no remote is set"


def gone(trial: str | None, digest: str) -> Problem:
    return unproved(Kind.ABSENT, Subject("a", trial), names=(f"data/raw ({digest})",), remotes=())


def said(name: str, trials: int, wrong: list[Problem], unproved: list[Problem]) -> list[str]:
    """The lines for one experiment."""
    return terminal.render(
        document([Proof(experiment=name, trials=trials, found=(*wrong, *unproved))]), total=None
    ).splitlines()


def test_a_hash_that_trials_share_is_said_once() -> None:
    found = [gone(f"treatment/seed-{i}", "22a1") for i in range(5)]
    found.insert(1, gone("baseline/seed-0", "8c1e"))

    assert said("a", 6, [], [*found, gone(None, "77")]) == [
        "a: no problem, 6 trials",
        "  unproved:",
        "  ? data: treatment/seed-0, treatment/seed-1 and 3 more: data/raw (22a1) is not in the cache; " + NOWHERE,
        "  ? data: baseline/seed-0: data/raw (8c1e) is not in the cache; " + NOWHERE,
        "  ? data: data/raw (77) is not in the cache; " + NOWHERE,
    ]


def test_many_lost_trials_are_told_once() -> None:
    lost = [unproved(Kind.TRIAL_NOT_HERE, Subject("a", f"a/seed-{i}"), path="p") for i in range(4)]
    assert said("a", 4, [wrong(Kind.UNREADABLE_EXPERIMENT, Subject("a"), said="late")], lost) == [
        "a: 1 problem, 4 trials",
        "  ! records: late",
        "  unproved:",
        "  ? lost: a/seed-0, a/seed-1 and 2 more: no tag in this clone holds their trial commits: ledger pull a",
    ]


def found_in_code() -> Iterator[tuple[Kind, set[str]]]:
    """Every kind that is found by its name, with the facts that it is given."""
    for file in [*(PACKAGE / "analysis").rglob("*.py"), PACKAGE / "ops/verify.py"]:
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                yield from found_in(function)


def found_in(function: ast.FunctionDef) -> Iterator[tuple[Kind, set[str]]]:
    """The same of one function."""
    # facts that several problems share, by the name of their mapping
    shared: dict[str, set[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            keys = [str(key.value) for key in node.value.keys if isinstance(key, ast.Constant)]
            shared[ast.unparse(node.targets[0])] = set(keys)
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in MADE_BY:
            if not ast.unparse(call.args[0]).startswith("Kind."):
                continue
            given = [{word.arg} if word.arg is not None else shared[ast.unparse(word.value)] for word in call.keywords]
            yield Kind[ast.unparse(call.args[0]).removeprefix("Kind.")], set().union(*given)


def test_every_kind_has_a_sentence_and_the_facts_for_it() -> None:
    assert set(problems._SENTENCES) == set(Kind)
    for kind, told in found_in_code():
        # each problem says of which experiment it is
        given = told | {"experiment"}
        template = problems._SENTENCES[kind]
        if isinstance(template, str):
            assert {field for _, field, _, _ in string.Formatter().parse(template) if field} <= given, kind


def test_every_check_is_in_the_list_once() -> None:
    assert [check.name for check in CHECKS] == list(Check)
