"""`ledger push` and `ledger pull` where the remote, what came from it, the data or the moment is wrong."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Project, Shelved
from origins import clone, is_shared, ours, there, with_origin


@pytest.fixture
def ada(shelved: Shelved, tmp_path: Path) -> Project:
    """The experiment, and a bare remote `origin` that has the main branch."""
    return with_origin(shelved(is_shared), tmp_path)


def test_the_remote_is_chosen_as_git_does(ada: Project, tmp_path: Path) -> None:
    with_origin(ada, tmp_path, "fork")
    ada.git("remote", "rename", "origin", "lab")
    said = ada.ledger("push", "--no-data", code=2).err
    assert "which remote is meant? known: fork and lab" in said and "--remote fork" in said
    assert "there is no remote elsewhere" in ada.ledger("push", "--no-data", "--remote", "elsewhere", code=2).err
    ada.ledger("push", "--no-data", "--remote", "lab")
    ada.git("config", "remote.pushDefault", "fork")
    assert ada.ledger("push", "--no-data", "--json").json["remote"] == "fork"
    assert ada.ledger("pull", "--no-data", "--json").json["remote"] == "lab"
    ada.git("config", "branch.exp/x.pushRemote", "lab")
    assert ada.ledger("push", "--no-data", "--json").json["remote"] == "lab"


def test_no_remote(shelved: Shelved) -> None:
    project = shelved(is_shared)
    for command in ("push", "pull"):
        said = project.ledger(command, "--no-data", code=2).err
        assert "has no remote" in said and "git remote add origin URL" in said


def test_a_remote_without_rights(ada: Project, tmp_path: Path) -> None:
    """The host's hook says who may write, and is quoted; what is to be read is read."""
    hook = Path(ada.git("remote", "get-url", "origin")) / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ncase $1 in refs/heads/*) echo $1 is protected >&2; exit 1;; esac\n")
    hook.chmod(0o755)
    before = there(ada)
    said = ada.ledger("push", "--no-data", code=2).err
    assert "origin rejected exp/x: hook declined" in said and "origin: refs/heads/exp/x is protected" in said
    assert there(ada) == before
    assert "neither here nor on origin" in ada.ledger("pull", "--no-data", "elsewhere", code=2).err


def test_what_is_no_experiment_there_is_passed_over(ada: Project, tmp_path: Path) -> None:
    ada.ledger("push", "--no-data")
    for ref in ("exp/--upload-pack=x", "exp/$(id)", "exp/a/b", "exp/UP", "exp/plain"):
        ada.git("push", "-q", "origin", f"main:refs/heads/{ref}")
    ada.git("push", "-q", "origin", "main:refs/tags/ledger/x/--force")
    # nor is a tag of the user's own that is called nearly so
    ada.git("tag", "ledger/x/mine")
    assert ada.ledger("push", "--no-data").out == "everything is up to date\n"
    bob = clone(ada, tmp_path, "--single-branch", "--no-tags")
    done = bob.ledger("pull", "--no-data", "--all", code=1)
    assert "pulled x" in done.out and "skipped" in done.err
    assert "origin/exp/plain is not an experiment" in done.err
    assert sorted(ref for ref in bob.git("for-each-ref", "--format=%(refname)").splitlines() if "exp/" in ref) == [
        "refs/remotes/origin/exp/plain",
        "refs/remotes/origin/exp/x",
    ]
    assert not bob.git("for-each-ref", "refs/tags/ledger/x/--force")


def test_a_link_that_data_would_be_written_through_does_not_come(ada: Project, tmp_path: Path) -> None:
    ada.ledger("push", "--no-data")
    bob = clone(ada, tmp_path)
    (bob.root / "models").symlink_to(".git/hooks")
    pipeline = (bob.root / "dvc.yaml").read_text().replace("outs: [model.txt]", "outs: [models/post-checkout]")
    bob.commit("models in a folder", {"dvc.yaml": pipeline})
    bob.git("push", "-q", "origin", "exp/x")
    before = ada.git("rev-parse", "exp/x"), ada.git("status", "--porcelain")
    assert "models is a symbolic link" in ada.ledger("pull", "--no-data", code=2).err
    assert (ada.git("rev-parse", "exp/x"), ada.git("status", "--porcelain")) == before
    assert not (ada.root / "models").is_symlink()


def test_a_checkpoint_that_is_corrupt_is_not_sent(ada: Project, tmp_path: Path) -> None:
    store = tmp_path / "store"
    ada.dvc("remote", "add", "-q", "--local", "-d", "store", str(store))
    (md5,) = {t["outs"]["model.txt"]["md5"] for t in ada.ledger("show", "--json").json["trials"] if "base" in t["id"]}
    held = ada.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    held.chmod(0o644)
    held.write_text("something else")
    done = ada.ledger("push", code=1)
    assert "warning: x:baseline/seed-0: neither here nor on the remote: model.txt (corrupt)" in done.err
    assert "pushed x to origin" in done.out and len([path for path in store.rglob("*") if path.is_file()]) == 1


def test_what_comes_between_the_look_and_the_push_is_not_overwritten(ada: Project, tmp_path: Path) -> None:
    ada.ledger("push", "--no-data")
    bob = clone(ada, tmp_path)
    bob.ledger("note", "bob")
    ada.ledger("note", "ada")
    hook = ada.root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nrm "$0"\nunset GIT_DIR\nexec git -C {bob.root} push -q origin exp/x\n')
    hook.chmod(0o755)
    said = ada.ledger("push", "--no-data", code=2).err
    assert "exp/x was updated on origin in the meantime" in said and "try again" in said
    assert there(ada)["refs/heads/exp/x"] == bob.git("rev-parse", "exp/x")
    assert "hint: ledger pull x" in ada.ledger("push", "--no-data", code=2).err


def test_data_goes_first_and_what_is_absent_is_named(ada: Project, tmp_path: Path) -> None:
    store = tmp_path / "store"
    said = ada.ledger("push", code=2).err
    assert "DVC has no remote for the data" in said and "--no-data" in said
    assert set(there(ada)) == {"refs/heads/main"}
    ada.dvc("remote", "add", "-q", "--local", "-d", "store", str(store))
    planned = ada.ledger("push", "--dry-run")
    would = planned.out
    assert "would push 2 files of data to store" in would and not store.exists()
    assert f"note: store ({store}) did not exist and would be made" in planned.err
    sent = ada.ledger("push")
    assert sent.out == would.replace("would push", "pushed")
    assert f"note: store ({store}) did not exist and was made" in sent.err
    assert ada.ledger("push", "--json").json["data"]["made"] == []
    bob = clone(ada, tmp_path)
    bob.dvc("remote", "add", "-q", "--local", "-d", "store", str(store))
    assert "leave one out" in bob.ledger("pull", "--no-data", "--data-remote", "store", code=2).err
    held = [path for path in store.rglob("*") if path.is_file()]
    held[0].unlink()
    done = bob.ledger("pull", code=1)
    assert "pulled 1 file of data from store" in done.out
    assert re.search(r"warning: x:(baseline|treatment)/seed-0: neither here nor on the remote: model.txt", done.err)
    again = bob.ledger("pull", code=1).out
    assert again == "everything is up to date, except data that is in neither place\n"


LEDGER = [sys.executable, "-m", "ledger"]


def blocked(project: Project, hook: str, condition: str, *command: str) -> None:
    """Run a command until the hook is called where the condition holds, and kill both there."""
    path = project.root / ".git/hooks" / hook
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{condition} || exit 0\necho $$ >.git/reached\nexec cat .git/gate\n")
    path.chmod(0o755)
    os.mkfifo(project.root / ".git/reached")
    os.mkfifo(project.root / ".git/gate")
    process = subprocess.Popen([*LEDGER, *command], cwd=project.root, stderr=subprocess.DEVNULL)
    waiting = int((project.root / ".git/reached").read_text())
    process.kill()
    process.wait()
    os.kill(waiting, signal.SIGKILL)
    path.unlink()


def test_a_push_that_is_killed_is_typed_again(ada: Project, tmp_path: Path) -> None:
    """Between data and refs, and while the remote takes the refs."""
    store = tmp_path / "store"
    ada.dvc("remote", "add", "-q", "--local", "-d", "store", str(store))
    before = there(ada)
    blocked(ada, "pre-push", "true", "push")
    assert there(ada) == before
    assert len([path for path in store.rglob("*") if path.is_file()]) == 2
    # the process on the remote dies when it has all objects, once
    remote = Path(ada.git("remote", "get-url", "origin")) / "hooks/pre-receive"
    remote.parent.mkdir(exist_ok=True)
    remote.write_text('#!/bin/sh\nrm "$0"\nkill -9 $PPID\n')
    remote.chmod(0o755)
    assert "cannot be reached" in ada.ledger("push", "--no-data", code=2).err
    assert there(ada) == before
    assert ada.ledger("push").out == "pushed x to origin: exp/x (new branch), 2 trials, 1 tag\n"
    assert there(ada) == ours(ada)


@pytest.mark.parametrize("ref", ["refs/remotes/origin/exp/x", "refs/heads/exp/x"])
def test_a_pull_that_is_killed_is_typed_again(ada: Project, tmp_path: Path, ref: str) -> None:
    """While it fetches, and while the branch moves that is checked out, on which both went on."""
    ada.ledger("push", "--no-data")
    bob = clone(ada, tmp_path)
    bob.ledger("note", "bob")
    bob.ledger("push", "--no-data")
    ada.ledger("note", "ada")
    (ada.root / "train.py").write_text("# mine\n" + (ada.root / "train.py").read_text())
    before = ada.git("rev-parse", "exp/x")
    blocked(ada, "reference-transaction", f'[ "$1" = prepared ] && grep -q {ref}', "pull", "--no-data")
    assert ada.git("rev-parse", "exp/x") == before
    assert ada.ledger("pull", "--no-data").out.startswith("pulled x from origin: 1 note\n")
    assert ada.git("status", "--porcelain") == "M train.py"
    assert ada.git("rev-parse", "exp/x~1") == bob.git("rev-parse", "exp/x")
