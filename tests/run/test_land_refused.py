"""`ledger land`: what is refused, and that a landing is whole or has not happened."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import PIPELINE, TRAIN, MakeProject, Project, Shelved, default_files
from landings import begin, conclude, disproved, on_main, sound, tip, trailers, undecided

import ledger.ops.land as landing
from ledger.analysis.landing import RECORD
from ledger.git.bring_along import bring_along
from ledger.git.git import open_repository
from ledger.machine.locks import is_held
from ledger.repo.landing.prepare import prepare
from ledger.repo.ledger import open_ledger


@pytest.fixture
def refuted(shelved: Shelved) -> Project:
    """A refuted experiment `a`, checked out."""
    return shelved(disproved, default_files())


def test_without_a_verdict_it_must_be_said_how(shelved: Shelved) -> None:
    project = shelved(undecided, default_files())
    before = project.state()
    got = project.ledger("land", code=2)
    assert "no verdict" in got.err
    assert "ledger conclude a" in got.err
    assert "exclude each other" in project.ledger("land", "--record", "--adopt", code=2).err
    assert "empty message" in project.ledger("land", "--record", "-m", " ", code=2).err
    assert project.state() == before
    project.ledger("land", "--record")
    assert project.git("log", "-1", "--format=%s", "main") == "land: unconcluded A rate of 0.2 helps"


def test_there_must_be_a_main_branch(refuted: Project) -> None:
    refuted.git("branch", "-m", "main", "trunk")
    assert "main: trunk" in refuted.ledger("land", code=2).err
    refuted.write({"ledger.yaml": "main: stem\n"})
    assert "no branch stem" in refuted.ledger("land", code=2).err
    refuted.write({"ledger.yaml": "main: trunk\n"})
    refuted.ledger("land")
    assert trailers(refuted, "trunk")["Ledger-Landed"] == "record"


def test_a_clone_needs_branches_of_its_own(refuted: Project, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    refuted.git("clone", "-q", str(refuted.root), str(clone))
    # it has the branch that was checked out, and the others on the remote alone
    assert "git branch main origin/main" in refuted.ledger("land", cwd=clone, code=2).err
    refuted.git("switch", "-q", "main", cwd=clone)
    refuted.git("branch", "-q", "-D", "exp/a", cwd=clone)
    assert "git switch exp/a" in refuted.ledger("land", "a", cwd=clone, code=2).err
    refuted.git("switch", "-q", "exp/a", cwd=clone)
    refuted.ledger("land", cwd=clone)
    assert refuted.git("status", "--porcelain", cwd=clone) == ""


def test_a_shallow_clone_records_and_does_not_adopt(refuted: Project, tmp_path: Path) -> None:
    on_main(refuted, {"README.md": "words\n"})
    clone = tmp_path / "clone"
    url = refuted.root.as_uri()
    refuted.git("clone", "-q", "--depth", "1", "--no-single-branch", "--no-tags", url, str(clone))
    if refuted.git("branch", "--show-current", cwd=clone) != "main":
        refuted.git("branch", "main", "origin/main", cwd=clone)
    else:
        refuted.git("branch", "exp/a", "origin/exp/a", cwd=clone)
    before = refuted.git("for-each-ref", cwd=clone)
    got = refuted.ledger("land", "a", "--adopt", cwd=clone, code=2)
    assert "git fetch --unshallow" in got.err
    assert refuted.git("for-each-ref", cwd=clone) == before
    # no pull brings what a shallow clone lacks
    proof = refuted.ledger("verify", "a", cwd=clone, code=None).out
    assert "git fetch --unshallow --tags" in proof and "ledger pull" not in proof
    assert "git fetch --unshallow --tags" in refuted.ledger("pull", "a", "--no-data", cwd=clone).err
    refuted.ledger("land", "a", cwd=clone)
    assert refuted.git("log", "-1", "--format=%s", "main", cwd=clone).startswith("land: refuted")
    assert refuted.git("fsck", "--no-dangling", cwd=clone) == ""
    refuted.git("fetch", "-q", "--unshallow", cwd=clone)
    refuted.ledger("land", "a", "--adopt", cwd=clone)
    assert refuted.git("fsck", "--no-dangling", cwd=clone) == ""


@pytest.mark.parametrize("kind", ["--record", "--adopt"])
def test_links_among_the_records_are_refused(refuted: Project, kind: str) -> None:
    (refuted.root / "experiments/a/more").symlink_to("/etc")
    refuted.commit("a link")
    before = refuted.state()
    got = refuted.ledger("land", kind, code=2)
    assert "experiments/a/more" in got.err
    assert "symbolic link" in got.err
    assert refuted.state() == before


def test_an_output_behind_a_link_is_not_adopted(make_project: MakeProject) -> None:
    files = default_files() | {
        "dvc.yaml": PIPELINE.replace("outs: [model.txt]", "outs: [models/model.txt]"),
        "train.py": TRAIN.replace('"model.txt"', '"models/model.txt"'),
        "models/.gitignore": "/model.txt\n",
    }
    project = make_project(files)
    begin(project)
    shutil.rmtree(project.root / "models")
    (project.root / ".git/hooks").mkdir()
    (project.root / "models").symlink_to(".git/hooks")
    project.commit("a trap")
    got = project.ledger("land", "--adopt", code=2)
    assert "models/model.txt" in got.err


def test_another_experiment_of_the_name_is_not_written_over(refuted: Project) -> None:
    text = refuted.git("show", "exp/a:experiments/a/hypothesis.md")
    lines = [
        "author: Grace Hopper <grace@example.org>" if row.startswith("author:") else row for row in text.splitlines()
    ]
    on_main(refuted, {"experiments/a/hypothesis.md": "\n".join(lines) + "\n"})
    before = refuted.state()
    got = refuted.ledger("land", "--record", code=2)
    assert "another experiment named a" in got.err
    assert refuted.state() == before


def test_a_file_where_records_go_is_not_written_over(shelved: Shelved) -> None:
    project = shelved(undecided, default_files())
    on_main(project, {"experiments": "a file\n"})
    got = project.ledger("land", "--record", code=2)
    assert "experiments on main is a file" in got.err


def test_histories_that_share_nothing(refuted: Project) -> None:
    refuted.git("switch", "-q", "--orphan", "other")
    refuted.commit("anew", default_files() | {"ledger.yaml": "main: other\n"})
    assert "share no history" in refuted.ledger("land", "a", "--adopt", code=2).err
    refuted.ledger("land", "a", "--record")
    sound(refuted)


@pytest.mark.parametrize("kind", ["--record", "--adopt"])
def test_a_landing_that_is_killed_is_made_whole_by_the_next(refuted: Project, kind: str) -> None:
    refuted.git("switch", "-q", "main")
    before = refuted.state()
    with open_ledger(refuted.root) as ledger:
        prepared = prepare(ledger, ledger.experiment("a"), kind.removeprefix("--"), None)
    # killed before anything has moved
    assert refuted.state() == before
    # killed between the work tree and the refs
    git = open_repository(refuted.root)
    bring_along(git, refuted.root, prepared.step.old, prepared.step.new)
    assert refuted.git("for-each-ref", "--format=%(refname) %(objectname)") == before[0]
    assert (refuted.root / "experiments/a/verdict.md").is_file()
    refuted.ledger("land", "a", kind)
    sound(refuted)


def test_branch_and_tag_move_together_or_not_at_all(refuted: Project) -> None:
    lock = refuted.root / f".git/refs/tags/ledger/a/{tip(refuted, 'exp/a')[:10]}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    before = refuted.state()
    assert "another git process" in refuted.ledger("land", code=2).err
    assert refuted.state() == before
    lock.unlink()
    refuted.ledger("land")
    sound(refuted)


def test_main_that_moves_meanwhile_is_built_upon(refuted: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    moves = [{"README.md": "words\n"}]

    def prepared(*arguments: Any) -> Any:
        made = prepare(*arguments)
        if moves:
            on_main(refuted, moves.pop())
        return made

    monkeypatch.setattr(landing, "prepare", prepared)
    refuted.ledger("land")
    assert refuted.git("show", "main:README.md") == "words"
    assert refuted.git("log", "--format=%s", "-2", "main").splitlines()[1] == "main moves on"
    sound(refuted)


def test_the_repository_is_locked_meanwhile(refuted: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    def prepared(*arguments: Any) -> Any:
        held.append(is_held(refuted.root / ".git/ledger/lock"))
        return prepare(*arguments)

    monkeypatch.setattr(landing, "prepare", prepared)
    refuted.ledger("land")
    assert held == [True]
    assert trailers(refuted)["Ledger-Landed"] == RECORD


def test_data_that_a_record_leaves_behind_are_told(project: Project) -> None:
    begin(project)
    pointer = "outs:\n- md5: 900150983cd24fb0d6963f7d28e17f72\n  size: 3\n  hash: md5\n  path: weekly\n"
    project.git("switch", "-q", "exp/a")
    project.commit("weekly data", {"data/weekly.dvc": pointer, "ledger.yaml": "ignore: [data/weekly.dvc]\n"})
    conclude(project, "inconclusive")
    said = "its data (data/weekly) do not land on main: --adopt brings them too, without a claim"
    assert project.ledger("land").out.count(said) == 1
    assert "data/weekly.dvc" not in project.git("ls-tree", "-r", "--name-only", "main")
    # what the line says to type does it
    assert said not in project.ledger("land", "--adopt").out
    assert "data/weekly.dvc" in project.git("ls-tree", "-r", "--name-only", "main")
