"""What the index asks of git: experiments that may have changed, and what has become of them."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.repo.experiments import Wanted
from ledger.repo.index.tables import Lines
from ledger.repo.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An experiment that may have changed. `tree` is that of what the index holds, None where it holds nothing."""

    wanted: Wanted
    source: Source
    tree: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What has become of it. `lines` is None where its directory is as the index has it."""

    asked: Asked
    tree: str | None
    lines: Lines | None
