"""A branch takes the work trees along that have it checked out, or does not move."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import MakeProject, Project
from plain import committed, head

from ledger.errors import LedgerError
from ledger.git import refs
from ledger.git.branch import Moved, Overlap, Step, advance
from ledger.git.bring_along import bring_along
from ledger.git.git import Git, open_repository
from ledger.git.process import GitError
from ledger.git.refs import RefChange


@pytest.fixture
def plain(make_project: MakeProject) -> Project:
    """A repository without DVC: `a.txt`, `b.txt` and a folder on main."""
    return make_project({"a.txt": "a\n", "b.txt": "b\n", "folder/c.txt": "c\n"}, dvc=False)


@pytest.fixture
def git(plain: Project) -> Git:
    return open_repository(plain.root)


def test_a_branch_takes_its_work_tree_along(plain: Project, git: Git) -> None:
    old = head(plain)
    new = committed(git, old, {"a.txt": "new\n", "folder/c.txt": None, "made/d.txt": "d\n"})
    plain.write({"b.txt": "mine\n", "scratch.txt": "mine\n", "staged.txt": "mine\n"})
    plain.git("add", "staged.txt")
    assert advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why")) == (plain.root,)
    assert head(plain) == new
    assert plain.git("status", "--porcelain").splitlines() == ["M b.txt", "A  staged.txt", "?? scratch.txt"]
    assert (plain.root / "a.txt").read_text() == "new\n"
    assert not (plain.root / "folder").exists()


@pytest.mark.parametrize(
    ("why", "kind", "says"),
    [
        ("Permission denied", LedgerError, "git cannot write its refs: cannot lock ref"),
        ("Read-only file system", LedgerError, "git cannot write its refs: cannot lock ref"),
        ("No space left on device", GitError, "No space left"),
        ("Too many open files", GitError, "Too many open files"),
    ],
)
def test_a_ref_that_the_system_does_not_let_go_has_not_moved(
    git: Git, monkeypatch: pytest.MonkeyPatch, why: str, kind: type[Exception], says: str
) -> None:
    """git says of these, too, that it cannot lock the ref: as if somebody were faster."""
    said = f"fatal: cannot lock ref 'refs/heads/x': Unable to create '.git/refs/heads/x.lock': {why}\n".encode()
    done = subprocess.CompletedProcess([], 128, b"", said)
    monkeypatch.setattr("ledger.git.refs.call", lambda *a, **k: done)
    with pytest.raises(kind, match=says):
        refs.move(git, [RefChange(ref="refs/heads/x", old=None, new="1" * 40)], "why")


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param({"a.txt": "mine\n"}, id="an edit"),
        pytest.param({"made/d.txt": "mine\n"}, id="a new file"),
        pytest.param({"made": "mine\n"}, id="a file where a folder comes"),
        pytest.param({"ignored.txt": "mine\n", ".gitignore": "ignored.txt\n"}, id="an ignored file"),
    ],
)
@pytest.mark.parametrize("staged", [False, True], ids=["", "staged"])
def test_nothing_moves_where_changes_overlap(
    plain: Project, git: Git, meanwhile: Mapping[str, str], staged: bool
) -> None:
    old = head(plain)
    new = committed(git, old, {"a.txt": "new\n", "made/d.txt": "d\n", "ignored.txt": "new\n"})
    plain.write(meanwhile)
    if staged:
        plain.git("add", "--force", "-A")
    before = plain.state()
    with pytest.raises(Overlap) as caught:
        advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why"))
    assert next(iter(meanwhile)) in caught.value.message
    assert plain.state() == before
    assert {path: (plain.root / path).read_text() for path in meanwhile} == meanwhile


def test_an_ignored_file_where_a_folder_comes_is_kept(plain: Project, git: Git) -> None:
    plain.write({"made": "mine\n", ".git/info/exclude": "made\n"})
    old = head(plain)
    new = committed(git, old, {"made/d.txt": "d\n"})
    with pytest.raises(Overlap, match="ignored file made"):
        advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why"))
    assert (plain.root / "made").read_text() == "mine\n"
    assert head(plain) == old


def test_what_is_already_there_is_no_overlap(plain: Project, git: Git) -> None:
    """A process that was killed after the work tree, before the ref, has left it so."""
    old = head(plain)
    new = committed(git, old, {"a.txt": "new\n", "made/d.txt": "d\n", "b.txt": None})
    bring_along(git, plain.root, old, new)
    assert plain.git("status", "--porcelain").splitlines() == ["M  a.txt", "D  b.txt", "A  made/d.txt"]
    advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why"))
    assert plain.git("status", "--porcelain") == ""


def test_the_work_tree_goes_back_where_the_branch_has_moved(plain: Project, git: Git) -> None:
    old = head(plain)
    new = committed(git, old, {"a.txt": "new\n", "made/d.txt": "d\n"})
    plain.commit("meanwhile", {"b.txt": "theirs\n"})
    plain.write({"folder/c.txt": "mine\n"})
    before = plain.state()
    with pytest.raises(Moved):
        advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why"))
    assert plain.state() == before


def test_the_work_tree_goes_back_where_the_ref_is_held(
    plain: Project, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refs, "_PATIENT", ("-c", "core.filesRefLockTimeout=50"))
    old = head(plain)
    new = committed(git, old, {"a.txt": "new\n", "made/d.txt": "d\n"})
    lock = plain.root / ".git/refs/heads/main.lock"
    lock.touch()
    with pytest.raises(LedgerError, match="another git process"):
        advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why"))
    lock.unlink()
    assert head(plain) == old
    assert plain.git("status", "--porcelain") == ""


def test_another_branch_may_be_rebased_whose_name_is_no_text(plain: Project, git: Git, tmp_path: Path) -> None:
    old = head(plain)
    linked = tmp_path / os.fsdecode(b"\xff")
    plain.git("worktree", "add", "-q", "--detach", os.fspath(linked))
    (own,) = (plain.root / ".git/worktrees").iterdir()
    (own / "rebase-merge").mkdir()
    (own / "rebase-merge/head-name").write_bytes(b"refs/heads/\xff\n")
    new = committed(git, old, {"a.txt": "new\n"})
    assert advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why")) == (plain.root,)


def test_a_branch_that_is_being_rebased_waits(plain: Project, git: Git) -> None:
    plain.git("switch", "-q", "-c", "side")
    old = plain.commit("ours", {"a.txt": "ours\n"})
    plain.git("switch", "-q", "main")
    plain.commit("theirs", {"a.txt": "theirs\n"})
    plain.git("switch", "-q", "side")
    plain.shell("git rebase main", code=1)
    before = plain.state()
    new = committed(git, old, {"b.txt": "new\n"})
    step = Step(ref="refs/heads/side", old=old, new=new, reason="why")
    with pytest.raises(Overlap, match="being rebased"):
        advance(git, step)
    assert plain.state() == before
    plain.git("rebase", "--abort")
    advance(git, step)
    assert plain.git("status", "--porcelain") == ""


def test_a_file_that_was_only_touched_is_not_in_the_way(plain: Project, git: Git) -> None:
    old = head(plain)
    new = committed(git, old, {"a.txt": "new\n"})
    os.utime(plain.root / "a.txt", (1, 1))
    advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why"))
    assert plain.git("status", "--porcelain") == ""


def test_a_file_that_was_only_touched_beside_one_that_is_in_the_way(plain: Project, git: Git) -> None:
    old = head(plain)
    new = committed(git, old, {"a.txt": "new\n", "b.txt": "new\n"})
    os.utime(plain.root / "a.txt", (1, 1))
    plain.write({"b.txt": "mine\n"})
    with pytest.raises(Overlap, match=r"changes in .* are in the way: Entry 'b.txt'"):
        advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why"))
    assert (plain.root / "a.txt").read_text() == "a\n"
    assert (plain.root / "b.txt").read_text() == "mine\n"
    assert head(plain) == old


@pytest.mark.parametrize("ignored", ["", "made\n"])
def test_a_folder_where_a_file_comes_is_kept(plain: Project, git: Git, ignored: str) -> None:
    old = head(plain)
    new = committed(git, old, {"made/d.txt": "d\n", "made/e.txt": "e\n"})
    plain.write({"made/d.txt/f/mine.txt": "mine\n", ".git/info/exclude": ignored})
    before = plain.state()
    with pytest.raises(Overlap, match=r"made/d\.txt"):
        advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why"))
    assert plain.state() == before
    assert (plain.root / "made/d.txt/f/mine.txt").read_text() == "mine\n"


@pytest.mark.parametrize("killed", [False, True])
def test_a_file_that_cannot_be_written_is_no_overlap(
    plain: Project, git: Git, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    said = "ended by signal 9" if killed else "error: unable to create file a.txt: No space left on device"

    def full(*_: object) -> None:
        raise GitError(["read-tree"], said, killed=killed)

    old = head(plain)
    new = committed(git, old, {"a.txt": "new\n"})
    monkeypatch.setattr("ledger.git.branch.bring_along", full)
    with pytest.raises(Overlap, match=f"could not be updated: {said.removeprefix('error: ')}"):
        advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why"))
    assert head(plain) == old


def test_a_work_tree_alone_is_brought_along_by_one_process(
    plain: Project, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = head(plain)
    new = committed(git, old, {"a.txt": "new\n", "made/d.txt": "d\n"})
    monkeypatch.setenv("GIT_TRACE2_EVENT", os.fspath(tmp_path / "trace"))
    advance(git, Step(ref="refs/heads/main", old=old, new=new, reason="why"))
    starts = [line for line in (tmp_path / "trace").read_text().splitlines() if '"event":"start"' in line]
    assert [sum(f'"{name}"' in line for line in starts) for name in ("read-tree", "update-ref")] == [1, 1]


def test_a_branch_in_no_work_tree_and_in_two(plain: Project, git: Git, tmp_path: Path) -> None:
    old = head(plain)
    plain.git("branch", "side")
    new = committed(git, old, {"a.txt": "new\n"})
    assert advance(git, Step(ref="refs/heads/side", old=old, new=new, reason="why")) == ()
    assert plain.git("status", "--porcelain") == ""
    trees = [tmp_path / "one", tmp_path / "two"]
    for tree in trees:
        plain.git("worktree", "add", "-q", "--force", str(tree), "side")
    newer = committed(git, new, {"a.txt": "newer\n"})
    (trees[1] / "a.txt").write_text("mine\n")
    step = Step(ref="refs/heads/side", old=new, new=newer, reason="why")
    with pytest.raises(Overlap, match="two"):
        advance(git, step)
    assert [plain.git("status", "--porcelain", cwd=tree) for tree in trees] == ["", "M a.txt"]
    plain.git("checkout", "-q", "a.txt", cwd=trees[1])
    assert set(advance(git, step)) == set(trees)
    assert [plain.git("status", "--porcelain", cwd=tree) for tree in trees] == ["", ""]
