"""A document as text for a terminal, fitted into its width, or for a pipe."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ledger.report.blocks import (
    Block,
    CodeBlock,
    Document,
    Facts,
    Figure,
    Heading,
    Items,
    Links,
    Prose,
    Table,
    Written,
    more,
    unfolded,
    with_columns,
)
from ledger.report.text import clean, columns, cut_apart, harmless, width, wrapped

# what stands between these is faint; they take no room, and `clean` leaves none of them in anybody's text
_BEGIN: Final = "\u2063"
_END: Final = "\u2064"


def render(document: Document, *, total: int | None, colour: bool = False, wrap: bool = False) -> str:
    """The document's lines; tables fit into `total` columns (None: any width), and sentences too with `wrap`.

    With `colour` it holds the terminal's own sequences, and none that anybody else wrote.
    """
    lines: list[str] = []
    for block in unfolded(document.blocks):
        own = _lines(block, total, wrap=wrap)
        if own and lines and not block.near:
            lines.append("")
        lines += own
    text = "\n".join(lines).rstrip()
    text = text.replace(_BEGIN, "\x1b[2m" if colour else "").replace(_END, "\x1b[22m" if colour else "")
    return text + "\n" if text else ""


def _lines(block: Block, total: int | None, *, wrap: bool) -> list[str]:
    room = total if wrap else None
    match block:
        case Heading():
            return [] if block.paged else [clean(block.text)]
        case Prose():
            lead = f"{clean(block.lead)}: " if block.lead else ""
            said = " " * block.indent + lead + clean(block.text)
            return _told([said], room, behind=block.indent) if block.text.strip() else []
        case Written():
            title = [] if block.title is None else [f"## {clean(block.title)}", ""]
            return [*title, *(_indented(line) for line in block.text.strip().splitlines())]
        case CodeBlock():
            return harmless(block.text).rstrip("\n").split("\n")
        case Items():
            mark = " " * block.indent + (f"{block.mark} " if block.mark else "")
            return _told([mark + clean(item) for item in block.items], room, behind=width(mark))
        case Facts():
            rows = [
                (clean(name) if at == 0 else "", clean(v))
                for name, values in block.pairs
                for at, v in enumerate(values)
            ]
            return columns(rows, indent=2, total=total)
        case Table():
            return table(block, total=total, room=room)
        case Links():
            return [clean(link.text) for link in block.links]
        case Figure(plot=""):
            return []
        case Figure():
            drawn = f"[{clean(block.alternative)}]" if block.plot is None else harmless(block.plot).rstrip("\n")
            return [*drawn.split("\n"), *([clean(block.caption)] if block.caption else [])]
        case _:
            return []


def _indented(line: str) -> str:
    return " " * (len(line) - len(line.lstrip(" "))) + clean(line)


def _told(lines: list[str], room: int | None, *, behind: int) -> list[str]:
    """Sentences, each in lines that fit into the `room` where there is one; what goes on stands so far `behind`."""
    return lines if room is None else [part for line in lines for part in wrapped(line, room, hanging=behind)]


def table(block: Table, *, total: int | None, room: int | None = None) -> list[str]:
    """The lines of a table: columns are left out, then names cut, until it fits; else it is as wide as it must be.

    What stands below it fits into the `room`.
    """
    head, *rows = (
        [harmless(cell) if at in block.drawn else clean(cell) for at, cell in enumerate(row)]
        for row in (block.head, *block.rows)
    )
    if block.drawn and total is not None:
        lines = _aligned(block, head, rows, list(range(len(head))), total, cut=False)
        if max(map(width, lines), default=0) > total:
            return _apart(block, total, room)
    for row, at, size in block.faint:
        rows[row][at] = f"{_BEGIN}{rows[row][at][:size]}{_END}{rows[row][at][size:]}"
    kept = list(range(len(head)))
    waiting = list(block.optional)
    while True:
        lines = _aligned(block, head, rows, kept, total, cut=not waiting)
        if not waiting or total is None or max(map(width, lines), default=0) <= total:
            break
        kept.remove(waiting.pop(0))
    said = more(block, tuple(head[at] for at in range(len(head)) if at not in kept))
    blanks = " " * block.indent
    whole = block.short_notes is None or len(kept) == len(head)
    notes = block.notes if whole else block.short_notes or ()
    below = [blanks + clean(note) for note in (*([] if said is None else [said]), *notes)]
    lines += _told(below, room, behind=block.indent)
    return lines if block.caption is None else [blanks + clean(block.caption), *lines]


def _apart(block: Table, total: int, room: int | None) -> list[str]:
    """The table without its drawings, and below it the drawings beside the names."""
    others = [at for at in range(len(block.head)) if at not in block.drawn]
    kept = [at for at in range(len(block.head)) if at in (block.names, *block.drawn)]
    drawings = replace(with_columns(block, kept), caption=None, columns=None, notes=(), short_notes=None)
    return [
        *table(replace(with_columns(block, others), notes=(), short_notes=()), total=total, room=room),
        # however long the names are, nothing of these can stand elsewhere
        *table(drawings, total=None),
        *_told([" " * block.indent + clean(note) for note in block.notes], room, behind=block.indent),
    ]


def _aligned(
    block: Table, head: list[str], rows: list[list[str]], kept: list[int], total: int | None, *, cut: bool
) -> list[str]:
    names = kept.index(block.names) if cut and block.names is not None else None
    heads = [head[at] for at in kept]
    if block.head_width is not None and total is not None:
        # so that they can be told apart from those that stand beside them
        heads = cut_apart(heads, block.head_width)
    return columns(
        [[row[at] for at in kept] for row in rows],
        head=heads if block.headed else None,
        right=[place for place, at in enumerate(kept) if at in block.right],
        flexible=names,
        apart=names is not None,
        total=total,
        indent=block.indent,
    )
