"""Asking `ledger verify`, and changing records behind its back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Project, Shelved
from forging import commits
from honest import FILES, branch, landed, squashed

from ledger.model import trial_file
from ledger.model.formats import yaml12

FOLDER = "experiments/a"
VERDICT = f"{FOLDER}/verdict.md"
SEED1 = "treatment/seed-1.2"

CopyProject = Callable[[str], Project]


@pytest.fixture
def recorded(shelved: Shelved) -> CopyProject:
    """A copy of an experiment that was honestly run and concluded: on its `branch`, `landed` or `squashed`."""

    def copy(kind: str) -> Project:
        if kind == "branch":
            return shelved(branch, FILES)
        return shelved(landed if kind == "landed" else squashed, FILES, after=branch)

    return copy


# --- looking


def verified(project: Project, *arguments: str, code: int | None = None) -> dict[str, Any]:
    """What `ledger verify` says; its exit code follows from the problems."""
    got = project.ledger("verify", *arguments, "--json", code=code)
    shape: dict[str, Any] = got.json
    assert got.code == (0 if shape["ok"] else 1)
    assert shape["ok"] == (not shape["problems"])
    return shape


def honest(project: Project, *arguments: str, unproved: bool = False) -> list[dict[str, Any]]:
    """No problem is found; returns what is unproved, which must be nothing unless that is expected."""
    before = project.state()
    shape = verified(project, *arguments)
    assert shape["problems"] == []
    assert unproved or shape["unproved"] == []
    assert project.state() == before
    return list(shape["unproved"])


def found(project: Project, check: str, *texts: str, trial: str | None = None, arguments: tuple[str, ...] = ()) -> None:
    """A problem of that check names the trial and all the texts."""
    shape = verified(project, *arguments, code=1)
    rows = [r for r in shape["problems"] if r["check"] == check and r["trial"] == trial and r["experiment"] == "a"]
    assert any(all(text in row["message"] for text in texts) for row in rows), json.dumps(shape, indent=2)


# --- tampering


def edit(project: Project, path: str, old: str, new: str) -> None:
    """Replace a text in a file, which must be there."""
    text = (project.root / path).read_text("utf-8")
    assert old in text
    (project.root / path).write_text(text.replace(old, new), "utf-8")


def record(trial: str) -> str:
    """The path of a record."""
    return f"{FOLDER}/trials/{trial}.yaml"


def change_record(project: Project, trial: str, key: str, value: object) -> None:
    """Set one key of a record, dots for what lies within."""
    text = (project.root / record(trial)).read_text("utf-8")
    document: Any = yaml12.loads(text)
    *folders, last = key.split(".")
    node = document
    for folder in folders:
        node = node[folder]
    assert last in node
    node[last] = value
    (project.root / record(trial)).write_text(yaml12.dumps(document), "utf-8")


def metric(project: Project, trial: str) -> float:
    """The accuracy that a record holds."""
    return trial_file.loads((project.root / record(trial)).read_text("utf-8")).metrics["accuracy"]


def held(project: Project, trial: str, path: str) -> str:
    """A file as the trial commit holds it."""
    return project.git("show", f"{commits(project)[trial]}:{path}") + "\n"
