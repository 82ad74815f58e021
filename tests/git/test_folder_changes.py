"""What a short line of commits did to a folder is read as `git log` tells it; all else is left to git."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from conftest import MakeProject, Project

from ledger.git import folder_changes
from ledger.git.git import open_repository
from ledger.git.process import GitError

PATHS = ("f/plan", "f/trials/x.yaml", "f/trials/y.yaml", "f/trials-b", "f/ä b", "f/trials.c/z", "other")
ZONES = ("+0000", "-0000", "+0530", "-1100", "+1345", "-0930")


@pytest.fixture
def plain(make_project: MakeProject) -> Project:
    """A repository without DVC."""
    return make_project({"a.txt": "a\n"}, dvc=False)


def imported(project: Project, commits: list[str]) -> str:
    """The last of the commits, of which each goes on from the one before it."""
    project.shell(f"git fast-import --quiet --force <<'END'\n{''.join(commits)}END")
    return project.git("rev-parse", "line")


def commit(number: int, files: dict[str, tuple[str, str]], zone: str = "+0000") -> str:
    """A commit of exactly these files, each with its mode and text."""
    moment = 1_700_000_000 + number
    said = f"commit refs/heads/line\nauthor Ä <a@b> {moment} {zone}\ncommitter c <c@d> 5 +0000\ndata 0\ndeleteall\n"
    for path, (mode, text) in files.items():
        said += (
            f'M {mode} {text} "{path}"\n'
            if mode == "160000"
            else f'M {mode} inline "{path}"\ndata {len(text)}\n{text}\n'
        )
    return said


def both(project: Project, at: str, folder: str) -> tuple[object, object]:
    """What is read of the line, and what git tells."""
    git = open_repository(project.root)
    return folder_changes._of_line(git, at, folder), folder_changes._logged(git, at, folder)


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_git_tells(plain: Project, seed: int) -> None:
    chance = random.Random(seed)
    files: dict[str, tuple[str, str]] = {}
    commits = []
    for number in range(20):
        for path in chance.sample(PATHS, chance.choice([0, 1, 1, 2])):
            kind = chance.random()
            if path in files and kind < 0.3:
                del files[path]
            elif kind < 0.4:
                files[path] = "120000", f"to {number}"
            elif kind < 0.5:
                files[path] = "160000", f"{number + 1:040x}"
            elif kind < 0.7:
                files[path] = chance.choice(["100755", "100644"]), files.get(path, ("", "same"))[1]
            else:
                files[path] = "100644", f"{path[:1]} {number}"
        if chance.random() < 0.1:
            files = {path: one for path, one in files.items() if path == "other"}
        commits.append(commit(number, files, chance.choice(ZONES)))
    # a file where there was a folder, and a folder where there was a file
    commits.append(commit(20, {"f/trials": ("100644", "file"), "f/plan/deep": ("100644", "deep")}))
    at = imported(plain, commits)
    for folder in ("f", "f/trials", "f/trials.c", "none"):
        read, told = both(plain, at, folder)
        assert read == told or (folder == "f/trials" and read is None)


@pytest.mark.parametrize("when", [0, 1, 4_000_000_000, 2**40])
@pytest.mark.parametrize("zone", ["+0000", "+9000", "-2359"])
def test_dates_that_no_calendar_has_are_left_to_git(plain: Project, when: int, zone: str) -> None:
    tree = plain.git("rev-parse", f"{imported(plain, [commit(0, {'f/a': ('100644', 'a')})])}^{{tree}}")
    text = f"tree {tree}\nauthor A <a@b> {when} {zone}\ncommitter A <a@b> 5 +0000\n\nodd\n"
    at = plain.shell(f"printf '{text}' | git hash-object -t commit -w --literally --stdin").strip()
    try:
        read, told = both(plain, at, "f")
    except (ValueError, GitError):
        # git makes of it what Python does not read, or ends
        read, told = folder_changes._of_line(open_repository(plain.root), at, "f"), None
    assert read is None or read == told
    assert (read is None) == (when == 2**40 or zone == "+9000" or (when < 2 and zone == "-2359"))


def test_longer_lines_and_merges_are_left_to_git(plain: Project) -> None:
    commits = [commit(number, {"f/a": ("100644", str(number))}) for number in range(25)]
    at = imported(plain, commits)
    git = open_repository(plain.root)
    assert folder_changes._of_line(git, at, "f") is None
    assert len(folder_changes.read(git, at, "f")) == 25
    assert len(folder_changes._of_line(git, plain.git("rev-parse", "line~1"), "f") or ()) == 24
    merge = plain.git("commit-tree", "line^{tree}", "-p", "line~20", "-p", "line~21", "-m", "merge")
    assert folder_changes._of_line(git, merge, "f") is None
    assert len(folder_changes.read(git, merge, "f")) > 1


def test_names_and_shallow_clones_are_left_to_git(plain: Project, tmp_path: Path) -> None:
    at = imported(plain, [commit(number, {"f/a": ("100644", str(number))}) for number in range(3)])
    git = open_repository(plain.root)
    assert folder_changes._of_line(git, "line", "f") is None
    assert folder_changes._of_line(git, plain.git("rev-parse", f"{at}:f"), "f") is None
    assert folder_changes.read(git, "line", "f") == folder_changes.read(git, at, "f")
    plain.git("clone", "-q", "--depth", "2", "-b", "line", f"file://{plain.root}", os.fspath(tmp_path / "shallow"))
    shallow = open_repository(tmp_path / "shallow")
    assert folder_changes._of_line(shallow, at, "f") is None
    assert len(folder_changes.read(shallow, at, "f")) == 2
