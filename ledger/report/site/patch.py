"""A patch on a page: lines that came and went are told by their signs, and by colour."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

from ledger.analysis.site.page import Patch
from ledger.model.listing import counted
from ledger.report.html import escaped
from ledger.report.text import harmless

# lines of patches that are printed
_PAPER: Final = 120

_KINDS = {"+": "add", "-": "del", "@": "hunk"}


def rendered(patches: Sequence[Patch]) -> str:
    """The patches, folded but for a few short ones; on paper as many as a reader may go through."""
    room, found = _PAPER, list[str]()
    for patch in patches:
        lines = patch.text.count("\n") + 1
        fits = lines <= room
        room -= lines if fits else 0
        found.append(_one(patch, opened=len(patches) <= 2 and fits, on_paper=fits))
    return "\n".join(found)


def _one(patch: Patch, *, opened: bool, on_paper: bool) -> str:
    lines = "".join(_line(line) for line in harmless(patch.text).split("\n"))
    more = f'<p class="note">{counted(patch.cut, "more line")}: git diff shows all</p>' if patch.cut else ""
    state = ("" if on_paper else ' class="screen"') + (" open" if opened else "")
    summary = f"<summary><code>{escaped(patch.path)}</code></summary>"
    return f'<details{state}>{summary}<pre class="patch">{lines}</pre>{more}</details>'


def _line(line: str) -> str:
    kind = _KINDS.get(line[:1])
    text = html.escape(line) or " "
    return f'<span class="{kind}">{text}</span>' if kind else f"<span>{text}</span>"
