"""A drawing as an image by itself, which brings the style that a page of the site would give it."""

from __future__ import annotations

from functools import cache
from typing import Final

_OPENING: Final = "<svg "


def image(drawing: str) -> str:
    """The drawing as a file of its own: with its namespace, and with the colours and letters of our pages."""
    head, _, rest = drawing.partition(">")
    return f'{_OPENING}xmlns="http://www.w3.org/2000/svg" {head.removeprefix(_OPENING)}><style>{_style()}</style>{rest}'


@cache
def _style() -> str:
    from importlib import resources

    folder = resources.files("ledger.report.site") / "static"
    return "".join((folder / name).read_text("utf-8") for name in ("page.css", "plots.css"))
