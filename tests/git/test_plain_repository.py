"""A repository is found as git finds it; where anything is unusual, git is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import MakeProject, Project

from ledger.errors import LedgerError
from ledger.git import plain_repository
from ledger.git.git import open_repository


@pytest.fixture
def plain(make_project: MakeProject) -> Project:
    """A repository without DVC."""
    return make_project({"a.txt": "a\n", "folder/c.txt": "c\n"}, dvc=False)


def asked(start: Path) -> list[str]:
    """What git says of the repository that holds a folder."""
    what = ("--path-format=absolute", "--show-toplevel", "--git-common-dir")
    done = subprocess.run(["git", "rev-parse", *what], cwd=start, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_it_is_the_one_that_git_finds(plain: Project, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(plain.root)
    for start in (plain.root, link, link / "folder" / ".."):
        assert plain_repository.top(start) == plain.root
        git = open_repository(start)
        assert [os.fspath(git.root), os.fspath(git.common)] == asked(start)
        assert git.prefix == ""


def test_below_the_top_git_is_asked(plain: Project) -> None:
    assert plain_repository.top(plain.root / "folder") is None
    assert open_repository(plain.root / "folder").prefix == "folder"
    assert plain_repository.top(plain.root / ".git") is None


def other_place(root: Path) -> None:
    subprocess.run(["git", "config", "core.worktree", os.fspath(root / "folder")], cwd=root, check=True)


def bare(root: Path) -> None:
    subprocess.run(["git", "config", "core.bare", "true"], cwd=root, check=True)


def included(root: Path) -> None:
    subprocess.run(["git", "config", "include.path", "other"], cwd=root, check=True)


def hidden(root: Path) -> None:
    with (root / ".git/config").open("a") as stream:
        stream.write("[core]\n\tBa\\\nre = true\n")


def extended(root: Path) -> None:
    subprocess.run(["git", "config", "extensions.objectFormat", "sha1"], cwd=root, check=True)


def without_objects(root: Path) -> None:
    (root / ".git/objects").rename(root / ".git/other")


def separate(root: Path) -> None:
    subprocess.run(["git", "init", "-q", "--separate-git-dir", os.fspath(root.parent / "apart")], cwd=root, check=True)


def detached(root: Path) -> None:
    subprocess.run(["git", "checkout", "-q", "--detach"], cwd=root, check=True)


def unreadable(root: Path) -> None:
    (root / ".git/config").unlink()


def later_version(root: Path) -> None:
    subprocess.run(["git", "config", "core.repositoryFormatVersion", "5"], cwd=root, check=True)


def common_of_nothing(root: Path) -> None:
    (root / ".git/commondir").symlink_to("nothing")


def linked_head(root: Path) -> None:
    (root / ".git/HEAD").rename(root / ".git/other")
    (root / ".git/HEAD").symlink_to("other")


SPOILT = (
    other_place, bare, included, hidden, extended, without_objects, separate, detached, unreadable, later_version,
    common_of_nothing, linked_head,
)  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_is_unusual_is_left_to_git(plain: Project, spoil: Callable[[Path], None]) -> None:
    assert plain_repository.top(plain.root) is not None
    spoil(plain.root)
    assert plain_repository.top(plain.root) is None


@pytest.mark.parametrize(
    "wrong", ["garbage here", "[core", "[co re]", "[core ]", '[a "b]', "= x", "1a = x", 'x = "y', "[a_b]"]
)
def test_a_configuration_that_git_cannot_read_is_left_to_it(plain: Project, wrong: str) -> None:
    with (plain.root / ".git/config").open("a") as stream:
        stream.write(f"{wrong}\n")
    assert plain_repository.top(plain.root) is None
    with pytest.raises(LedgerError, match="bad config line"):
        open_repository(plain.root)


def test_a_setting_that_git_cannot_read_is_said_to_be_one(plain: Project) -> None:
    with (plain.root / ".git/config").open("a") as stream:
        stream.write("[core]\n\tfilemode = perhaps\n")
    with pytest.raises(LedgerError, match="cannot read its configuration: bad boolean config value 'perhaps'"):
        open_repository(plain.root).head()
    with pytest.raises(LedgerError, match="cannot read its configuration"):
        open_repository(plain.root).text("log")


def test_usual_settings_are_none_that_git_is_asked_for(plain: Project) -> None:
    plain.git("remote", "add", "origin", "https://example.org/a.git")
    plain.git("config", "branch.exp/ä b.remote", "origin")
    plain.git("config", "--add", "filter.lfs.clean", "git-lfs clean -- %f # x; y")
    with (plain.root / ".git/config").open("a") as stream:
        stream.write("# mine\n\n[user]\n    name = A; mine\n")
    assert plain_repository.top(plain.root) == plain.root


def test_somebody_elses_is_left_to_git(plain: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert plain_repository.top(plain.root) is None


def test_no_repository(tmp_path: Path) -> None:
    assert plain_repository.top(tmp_path) is None
    (tmp_path / ".git").mkdir()
    assert plain_repository.top(tmp_path) is None
    with pytest.raises(LedgerError, match="is not in a git repository"):
        open_repository(tmp_path)


def test_a_repository_of_sha256_is_refused(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--object-format=sha256", "."], cwd=tmp_path, check=True)
    assert plain_repository.top(tmp_path) is None
    with pytest.raises(LedgerError, match="names its objects by sha256, which DVC does not read"):
        open_repository(tmp_path)


def test_a_path_that_is_no_text_is_refused(plain: Project, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"\xff")
    plain.root.rename(odd)
    assert plain_repository.top(odd) is None
    with pytest.raises(LedgerError, match="is not UTF-8, which DVC needs"):
        open_repository(odd)


def test_a_linked_work_tree_is_left_to_git(plain: Project) -> None:
    linked = plain.root.parent / "linked"
    plain.git("worktree", "add", "-q", "--detach", os.fspath(linked))
    assert plain_repository.top(linked) is None
    assert open_repository(linked).common == plain.root / ".git"


# --- a linked work tree


def slot(root: Path) -> Path:
    """A linked work tree of the repository at `root`."""
    place = root.parent / "linked"
    if not place.exists():
        subprocess.run(["git", "worktree", "add", "-q", "--detach", os.fspath(place)], cwd=root, check=True)
    return place


def own_folder(work_tree: Path) -> list[str]:
    """What git says of a work tree: its top, its own git directory, and where its index is locked."""
    what = ("--path-format=absolute", "--show-toplevel", "--absolute-git-dir", "--git-path", "index.lock")
    done = subprocess.run(["git", "rev-parse", *what], cwd=work_tree, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_folder_of_a_linked_work_tree_is_the_one_that_git_finds(plain: Project) -> None:
    place = slot(plain.root)
    own = plain_repository.linked(place, plain.root / ".git")
    assert own is not None
    assert own_folder(place) == [os.fspath(one) for one in (place, own, own / "index.lock")]
    subprocess.run(["git", "switch", "-q", "-c", "other"], cwd=place, check=True)
    assert plain_repository.linked(place, plain.root / ".git") == own


def configured(root: Path) -> None:
    subprocess.run(["git", "config", "extensions.worktreeConfig", "true"], cwd=root, check=True)
    subprocess.run(["git", "config", "--worktree", "core.worktree", os.fspath(root)], cwd=slot(root), check=True)


def own_config(root: Path) -> None:
    (root / ".git/worktrees/linked/config.worktree").write_text("[core]\n")


def other_commondir(root: Path) -> None:
    (root / ".git/worktrees/linked/commondir").write_text(f"{root / '.git'}\n")


def linked_pointer(root: Path) -> None:
    (slot(root) / ".git").rename(root / "pointer")
    (slot(root) / ".git").symlink_to(root / "pointer")


def linked_folder(root: Path) -> None:
    (root / ".git/worktrees/linked").rename(root / ".git/worktrees/other")
    (root / ".git/worktrees/linked").symlink_to("other")


def relative_pointer(root: Path) -> None:
    (slot(root) / ".git").write_text("gitdir: ../" + f"{root.name}/.git/worktrees/linked\n")


def pointer_upwards(root: Path) -> None:
    (slot(root) / ".git").write_text(f"gitdir: {root}/.git/worktrees/..\n")


def pointer_elsewhere(root: Path) -> None:
    subprocess.run(["git", "init", "-q", os.fspath(root.parent / "apart")], check=True)
    (slot(root) / ".git").write_text(f"gitdir: {root.parent}/apart/.git\n")


def no_pointer(root: Path) -> None:
    (slot(root) / ".git").unlink()


def unregistered(root: Path) -> None:
    shutil.rmtree(root / ".git/worktrees")


def damaged_head(root: Path) -> None:
    (root / ".git/worktrees/linked/HEAD").write_text("nothing\n")


LINKED = (
    configured, own_config, other_commondir, linked_pointer, linked_folder, relative_pointer, pointer_upwards,
    pointer_elsewhere, no_pointer, unregistered, damaged_head, other_place, bare, included, hidden, extended,
    without_objects, unreadable, later_version,
)  # fmt: skip


@pytest.mark.parametrize("spoil", LINKED)
def test_a_linked_work_tree_that_is_unusual_is_left_to_git(plain: Project, spoil: Callable[[Path], None]) -> None:
    place = slot(plain.root)
    assert plain_repository.linked(place, plain.root / ".git") is not None
    spoil(plain.root)
    assert plain_repository.linked(place, plain.root / ".git") is None


def test_a_linked_work_tree_of_somebody_elses_is_left_to_git(plain: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    place = slot(plain.root)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert plain_repository.linked(place, plain.root / ".git") is None
