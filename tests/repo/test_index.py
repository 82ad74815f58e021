"""The rows of the index are those of git, and only what has changed is read again."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import Project
from indexed import file_of, same

from ledger.errors import LedgerError
from ledger.machine import processors
from ledger.repo.index import reading as index_reading
from ledger.repo.ledger import open_ledger


def test_the_rows_are_those_of_git(history: Project, read: list[str]) -> None:
    same(history.root)
    assert len(read) == 40
    read.clear()

    same(history.root)
    assert not read, "an index that is current reads nothing"


def test_every_experiment_is_there_once_with_its_status(history: Project) -> None:
    with open_ledger(history.root) as ledger:
        rows = ledger.rows("experiments")
        found = {row.experiment: row.status for row in rows}

        assert len(found) == len(rows) == len(ledger.snapshot.sources) == 40
        assert {"landed", "archived", "concluded", "recorded"} <= set(found.values())
        assert [row.experiment for row in rows] == [entry.name for entry in ledger.entries()]


def test_what_changes_is_read_again_and_nothing_else(known: Project, read: list[str]) -> None:
    with open_ledger(known.root) as ledger:
        shared = {ref.rpartition("/")[2] for ref in ledger.git.refs("refs/remotes")}
        here = [name for name, s in ledger.snapshot.sources.items() if s.branch and not s.landed and name not in shared]
        moved, gone, noted = here[0], here[1], here[2]
        judged = "".join(f'- {{text: "{p}", outcome: refuted}}\n' for p in ledger.experiment(noted).plan.predictions)
    git = known.git
    commit = git("commit-tree", f"exp/{moved}^{{tree}}", "-p", f"exp/{moved}", "-m", "code")
    git("update-ref", f"refs/heads/exp/{moved}", commit)
    git("update-ref", "-d", f"refs/heads/exp/{gone}")
    git("switch", "-q", f"exp/{noted}")
    known.commit(
        "verdict", {f"experiments/{noted}/verdict.md": f"---\noutcome: refuted\npredictions:\n{judged}---\nno\n"}
    )
    known.git("switch", "-q", "main")
    read.clear()

    same(known.root)

    # without its branch the tags of its trials speak for it
    assert sorted(read) == sorted([moved, gone, noted])
    with open_ledger(known.root) as ledger:
        assert {row.experiment: row.status for row in ledger.rows("experiments")}[gone] == "no branch here"
    for tag in known.git("tag", "--list", f"ledger/{gone}/*").split():
        git("tag", "-d", tag)
    with open_ledger(known.root) as ledger:
        assert gone not in {row.experiment for row in ledger.rows("experiments")}
        assert {e.name: e.outcome for e in ledger.entries()}[noted] == "refuted"


def test_a_commit_on_main_does_not_touch_what_has_landed(known: Project, read: list[str]) -> None:
    read.clear()
    known.commit("other", {"README.md": "x"})

    same(known.root)

    assert not read


def test_trials_that_are_not_collected_come_and_go(known: Project, read: list[str]) -> None:
    read.clear()
    ref, commit = known.git(
        "for-each-ref", "--count=1", "--format=%(refname) %(objectname)", "refs/ledger/trials"
    ).split()
    name = ref.split("/")[3]
    with open_ledger(known.root) as ledger:
        before = sum(row.experiment == name for row in ledger.rows("trials"))
    known.git("update-ref", "-d", ref)

    same(known.root)

    assert read == [name]
    with open_ledger(known.root) as ledger:
        assert sum(row.experiment == name for row in ledger.rows("trials")) == before - 1
    known.git("update-ref", ref, commit)
    same(known.root)


def test_another_version_of_ledger_reads_all_again(
    known: Project, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read.clear()
    monkeypatch.setattr("ledger.repo.index.current.__version__", "99")

    same(known.root)
    assert len(read) == 40
    read.clear()
    same(known.root)
    assert not read


@pytest.mark.parametrize(
    ("option", "end"), [("--batch --buffer", '"$real" "$@" | head -c 3000'), ("--batch", "exit 1")]
)
def test_a_git_that_dies_during_a_read_leaves_nothing_behind(
    history: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, end: str
) -> None:
    real = shutil.which("git")
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(
        f'#!/bin/sh\nreal="{real}"\nif [ "$*" = "cat-file {option}" ]; then {end}; exit 1; fi\nexec "$real" "$@"\n'
    )
    fake.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
        with open_ledger(history.root) as ledger, pytest.raises(LedgerError, match="git cat-file ended early"):
            ledger.rows("experiments")
            for name in ledger.snapshot.sources:
                ledger.find(name)

    same(history.root)


def test_several_processes_read_what_one_reads(history: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_reading, "MANY", 2)
    monkeypatch.setattr(index_reading, "CHUNK", 7)
    monkeypatch.setattr(processors, "count", lambda: 3)
    same(history.root)
    file_of(history.root).unlink()
    # helpers that die at once leave the work to us
    monkeypatch.setattr("sys.executable", "false")
    same(history.root)


def test_a_branch_whose_objects_are_gone_is_passed_over(history: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_ledger(history.root) as ledger:
        listing = f"{ledger.snapshot.listing}\n{'1' * 40} refs/heads/exp/vanished"
        monkeypatch.setattr(ledger.snapshot, "_listing", listing)

        assert len(ledger.rows("experiments")) == 40
        assert not ledger.unreadable()


def test_what_cannot_be_read_is_named_and_what_is_too_new_is_counted(project: Project) -> None:
    project.ledger("new", "Sound", "--seeds", "2")
    record = json.dumps({"schema": 9, "anything": 1})
    folder = "experiments/sound/trials/treatment"
    project.commit("new", {f"{folder}/seed-0.yaml": record, f"{folder}/seed-1.yaml": record})
    project.ledger("new", "Broken", "--from", "main")
    project.commit("break", {"experiments/broken/hypothesis.md": "no plan"})

    for command in (["log"], ["table"]):
        said = project.ledger(*command).err
        assert said.count("2 records are from a newer version of ledger") == 1
        assert said.count("experiments/broken/hypothesis.md on exp/broken: there is no front matter") == 1


def test_names_that_git_takes_and_ledger_does_not(project: Project) -> None:
    project.ledger("new", "Sound")
    commit = project.git("rev-parse", "HEAD")
    for name in ("exp/Ünïcode", "exp/deep/er", "exp/a'b", 'exp/a"b'):
        project.git("update-ref", f"refs/heads/{name}", commit)

    assert [row["experiment"] for row in project.ledger("table", "--json").json] == ["sound"]


def test_an_unknown_level(project: Project) -> None:
    with open_ledger(project.root) as ledger, pytest.raises(LedgerError, match="there are no rows of seeds"):
        ledger.rows("seeds")
