"""What one log of a folder says is what git's own logs say, whatever merges there were."""

from __future__ import annotations

import random

import pytest
from conftest import Project

from ledger.git.git import open_repository
from ledger.repo import folder_log

FILES = ("experiments/a/plan", "experiments/a/trials/x", "experiments/a/trials/y", "experiments/b/plan", "other")


def history(project: Project, seed: int) -> str:
    """A random history with merges, some of which take one side whole; the id of its last commit."""
    chance = random.Random(seed)
    trees: list[dict[str, str]] = [{}]
    lines = ["commit refs/heads/random\nmark :1\ncommitter a <a@b> 1 +0000\ndata 0\n"]
    for number in range(2, 26):
        first = chance.randrange(max(0, len(trees) - 4), len(trees))
        other = chance.randrange(len(trees))
        tree = dict(trees[first])
        said = (
            f"commit refs/heads/random\nmark :{number}\ncommitter a <a@b> {number} +0000\ndata 0\nfrom :{first + 1}\n"
        )
        if other != first and chance.random() < 0.4:
            said += f"merge :{other + 1}\n"
            for path in FILES:
                side = chance.choice([trees[first], trees[other], trees[first] | trees[other]])
                tree.pop(path, None)
                tree |= {path: side[path]} if path in side else {}
        for path in chance.sample(FILES, chance.choice([0, 1, 1, 2])):
            if path in tree and chance.random() < 0.2:
                del tree[path]
            else:
                tree[path] = f"{path} {number}"
        said += "deleteall\n"
        for path, text in tree.items():
            said += f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"
        lines.append(said)
        trees.append(tree)
    project.shell(f"git fast-import --quiet --force <<'END'\n{''.join(lines)}END")
    return project.git("rev-parse", "random")


def logged(project: Project, at: str, folder: str, *options: str) -> list[str]:
    """The commits that git lists."""
    return project.git("log", "--topo-order", "--format=%H", *options, at, "--", folder).split()


@pytest.mark.parametrize("seed", range(12))
def test_it_is_what_git_lists(project: Project, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    at = history(project, seed)
    git = open_repository(project.root)
    for many in (False, True):
        monkeypatch.setattr(folder_log, "_FEW", 0 if many else 9)
        for folder in ("experiments/a", "experiments/b", "experiments/none"):
            found = folder_log.full(git, at, folder)
            oids = list(dict.fromkeys(one.oid for one in found))
            assert oids == logged(project, at, folder, "--full-history")
            followed = folder_log.followed(git, at, folder)
            if followed is not None:
                assert [one.oid for one in followed] == logged(project, at, folder)
        trials = folder_log.within(folder_log.full(git, at, "experiments/a"), "experiments/a/trials")
        raw = ("-m", "--full-history", "--topo-order", "--raw", "--no-abbrev", "--no-renames", "--format=")
        told = project.git("log", *raw, at, "--", "experiments/a/trials").splitlines()
        assert [(f.status, f.before, f.path) for one in trials for f in one.files] == [
            (line.split()[4], line.split()[2], line.split()[5]) for line in told if line
        ]


def test_a_line_of_commits_is_followed_and_parallel_ones_are_not(project: Project) -> None:
    project.git("switch", "-q", "-c", "one")
    for number in range(3):
        project.commit(f"number {number}", {"experiments/a/plan": str(number)})
    git = open_repository(project.root)
    line = folder_log.followed(git, project.git("rev-parse", "one"), "experiments/a")
    assert line is not None and [[file.status for file in one.files] for one in line] == [["M"], ["M"], ["A"]]
    project.git("switch", "-q", "-c", "two", "one~1")
    project.commit("another", {"experiments/a/plan": "x"})
    project.git("merge", "-q", "-s", "ours", "-m", "ours alone", "one")
    assert folder_log.followed(git, project.git("rev-parse", "two"), "experiments/a") is None


def test_a_path_may_hold_what_the_format_is_made_of(project: Project) -> None:
    odd = "experiments/a/\x01:100644 M\nx"
    project.commit("odd", {odd: "x"})
    (found,) = folder_log.full(open_repository(project.root), project.git("rev-parse", "HEAD"), "experiments/a")
    assert [file.path for file in found.files] == [odd]
