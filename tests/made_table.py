"""The page of a table as files, from rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ledger.analysis.columns import EXPERIMENTS, TRIALS, VARIANTS
from ledger.model.row import Row
from ledger.model.settings import Settings
from ledger.report.site import assets, table
from ledger.report.site.shell import Site


def write(folder: Path, rows: Sequence[Row], trials: Sequence[Row] = (), *, code: bool = True) -> Path:
    """The folder with the page, whose experiments and arms are these rows."""
    levels: dict[str, Sequence[Row]] = {EXPERIMENTS: rows, VARIANTS: rows, TRIALS: trials}
    for file in (*table.files(levels, Settings(), Site(title="Site", code=code)), *assets.files()):
        (folder / file.path).parent.mkdir(exist_ok=True)
        (folder / file.path).write_bytes(file.content)
    return folder
