"""Parallel coordinates as text."""

from __future__ import annotations

from ledger.analysis.parallel import Parallel
from ledger.model.settings import Settings
from ledger.report.numbers import number
from ledger.report.plots import words
from ledger.report.plots.canvas import Canvas, Line, Range, painted
from ledger.report.text import clean, cut, cut_within, pad, width

# from good to bad, in four steps: a palette for order, and not for kinds
_STEPS = (214, 74, 67, 242)
_ROWS = 18
# where an arm does not have a parameter, its line dips below the axis
_BELOW = -0.08


def parallel(plot: Parallel, settings: Settings, title: str, *, total: int, colour: bool) -> str:
    """An axis a parameter, its smallest value below and its largest above; the best arms are named beneath."""
    names = [words.name(s.name) + (" (log)" if s.log else "") for s in plot.scales]
    count = len(names)
    lacking = any(at is None for path in plot.paths for at in path.positions)
    canvas = Canvas(total - 2, _ROWS, Range(low=0, high=count - 1), Range(low=_BELOW if lacking else 0, high=1))
    low = plot.better == "lower"
    ranked = sorted(plot.paths, key=lambda path: path.value, reverse=not low)
    for rank, path in reversed(list(enumerate(ranked))):
        hue = _STEPS[min(len(_STEPS) - 1, rank * len(_STEPS) // len(ranked))]
        canvas.line([(i, _BELOW if at is None else at) for i, at in enumerate(path.positions)], hue)
    for i in range(count):
        column = canvas.cell(i, 0)[0]
        for row in range(_ROWS):
            canvas.mark(column, row, "│", None)
    each = max(6, (total - 2) // max(1, count - 1) - 1)
    head = _placed([cut_within(name, each) for name in names], canvas)
    top = _placed([_end(scale.ticks, -1, each) for scale in plot.scales], canvas)
    bottom = _placed([_end(scale.ticks, 0, each) for scale in plot.scales], canvas)
    metric = words.with_unit(plot.metric, plot.metric, settings)
    order = "lowest" if low else "highest"
    lines: list[Line] = [
        [(cut(clean(title), total), None)],
        [(cut(f"one line per arm, {len(plot.paths)} arms; the right axis is the mean {metric}", total), None)],
        [],
        [(head, None)],
        [(top, None)],
        *canvas.lines(),
        [(bottom, None)],
    ]
    if lacking:
        lines.append([("a line below its axis: the arm has no such parameter", None)])
    lines += [[], [(f"{order} {metric}:", None)]]
    precision = settings.precision(plot.metric)
    for path in ranked[:5]:
        pairs = zip(plot.scales[:-1], path.labels, strict=False)
        said = ", ".join(f"{words.name(scale.name)} {words.name(label)}" for scale, label in pairs)
        shown = f"{number(path.value, precision)}  {words.name(path.arm)}: {said}"
        lines.append([("  " + cut(shown, total - 2), None)])
    return painted(lines, colour=colour)


def _end(ticks: tuple[tuple[float, str], ...], at: int, room: int) -> str:
    return cut(clean(ticks[at][1]), room)


def _placed(texts: list[str], canvas: Canvas) -> str:
    """The texts in one line, each over its axis as far as the others leave room."""
    line = ""
    for i, text in enumerate(texts):
        column = canvas.cell(i, 0)[0]
        start = max(0, min(column - width(text) // 2, canvas.columns - width(text)))
        start = max(start, width(line) + 1 if line else 0)
        line = pad(line, start) + text
    return cut(line, canvas.columns + 2)
