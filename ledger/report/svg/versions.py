"""A search for a step: its trials over the versions, and below them how probable it is that each version did it."""

from __future__ import annotations

import math
from typing import Final

from ledger.analysis.bisection.answer import NO_VALUE, Bisection, SearchedVersion
from ledger.model.settings import Settings
from ledger.report import bisect_words
from ledger.report.numbers import percent
from ledger.report.plots import words
from ledger.report.plots.canvas import Range, around
from ledger.report.plots.levels import levels
from ledger.report.svg.drawing import Axes, Drawing, tick, wide

_WIDE: Final = 640
_TOP: Final = 44
_BELOW: Final = 190
_BARS: Final = (212, 272)
_HIGH: Final = 312
# what is less probable than this has no bar that could be seen, and this many trials are drawn
_LEAST: Final = 0.005
_MARKS: Final = 400


def versions(found: Bisection, settings: Settings) -> str | None:
    """The picture; None where no version has a finite value."""
    values = [value for each in found.versions for value in (*each.values, *each.fresh) if math.isfinite(value)]
    if not values:
        return None
    title = words.with_unit(found.metric, found.metric, settings)
    drawing = Drawing(_WIDE, _HIGH, f"{title} by version", bisect_words.answer(found))
    drawing.text(0, 12, title, "head", room=_WIDE / 2)
    y = around(values, margin=0.1)
    left = max([wide("100%"), *(wide(tick(value)) for value in y.ticks(4))]) + 10
    x = Range(low=-0.7, high=len(found.versions) - 0.3)
    above = Axes(drawing, (left, _TOP, _WIDE - 12, _BELOW), x, y)
    below = Axes(drawing, (left, _BARS[0], _WIDE - 12, _BARS[1]), x, Range(low=0.0, high=1.0))
    _named(drawing, above, found)
    above.draw_y(4, tick)
    for line in levels(found):
        if all(math.isfinite(value) for _, value in line):
            drawing.path(above.at(line), "curve level")
    _trials(drawing, above, found)
    _bars(drawing, below, found)
    _labels(drawing, below, found)
    return str(drawing)


def meaning(found: Bisection) -> str:
    """What the marks are."""
    said = ["Each dot is a trial"]
    said += ["a diamond one with a fresh seed"] if any(each.fresh for each in found.versions) else []
    said += ["× a version without a value"] if any(each.state in NO_VALUE for each in found.versions) else []
    what = "addition" if found.paths else "commit"
    bars = f"bars: the probability that the metric changed with that {what}"
    return f"{', '.join(said)}; {bars}." if found.posterior is not None else f"{', '.join(said)}."


def _named(drawing: Drawing, above: Axes, found: Bisection) -> None:
    """The versions of which one did it, over both halves of the picture."""
    if not found.places:
        return
    first, last = found.versions[found.places[0]], found.versions[found.places[-1]]
    left, right = above.x(found.places[0] - 0.5), above.x(found.places[-1] + 0.5)
    drawing.box(left, _TOP - 14, max(right - left, 3), _BARS[1] - _TOP + 14, "found")
    name = first.name if first is last else f"{first.name} to {last.name}"
    room = wide(name) / 2
    middle = min(max((left + right) / 2, above.left + room), above.right - room)
    drawing.text(middle, _TOP - 18, name, "value", anchor="middle")


def _trials(drawing: Drawing, above: Axes, found: Bisection) -> None:
    left = _MARKS
    for at, version in enumerate(found.versions):
        if version.state in NO_VALUE:
            drawing.text(above.x(at), _BELOW - 2, "×", "value", anchor="middle")
        for values, kind, shape in ((version.values, "mark arm-1", 0), (version.fresh, "mark arm-3", 2)):
            for value in values:
                left -= 1
                if math.isfinite(value) and left >= 0:
                    said = f"{_called(version)}: {value:.6g}"
                    drawing.marker(above.x(at), above.y(value), kind, shape, said=said)


def _bars(drawing: Drawing, below: Axes, found: Bisection) -> None:
    for share, label in ((0.0, ""), (0.5, "50%"), (1.0, "100%")):
        drawing.line(below.left, below.y(share), below.right, below.y(share), "grid" if share else "axis")
        drawing.text(below.left - 6, below.y(share) + 4, label, "tick", anchor="end")
    room = max(1.5, 0.76 * (below.x(1) - below.x(0)))
    for at, version in enumerate(found.versions):
        chance = version.posterior
        if chance is not None and chance >= _LEAST:
            said = f"{_called(version)}: {percent(chance)}"
            high = below.bottom - below.y(chance)
            drawing.box(below.x(at) - room / 2, below.y(chance), room, high, "bar", said=said)
    drawing.text(below.left, _BARS[0] - 6, "probability of the change", "tick")


def _labels(drawing: Drawing, below: Axes, found: Bisection) -> None:
    """The names of the first and the last version, and what stands between them."""
    ends = (found.versions[0], found.versions[-1])
    drawing.text(below.left, _BARS[1] + 16, ends[0].name, "tick")
    drawing.text(below.right, _BARS[1] + 16, ends[1].name, "tick", anchor="end")
    named = "versions of the data" if found.paths else "commits"
    middle = (below.left + below.right) / 2
    drawing.text(middle, _HIGH - 6, f"{len(found.versions)} {named}, the oldest first", "tick", anchor="middle")


def _called(version: SearchedVersion) -> str:
    return f"{version.name} {version.subject}".strip()
