"""The cells of a matrix, read from a plan's arms and the values of its trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ledger.analysis.plans.matrix import ON
from ledger.errors import LedgerError
from ledger.model.data_change import DataChange
from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.model.replicates import Point

Values: TypeAlias = Mapping[Point, float]


@frozen
class Layout:
    """What the arms of a plan say of its matrix: the paths of rows and columns, their labels, the arm of each cell."""

    row_path: str
    column_path: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    arms: tuple[tuple[str, ...], ...]


def layout(plan: Plan) -> Layout:
    """The matrix that a plan holds. Raises LedgerError where it holds none."""
    paths = list(dict.fromkeys(path for variant in plan.variants for path in variant.data))
    if len(paths) != 2 or any(list(variant.data) != paths for variant in plan.variants):
        raise _no_matrix(plan)
    cells: dict[tuple[str, str], str] = {}
    sides: tuple[dict[str, DataChange], dict[str, DataChange]] = ({}, {})
    for variant in plan.variants:
        changes = [variant.data[path] for path in paths]
        for side, change in zip(sides, changes, strict=True):
            side.setdefault(repr(change), change)
        cells[repr(changes[0]), repr(changes[1])] = variant.name
    if len(cells) < len(sides[0]) * len(sides[1]) or len(cells) < len(plan.variants):
        raise _no_matrix(plan)
    arms = tuple(tuple(cells[row, column] for column in sides[1]) for row in sides[0])
    return Layout(
        row_path=paths[0],
        column_path=paths[1],
        rows=_labels([[name.partition(ON)[0] for name in row] for row in arms], list(sides[0].values())),
        columns=_labels(
            [[row[at].partition(ON)[2] for row in arms] for at in range(len(sides[1]))], list(sides[1].values())
        ),
        arms=arms,
    )


def _labels(named: Sequence[Sequence[str]], changes: Sequence[DataChange]) -> tuple[str, ...]:
    """What the arms call each row or column; where a plan by hand calls them otherwise, what they are."""
    clear = [names[0] for names in named if len(set(names)) == 1 and names[0]]
    if len(set(clear)) == len(named):
        return tuple(clear)
    return tuple(_described(change) for change in changes)


def _described(change: DataChange) -> str:
    parts = [(change.at or "")[:8], f"without {','.join(change.without)}" if change.without else ",".join(change.only)]
    return " ".join(filter(None, [*parts, f"draw {change.draw}" if change.draw is not None else ""]))


def _no_matrix(plan: Plan) -> LedgerError:
    return LedgerError(
        f"{plan.name} is not a matrix: its arms are not every version of one path with every version of another",
        hint="ledger matrix METRIC --train PATH@REV,REV --eval PATH@REV,REV makes one",
    )
