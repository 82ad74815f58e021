"""A plane to draw on in SVG: shapes by class alone, text that is nothing but text, axes with round ticks."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from ledger.report.plots.canvas import Range
from ledger.report.text import clean, cut, cut_apart, cut_within, width

ARMS: Final = 7
"""So many colours arms have (`arm-1` to `arm-7`): those beyond take them again, with other strokes."""

# about how wide a letter is, as a share of the font's size; those of other scripts are twice as wide
_LETTER: Final = 0.56


class Drawing:
    """One picture of this many units of width and height, a unit being about a pixel."""

    def __init__(self, wide: float, high: float, title: str, description: str = "") -> None:
        self.wide, self.high = wide, high
        self._title, self._description = title, description
        self._shapes: list[str] = []
        self._role = "img"

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """A straight line."""
        self._shapes.append(f'<line class="{kind}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>')

    def interval(self, low: float, high: float, y: float, end: float) -> None:
        """A range on a horizontal line, both ends marked that far up and down."""
        self.line(low, y, high, y, "range")
        for x in (low, high):
            self.line(x, y - end, x, y + end, "range")

    def box(self, x: float, y: float, wide: float, high: float, kind: str, *, said: str | None = None) -> None:
        """A filled rectangle; `said` is a tooltip: what it stands for."""
        end = "/>" if said is None else f"><title>{_text(said)}</title></rect>"
        self._shapes.append(
            f'<rect class="{kind}" x="{_n(x)}" y="{_n(y)}" width="{_n(max(wide, 0))}" height="{_n(max(high, 0))}"{end}'
        )

    def path(self, points: Sequence[tuple[float, float]], kind: str, *, closed: bool = False) -> None:
        """A line through points, or the area within."""
        if not points:
            return
        drawn = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + ("Z" if closed else "")
        self._shapes.append(f'<path class="{kind}" d="{drawn}"/>')

    def signs(self, places: Iterable[tuple[float, float]], strokes: str, kind: str) -> None:
        """The same strokes at several places, as one shape; `strokes` is a path that begins with a relative move."""
        drawn = "".join(f"M{_n(x)} {_n(y)}{strokes}" for x, y in places)
        self._shapes.append(f'<path class="{kind}" d="{drawn}"/>')

    def marker(self, x: float, y: float, kind: str, shape: int = 0, *, said: str = "") -> None:
        """A mark at a point, of one of four shapes: dot, square, diamond, triangle. `said` is a tooltip."""
        r = 4.0
        inner = f"<title>{_text(said)}</title>" if said else ""
        if shape % 4 == 0:
            self._shapes.append(f'<circle class="{kind}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}">{inner}</circle>')
            return
        corners = (
            [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)],
            [(x, y - r - 1), (x + r + 1, y), (x, y + r + 1), (x - r - 1, y)],
            [(x, y - r - 1), (x + r + 1, y + r), (x - r - 1, y + r)],
        )[shape % 4 - 1]
        drawn = "M" + "L".join(f"{_n(a)} {_n(b)}" for a, b in corners) + "Z"
        self._shapes.append(f'<path class="{kind}" d="{drawn}">{inner}</path>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        kind: str = "label",
        *,
        anchor: str = "start",
        room: float = 0,
        upwards: bool = False,
    ) -> None:
        """A line of text, cut to the `room` that it has, where there is a limit; `upwards`: from the point up."""
        shown = clean(text)
        if room:
            shown = cut(shown, max(1, int(room / (12 * _LETTER))))
        way = f'transform="rotate(-90 {_n(x)} {_n(y)})"' if upwards else f'text-anchor="{anchor}"'
        self._shapes.append(f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" {way}>{_text(shown)}</text>')

    def linked(self, address: str, draw: Callable[[], None]) -> None:
        """What `draw` draws, as a link to an address within the site."""
        # what holds links is not a picture as a whole
        self._role = "group"
        self._shapes.append(f'<a href="{html.escape(address)}">')
        draw()
        self._shapes.append("</a>")

    def __str__(self) -> str:
        """The picture. Its title is its name for who cannot see it, its description what it shows."""
        described = f"<desc>{_text(self._description)}</desc>" if self._description else ""
        return (
            f'<svg class="plot" viewBox="0 0 {_n(self.wide)} {_n(self.high)}" width="{_n(self.wide)}" '
            f'height="{_n(self.high)}" role="{self._role}"><title>{_text(self._title)}</title>{described}'
            + "".join(self._shapes)
            + "</svg>"
        )


class Axes:
    """A rectangle of a drawing with a scale along each side: where a value lies, and the ticks beside it."""

    def __init__(self, drawing: Drawing, box: tuple[float, float, float, float], x: Range, y: Range) -> None:
        self._drawing = drawing
        self.left, self.top, self.right, self.bottom = box
        self._x, self._y = x, y

    def x(self, value: float) -> float:
        """Where a value of the horizontal axis lies."""
        return self.left + self._x.share(value) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Where one of the vertical axis lies."""
        return self.bottom - self._y.share(value) * (self.bottom - self.top)

    def at(self, points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        """Where points lie."""
        return [(self.x(x), self.y(y)) for x, y in points]

    def draw_y(self, count: int, named: Callable[[float], str]) -> None:
        """The lines of a grid behind what is drawn, with the values on the left."""
        for value in self._y.ticks(count):
            self._drawing.line(self.left, self.y(value), self.right, self.y(value), "grid")
            self._drawing.text(self.left - 6, self.y(value) + 4, named(value), "tick", anchor="end")

    def draw_x(self, count: int, named: Callable[[float], str], *, whole: bool = False) -> None:
        """The horizontal axis with its values below; of `whole` numbers no fractions."""
        self._drawing.line(self.left, self.bottom, self.right, self.bottom, "axis")
        for value in self._x.ticks(count):
            if whole and value != int(value):
                continue
            self._drawing.line(self.x(value), self.bottom, self.x(value), self.bottom + 4, "axis")
            self._drawing.text(self.x(value), self.bottom + 17, named(value), "tick", anchor="middle")


def arm(number: int) -> str:
    """The class of an arm's colour and stroke by its place."""
    return f"arm-{number % ARMS + 1}" + (f" dash-{number // ARMS % 4}" if number >= ARMS else "")


def wide(text: str) -> float:
    """About how many units a text takes."""
    return width(clean(text)) * 12 * _LETTER


def named(texts: Sequence[str], room: float) -> list[str]:
    """Names cut to this many units each, and if there is a way so that those which differ still do."""
    columns = max(1, int(room / (12 * _LETTER)))
    cleaned = [clean(text) for text in texts]
    found = cut_apart(cleaned, columns)
    return found if all(width(text) <= columns for text in found) else [cut_within(text, columns) for text in cleaned]


def tick(value: float) -> str:
    """A value beside a tick: at most this many digits that neighbours differ."""
    return f"{value:.6g}".replace("e-0", "e-").replace("e+0", "e")


def _n(value: float) -> str:
    """A coordinate, to a tenth of a unit."""
    return f"{value:.1f}".removesuffix(".0")


def _text(text: str) -> str:
    return html.escape(clean(text), quote=False)
