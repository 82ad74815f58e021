"""A history of forty experiments, and its index beside what git says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Project

from ledger.analysis.rows import rows_of
from ledger.model.row import Row
from ledger.repo.index import reading as index_reading
from ledger.repo.index.changes import Fresh, Suspect
from ledger.repo.ledger import Ledger, open_ledger

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
LEVELS = ("experiments", "variants", "trials")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty experiments of all kinds: landed, archived, on a remote, not collected, failing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import histories

        root = tmp_path_factory.mktemp("history") / "repository"
        histories.build(root, experiments=40)
    return root


@pytest.fixture
def history(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A copy of it for one test."""
    root = tmp_path / "history"
    shutil.copytree(built, root, symlinks=True)
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
