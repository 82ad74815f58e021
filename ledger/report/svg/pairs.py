"""The pairs of values as a picture: a block for each two parameters, a cell for each two of their values."""

from __future__ import annotations

from typing import Final

from ledger.analysis.coverage.answer import Coverage
from ledger.analysis.coverage.combinations import Counted
from ledger.analysis.coverage.tried import State
from ledger.report.coverage_picture import short
from ledger.report.svg.drawing import Drawing, wide

_CELL: Final = 18
_GAP: Final = 12
_LABEL: Final = 110
_HEAD: Final = 60
# with more values a cell is no longer to be seen
_MOST: Final = 120

_KINDS: Final = {
    State.SUCCEEDED: "combination tried",
    State.FAILED: "combination failed",
    State.PLANNED: "combination planned",
    State.MISSING: "combination missing",
}
_EXCLUDED: Final = "combination excluded"
_SAID: Final = {
    "combination tried": "tried",
    "combination failed": "only failed",
    "combination planned": "planned",
    "combination missing": "never tried",
    _EXCLUDED: "excluded",
}


def pairs(found: Coverage, title: str) -> str | None:
    """The picture; None where there are too many values."""
    assert found.pairs is not None
    parameters = found.taken.parameters
    sizes = [len(one.levels) for one in parameters]
    if sum(sizes) > _MOST:
        return None
    tables = {table.places: table for table in found.pairs.tables}
    names = short(found.names)
    head = 30 + min(_HEAD, max(wide(level.label) for one in parameters[1:] for level in one.levels))
    across = sum(size * _CELL + _GAP for size in sizes[1:])
    down = sum(size * _CELL + _GAP for size in sizes[:-1])
    drawing = Drawing(
        max(_LABEL + 80 + across, 420), head + down + 26, title, f"{found.pairs.covered} of {found.pairs.total} pairs"
    )
    x = float(_LABEL + 80)
    for one, size, name in zip(parameters[1:], sizes[1:], names[1:], strict=True):
        drawing.text(x, 12, name, "head", room=size * _CELL + _GAP - 4)
        for level, each in enumerate(one.levels):
            drawing.turned(x + level * _CELL + _CELL / 2 + 4, head - 6, each.label, "tick", room=head - 24)
        x += size * _CELL + _GAP
    y = float(head)
    for place, one in enumerate(parameters[:-1]):
        drawing.text(0, y + 13, names[place], "head", room=_LABEL)
        for level, each in enumerate(one.levels):
            drawing.text(_LABEL + 72, y + level * _CELL + 13, each.label, "tick", anchor="end", room=78)
        x = float(_LABEL + 80)
        for other in range(1, len(parameters)):
            if other > place:
                _block(drawing, found, tables[place, other], x, y)
            x += sizes[other] * _CELL + _GAP
        y += sizes[place] * _CELL + _GAP
    _legend(drawing, found, y + 8)
    return str(drawing)


def _block(drawing: Drawing, found: Coverage, table: Counted, x: float, y: float) -> None:
    a, b = (found.taken.parameters[place] for place in table.places)
    for i, first in enumerate(a.levels):
        for j, second in enumerate(b.levels):
            kind = kind_of(table, i, j)
            said = f"{a.name}={first.label}, {b.name}={second.label}: {_SAID[kind]}"
            drawing.bar(x + j * _CELL + 1, y + i * _CELL + 1, _CELL - 2, _CELL - 2, said, kind)


def kind_of(table: Counted, i: int, j: int) -> str:
    """The class of a cell."""
    return _KINDS[State(table.states[i, j])] if table.possible[i, j] else _EXCLUDED


def _legend(drawing: Drawing, found: Coverage, y: float) -> None:
    assert found.pairs is not None
    kinds = [_KINDS[state] for state in reversed(State) if found.pairs.count(state, state)]
    x = 0.0
    for kind in [*kinds, *([_EXCLUDED] if found.pairs.excluded else [])]:
        drawing.box(x, y, 12, 12, kind)
        drawing.text(x + 17, y + 10, _SAID[kind], "tick")
        x += 17 + wide(_SAID[kind]) + 16
