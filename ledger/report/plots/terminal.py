"""Plots as text, for a terminal of any width: nothing needs to be installed for them.

Arms are told apart by a letter on their line, and by colour where there is one.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Mapping, Sequence

from ledger.analysis.bands import Bands, Facet
from ledger.analysis.points import Distribution, Scatter, Strip
from ledger.model.settings import Settings
from ledger.report.numbers import spread
from ledger.report.plots import words
from ledger.report.plots.canvas import Canvas, Line, Range, around, beside, framed, labelled, painted
from ledger.report.text import clean, cut, pad, width

# the palette of the pictures in the 256 colours of terminals; the first is the terminal's own
COLOURS: tuple[int | None, ...] = (None, 166, 74, 36, 175, 178, 32)

LETTERS = string.ascii_letters
_MOST = len(LETTERS)


def hue(index: int) -> int | None:
    """The colour of an arm."""
    return COLOURS[index % len(COLOURS)]


def curves(plot: Bands, settings: Settings, title: str, *, total: int, colour: bool) -> str:
    """Learning curves, a facet below the other, or two side by side where there is room for both."""
    arms = {arm: i for i, arm in enumerate(plot.arms[:_MOST])}
    sizes = words.sizes(plot)
    two = total >= 140 and len(plot.facets) > 1
    room = (total - 4) // 2 if two else total
    facets = [_facet(facet, arms, settings, room) for facet in plot.facets]
    # a band is drawn as its two edges
    meaning = words.meaning(plot).replace("band:", "dots:")
    lines: list[Line] = [[(cut(text, total), None)] for text in (clean(title), *words.lone(plot), meaning)]
    if len(arms) > 1:
        lines += _legend({f"{name} (n={sizes[arm]})": arms[arm] for arm, name in words.names(arms).items()}, total)
    if len(plot.arms) > _MOST:
        lines.append([(f"{len(plot.arms) - _MOST} more arms are not drawn", None)])
    step = 2 if two else 1
    for k in range(0, len(facets), step):
        lines.append([])
        lines += beside(facets[k], facets[k + 1], room + 4) if two and k + 1 < len(facets) else facets[k]
    return painted(lines, colour=colour)


def _facet(facet: Facet, arms: Mapping[str, int], settings: Settings, room: int) -> list[Line]:
    drawn = [line for line in facet.lines if line.arm in arms]
    levels = [at for line in drawn for at in line.levels]
    values = [v for at in levels for v in (at.mean, at.low, at.high) if v is not None]
    y = around(values, margin=0.02)
    x = around([at.x for at in levels])
    rows = 13
    margin = max(width(text) for _, text in labelled(y.ticks(rows // 3))) + 1
    canvas = Canvas(max(20, room - margin - 1), rows, x, y)
    for line in drawn:
        edge = [at for at in line.levels if at.low is not None and at.high is not None]
        canvas.dots([(at.x, at.low) for at in edge if at.low is not None], hue(arms[line.arm]))
        canvas.dots([(at.x, at.high) for at in edge if at.high is not None], hue(arms[line.arm]))
    for line in drawn:
        canvas.line([(at.x, at.mean) for at in line.levels], hue(arms[line.arm]))
    if len(arms) > 1:
        for line in drawn:
            _letters(canvas, [(at.x, at.mean) for at in line.levels], arms[line.arm], len(arms))
    title = words.facet_title(facet, settings)
    ticks = x.ticks(max(2, canvas.columns // 12))
    if all(float(at.x).is_integer() for at in levels):
        # there is no half epoch
        ticks = [tick for tick in ticks if tick.is_integer()]
    return framed(canvas, title=title, x_title=words.x_title(facet), x_ticks=labelled(ticks), margin=margin)


def _letters(canvas: Canvas, points: Sequence[tuple[float, float]], index: int, count: int) -> None:
    """The arm's letter on its line, again and again; each arm begins at another column, so that none hides another."""
    gap = max(12, 4 * min(count, 10))
    last = -gap
    offset = 2 + (index * gap) // max(1, count)
    for x, y in points:
        column, row = canvas.cell(x, y)
        if column >= offset and column - last >= gap and canvas.marked(column, row) is None:
            canvas.mark(column, row, LETTERS[index], hue(index))
            last = column
    if last < 0:
        column, row = canvas.cell(*points[-1])
        canvas.mark(column, row, LETTERS[index], hue(index))


def _legend(names: Mapping[str, int], total: int) -> list[Line]:
    """The letters with what they stand for, in as many lines as that takes."""
    lines: list[Line] = [[]]
    taken = 0
    for text, index in names.items():
        shown = f"{LETTERS[index]} {cut(text, max(10, total - 4))}"
        if taken and taken + 3 + width(shown) > total:
            lines.append([])
            taken = 0
        lines[-1] += [("   ", None)] if taken else []
        lines[-1].append((shown, hue(index)))
        taken += width(shown) + (3 if taken else 0)
    return lines


def scatter(plot: Scatter, settings: Settings, title: str, *, total: int, colour: bool) -> str:
    """A letter a trial (a digit where several of one experiment share a cell), and a bar at each mean."""
    groups = {group: i for i, group in enumerate(plot.groups[:_MOST])}
    dots = [dot for dot in plot.dots if dot.group in groups]
    y = around([dot.y for dot in dots], margin=0.04)
    x = Range(low=-0.5, high=len(plot.categories) - 0.5) if plot.categories else around(
        [dot.x for dot in dots], log=plot.log, margin=0.05
    )  # fmt: skip
    margin = max(width(text) for _, text in labelled(y.ticks(6))) + 1
    canvas = Canvas(max(20, total - margin - 1), 18, x, y)
    several = len(groups) > 1
    for mean in plot.means:
        if mean.group in groups and mean.summary.mean is not None:
            column, row = canvas.cell(mean.x, mean.summary.mean)
            for k in (-3, -2, -1, 0, 1, 2, 3):
                canvas.mark(column + k, row, "━", hue(groups[mean.group]))
    cells = Counter((*canvas.cell(dot.x, dot.y), dot.group) for dot in dots)
    for (column, row, group), count in cells.items():
        other = any(key[:2] == (column, row) and key[2] != group for key in cells)
        text = LETTERS[groups[group]] if several else "•"
        if not several and count > 1:
            text = str(count) if count < 10 else "#"
        canvas.mark(column, row, "*" if other and several else text, None if other else hue(groups[group]))
    distinct = sorted({dot.x for dot in dots})
    ticks = None
    if plot.categories:
        each = max(3, canvas.columns // len(plot.categories) - 1)
        ticks = [(float(i), cut(clean(text), each)) for i, text in enumerate(plot.categories)]
    elif len(distinct) <= 8:
        ticks = [(value, f"{value:.6g}") for value in distinct]
    named = words.with_unit(plot.against, plot.against, settings) + (" (log scale)" if plot.log else "")
    means = "   ━ mean" if plot.means else ""
    key = "letter: a trial; *: of several experiments" if several else "•: one trial; 2 to 9: that many; #: more"
    lines: list[Line] = [[(cut(clean(title), total), None)], [(cut(key + means, total), None)]]
    if several:
        lines += _legend({name: groups[group] for group, name in words.names(groups).items()}, total)
    lines.append([])
    lines += framed(canvas, title=words.with_unit(plot.metric, plot.metric, settings), x_title=named,
                    x_ticks=ticks, margin=margin)  # fmt: skip
    return painted(lines, colour=colour)


def distribution(plot: Distribution, settings: Settings, title: str, *, total: int, colour: bool) -> str:
    """Two lines an arm: its trials as dots (a digit where several share a cell), below the quartiles and the mean."""
    values = [value for strip in plot.strips for _, value in strip.values]
    x = around(values, margin=0.02)
    shown = words.names(strip.arm for strip in plot.strips)
    labels = {strip.arm: f"{shown[strip.arm]} (n={len(strip.values)})" for strip in plot.strips}
    sums = {strip.arm: spread(strip.summary, settings.precision(plot.metric)) for strip in plot.strips}
    left = min(max(map(width, [*labels.values(), *sums.values()])), max(16, total // 2 - 6)) + 1
    canvas = Canvas(max(20, total - left - 1), 2 * len(plot.strips), x, Range(low=0, high=1))
    for i, strip in enumerate(plot.strips):
        _strip(canvas, strip, 2 * i)
    body = canvas.lines()
    lines: list[Line] = [
        [(cut(clean(title), total), None)],
        [(cut("•: one trial (2 to 9: that many; #: more); ┃ mean; ═ first to third quartile", total), None)],
        [],
    ]
    for i, strip in enumerate(plot.strips):
        lines.append([(pad(cut(labels[strip.arm], left), left) + "│", None), *body[2 * i]])
        lines.append([(pad(cut(sums[strip.arm], left), left) + "│", None), *body[2 * i + 1]])
    axis = framed(
        Canvas(canvas.columns, 1, x, Range(low=0, high=1)),
        title="",
        x_title=words.with_unit(plot.metric, plot.metric, settings),
        margin=left,
    )
    return painted([*lines, *axis[1:]], colour=colour)


def _strip(canvas: Canvas, strip: Strip, row: int) -> None:
    cells = Counter(canvas.cell(value, 0)[0] for _, value in strip.values)
    for column, count in cells.items():
        canvas.mark(column, row, "•" if count == 1 else str(count) if count < 10 else "#", hue(6))
    if strip.box is not None:
        first, last = canvas.cell(strip.box[0], 0)[0], canvas.cell(strip.box[2], 0)[0]
        for column in range(first, last + 1):
            canvas.mark(column, row + 1, "═", None)
    if strip.summary.mean is not None:
        canvas.mark(canvas.cell(strip.summary.mean, 0)[0], row + 1, "┃", hue(1))
