"""Slots: which of them a run takes, who holds on to one, and what a work tree beside them changes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import TRAIN, MakeProject, Project, Shelved, default_files
from planned import two_seeds

from ledger.git.git import open_repository
from ledger.machine import processes
from ledger.machine.state_directory import StateDirectory
from ledger.run import slots
from ledger.run.slots import slot

# says in a metric whether it holds on to the lock of the slot that it runs in, and in another which slot that is
HOLDS = """
import json, os, pathlib
slot = os.environ["LEDGER_SLOT"]
assert slot == os.getcwd()
held = [os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")]
numbers = {"accuracy": 0.5, "holds": int(slot + ".lock" in held), "slot": int(pathlib.Path(slot).name)}
json.dump(numbers, open("metrics.json", "w"))
"""


def place(project: Project) -> StateDirectory:
    return StateDirectory(common=project.root / ".git")


def child(slot_path: Path, lock: int, *, marked: bool) -> subprocess.Popen[bytes]:
    """A process that holds on to a slot's lock and lives until its pipe is closed."""
    mark = {processes.MARK: str(slot_path)} if marked else {}
    return subprocess.Popen(
        [sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(lock,),
        env=os.environ | mark,
        start_new_session=True,
    )


def test_slots_in_use_by_another_run_are_not_used(project: Project) -> None:
    project.write({"train.py": TRAIN + HOLDS})
    project.commit("slots")
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")
    git = open_repository(project.root)
    with slot(git, place(project)) as theirs:
        theirs.prepare("main", keep=[])
        (theirs.path / "mine.txt").write_text("at work")
        project.ledger("run", "-j", "2")
        assert (theirs.path / "mine.txt").read_text() == "at work"
    trials = project.ledger("show", "--json").json["trials"]
    assert {t["metrics"]["slot"] for t in trials} <= {1, 2}
    # the stage holds on to the lock, through the worker and the shell
    assert {t["metrics"]["holds"] for t in trials} == {1}
    # and slot 0 is the first again
    with slot(git, place(project)) as own:
        assert own.path == theirs.path


def test_a_slot_is_not_free_while_a_descendant_holds_on_to_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "_PATIENCE", 0)
    git = open_repository(project.root)
    with slot(git, place(project)) as own:
        first = own.path
        # one that has thrown away its environment is not found by its mark
        left = child(own.path, own.lock, marked=False)
    assert left.stdin is not None
    assert left.stdout is not None
    assert left.stdout.readline() == b"up\n"
    with slot(git, place(project)) as own:
        assert own.path.name == "1"
        assert left.poll() is None
    left.stdin.close()
    left.wait()
    left.stdout.close()
    with slot(git, place(project)) as own:
        assert own.path == first


def test_what_carries_the_mark_of_a_free_slot_is_ended(project: Project) -> None:
    git = open_repository(project.root)
    with slot(git, place(project)) as own:
        left, other = child(own.path, own.lock, marked=True), child(own.path.with_name("7"), own.lock, marked=False)
        other.communicate()
    assert left.stdout is not None
    assert left.stdout.readline() == b"up\n"
    assert [process.pid for process in processes.marked(own.path)] == [left.pid]
    with slot(git, place(project)) as again:
        assert again.path == own.path
        assert left.poll() is not None
    left.communicate()


def test_a_run_in_a_linked_work_tree(make_project: MakeProject) -> None:
    project = make_project(default_files() | {"train.py": TRAIN + HOLDS})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3", "--no-switch")
    linked = project.root.parent / "linked tree"
    project.git("worktree", "add", "-q", str(linked), "exp/a")
    project.ledger("run", "-j", "2", cwd=linked)
    # one pool for all work trees, and one cache
    assert sorted(path.name for path in place(project).slots.iterdir() if path.is_dir()) == ["0", "1"]
    assert (project.root / ".dvc/cache/files").is_dir()
    assert not (linked / ".dvc/cache").exists()
    assert (linked / "experiments/a/trials/treatment/seed-2.yaml").is_file()
    assert (linked / "model.txt").is_file()
    assert project.git("status", "--porcelain", cwd=linked) == ""
    assert project.git("status", "--porcelain") == ""
    assert not (project.root / "experiments").exists()


def test_a_pool_is_no_larger_than_the_trials(shelved: Shelved) -> None:
    project = shelved(two_seeds, default_files())
    project.ledger("run", "-j", "9")
    assert sorted(path.name for path in place(project).slots.iterdir() if path.is_dir()) == ["0", "1"]
    with ExitStack() as held:
        git = open_repository(project.root)
        own = [held.enter_context(slot(git, place(project))) for _ in range(3)]
        assert [s.path.name for s in own] == ["0", "1", "2"]


def test_a_sparse_clone_runs_what_its_user_does_not_see(make_project: MakeProject) -> None:
    reads = TRAIN + 'assert open("hidden/rows.csv").read()\n'
    pipeline = default_files()["dvc.yaml"].replace("[train.py]", "[train.py, hidden]")
    project = make_project(default_files() | {"train.py": reads, "dvc.yaml": pipeline, "hidden/rows.csv": "1\n"})
    project.git("sparse-checkout", "set", "--no-cone", "/*", "!/hidden")
    with slot(open_repository(project.root), place(project)) as ours:
        ours.prepare("main", keep=[])
        # as an earlier version left it
        project.git("sparse-checkout", "set", "--no-cone", "/*", "!/hidden", cwd=ours.path)
        assert not (ours.path / "hidden").exists()
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    project.ledger("run")
    assert project.git("status", "--porcelain") == "" and not (project.root / "hidden").exists()
    assert project.ledger("verify", "--json").json["problems"] == []


def test_a_slot_that_is_led_astray_between_trials_is_made_anew(project: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "train.py").write_text("precious\n")
    git = open_repository(project.root)
    with slot(git, place(project)) as ours:
        ours.prepare("main", keep=[])
        ours.prepare("main", keep=[])
        own = Path((ours.path / ".git").read_text().removeprefix("gitdir: ").strip())
        project.git("config", "extensions.worktreeConfig", "true")
        (own / "config.worktree").write_text(f"[core]\n\tworktree = {elsewhere}\n")
        ours.prepare("main", keep=[])
        assert (elsewhere / "train.py").read_text() == "precious\n"
        assert [path.name for path in elsewhere.iterdir()] == ["train.py"]
        assert (ours.path / "train.py").is_file()
        assert project.git("-C", str(ours.path), "rev-parse", "--show-toplevel") == str(ours.path.resolve())
