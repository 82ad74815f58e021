"""Plain files are written as an index would have written them, or left to one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import MakeProject, Project

from ledger.git import plain_files
from ledger.git.git import Git, open_repository


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project(
        {
            ".gitattributes": "*.txt text\n*.up filter=up\n",
            "a.json": "1\n",
            "folder/b.txt": "b\n",
            "folder/deep/c.json": "c\n",
            "ä ö.json": "1\n",
        },
        dvc=False,
    )


def by_both(project: Project, paths: Sequence[str]) -> tuple[str | None, str]:
    """The tree with the paths as they stand now: of the plain files, and by an index."""
    git = open_repository(project.root)
    head = git.commit("HEAD") or ""
    found = plain_files.added(git, project.root, paths, git.objects.files(head))
    plain = None if found is None else git.tree(head, found)
    return plain, git.tree_of_files(head, paths, root=project.root, entries={})


def test_written_changed_and_removed_as_by_an_index(project: Project) -> None:
    project.git("config", "filter.up.clean", "tr a-z A-Z")
    project.write({"a.json": "2\n", "new/x.up": "loud\n", "ä ö.json": "2\n", "empty.json": ""})
    (project.root / "folder/b.txt").unlink()
    paths = ["a.json", "new/x.up", "ä ö.json", "empty.json", "folder/b.txt", "folder/deep/c.json", "never.json"]
    plain, index = by_both(project, paths)
    assert plain == index
    git = open_repository(project.root)
    assert git.objects.blob(index, "new/x.up") == b"LOUD\n"
    assert git.objects.at(index, "folder/b.txt") is None
    assert by_both(project, [])[0] == git.objects.held("HEAD^{tree}").oid


def test_a_file_in_place_of_a_folder_and_the_other_way_round(project: Project) -> None:
    git = open_repository(project.root)
    for file in ("folder/deep/c.json", "folder/b.txt", "a.json"):
        (project.root / file).unlink()
    (project.root / "folder/deep").rmdir()
    (project.root / "folder").rmdir()
    project.write({"folder": "now a file\n", "a.json/x.json": "now a folder\n"})
    head = git.commit("HEAD") or ""
    paths = ["folder", "a.json/x.json", "folder/b.txt", "folder/deep/c.json"]
    found = plain_files.added(git, project.root, paths, git.objects.files(head))
    assert found is not None
    project.git("add", "-A")
    assert git.tree(head, found) == project.git("write-tree")


def executable(root: Path) -> None:
    (root / "a.json").chmod(0o755)


def link(root: Path) -> None:
    (root / "a.json").unlink()
    (root / "a.json").symlink_to("folder/b.txt")


def linked_folder(root: Path) -> None:
    (root / "folder").rename(root / "elsewhere")
    (root / "folder").symlink_to("elsewhere")


def folder(root: Path) -> None:
    (root / "a.json").unlink()
    (root / "a.json").mkdir()


def carriage_returns(root: Path) -> None:
    (root / "folder/b.txt").write_bytes(b"b\r\nb\r\n")


@pytest.mark.parametrize("change", [executable, link, linked_folder, folder, carriage_returns])
def test_what_an_index_must_decide_is_left_to_it(project: Project, change: object) -> None:
    git: Git = open_repository(project.root)
    assert callable(change)
    change(project.root)
    files = git.objects.files("HEAD")
    assert plain_files.added(git, project.root, ["a.json", "folder/b.txt"], files) is None


def test_a_mode_that_the_commit_has_is_left_to_an_index(project: Project) -> None:
    project.git("update-index", "--chmod=+x", "a.json")
    project.git("-c", "core.fileMode=false", "commit", "--quiet", "-m", "executable")
    assert by_both(project, ["a.json"])[0] is None


@pytest.mark.parametrize("name", ['"quoted".json', "two\nlines.json", "returns\r", "repository/"])
def test_names_that_need_more_than_a_line_are_left_to_an_index(project: Project, name: str) -> None:
    git = open_repository(project.root)
    assert plain_files.added(git, project.root, [name], {}) is None
