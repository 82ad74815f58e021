"""Trial commits that are not those of the run: what tests of `verify` forge."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from conftest import Project


def commits(project: Project) -> dict[str, str]:
    """The trial commits below the tags, by trial id."""
    text = project.git("log", "--format=%H %(trailers:key=Ledger-Trial,valueonly,separator=%x20)", "--tags")
    return {trial: commit for commit, _, trial in (line.partition(" ") for line in text.splitlines()) if trial}


def forge(
    project: Project,
    trial: str,
    files: Mapping[str, str | None],
    *,
    parent: str | None = None,
    message: str | None = None,
) -> str:
    """Put a forged trial commit in place of an honest one: its tag is made anew, under the name that it would have."""
    old = commits(project)[trial]
    index = {**os.environ, "GIT_INDEX_FILE": str(project.root / ".git/forged")}

    def git(*arguments: str, text: str | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=project.root, env=index, capture_output=True, text=True, check=True, input=text
        )
        return done.stdout.strip()

    git("read-tree", old)
    for path, text in files.items():
        if text is None:
            git("rm", "-q", "--cached", path)
        else:
            blob = git("hash-object", "-w", "--stdin", text=text)
            git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    said = project.git("log", "-1", "--format=%B", old) if message is None else message
    new = git("commit-tree", git("write-tree"), "-p", parent or f"{old}^", "-m", said)
    [tag] = [t for t in project.git("tag", "--list", "ledger/a/*").splitlines() if old in below(project, t)]
    parents = [new if p == old else p for p in project.git("rev-list", "--parents", "-n1", tag).split()[1:]]
    listed = [argument for p in parents for argument in ("-p", p)]
    merged = git("commit-tree", f"{tag}^{{tree}}", *listed, "-m", project.git("log", "-1", "--format=%B", tag))
    project.git("tag", "-d", tag)
    project.git("tag", "-a", f"ledger/a/{merged[:10]}", merged, "-m", "trials of a")
    return new


def below(project: Project, tag: str) -> list[str]:
    """The trial commits that a tag holds."""
    return project.git("rev-list", "--parents", "-n1", tag).split()[1:]
