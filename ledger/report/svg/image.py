"""A drawing as an image by itself, which brings the style that a page of the site would give it."""

from __future__ import annotations

import re
from typing import Final

from ledger.report.svg.drawing import Drawing, wide
from ledger.report.svg.style import style
from ledger.report.text import clean, wrapped

_OPENING: Final = "<svg "
_BOX: Final = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)" width="[\d.]+" height="[\d.]+"')
# after what names the picture for who cannot see it
_NAMED: Final = re.compile(r"(?<=</title>)(?:<desc>.*?</desc>)?", re.DOTALL)
_MARGIN: Final = 16
_LINE: Final = 17
_NARROWEST: Final = 440
_LARGER: Final = 1.35


def image(drawing: str) -> str:
    """The drawing as an image within a page: with its namespace, and with the colours and letters of our pages."""
    return _with(drawing, style(drawing))


def file(drawing: str, title: str, said: str, *, dark: bool = True) -> str:
    """The drawing as a file of its own: on paper, with a margin, its title and what it says.

    `dark`: dark where its reader has the screen dark.
    """
    box = _BOX.search(drawing)
    assert box is not None
    room, high = max(float(box.group(1)), _NARROWEST), float(box.group(2))
    letters = int(room / wide("n"))
    lines = [(line, "title") for line in wrapped(clean(title), int(letters / _LARGER))]
    lines += [(line, "said") for line in wrapped(clean(said), letters)]
    top = len(lines) * _LINE + 12
    x, y, across, down = -_MARGIN, -_MARGIN - top, room + 2 * _MARGIN, high + 2 * _MARGIN + top
    above = Drawing(room, 0, "")
    above.box(x, y, across, down, "paper")
    for at, (line, kind) in enumerate(lines):
        above.text(0, at * _LINE + 12 - top, line, kind)
    head = str(above).partition("</title>")[2].removesuffix("</svg>")
    size = f'viewBox="{x} {y} {across:.1f} {down:.1f}" width="{across:.1f}" height="{down:.1f}"'
    whole = _NAMED.sub(lambda found: found.group() + head, drawing.replace(box.group(), size, 1), count=1)
    return _with(whole, style(whole, dark=dark))


def _with(drawing: str, rules: str) -> str:
    head, _, rest = drawing.partition(">")
    named = _NAMED.sub(lambda found: f"{found.group()}<style>{rules}</style>", f">{rest}", count=1)
    return f'{_OPENING}xmlns="http://www.w3.org/2000/svg" {head.removeprefix(_OPENING)}{named}'
