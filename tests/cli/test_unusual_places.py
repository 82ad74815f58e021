"""Places that are unusual but sound: names of folders, subfolders, and several work trees."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import PARAMS, MakeProject, Project


def test_strange_paths_subdirectories_and_linked_work_trees(make_project: MakeProject) -> None:
    project = make_project(name="mein Projekt ünï")
    inner = project.root / "sub dir"
    inner.mkdir()
    project.ledger("new", "Wider", "--seeds", "1", cwd=inner)
    project.ledger("run", cwd=inner)
    assert project.git("status", "--porcelain") == ""
    project.write({"params.json": json.dumps(PARAMS | {"seed": 7})})
    project.dvc("repro", "-q")
    assert "as treatment/seed-7" in project.ledger("record", cwd=inner).out
    assert project.ledger("status", "--json", cwd=inner).json["unrecorded"] == []

    linked = project.root.parent / "zweiter Bäum"
    project.git("worktree", "add", "-q", str(linked), "main")
    project.ledger("new", "Deeper", "--seeds", "1", "-S", "train.lr=0.3", cwd=linked)
    project.ledger("run", cwd=linked)
    assert project.git("status", "--porcelain", cwd=linked) == ""
    assert json.loads((linked / "metrics.json").read_text())["accuracy"] > 0.8
    assert project.git("branch", "--show-current") == "exp/wider"
    assert project.git("status", "--porcelain") == ""


def test_a_branch_that_another_work_tree_has(project: Project) -> None:
    project.ledger("new", "Wider", "--seeds", "1", "--no-switch")
    linked = project.root.parent / "linked"
    project.git("worktree", "add", "-q", str(linked), "exp/wider")
    project.ledger("note", "from afar", "--exp", "wider")
    assert "from afar" in (linked / "experiments/wider/notes.md").read_text()
    assert project.git("status", "--porcelain", cwd=linked) == ""

    (linked / "metrics.json").write_text("mine")
    answer = project.ledger("run", "wider", code=1)
    assert "error: the trials are recorded, but not on the branch yet" in answer.err
    assert f"changes in {linked} are in the way" in answer.err
    assert "hint: commit or stash those changes, then run this again" in answer.err
    assert (linked / "metrics.json").read_text() == "mine"
    assert project.ledger("status", "wider", "--json").json["uncollected"] == 1

    Path(linked / "metrics.json").unlink()
    held = project.root / ".git/worktrees/linked/index.lock"
    held.touch()
    answer = project.ledger("run", "wider", code=2)
    assert f"another git process holds the index of {linked}" in answer.err
    assert "hint: wait for it, then run this again; if none is running, remove that file" in answer.err
    held.unlink()
    assert "1 trial on the branch" in project.ledger("run", "wider").out
    assert project.git("status", "--porcelain", cwd=linked) == ""
    assert "accuracy" in (linked / "metrics.json").read_text()
