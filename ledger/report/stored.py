"""How text is escaped in the markdown that git holds: in every `verdict.md`, which `verify` writes anew and compares.

What it makes of a text never changes. Whatever is not kept is escaped by `hosted`, which knows more of what hosts do.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from ledger.report import hosted, written
from ledger.report.blocks import CodeBlock
from ledger.report.text import clean, harmless


def escaped(text: str) -> str:
    """One line of text that means in markdown what it says: no character of it is markup."""
    return "".join("\\" + c if c in _MARKUP else c for c in clean(text)).replace("&", "&amp;")


_MARKUP: Final = frozenset("\\`*_{}[]<>#|~")
# a list, a rule or the line below a heading begins with these
_BEGINS: Final = re.compile(r"^(\d*)([-+=.)])(?=\s|$|[-=])")


def inline(text: str) -> str:
    """The escaped text, in which what stands between backquotes is code; nothing else in it begins a block."""
    pieces = written.parts(clean(text))
    marked = "".join(written.code(piece) if code and "|" not in piece else _escaped(piece) for piece, code in pieces)
    return _BEGINS.sub(r"\1\\\2", marked)


def _escaped(piece: str) -> str:
    """As `escaped`, with the blanks round a piece of a text."""
    return piece[: len(piece) - len(piece.lstrip())] + escaped(piece) + piece[len(piece.rstrip()) :]


def value(text: str) -> str:
    """One line of text as an item of a list."""
    return escaped(text)


def summary(text: str) -> str:
    """One line of text on a line that begins with HTML: markdown's own escapes mean nothing there."""
    return html.escape(clean(text))


def drawn(text: str) -> str:
    """A drawing in characters, in a cell of a table."""
    return escaped(text)


def coded(text: str) -> str:
    """One line of text as code; in no verdict, so that there is nothing to keep."""
    return hosted.coded(text)


def fenced(block: CodeBlock) -> str:
    """Code between fences that are longer than any in it."""
    body = harmless(block.text).rstrip("\n")
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{block.language}\n{body}\n{fence}"


def joined(blocks: Iterable[str]) -> str:
    """Blocks with a blank line between them."""
    return "\n\n".join(blocks)
