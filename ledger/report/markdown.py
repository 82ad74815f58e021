"""A document as markdown, in which no text of other people's is markdown or HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Protocol

from ledger.report import hosted, written
from ledger.report.blocks import (
    Block,
    CodeBlock,
    Comment,
    Diagram,
    Document,
    Facts,
    Figure,
    Fold,
    Heading,
    Items,
    Link,
    Links,
    Part,
    Prose,
    Table,
    Written,
    address,
    filled,
    more,
)
from ledger.report.fitting import fitted
from ledger.report.text import pad, width


class Escapes(Protocol):
    """How other people's text is kept from meaning anything: `hosted`, and `stored` in what git holds."""

    def escaped(self, text: str) -> str: ...
    def inline(self, text: str) -> str: ...
    def value(self, text: str) -> str: ...
    def summary(self, text: str) -> str: ...
    def drawn(self, text: str) -> str: ...
    def coded(self, text: str) -> str: ...
    def fenced(self, block: CodeBlock) -> str: ...
    def joined(self, blocks: Iterable[str]) -> str: ...


def render(document: Document, text: Escapes = hosted) -> str:
    """The document's blocks with a blank line between them, within its limit; nothing where there is none."""
    kept = document.blocks
    if document.limit is not None:
        # one less, for the end of the last line
        kept = fitted(kept, document.limit - 1, lambda some: len(blocks(some, text).encode()))
    shown = blocks(kept, text)
    return shown + "\n" if shown else ""


def blocks(some: Sequence[Block], text: Escapes = hosted) -> str:
    """Blocks without a line's end behind the last."""
    return text.joined(part for part in map(partial(_block, text=text), some) if part)


def _block(block: Block, text: Escapes) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {text.inline(block.text)}".rstrip()
        case Prose():
            return (
                f"**{text.escaped(block.lead)}**: {text.inline(block.text)}" if block.lead else text.inline(block.text)
            )
        case Written():
            return blocks(written.blocks(block), text)
        case CodeBlock():
            return text.fenced(block)
        case Items():
            mark = f"{block.mark} " if block.mark else ""
            return "\n".join(f"- {mark}{text.inline(item)}" for item in block.items)
        case Facts():
            return "\n".join(f"- **{text.escaped(name)}**:{_values(values, text)}" for name, values in block.pairs)
        case Table():
            return _captioned(filled(block), text)
        case Figure():
            shown = text.value(block.alternative)
            if block.path is None and block.plot:
                shown = _block(CodeBlock(text=block.plot), text)
            if block.path is not None:
                shown = f"![{text.escaped(block.alternative)}]({address(block.path)})"
            return "\n\n".join(part for part in (shown, text.inline(block.caption)) if part)
        case Links():
            return "\n".join(f"- {_link(link, text)}" for link in block.links)
        case Diagram():
            return f"```mermaid\n{block.text}\n```"
        case Comment():
            return f"<!-- {block.text} -->"
        case Part():
            return blocks(block.blocks, text)
        case Fold():
            inner = blocks(block.blocks, text)
            return f"<details>\n<summary>{text.summary(block.summary)}</summary>\n\n{inner}\n\n</details>"


def _link(link: Link, text: Escapes) -> str:
    """Code that leads to the address, so that no character of either means more than itself."""
    shown = text.coded(link.text)
    return shown if link.address is None else f"[{shown}]({link.address})"


def _values(values: Sequence[str], text: Escapes) -> str:
    """One value behind its name, several in a list below it."""
    if len(values) == 1:
        return f" {text.escaped(values[0])}"
    return "".join(f"\n  - {text.value(each)}" for each in values)


def _captioned(block: Table, text: Escapes) -> str:
    caption = text.escaped(block.caption or "")
    lines = [f"**{caption}**", ""] if caption else []
    lines += table(block, text)
    said = more(block)
    return "\n".join([*lines, *(line for note in (said, *block.notes) if note for line in ("", text.inline(note)))])


def table(block: Table, text: Escapes = hosted, *, spare: int = 0) -> list[str]:
    """The lines of a table alone, with its cells escaped and aligned, and this many blanks behind its heads."""
    head, *rows = (
        [text.drawn(cell) if at in block.drawn else text.escaped(cell) for at, cell in enumerate(row)]
        for row in (block.head, *block.rows)
    )
    for row, at in block.strong:
        rows[row][at] = f"**{rows[row][at]}**" if rows[row][at] else ""
    widths = [max(3, width(cell) + spare, *(width(row[at]) for row in rows)) for at, cell in enumerate(head)]
    rule = "|".join("-" * (size + 1) + (":" if at in block.right else "-") for at, size in enumerate(widths))
    first, *others = (
        " | ".join(pad(cell, widths[at], right=at in block.right) for at, cell in enumerate(row))
        for row in (head, *rows)
    )
    return [f"| {first} |", f"|{rule}|", *(f"| {line} |" for line in others)]
