"""A metric over versions as text: its trials and the step, and below how probable each place is."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from ledger.analysis.bisection.answer import Bisection, Fate
from ledger.model.settings import Settings
from ledger.report.plots import words
from ledger.report.plots.canvas import Canvas, Line, Range, around, framed, labelled, painted
from ledger.report.plots.levels import levels
from ledger.report.plots.terminal import hue
from ledger.report.text import clean, cut, width

_ROWS, _BARS = 14, 4
_BLOCKS = " ▁▂▃▄▅▆▇█"


def versions(found: Bisection, settings: Settings, title: str, *, total: int, colour: bool) -> str:
    """The picture of a bisection, in at most `total` columns."""
    values = [value for each in found.versions for value in (*each.values, *each.fresh)]
    y = around(values, margin=0.04) if values else Range(low=0, high=1)
    margin = max(4, *(width(text) for _, text in labelled(y.ticks(_ROWS // 3)))) + 1
    x = Range(low=-0.6, high=len(found.versions) - 0.4)
    canvas = Canvas(max(20, total - margin - 1), _ROWS, x, y)
    _draw(canvas, found)
    named = words.with_unit(found.metric, found.metric, settings)
    above = framed(canvas, title=named, x_title="", x_ticks=[], margin=margin)[:-1]
    lines: list[Line] = [[(cut(clean(title), total), None)], [(cut(_key(found), total), None)], []]
    return painted([*lines, *above, *_bars(found, canvas.columns, x, margin)], colour=colour)


def _draw(canvas: Canvas, found: Bisection) -> None:
    for line in levels(found):
        canvas.line(line, hue(1))
    search = Counter(canvas.cell(at, value) for at, each in enumerate(found.versions) for value in each.values)
    for (column, row), count in search.items():
        canvas.mark(column, row, "•" if count == 1 else str(count) if count < 10 else "#", hue(6))
    for at, each in enumerate(found.versions):
        for value in each.fresh:
            column, row = canvas.cell(at, value)
            canvas.mark(column, row, "◆", hue(3))
        if each.state in (Fate.FAILED, Fate.LACKING):
            canvas.mark(canvas.cell(at, canvas.y.low)[0], canvas.rows - 1, "×", hue(1))


def _key(found: Bisection) -> str:
    said = ["•: one trial (2 to 9: that many; #: more)"]
    said += ["◆: with a fresh seed"] if any(each.fresh for each in found.versions) else []
    said += ["×: cannot run"] if any(each.state in (Fate.FAILED, Fate.LACKING) for each in found.versions) else []
    return "; ".join(said)


def _bars(found: Bisection, columns: int, x: Range, margin: int) -> list[Line]:
    """The posterior as bars, with the versions' names below as far as there is room."""
    canvas = Canvas(columns, _BARS, x, Range(low=0, high=1))
    edges = [canvas.cell(at - 0.5, 0)[0] for at in range(len(found.versions) + 1)]
    for at, (first, after) in enumerate(pairwise(edges)):
        eighths = round((found.versions[at].posterior or 0.0) * 8 * _BARS)
        for row in range(_BARS):
            text = _BLOCKS[max(0, min(8, eighths - 8 * (_BARS - 1 - row)))]
            for column in range(first, max(first + 1, after - (after - first > 2))):
                if text != " ":
                    canvas.mark(column, row, text, hue(1))
    chosen = sorted({*found.places[:1], *found.places[-1:]})
    ticks = [(float(at), clean(found.versions[at].name)) for at in chosen]
    ticks += [(float(at), clean(each.name)) for at, each in enumerate(found.versions) if at not in chosen]
    return framed(canvas, title="probability", x_title=f"{_kind(found)}, oldest first", x_ticks=ticks, margin=margin)


def _kind(found: Bisection) -> str:
    return f"versions of {' and '.join(found.paths)}" if found.paths else "commits"
