"""The table of a site: every experiment, arm and trial as columns that a script sorts, filters and compares.

The data stand in files of their own, a level each, which call `ledger.data`; the page has the latest experiments as a
plain table, for those who run no scripts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ledger.analysis.columns import EXPERIMENTS, TRIALS, VARIANTS, Column, Request
from ledger.analysis.fields import DATA, PLAIN, Field, Kind
from ledger.analysis.table import Table, select
from ledger.model.row import Row
from ledger.model.settings import Settings
from ledger.model.site import File
from ledger.report import table as report
from ledger.report.site import shell
from ledger.report.site.experiment import address
from ledger.report.site.shell import Site
from ledger.report.text import harmless_json

# rows of the plain table, and columns that are shown before others are asked for
_PLAIN: Final = 100
_SHOWN: Final = 12

# by level: what it is called in the page's address, and in the data
LEVELS: Final = {EXPERIMENTS: "experiments", VARIANTS: "arms", TRIALS: "trials"}


def files(rows: Mapping[str, Sequence[Row]], settings: Settings, site: Site) -> Iterator[File]:
    """The page and its data; `rows` are those of each level."""
    first = select(rows[EXPERIMENTS], Request(limit=_PLAIN), settings)
    names = [row.experiment for row in first.rows]
    yield shell.page(
        "table.html",
        "table.html",
        site,
        heads=report.short_names([column.field for column in first.columns]),
        rows=list(
            zip(names, zip(*(report.cells(first, c, settings) for c in first.columns), strict=True), strict=False)
        ),
        total=len(rows[EXPERIMENTS]),
        address=address,
    )
    for level, name in LEVELS.items():
        document = json.dumps(_level(rows[level], level, settings, site), ensure_ascii=False, separators=(",", ":"))
        said = harmless_json(document).replace("<", "\\u003c")
        yield File(
            path=f"data/table-{name}.js", content=f'ledger.data("table-{name}",{said});\n'.encode("utf-8", "replace")
        )


def _level(rows: Sequence[Row], level: str, settings: Settings, site: Site) -> dict[str, Any]:
    """The columns of a level: those that the command shows by default first."""
    usual = select(rows, Request(level=level), settings)
    every = select(rows, Request(level=level, every=True, detail=True), settings)
    extra = [Column(field=PLAIN[name], rank=-1) for name in ("code", "fingerprint")] if level != EXPERIMENTS else []
    known = {column.field.name: column for column in (*usual.columns, *every.columns, *extra)}
    columns = [
        c for c in known.values() if site.code or not (c.field.name.startswith(DATA) or c.field.kind is Kind.HASH)
    ]
    ranked = sorted(usual.columns, key=lambda column: -column.rank)[:_SHOWN]
    shown = {column.field.name for column in ranked}
    heads = report.short_names([column.field for column in columns])
    return {
        "rows": len(rows),
        "columns": [
            {"id": c.field.name, "head": head, "shown": c.field.name in shown, **_column(every, c, settings)}
            for c, head in zip(columns, heads, strict=True)
        ],
    }


def _column(value: Table, column: Column, settings: Settings) -> dict[str, Any]:
    """A column's kind and texts; of texts that repeat each stands once. `keys` sort where the texts do not."""
    texts = report.cells(value, column, settings)
    kind = _kind(column.field, value.rows)
    found: dict[str, Any] = {"kind": kind}
    distinct = list(dict.fromkeys(texts))
    if 2 * len(distinct) <= len(texts):
        places = {text: at for at, text in enumerate(distinct)}
        found |= {"of": distinct, "at": [places[text] for text in texts]}
    else:
        found["texts"] = texts
    if column.field.kind is Kind.SECONDS:
        found["keys"] = [None if row.seconds is None else float(f"{row.seconds:.4g}") for row in value.rows]
    return found


def _kind(field: Field, rows: Sequence[Row]) -> str:
    if field.kind is Kind.MOMENT:
        return "date"
    return "number" if report.stands_right(field, rows) else "text"
