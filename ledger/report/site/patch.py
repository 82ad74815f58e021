"""A patch on a page: lines that came and went are told by their signs, and by colour."""

from __future__ import annotations

import html
from collections.abc import Sequence

from ledger.analysis.site.page import Patch
from ledger.model.listing import counted
from ledger.report.html import escaped
from ledger.report.text import harmless

_KINDS = {"+": "add", "-": "del", "@": "hunk"}


def rendered(patches: Sequence[Patch]) -> str:
    """The patches, folded but for the first one of a few."""
    return "\n".join(_one(patch, opened=len(patches) <= 2) for patch in patches)


def _one(patch: Patch, *, opened: bool) -> str:
    lines = "".join(_line(line) for line in harmless(patch.text).split("\n"))
    more = f'<p class="note">{counted(patch.cut, "more line")}: git diff shows all</p>' if patch.cut else ""
    state = " open" if opened else ""
    summary = f"<summary><code>{escaped(patch.path)}</code></summary>"
    return f'<details{state}>{summary}<pre class="patch">{lines}</pre>{more}</details>'


def _line(line: str) -> str:
    kind = _KINDS.get(line[:1])
    text = html.escape(line) or " "
    return f'<span class="{kind}">{text}</span>' if kind else f"<span>{text}</span>"
