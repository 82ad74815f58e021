"""The repositories that benchmarks are measured on hold what `ledger` itself would have written."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import Project

from ledger.model import hypothesis as hypotheses
from ledger.model import trial_file

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

ARCHIVED = "archived"
FAILING = "with a trial that failed"

# what the log says of an experiment of each kind; the other kinds are `recorded`
STATES = {
    "landed, its branch deleted": "landed",
    "landed": "landed",
    ARCHIVED: "archived",
    "here and on a remote": "concluded",
    "concluded": "concluded",
    FAILING: "recorded",
}


@pytest.fixture
def histories(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The builder, which is beside the package and not in it."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import histories

    return histories


@pytest.fixture
def opened(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Project:
    """A repository that is still to be built, at `root`."""
    return Project(tmp_path / "history", capsys, monkeypatch)


def refs(project: Project, root: Path | None = None) -> str:
    return project.git("for-each-ref", "--format=%(refname) %(objectname)", cwd=root)


def test_the_same_arguments_give_the_same_commits(histories: ModuleType, opened: Project, tmp_path: Path) -> None:
    histories.build(opened.root, experiments=6, trials=2)
    first = refs(opened)
    histories.build(tmp_path / "again", experiments=6, trials=2)
    assert refs(opened, tmp_path / "again") == first
    histories.build(tmp_path / "other", experiments=6, trials=2, seed=1)
    assert refs(opened, tmp_path / "other") != first
    assert opened.git("status", "--porcelain") == ""
    assert opened.git("fsck", "--strict", "--no-dangling") == ""


def test_ledger_reads_every_experiment(histories: ModuleType, opened: Project) -> None:
    history = histories.build(opened.root, experiments=20)
    answer = opened.ledger("log", "--json")
    assert answer.err == ""
    found = {entry["name"]: entry for entry in answer.json}
    for one in history.experiments:
        if one.kind == ARCHIVED and one.name not in found:
            continue
        entry: dict[str, Any] = found.pop(one.name)
        assert (entry["status"], entry["outcome"]) == (STATES.get(one.kind, "recorded"), one.outcome), one.kind
    assert not found
    assert {one.kind for one in history.experiments} == set(histories.KINDS)
    assert {one.outcome for one in history.experiments} == {"supported", "refuted", "inconclusive", None}
    assert sum(one.outcome is not None for one in history.experiments) == 10


def test_ledger_shows_and_proves_what_was_built(histories: ModuleType, opened: Project) -> None:
    history = histories.build(opened.root, experiments=20, trials=3)
    for one in history.experiments:
        if one.kind == ARCHIVED:
            continue
        proof = opened.ledger("verify", one.name, "--json").json
        assert (proof["ok"], proof["problems"], proof["unproved"]) == (True, [], []), one.kind
        shown = opened.ledger("show", one.name, "--json").json
        assert shown["parent"] == one.made.parent
        assert [trial["id"] for trial in shown["trials"]] == [f"treatment/seed-{seed}" for seed in range(3)]
        for seed, trial in enumerate(shown["trials"]):
            failed = one.kind == FAILING and seed == 0
            assert trial["metrics"] == ({} if failed else one.made.metrics[seed])
            flat = {
                f"{group}.{key}": value for group, values in one.made.params.items() for key, value in values.items()
            }
            assert trial["params"] == {"seed": seed, **flat}


def test_the_texts_are_those_that_ledger_writes(histories: ModuleType, opened: Project) -> None:
    history = histories.build(opened.root, experiments=10, trials=2)
    for one in history.experiments:
        for revision in one.revisions:
            text = opened.git("show", revision) + "\n"
            if "/trials/" in revision:
                assert trial_file.dumps(trial_file.loads(text)) == text
            elif revision.endswith("hypothesis.md"):
                assert hypotheses.render(hypotheses.parse(text)) == text


def test_one_more_is_added(histories: ModuleType, opened: Project) -> None:
    history = histories.build(opened.root, experiments=3, trials=2)
    before = refs(opened)
    added = histories.extend(history, number=10, trials=2)
    assert set(before.splitlines()) < set(refs(opened).splitlines())
    shown = opened.ledger("show", added.name, "--json").json
    assert (shown["status"], len(shown["trials"])) == ("concluded", 2)
    assert opened.ledger("verify", added.name, "--json").json["ok"] is True
