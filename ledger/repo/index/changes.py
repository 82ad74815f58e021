"""What the index asks of git: experiments that may have changed, and what has become of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.model.frozen import frozen
from ledger.repo.experiments import Wanted
from ledger.repo.sources import Source

if TYPE_CHECKING:
    from ledger.repo.index.lines import Lines


@frozen
class Suspect:
    """An experiment that may have changed. `tree` is that of what the index holds, None where it holds nothing."""

    wanted: Wanted
    source: Source
    tree: str | None = None


@frozen
class Fresh:
    """What has become of it. `lines` is None where its directory is as the index has it."""

    asked: Suspect
    tree: str | None
    lines: Lines | None
