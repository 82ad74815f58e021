"""Experiments that are about to land."""

from __future__ import annotations

import json
from typing import Any

from conftest import PARAMS, TRAIN, Project

VERDICT = """\
---
schema: 1
outcome: {outcome}
predictions: []
warnings: []
amendments: []
looks: 1
alpha: 0.05
---
It is {outcome}.
"""


def begin(project: Project, name: str = "a", *options: str, lr: float = 0.2, runs: bool = True) -> None:
    """An experiment with two seeds, forked from main and checked out."""
    title = f"A rate of {lr} helps"
    project.ledger("new", title, "--name", name, "--from", "main", "--seeds", "2", "-S", f"train.lr={lr}", *options)
    if runs:
        project.ledger("run")


def conclude(project: Project, outcome: str, name: str = "a") -> str:
    """A verdict on the branch that is checked out."""
    return project.commit("verdict", {f"experiments/{name}/verdict.md": VERDICT.format(outcome=outcome)})


def on_main(project: Project, files: dict[str, str], message: str = "main moves on") -> str:
    """A commit on main; the branch that was checked out is again afterwards."""
    project.git("switch", "-q", "main")
    commit = project.commit(message, files)
    project.git("switch", "-q", "-")
    return commit


SMALL: dict[str, Any] = json.loads(json.dumps(PARAMS))["train"]


def params(**train: Any) -> str:
    """The parameter file with other values."""
    return json.dumps({"seed": PARAMS["seed"], "train": SMALL | train}, indent=2) + "\n"


def tip(project: Project, revision: str = "main") -> str:
    return project.git("rev-parse", revision)


def parents(project: Project, commit: str = "main") -> list[str]:
    return project.git("rev-list", "--parents", "-n1", commit).split()[1:]


def changed(project: Project, old: str, new: str = "main") -> list[str]:
    return project.git("diff", "--name-only", "--no-renames", old, new).splitlines()


def trailers(project: Project, commit: str = "main") -> dict[str, str]:
    lines = project.git("log", "-1", "--format=%(trailers)", commit).splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def tips(project: Project) -> list[str]:
    """The tags that hold a branch's tip."""
    lines = project.git(
        "for-each-ref", "--format=%(refname:short) %(contents:subject)", "refs/tags/ledger"
    ).splitlines()
    return [line.split(" ", 1)[0] for line in lines if " tip of " in line]


def sound(project: Project) -> None:
    """Nothing is broken, and the work tree shows what its branch holds."""
    assert project.git("fsck", "--strict", "--no-dangling") == ""
    assert project.git("status", "--porcelain") == ""


def undecided(project: Project) -> None:
    """An experiment `a` with its trials and no verdict, checked out."""
    begin(project)


def disproved(project: Project) -> None:
    """A refuted experiment `a`, checked out."""
    begin(project)
    conclude(project, "refuted")


def proved(project: Project) -> None:
    """A supported experiment `a` with a change of code, checked out."""
    begin(project, runs=False)
    project.commit("code: start higher", {"train.py": TRAIN.replace("0.5 +", "0.6 +")})
    project.ledger("run")
    conclude(project, "supported")
