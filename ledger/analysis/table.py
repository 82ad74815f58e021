"""Which rows and columns of the history make the table that was asked for?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field

from ledger.analysis.best import best
from ledger.analysis.columns import TRIALS, Column, Request, grouped_columns, kept, row_columns
from ledger.analysis.conditions import condition
from ledger.analysis.direction import direction
from ledger.analysis.fields import METRICS, Field, Fields
from ledger.analysis.groups import POOLED, grouped, rows_field, value_field
from ledger.analysis.order import ordered, sort_keys, split_names
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.remarks import Kind, Remark
from ledger.model.row import Row
from ledger.model.settings import Settings
from ledger.model.where import atoms
from ledger.model.where_parser import parse


@frozen
class Table:
    """The chosen rows with their columns. `best`: by metric, the rows (by index) that have its best value.

    The best is that of all rows that were selected, so that a limit makes nothing the best. `selected` is their number
    before the limit; `notes` are for the reader.
    """

    level: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    selected: int
    grouped: tuple[Field, ...] = ()
    best: Mapping[str, frozenset[int]] = field(default_factory=dict)
    notes: tuple[Remark, ...] = ()


def select(
    rows: Sequence[Row], request: Request, settings: Settings, trials: Callable[[], Iterable[Row]] = tuple
) -> Table:
    """The table over the rows of one level. Raises LedgerError where a name is of no row, or cannot be read.

    `trials` gives the rows of all trials; it is called where arms or experiments are grouped, which are pooled from
    them.
    """
    every = Fields(rows, settings.aliases)
    chosen = list(rows)
    if request.where is not None:
        chosen = list(filter(condition(request.where, every), rows))
    by = [every.find(name) for text in request.group for name in split_names(text)] if rows else []
    notes: list[Remark] = []
    if by:
        groups = grouped(chosen, by, () if request.level == TRIALS else trials())
        chosen = list(groups.rows)
        left_out = {Kind.UNCOUNTED: groups.uncounted, Kind.POOLED_ONCE: groups.repeated}
        notes += [Remark.of(kind, trials=count) for kind, count in left_out.items() if count]
        by = [value_field(each) for each in by]
    own = {each.name: each for each in [*by, *([rows_field(request.level)] if by and request.level != TRIALS else [])]}
    keys = sort_keys(request.sort, lambda name: own.get(name) or _sortable(every.find(name), own)) if rows else ()
    chosen = ordered(chosen, keys)
    if request.best and by:
        raise LedgerError("--best picks one row, and --group-by pools them", hint="leave one of them out")
    if request.best and chosen:
        chosen, remark = best(chosen, request.level, keys, settings, trials)
        notes.append(remark)
    shown = chosen[: request.limit]
    mentioned = {key.field.name for key in keys} | _mentioned(request.where, every)
    columns = grouped_columns(chosen, by, request, settings) if by else row_columns(shown, request, settings, mentioned)
    return Table(
        level=request.level,
        columns=kept(columns, request, every, mentioned) if rows else (),
        rows=tuple(shown),
        selected=len(chosen),
        grouped=tuple(by),
        best=_best(chosen, len(shown), settings),
        notes=tuple(notes),
    )


def _sortable(found: Field, own: Mapping[str, Field]) -> Field:
    """The field, or where rows are grouped (`own` are then the groups' fields) what a group has of it."""
    pools = found.name in own or found.name.startswith(METRICS) or found.name in POOLED
    if own and not pools:
        raise LedgerError(f"a group has no {found.name} to sort by", hint=f"it has {', '.join(own)} and its metrics")
    return own.get(found.name, found)


def _mentioned(where: str | None, every: Fields) -> set[str]:
    if where is None or not every.rows:
        return set()
    return {every.find(atom.name.text).name for atom in atoms(parse(where))}


def _best(rows: Sequence[Row], count: int, settings: Settings) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for name in Fields(rows).metrics:
        better = direction(name, rows, settings)
        # a trial that does not count is not the best of anything
        means = {
            at: summary.mean
            for at, row in enumerate(rows)
            if (row.trials or row.trial is None)
            and (summary := row.metrics.get(name)) is not None
            and summary.mean is not None
        }
        if better is None or len(set(means.values())) < 2:
            continue
        top = max(means.values()) if better == "higher" else min(means.values())
        indices = frozenset(at for at, mean in means.items() if mean == top and at < count)
        if indices:
            found[name] = indices
    return found
