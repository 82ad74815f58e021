"""`ledger push` and `ledger pull` between two clones and a bare remote."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import Project, Shelved
from origins import clone, is_shared, ours, there, with_origin


@pytest.fixture
def ada(shelved: Shelved, tmp_path: Path) -> Project:
    """The experiment, and a bare remote `origin` that has the main branch."""
    return with_origin(shelved(is_shared), tmp_path)


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
        assert f"the tag {tag.removeprefix('refs/tags/')} differs on origin" in said
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
