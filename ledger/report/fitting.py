"""What of a document goes into so many bytes: long texts are cut, then the parts that matter least, each with a count.

Blocks are cut between rows, items, lines and paragraphs and then rendered, so that nothing is left open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ledger.report import written
from ledger.report.blocks import (
    Block,
    CodeBlock,
    Facts,
    Fold,
    Heading,
    Items,
    Links,
    Part,
    Prose,
    Table,
    Written,
)

# of one cell, one line of code, and one sentence or paragraph
_CELL, _CODE, _TEXT = 80, 200, 1200
# the parts of a rank have this much of the room before others are cut for them
_SHARE: Final = 5
# the blank line between blocks
_APART: Final = 2


Size = Callable[[Sequence[Block]], int]


def fitted(blocks: Sequence[Block], limit: int, size: Size) -> tuple[Block, ...]:
    """The blocks in their order, no larger together than the limit, as `size` measures them.

    First no rank has more than its share, then those of the highest rank are cut, as far as it takes.
    """
    whole = (each if isinstance(each, Part) else Part(blocks=(each,), rank=0, name="") for each in blocks)
    parts = [replace(part, blocks=tuple(map(shortened, part.blocks))) for part in whole]

    def measured(part: Part) -> int:
        # of what is far too long it is not asked how long it is
        return limit + 1 if sum(map(_length, part.blocks)) > limit else size(part.blocks) + _APART

    sizes = [measured(part) for part in parts]
    ranks = sorted({part.rank for part in parts} - {0}, reverse=True)
    for share, rank in [*((limit // _SHARE, rank) for rank in ranks), *((0, rank) for rank in ranks)]:
        excess = sum(sizes) - limit
        if excess <= 0:
            break
        places = [at for at, part in enumerate(parts) if part.rank == rank]
        level = _level([sizes[at] for at in places], sum(sizes[at] for at in places) - excess)
        most = max(share // len(places), level)
        for at in places:
            if sizes[at] > most:
                parts[at] = _cut(parts[at], most, size)
                sizes[at] = size(parts[at].blocks) + _APART
    if sum(sizes) > limit:
        parts = _first_parts([part for part in parts if not part.rank], limit, size)
    return tuple(block for part in parts for block in part.blocks)


def _level(sizes: Sequence[int], room: int) -> int:
    """The size above which each of these is cut, so that together they fit into the room."""
    left = max(0, room)
    for count, size in zip(range(len(sizes), 0, -1), sorted(sizes), strict=True):
        if size * count > left:
            return left // count
        left -= size
    return max(sizes, default=0)


def _cut(part: Part, limit: int, size: Size) -> Part:
    """As much of the part as fits, which may be nothing but a word of it, or not even that."""

    def fits(blocks: Sequence[Block]) -> bool:
        return size(blocks) + _APART <= limit

    best, low, high = _gone(part), 0, sum(map(_units, part.blocks))
    if not fits(best):
        best = ()
    # twice as much each time, and then between the last two: of long parts the end is never looked at
    step = 1
    while low < high:
        tried = min(low + step, high)
        kept = first(part.blocks, tried)
        if fits(kept):
            best, low, step = kept, tried, step * 2
        else:
            high, step = tried - 1, max(1, min(step, tried - low) // 2)
    return replace(part, blocks=best)


def _gone(part: Part) -> tuple[Block, ...]:
    count = sum(map(_units, part.blocks))
    return (Prose(text=f"Left out for want of room: {part.name} ({count})."),)


def _first_parts(parts: Sequence[Part], limit: int, size: Size) -> list[Part]:
    """The first parts, whole as long as there is room, then one in part; a count of those that are left out."""
    kept: list[Part] = []
    left = limit - 100
    for at, part in enumerate(parts):
        took = size(part.blocks) + _APART
        if took > left:
            some = _cut(part, left, size)
            missing = len(parts) - at - bool(some.blocks)
            kept.append(some)
            if missing:
                kept.append(Part(blocks=(Prose(text=f"and {missing} more"),), rank=0, name=""))
            break
        kept.append(part)
        left -= took
    return kept


def first(blocks: Sequence[Block], count: int) -> tuple[Block, ...]:
    """So many rows, items, lines and paragraphs of the blocks, and how many more there are."""
    kept: list[Block] = []
    for at, block in enumerate(blocks):
        units = _units(block)
        if units <= count:
            kept.append(block)
            count -= units
            continue
        kept += _some(block, count) if count else []
        while kept and isinstance(kept[-1], Heading):
            kept.pop()
        missing = sum(map(_units, blocks[at + 1 :]))
        # a fold says itself how much of it is left out
        missing += 0 if count and isinstance(block, Fold) else units - count
        return (*kept, Prose(text=f"and {missing} more")) if missing else tuple(kept)
    return tuple(kept)


def _some(block: Block, count: int) -> tuple[Block, ...]:
    match block:
        case Table():
            kept = tuple(each for each in block.faint if each[0] < count)
            strong = frozenset(each for each in block.strong if each[0] < count)
            return (replace(block, rows=block.rows[:count], faint=kept, strong=strong),)
        case Items():
            return (replace(block, items=block.items[:count]),)
        case Facts():
            return (replace(block, pairs=block.pairs[:count]),)
        case Links():
            return (replace(block, links=block.links[:count]),)
        case CodeBlock():
            return (replace(block, text="\n".join(block.text.split("\n")[:count])),)
        case Fold():
            return (replace(block, blocks=first(block.blocks, count)),)
        case _:
            return ()


def _units(block: Block) -> int:
    """Of how many pieces a block is, between which it can be cut."""
    match block:
        case Table():
            return len(block.rows)
        case Items():
            return len(block.items)
        case Facts():
            return len(block.pairs)
        case Links():
            return len(block.links)
        case CodeBlock():
            return block.text.count("\n") + 1
        case Fold() | Part():
            return sum(map(_units, block.blocks))
        case Heading():
            return 0
        case _:
            return 1


def _length(block: Block) -> int:
    """How many characters a block has at least; what is hidden in texts counts too."""
    match block:
        case Table():
            return sum(len(cell) for row in block.rows for cell in row)
        case Items():
            return sum(map(len, block.items))
        case CodeBlock() | Prose():
            return len(block.text)
        case Facts():
            return sum(len(value) for _, values in block.pairs for value in values)
        case Links():
            return sum(len(link.text) for link in block.links)
        case Fold() | Part():
            return sum(map(_length, block.blocks))
        case _:
            return 0


def shortened(block: Block) -> Block:
    """The block, in which no text is longer than anybody reads in one piece."""
    match block:
        case Heading():
            return replace(block, text=_short(block.text, _TEXT))
        case Prose():
            return replace(block, text=_short(block.text, _TEXT), lead=_short(block.lead, _TEXT))
        case Items():
            return replace(block, items=tuple(_short(item, _TEXT) for item in block.items))
        case Facts():
            pairs = ((_short(name, _CELL), tuple(_short(v, _TEXT) for v in values)) for name, values in block.pairs)
            return replace(block, pairs=tuple(pairs))
        case Table():
            rows = (tuple(_cell(block, cell, at) for at, cell in enumerate(row)) for row in block.rows)
            notes = tuple(_short(note, _TEXT) for note in block.notes)
            head = tuple(_cell(block, cell, at) for at, cell in enumerate(block.head))
            caption = None if block.caption is None else _short(block.caption, _CELL)
            return replace(block, head=head, rows=tuple(rows), notes=notes, caption=caption)
        case CodeBlock():
            return replace(block, text="\n".join(_short(line, _CODE) for line in block.text.split("\n")))
        case Fold():
            return replace(block, summary=_short(block.summary, _TEXT), blocks=tuple(map(shortened, block.blocks)))
        case Written():
            return Fold(summary=block.title or "", blocks=tuple(map(shortened, written.blocks(block))))
        case _:
            return block


def _cell(block: Table, text: str, at: int) -> str:
    return text if at in block.drawn or len(text) <= _CELL else f"{text[: _CELL // 2]}…{text[-_CELL // 2 :]}"


def _short(text: str, most: int) -> str:
    # by characters, since those that take no room take bytes
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
