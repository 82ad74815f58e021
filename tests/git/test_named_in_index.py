"""What the index does not name is known without git, in whichever form it is written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import MakeProject, Project

from ledger.git import index_file

NAME = "/.dvc/config"


@pytest.fixture
def plain(make_project: MakeProject) -> Project:
    """A repository with DVC's folder at its top, another's in the work tree alone, and files that are called so."""
    files = {".dvc/config": "", "other.dvc/config": "", "a/.dvc/configuration": "", "b.txt": "b\n"}
    project = make_project(files, dvc=False)
    project.write({"sub/.dvc/config": ""})
    return project


def listed(project: Project) -> bool:
    """Whether git's index names one below the top."""
    return project.git("ls-files", "--", ":(glob)*/**/.dvc/config") != ""


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_what_is_added_is_seen(plain: Project, version: str) -> None:
    if version == "3":
        # an entry that only this version can hold
        (plain.root / "later.txt").write_text("later\n")
        plain.git("add", "--intent-to-add", "later.txt")
    else:
        plain.git("update-index", "--index-version", version)
    assert (plain.root / ".git/index").read_bytes()[7] == int(version)
    assert not listed(plain)
    assert index_file.may_name(plain.root / ".git", NAME) is (version == "4")
    plain.git("add", "--force", "sub/.dvc/config")
    assert listed(plain)
    assert index_file.may_name(plain.root / ".git", NAME)
    plain.git("rm", "-q", "--cached", "sub/.dvc/config")
    assert index_file.may_name(plain.root / ".git", NAME) is (version == "4")


def test_an_index_that_holds_its_entries_elsewhere_is_left_to_git(plain: Project) -> None:
    plain.git("add", "--force", "sub/.dvc/config")
    plain.git("update-index", "--split-index")
    plain.git("rm", "-q", "--cached", "b.txt")
    assert f"{NAME}\0".encode() not in (plain.root / ".git/index").read_bytes()
    assert listed(plain) and index_file.may_name(plain.root / ".git", NAME)


def test_folders_that_stand_for_what_is_below_them_are_left_to_git(plain: Project) -> None:
    plain.commit("sub", {"sub/in/.dvc/config": ""})
    plain.git("sparse-checkout", "set", "--cone", "--sparse-index", "a")
    assert f"{NAME}\0".encode() not in (plain.root / ".git/index").read_bytes()
    assert listed(plain) and index_file.may_name(plain.root / ".git", NAME)


def test_without_an_index_it_names_nothing(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert not index_file.may_name(tmp_path / ".git", NAME)
    (tmp_path / ".git/index").mkdir()
    assert index_file.may_name(tmp_path / ".git", NAME)


def test_a_large_index_is_left_to_git(plain: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not index_file.may_name(plain.root / ".git", NAME)
    monkeypatch.setattr(index_file, "_LARGE", 100)
    assert index_file.may_name(plain.root / ".git", NAME)
