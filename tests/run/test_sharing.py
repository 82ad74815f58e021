"""`ledger push` and `ledger pull`: two clones and a bare remote, and what may be wrong with each."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Project, Shelved


def is_shared(project: Project) -> None:
    """An experiment `x` with a run of one seed of two, whose branch is checked out."""
    project.ledger("new", "X", "--name", "x", "--seeds", "2", "-S", "train.lr=0.3", "--predict", "accuracy > baseline")
    project.ledger("run", "--only", "seed-0")


def ends(project: Project) -> None:
    """The same with the other seed."""
    project.ledger("run")


@pytest.fixture
def ada(shelved: Shelved, tmp_path: Path) -> Project:
    """The experiment, and a bare remote `origin` that has the main branch."""
    return with_origin(shelved(is_shared), tmp_path)


def with_origin(project: Project, place: Path, name: str = "origin") -> Project:
    project.git("init", "-q", "--bare", str(place / f"{name}.git"))
    project.git("remote", "add", name, str(place / f"{name}.git"))
    project.git("push", "-q", name, "main")
    return project


def clone(project: Project, place: Path, *options: str, name: str = "bob") -> Project:
    """Another clone of `origin`, with the experiment's branch checked out where that has it."""
    project.git("clone", "-q", *options, project.git("remote", "get-url", "origin"), str(place / name))
    other = Project(place / name, project._capsys, project._monkeypatch)
    if other.git("for-each-ref", "refs/remotes/origin/exp/x"):
        other.git("switch", "-q", "exp/x")
    return other


def there(project: Project, remote: str = "origin") -> dict[str, str]:
    """What the remote has."""
    lines = project.git("ls-remote", "--refs", "--heads", "--tags", remote).splitlines()
    return {ref: oid for oid, _, ref in (line.partition("\t") for line in lines)}


def ours(project: Project) -> dict[str, str]:
    """What is here of it."""
    lines = project.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags").splitlines()
    return {ref: oid for oid, _, ref in (line.partition(" ") for line in lines)}


def test_branch_and_tags_go_together_once(ada: Project) -> None:
    before = there(ada)
    would = ada.ledger("push", "--no-data", "--dry-run", "--json").json
    assert would["dry_run"] and there(ada) == before
    done = ada.ledger("push", "--no-data")
    assert done.out == "pushed x to origin: exp/x (new branch), 2 trials, 1 tag\n"
    assert there(ada) == ours(ada)
    assert ada.git("rev-parse", "--symbolic-full-name", "exp/x@{upstream}") == "refs/remotes/origin/exp/x"
    assert ada.ledger("push", "--no-data").out == "everything is up to date\n"
    (one,) = would["experiments"]
    assert (one["branch"], one["trials"], len(one["tags"])) == ("exp/x", 2, 1)


def test_what_another_has_added_comes_and_is_told(ada: Project, tmp_path: Path) -> None:
    ada.ledger("push", "--no-data")
    bob = clone(ada, tmp_path)
    bob.ledger("note", "looks\nwell")
    bob.ledger("amend", "--key", "alpha=0.01", "-m", "stricter")
    assert "pushed x to origin" in bob.ledger("push", "--no-data").out
    ada.git("fetch", "-q")
    (ada.root / "train.py").write_text("# mine\n" + (ada.root / "train.py").read_text())
    would = ada.ledger("pull", "--no-data", "--dry-run").out
    assert ada.git("rev-parse", "exp/x") != bob.git("rev-parse", "exp/x")
    done = ada.ledger("pull", "--no-data")
    assert done.out == "pulled x from origin: 1 note, amended: alpha\n" == would.replace("would pull", "pulled")
    # what is not committed stays
    assert ada.git("status", "--porcelain") == "M train.py"
    assert ada.git("rev-parse", "exp/x") == bob.git("rev-parse", "exp/x")
    assert ada.ledger("pull", "--no-data").out == "everything is up to date\n"


def test_a_new_experiment_comes_with_its_tags(ada: Project, tmp_path: Path) -> None:
    bob = clone(ada, tmp_path, "--single-branch")
    ada.ledger("push", "--no-data")
    done = bob.ledger("pull", "--no-data", "--all", "--json").json
    assert [(e["experiment"], e["new"], e["trials"]) for e in done["experiments"]] == [
        ("x", True, {"baseline": 1, "treatment": 1})
    ]
    assert bob.ledger("verify", "x").code == 0
    assert bob.git("for-each-ref", "refs/heads") == bob.git("for-each-ref", "refs/heads/main")
    assert set(there(ada)) - set(ours(bob)) == {"refs/heads/exp/x"}
    # the branch that is made of it has what has come
    assert bob.ledger("pull", "--no-data", "exp/x").out == "everything is up to date\n"


def test_changes_in_the_way_stop_a_pull_whole(ada: Project, tmp_path: Path) -> None:
    ada.ledger("push", "--no-data")
    bob = clone(ada, tmp_path)
    bob.ledger("note", "bob")
    bob.ledger("push", "--no-data")
    ada.write({"experiments/x/notes.md": "mine\n"})
    before = ada.git("rev-parse", "exp/x"), ada.git("status", "--porcelain")
    assert "are in the way" in ada.ledger("pull", "--no-data", code=2).err
    assert (ada.git("rev-parse", "exp/x"), ada.git("status", "--porcelain")) == before
    assert (ada.root / "experiments/x/notes.md").read_text() == "mine\n"


def test_a_linked_work_tree_is_brought_along(ada: Project, tmp_path: Path) -> None:
    ada.ledger("push", "--no-data")
    bob = clone(ada, tmp_path)
    bob.ledger("note", "bob")
    bob.ledger("push", "--no-data")
    ada.git("switch", "-q", "main")
    ada.git("worktree", "add", "-q", str(tmp_path / "linked"), "exp/x")
    assert "1 note" in ada.ledger("pull", "--no-data", "x").out
    assert "bob" in (tmp_path / "linked/experiments/x/notes.md").read_text()
    assert ada.git("status", "--porcelain", cwd=tmp_path / "linked") == ""
    assert ada.ledger("push", "--no-data", cwd=tmp_path / "linked").out == "everything is up to date\n"


def test_a_push_says_what_is_there_and_not_here(ada: Project, tmp_path: Path) -> None:
    ada.ledger("push", "--no-data")
    bob = clone(ada, tmp_path)
    bob.ledger("note", "bob")
    bob.ledger("push", "--no-data")
    # behind: there is nothing to send
    told = ada.ledger("push", "--no-data")
    assert told.out == "everything is up to date\n" and "ledger pull x" in told.err
    ada.ledger("note", "ada")
    before = there(ada)
    refused = ada.ledger("push", "--no-data", code=2).err
    assert "origin has commits of x that are not here" in refused and "hint: ledger pull x" in refused
    assert there(ada) == before
    done = ada.ledger("pull", "--no-data")
    assert done.out == "pulled x from origin: 1 note\n  1 commit of yours stands on top: ledger push x\n"
    assert "pushed x to origin" in ada.ledger("push", "--no-data").out
    assert all(who in ada.git("show", "exp/x:experiments/x/notes.md") for who in ("bob", "ada"))


def test_a_tag_is_never_moved(ada: Project, tmp_path: Path) -> None:
    (tag,) = [ref for ref in ours(ada) if ref.startswith("refs/tags/")]
    ada.git("push", "-q", "origin", f"main:{tag}")
    before = there(ada), ada.state()
    for command in ("push", "pull"):
        said = ada.ledger(command, "x", "--no-data", code=2).err
        assert f"the tag {tag.removeprefix('refs/tags/')} is another object on origin than here" in said
        assert (there(ada), ada.state()) == before


def test_a_branch_that_was_deleted_there_stays_so(ada: Project) -> None:
    ada.ledger("push", "--no-data")
    ada.git("--git-dir", ada.git("remote", "get-url", "origin"), "update-ref", "-d", "refs/heads/exp/x")
    done = ada.ledger("push", "--no-data")
    assert done.out == "everything is up to date\n" and "was deleted on origin, and stays so" in done.err
    assert "the branch of x was deleted on origin; here it stays" in ada.ledger("pull", "--no-data").err
    ada.ledger("note", "more")
    assert "is there again" in ada.ledger("push", "--no-data").err
    assert there(ada) == ours(ada)


def test_a_branch_that_was_rewritten_there_is_followed(ada: Project, tmp_path: Path) -> None:
    ada.ledger("push", "--no-data")
    bob = clone(ada, tmp_path)
    bob.git("commit", "-q", "--amend", "-m", "run: worded anew")
    bob.git("push", "-q", "--force", "origin", "exp/x")
    done = ada.ledger("pull", "--no-data")
    assert "its branch was rewritten there" in done.out
    assert ada.git("rev-parse", "exp/x") == bob.git("rev-parse", "exp/x")
    # not where trials would be lost
    bob.git("rm", "-q", "experiments/x/trials/treatment/seed-0.yaml")
    bob.git("commit", "-q", "--amend", "-m", "run: less")
    bob.git("push", "-q", "--force", "origin", "exp/x")
    before = ada.state()
    assert "lacks 1 of the trials that are here: treatment/seed-0" in ada.ledger("pull", "--no-data", code=2).err
    assert ada.git("rev-parse", "exp/x") in before[0]


def test_what_was_merged_elsewhere_keeps_its_trials(ada: Project, tmp_path: Path) -> None:
    """A pull request is squashed and its branch deleted: the tags are there all the same."""
    ada.ledger("push", "--no-data")
    bob = clone(ada, tmp_path)
    bob.git("switch", "-q", "main")
    bob.git("merge", "-q", "--squash", "origin/exp/x")
    bob.git("commit", "-q", "-m", "X (#1)")
    bob.git("push", "-q", "origin", "main", ":exp/x")
    carol = clone(ada, tmp_path, name="carol")
    assert carol.ledger("verify", "x").code == 0
    assert carol.ledger("push", "--no-data", "--all").out == "everything is up to date\n"
    assert carol.ledger("pull", "--no-data", "--all").out == "everything is up to date\n"


def test_what_is_put_away_goes_as_tags(ada: Project) -> None:
    ada.git("switch", "-q", "main")
    ada.ledger("archive", "x", "--force")
    assert ada.ledger("push", "--no-data", "x").out == "pushed x to origin: 2 tags\n"
    assert set(there(ada)) == {"refs/heads/main", *(ref for ref in ours(ada) if ref.startswith("refs/tags/"))}


def test_a_main_branch_that_has_more_than_the_remotes_is_told(ada: Project) -> None:
    assert "have landed" not in ada.ledger("push", "--no-data").err
    ada.git("switch", "-q", "main")
    ada.ledger("conclude", "x", "--early")
    ada.ledger("land", "x", "--record")
    assert "note: origin lacks 1 commit of main, on which experiments have landed: git push origin main" in (
        ada.ledger("push", "x", "--no-data").err
    )
    ada.git("push", "-q", "origin", "main")
    assert "have landed" not in ada.ledger("push", "x", "--no-data").err


def test_several_go_in_one_push(ada: Project, tmp_path: Path) -> None:
    ada.git("switch", "-q", "main")
    ada.ledger("new", "Y", "--name", "y", "-S", "train.lr=0.2", "--no-switch")
    hook = Path(ada.git("remote", "get-url", "origin")) / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho push >>pushes\n")
    hook.chmod(0o755)
    said = ada.ledger("push", "--no-data", code=2).err
    assert all(word in said for word in ("you are on main", "ledger push EXP", "--all"))
    done = ada.ledger("push", "--no-data", "--all", "--json").json
    assert [one["branch"] for one in done["experiments"]] == ["exp/x", "exp/y"]
    assert (hook.parent.parent / "pushes").read_text() == "push\n"
    assert there(ada) == ours(ada)
    assert ada.ledger("push", "--no-data", "exp/y").out == "everything is up to date\n"
    assert "leave one out" in ada.ledger("push", "--no-data", "y", "--all", code=2).err


def test_the_remote_is_chosen_as_git_does(ada: Project, tmp_path: Path) -> None:
    with_origin(ada, tmp_path, "fork")
    ada.git("remote", "rename", "origin", "lab")
    said = ada.ledger("push", "--no-data", code=2).err
    assert "which remote is meant? there are fork and lab" in said and "--remote fork" in said
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
    assert "origin does not take exp/x: hook declined" in said and "origin: refs/heads/exp/x is protected" in said
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
    assert "pulled x" in done.out and "passed over" in done.err
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


def test_a_partial_clone_pulls_and_pushes(ada: Project, tmp_path: Path) -> None:
    ada.ledger("push", "--no-data")
    origin = ada.git("remote", "get-url", "origin")
    ada.git("--git-dir", origin, "config", "uploadpack.allowFilter", "true")
    ada.git("--git-dir", origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    subprocess.run(["git", "clone", "-q", "--filter=blob:none", f"file://{origin}", "bob"], cwd=tmp_path, check=True)
    bob = Project(tmp_path / "bob", ada._capsys, ada._monkeypatch)
    bob.git("switch", "-q", "exp/x")
    bob.ledger("note", "from a partial clone")
    ada.ledger("note", "more")
    ada.ledger("push", "--no-data")
    assert "1 note" in bob.ledger("pull", "--no-data").out
    assert "pushed x" in bob.ledger("push", "--no-data").out
    assert bob.ledger("verify", "x").code == 0
    assert "1 note" in ada.ledger("pull", "--no-data").out


def test_a_shallow_clone_pulls_and_pushes(ada: Project, tmp_path: Path) -> None:
    ada.ledger("push", "--no-data")
    url = "file://" + ada.git("remote", "get-url", "origin")
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", "--branch=exp/x", "--no-single-branch", url, "bob"],
        cwd=tmp_path,
        check=True,
    )
    bob = Project(tmp_path / "bob", ada._capsys, ada._monkeypatch)
    ada.ledger("note", "more")
    ada.ledger("push", "--no-data")
    assert "1 note" in bob.ledger("pull", "--no-data").out
    bob.ledger("note", "from a shallow clone")
    assert "pushed x" in bob.ledger("push", "--no-data").out
    assert "1 note" in ada.ledger("pull", "--no-data").out


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
    assert "exp/x has moved on origin meanwhile" in said and "type it again" in said
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
    assert f"note: store ({store}) was not there and would be made" in planned.err
    sent = ada.ledger("push")
    assert sent.out == would.replace("would push", "pushed")
    assert f"note: store ({store}) was not there and was made" in sent.err
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
    assert again == "everything is up to date, but for data that is in neither place\n"


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
