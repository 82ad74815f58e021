"""The pairs of values in characters: a block for each two parameters, a mark for each two of their values."""

from __future__ import annotations

from typing import Final

from ledger.analysis.coverage.answer import Coverage
from ledger.analysis.coverage.combinations import Counted
from ledger.analysis.coverage.tried import State
from ledger.model.trial_names import short_names
from ledger.report.text import clean, cut, pad, width

MARKS: Final = {State.SUCCEEDED: "■", State.FAILED: "!", State.PLANNED: "+", State.MISSING: "·"}
EXCLUDED: Final = "x"
SAID: Final = {
    State.SUCCEEDED: "tried",
    State.FAILED: "only failed",
    State.PLANNED: "planned",
    State.MISSING: "never tried",
}

# values are cut to this many columns; of more lines or columns nobody sees a pattern
_LABEL: Final = 10
_NAME: Final = 18
_MOST_LINES: Final = 40
_WIDEST: Final = 160


def drawn(found: Coverage, total: int | None) -> str | None:
    """The picture; None where it does not fit into this many columns, or has too many lines."""
    assert found.pairs is not None
    parameters = found.taken.parameters
    tables = {table.places: table for table in found.pairs.tables}
    labels = [[cut(clean(level.label), _LABEL) for level in one.levels] for one in parameters]
    names = [cut(clean(name), _NAME) for name in short_names(found.names)]
    left = max(map(width, names[:-1])) + 2 + max(width(text) for own in labels[:-1] for text in own)
    # a block is as wide as its values, and as the name above them
    cells = [[max(1, width(text)) for text in own] for own in labels]
    blocks = [max(sum(own) + len(own) - 1, width(name)) for own, name in zip(cells, names, strict=True)]
    lines = sum(len(own) for own in labels[:-1])
    if left + sum(3 + block for block in blocks[1:]) > min(total or _WIDEST, _WIDEST) or lines > _MOST_LINES:
        return None
    head = [" " * left, " " * left]
    for place in range(1, len(parameters)):
        head[0] += "   " + pad(names[place], blocks[place])
        head[1] += "   " + pad(" ".join(labels[place]), blocks[place])
    body = []
    name_width = max(map(width, names[:-1])) + 2
    for place in range(len(parameters) - 1):
        for level, label in enumerate(labels[place]):
            line = pad(pad(names[place] if not level else "", name_width) + label, left)
            for other in range(1, len(parameters)):
                row = "" if other <= place else _row(tables[place, other], level, cells[other])
                line += "   " + pad(row, blocks[other])
            body.append(line.rstrip())
    return "\n".join([*(line.rstrip() for line in head), *body, "", legend(found)])


def _row(table: Counted, level: int, cells: list[int]) -> str:
    return " ".join(pad(mark(table, level, other), size) for other, size in enumerate(cells))


def mark(table: Counted, a: int, b: int) -> str:
    """The mark of two values."""
    return MARKS[State(table.states[a, b])] if table.possible[a, b] else EXCLUDED


def legend(found: Coverage) -> str:
    """What the marks say that are there."""
    assert found.pairs is not None
    parts = [f"{MARKS[state]} {SAID[state]}" for state in reversed(State) if found.pairs.count(state, state)]
    parts += [f"{EXCLUDED} excluded"] if found.pairs.excluded else []
    return "   ".join(parts)
