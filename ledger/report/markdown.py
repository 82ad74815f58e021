"""A document as markdown, in which no text of other people's is markdown or HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final

from ledger.report import written
from ledger.report.blocks import (
    Block,
    CodeBlock,
    Document,
    Facts,
    Figure,
    Fold,
    Heading,
    Items,
    Prose,
    Table,
    Written,
    address,
    filled,
    more,
)
from ledger.report.text import clean, harmless, pad, width


def render(document: Document) -> str:
    """The document's blocks with a blank line between them."""
    return "\n\n".join(part for part in map(_block, document.blocks) if part) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {inline(block.text)}".rstrip()
        case Prose():
            return f"**{escaped(block.lead)}**: {inline(block.text)}" if block.lead else inline(block.text)
        case Written():
            return "\n\n".join(map(_block, written.blocks(block)))
        case CodeBlock():
            return _fenced(block)
        case Items():
            mark = f"{block.mark} " if block.mark else ""
            return "\n".join(f"- {mark}{inline(item)}" for item in block.items)
        case Facts():
            return "\n".join(f"- **{escaped(name)}**:{_values(values)}" for name, values in block.pairs)
        case Table():
            return _captioned(filled(block))
        case Figure():
            alternative = escaped(block.alternative)
            shown = alternative if block.path is None else f"![{alternative}]({address(block.path)})"
            return "\n\n".join(part for part in (shown, inline(block.caption)) if part)
        case Fold():
            inner = "\n\n".join(part for part in map(_block, block.blocks) if part)
            # on a line that begins with HTML markdown's own escapes mean nothing
            summary = html.escape(clean(block.summary))
            return f"<details>\n<summary>{summary}</summary>\n\n{inner}\n\n</details>"


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


def _values(values: Sequence[str]) -> str:
    """One value behind its name, several in a list below it."""
    return f" {escaped(values[0])}" if len(values) == 1 else "".join(f"\n  - {escaped(value)}" for value in values)


def _fenced(block: CodeBlock) -> str:
    body = harmless(block.text).rstrip("\n")
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{block.language}\n{body}\n{fence}"


def _captioned(block: Table) -> str:
    lines = [f"**{escaped(block.caption)}**", ""] if block.caption is not None else []
    lines += table(block)
    said = more(block)
    return "\n".join([*lines, *(line for note in (said, *block.notes) if note for line in ("", inline(note)))])


def table(block: Table, *, spare: int = 0) -> list[str]:
    """The lines of a table alone, with its cells escaped and aligned, and so many blanks behind its heads."""
    head, *rows = ([escaped(cell) for cell in row] for row in (block.head, *block.rows))
    for row, at in block.strong:
        rows[row][at] = f"**{rows[row][at]}**"
    widths = [max(3, width(cell) + spare, *(width(row[at]) for row in rows)) for at, cell in enumerate(head)]
    rule = "|".join("-" * (size + 1) + (":" if at in block.right else "-") for at, size in enumerate(widths))
    first, *others = (
        " | ".join(pad(cell, widths[at], right=at in block.right) for at, cell in enumerate(row))
        for row in (head, *rows)
    )
    return [f"| {first} |", f"|{rule}|", *(f"| {line} |" for line in others)]
