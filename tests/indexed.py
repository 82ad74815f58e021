"""A history of forty experiments, and its index beside what git says."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Project
from shelves import copy

from ledger.analysis.rows import rows_of
from ledger.model.row import Row
from ledger.repo.index import reading as index_reading
from ledger.repo.index.changes import Fresh, Suspect
from ledger.repo.ledger import Ledger, open_ledger

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
LEVELS = ("experiments", "variants", "trials")


@pytest.fixture
def built(shelf: Path) -> Path:
    """Forty experiments of all kinds: landed, archived, on a remote, not collected, failing. Built once a test run."""
    kept = shelf / "forty"
    with (shelf / "forty.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            with pytest.MonkeyPatch.context() as patch:
                patch.syspath_prepend(str(BENCHMARKS))
                import histories

                made = shelf / "forty.made"
                histories.build(made, experiments=40)
            made.rename(kept)
    return kept


@pytest.fixture
def indexed(built: Path, shelf: Path) -> Path:
    """The same with its index, which says what git says."""
    kept = shelf / "forty-indexed"
    with (shelf / "forty.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            made = shelf / "forty-indexed.made"
            copy(built, made)
            same(made)
            made.rename(kept)
    return kept


@pytest.fixture
def history(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A copy of them for one test."""
    root = tmp_path / "history"
    copy(built, root)
    return Project(root, capsys, monkeypatch)


@pytest.fixture
def known(
    indexed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A copy of them with its index."""
    root = tmp_path / "history"
    copy(indexed, root)
    return Project(root, capsys, monkeypatch)


def from_git(ledger: Ledger) -> dict[str, list[Row]]:
    """The rows of every level as they are computed from every experiment that can be read."""
    found = [rows_of(e) for e in ledger.experiments()]
    return {
        "experiments": [rows.experiment for rows in found],
        "variants": [row for rows in found for row in rows.variants],
        "trials": [row for rows in found for row in rows.trials],
    }


def same(root: Path) -> None:
    """Check every row of the index against git."""
    with open_ledger(root) as ledger:
        indexed = {level: ledger.rows(level) for level in LEVELS}
        computed = from_git(ledger)
    for level in LEVELS:
        assert indexed[level] == computed[level], level


def file_of(root: Path) -> Path:
    return root / ".git" / "ledger" / "index.db"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the experiments that the index reads again."""
    names: list[str] = []
    real = index_reading.read

    def spy(git: Any, asked: Sequence[Suspect], *, main: str | None) -> Iterator[Fresh]:
        names.extend(one.wanted.name for one in asked)
        return real(git, asked, main=main)

    monkeypatch.setattr(index_reading, "read", spy)
    return names
