"""The pairs of values as a picture: a block for each two parameters, a cell for each two of their values.

What was tried is full; every other cell has a sign, or is empty: no colour is needed to tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.analysis.coverage.answer import Coverage
from ledger.analysis.coverage.combinations import Counted
from ledger.analysis.coverage.tried import State
from ledger.model.frozen import frozen
from ledger.model.trial_names import short_names
from ledger.report.svg.drawing import Drawing, wide

_CELL: Final = 18
# the sides of a cell itself
_SIDE: Final = 16
_SQUARE: Final = f"h{_SIDE}v{_SIDE}h-{_SIDE}Z"
_GAP: Final = 14
# names and values are cut to so much
_NAME: Final = 150
_VALUE: Final = 110
MOST: Final = 120
"""With more values a cell is no longer to be seen."""

_KINDS: Final = {State.SUCCEEDED: "tried", State.FAILED: "failed", State.PLANNED: "planned", State.MISSING: "missing"}
_EXCLUDED: Final = "excluded"
_SAID: Final = {
    "tried": "tried",
    "failed": "only failed",
    "planned": "planned",
    "missing": "never tried",
    _EXCLUDED: "excluded",
}
# strokes of a sign, from the middle of its cell
_SIGNS: Final = {"failed": "m0 -5v6m0 2v2", "planned": "m-4 0h8m-4 -4v8", _EXCLUDED: "m-4 -4l8 8m0 -8l-8 8"}


@frozen
class _Axis:
    """One parameter: where its block begins, across and down, and what is written beside."""

    name: str
    values: tuple[str, ...]
    left: float
    top: float


def pairs(found: Coverage, title: str, *, each: bool = True) -> str | None:
    """The picture; None where there are too many values. `each`: every cell says what it stands for when pointed at."""
    assert found.pairs is not None
    parameters = found.taken.parameters
    values = [tuple(level.label for level in one.levels) for one in parameters]
    if sum(map(len, values)) > MOST:
        return None
    names = short_names(found.names)
    beside = min(_NAME, max(map(_bold, names[:-1]))) + 14
    left = beside + min(_VALUE, max(wide(text) for own in values[:-1] for text in own)) + 8
    above = 22 + min(_VALUE, max(wide(text) for own in values[1:] for text in own))
    axes, x, y = [], left, above
    for at, (name, own) in enumerate(zip(names, values, strict=True)):
        axes.append(_Axis(name=name, values=own, left=x, top=y))
        # the first has no block across, the last none down
        x += (max(len(own) * _CELL, min(_NAME, _bold(name))) + _GAP) if at else 0
        y += len(own) * _CELL + _GAP
    y -= len(values[-1]) * _CELL
    legend = _kinds(found)
    drawing = Drawing(
        max(x - _GAP, _legend_wide(legend)), y + 14, title, f"{found.pairs.covered} of {found.pairs.total} pairs"
    )
    for axis in axes[1:]:
        drawing.text(axis.left, 12, axis.name, "head", room=_NAME)
        for at, text in enumerate(axis.values):
            drawing.text(axis.left + (at + 0.5) * _CELL + 4, above - 6, text, "tick", room=_VALUE, upwards=True)
    for axis in axes[:-1]:
        drawing.text(0, axis.top + 13, axis.name, "head", room=_NAME)
        for at, text in enumerate(axis.values):
            drawing.text(left - 8, axis.top + at * _CELL + 13, text, "tick", anchor="end", room=_VALUE)
    for table in found.pairs.tables:
        a, b = table.places
        _block(drawing, found, table, axes[b].left, axes[a].top, each=each)
    _legend(drawing, legend, y)
    return str(drawing)


def _bold(text: str) -> float:
    return wide(text) * 1.1


def _block(drawing: Drawing, found: Coverage, table: Counted, x: float, y: float, *, each: bool) -> None:
    a, b = (found.taken.parameters[place] for place in table.places)
    cells: dict[str, list[tuple[float, float]]] = {}
    for i, first in enumerate(a.levels):
        for j, second in enumerate(b.levels):
            kind = kind_of(table, i, j)
            corner = (x + j * _CELL + 1, y + i * _CELL + 1)
            cells.setdefault(kind, []).append(corner)
            if each:
                said = f"{a.name}={first.label}, {b.name}={second.label}: {_SAID[kind]}"
                drawing.box(*corner, _SIDE, _SIDE, f"combination {kind}", said=said)
    for kind, corners in cells.items():
        if not each:
            drawing.signs(corners, _SQUARE, f"combination {kind}")
        _signs(drawing, kind, corners)


def _signs(drawing: Drawing, kind: str, corners: Sequence[tuple[float, float]]) -> None:
    if kind in _SIGNS:
        drawing.signs([(x + _SIDE / 2, y + _SIDE / 2) for x, y in corners], _SIGNS[kind], f"sign {kind}")


def kind_of(table: Counted, i: int, j: int) -> str:
    """What became of two values: the class of their cell."""
    return _KINDS[State(table.states[i, j])] if table.possible[i, j] else _EXCLUDED


def _kinds(found: Coverage) -> list[str]:
    assert found.pairs is not None
    kinds = [_KINDS[state] for state in reversed(State) if found.pairs.count(state, state)]
    return [*kinds, *([_EXCLUDED] if found.pairs.excluded else [])]


def _legend_wide(kinds: Sequence[str]) -> float:
    return sum(_SIDE + 6 + wide(_SAID[kind]) + 18 for kind in kinds) - 18


def _legend(drawing: Drawing, kinds: Sequence[str], y: float) -> None:
    x = 0.0
    for kind in kinds:
        drawing.box(x + 1, y - 4, _SIDE, _SIDE, f"combination {kind}")
        _signs(drawing, kind, [(x + 1, y - 4)])
        drawing.text(x + _SIDE + 6, y + 8, _SAID[kind], "tick")
        x += _SIDE + 6 + wide(_SAID[kind]) + 18
