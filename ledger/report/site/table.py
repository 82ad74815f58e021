"""The table of a site: every experiment, arm and trial as columns that a script sorts, filters and compares.

The data stand in files of their own, two a level, which call `ledger.data`: the texts, and the numbers behind them. The
page has the latest experiments as a plain table, for those who run no scripts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from ledger.analysis.columns import EXPERIMENTS, TRIALS, VARIANTS, Column, Request
from ledger.analysis.fields import DATA, METRICS, REPLICATE, Field, FieldKind, Fields, is_missing
from ledger.analysis.table import Table, select
from ledger.model.plan import TREATMENT
from ledger.model.row import Row
from ledger.model.settings import Settings
from ledger.model.site import File
from ledger.model.summary import Summary
from ledger.report import table as report
from ledger.report.site import shell
from ledger.report.site.experiment import address
from ledger.report.site.shell import Site
from ledger.report.text import harmless_json

# rows of the plain table, and columns that are shown before others are asked for
_PLAIN: Final = 100
_SHOWN: Final = 12

# of experiments these stand first: what a narrow screen shows, and what tells how much there is to it and of when it is
_LEAD: Final = ("experiment", "state", "title", "created", "trials")

# a parameter's text is compared and filtered by as much of it as this
_LONGEST: Final = 400

# by level: what it is called in the page's address, and in the data
LEVELS: Final = {EXPERIMENTS: "experiments", VARIANTS: "arms", TRIALS: "trials"}
# significant digits of a standard deviation, and of a value without one; a mean has as many of its deviation's
_DIGITS: Final = 6
_ALONE: Final = 12


def files(rows: Mapping[str, Sequence[Row]], settings: Settings, site: Site) -> Iterator[File]:
    """The page and its data; `rows` are those of each level."""
    first = select(rows[EXPERIMENTS], Request(limit=_PLAIN), settings)
    columns = [column for column in _columns(first, site) if column in first.columns or column.field.name in _LEAD]
    names = [row.experiment for row in first.rows]
    yield shell.page(
        "table.html",
        "table.html",
        site,
        heads=report.short_names([column.field for column in columns]),
        rows=list(zip(names, zip(*(report.cells(first, c, settings) for c in columns), strict=True), strict=False)),
        total=len(rows[EXPERIMENTS]),
        address=address,
    )
    for level, name in LEVELS.items():
        yield _data(f"table-{name}", _level(rows[level], level, settings, site))
        yield _data(f"table-{name}-numbers", numbers(rows[level], level, settings, code=site.code))


def _data(key: str, value: Mapping[str, Any]) -> File:
    """A value as a script that gives it to the page."""
    document = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    said = harmless_json(document).replace("<", "\\u003c")
    return File(path=f"data/{key}.js", content=f'ledger.data("{key}",{said});\n'.encode("utf-8", "replace"))


def _level(rows: Sequence[Row], level: str, settings: Settings, site: Site) -> dict[str, Any]:
    """The columns of a level with their values, and which of them are shown at first."""
    usual = select(rows, Request(level=level), settings)
    columns = _columns(usual, site)
    lead = [c for c in columns if c.field.name in _LEAD] if level == EXPERIMENTS else []
    ranked = sorted((c for c in usual.columns if c not in lead), key=lambda column: -column.rank)
    shown = {column.field.name for column in [*lead, *ranked][:_SHOWN]}
    heads = report.short_names([column.field for column in columns])
    return {
        "rows": len(rows),
        "columns": [
            {"id": c.field.name, "head": head, "shown": c.field.name in shown, **_column(usual, c, settings)}
            for c, head in zip(columns, heads, strict=True)
        ],
    }


def _columns(usual: Table, site: Site) -> list[Column]:
    """The columns of a table: those that the command shows by default, then all others that some row has.

    Of experiments those come before that say what it is, how it stands and of when it is; outsiders see no path.
    """
    columns = [*usual.columns, *(Column(field=field, rank=-1) for field in _others(usual))]
    if not site.code:
        columns = [c for c in columns if not (c.field.name.startswith(DATA) or c.field.kind is FieldKind.HASH)]
    lead = [c for name in _LEAD for c in columns if c.field.name == name] if usual.level == EXPERIMENTS else []
    return [*lead, *(c for c in columns if c not in lead)]


def _others(usual: Table) -> list[Field]:
    """The fields that are not among a table's columns, of those that some row has."""
    known = {column.field.name for column in usual.columns}
    # the row of an experiment is that of its treatment; an axis of the replicates is a parameter
    known |= {"variant"} if usual.level == EXPERIMENTS else set()
    every = Fields(usual.rows)
    known |= {REPLICATE + name for name in every.params}
    fields = [field for field in every.all if field.name not in known]
    return [field for field in fields if any(field.get(row) is not None for row in usual.rows)]


def _column(value: Table, column: Column, settings: Settings) -> dict[str, Any]:
    """A column's kind and texts; of texts that repeat each stands once.

    `keys`: the numbers that ranges are of, where the texts are none. `order`: the places of the rows' values among all,
    None where a row has none, where the texts do not tell them.
    """
    field, rows = column.field, value.rows
    texts = report.cells(value, column, settings, longest=_LONGEST)
    kind = _kind(field, rows)
    found: dict[str, Any] = {"kind": kind}
    if field.kind is FieldKind.METRIC and field.name.startswith(METRICS):
        found["metric"] = True
    distinct = list(dict.fromkeys(texts))
    if 2 * len(distinct) <= len(texts):
        places = {text: at for at, text in enumerate(distinct)}
        found |= {"of": distinct, "at": [places[text] for text in texts]}
    else:
        found["texts"] = texts
    if field.kind is FieldKind.SECONDS:
        found["keys"] = [None if row.seconds is None else float(f"{row.seconds:.4g}") for row in rows]
    if kind in ("number", "date"):
        order = _order([field.get(row) for row in rows])
        if not _is_told(order, texts, kind):
            found["order"] = order
    return found


def _kind(field: Field, rows: Sequence[Row]) -> str:
    """How a column is sorted and filtered."""
    if field.kind is FieldKind.MOMENT:
        return "date"
    if field.kind is FieldKind.TAGS:
        return "tags"
    return "number" if report.stands_right(field, rows) else "text"


def _order(values: Sequence[Any]) -> list[int | None]:
    """The place of each value among the different ones, from the lowest on."""
    places = {value: at for at, value in enumerate(sorted({each for each in values if not is_missing(each)}))}
    return [places.get(value) for value in values]


def _is_told(order: Sequence[int | None], texts: Sequence[str], kind: str) -> bool:
    """Whether texts, read as what they are, have the order of their values: what is rounded may not."""
    pairs = {(place, text) for place, text in zip(order, texts, strict=True) if place is not None}
    try:
        read = [text if kind == "date" else float(text.split()[0]) for _, text in sorted(pairs)]
    except ValueError:
        return False
    in_order = all(low < high for low, high in pairwise(read))  # type: ignore[operator]
    return in_order and len({place for place, _ in pairs}) == len(pairs)


def numbers(rows: Sequence[Row], level: str, settings: Settings, *, code: bool) -> dict[str, Any]:
    """The numbers behind the metrics, from which a page computes intervals: by the id of a metric's column `n`, `mean`
    and `sd` of every row, and the `precision` that is set for it. They are more exact than what is shown.

    `parts`: by the row's place what its replicates are parts of, `fold` or `split`, where they are not independent.
    `arms`: in the same way of an experiment whose row is that of another arm than its treatment, which commands take
    otherwise, that arm. `code`: whether the page names commands.
    """
    return {
        "metrics": {
            METRICS + name: _sums([row.metrics.get(name) for row in rows], settings.precision(name))
            for name in Fields(rows).metrics
        },
        "parts": {str(at): row.parts for at, row in enumerate(rows) if row.parts is not None and row.trial is None},
        "arms": {
            str(at): row.variant for at, row in enumerate(rows) if level == EXPERIMENTS and row.variant != TREATMENT
        },
        "commands": code,
    }


def _sums(of: Sequence[Summary | None], precision: int | None) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "n": [0 if one is None else one.n for one in of],
        "mean": [None if one is None else _mean(one) for one in of],
    }
    if any(one is not None and one.sd is not None for one in of):
        found["sd"] = [None if one is None or one.sd is None else _rounded(one.sd, _DIGITS) for one in of]
    return found if precision is None else found | {"precision": precision}


def _mean(one: Summary) -> float | None:
    """The mean to a hundred-thousandth of the deviation: of two that are far from zero the difference counts."""
    if one.mean is None or not one.sd:
        return None if one.mean is None else _rounded(one.mean, _ALONE)
    places = _DIGITS - 1 - math.floor(math.log10(one.sd))
    return one.mean if places > 300 else round(one.mean, places)


def _rounded(value: float, digits: int) -> float | None:
    """None where it is beyond the numbers of JSON."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None
