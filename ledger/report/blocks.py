"""What a document is made of: frozen values that say what stands there, and nothing of how it looks.

Texts are plain and as people wrote them. The renderers (`terminal`, `markdown`, `html`, `csv`, `json`) clean and escape
them, each in one place; whoever builds a document does neither. In headings, prose and lists, code stands between
backquotes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final, TypeAlias

from ledger.model.frozen import frozen


class Mark(StrEnum):
    """What stands before the items of a list in a terminal."""

    NONE = ""
    WRONG = "!"
    UNSURE = "?"


@frozen
class _Spaced:
    """`near`: in a terminal no blank line stands before the block."""

    near: bool = False


@frozen
class Heading(_Spaced):
    """A line above what follows. `paged`: on pages alone; in a terminal what follows speaks for itself."""

    text: str
    level: int = 2
    paged: bool = False


@frozen
class Prose(_Spaced):
    """A paragraph of ours. `lead` stands before it, in bold type on pages. `indent` is a terminal's."""

    text: str
    lead: str = ""
    indent: int = 0


@frozen
class Written(_Spaced):
    """What a person wrote in markdown: a terminal shows it as it is, pages its headings, lists and paragraphs.

    With a `title` it stands below that, and so do its headings.
    """

    text: str
    title: str | None = None


@frozen
class Facts(_Spaced):
    """Names, each with one value or more."""

    pairs: tuple[tuple[str, tuple[str, ...]], ...]


@frozen
class Items(_Spaced):
    """A list without an order. `indent` is a terminal's."""

    items: tuple[str, ...]
    mark: Mark = Mark.NONE
    indent: int = 0


@frozen
class CodeBlock(_Spaced):
    """Text that keeps its lines and its blanks."""

    text: str
    language: str = ""


@frozen
class Table(_Spaced):
    """Rows below their heads, with what a narrow terminal does about them; pages show every column.

    `right` are the places of the columns that stand on the right. Where lines are too long, the `optional` columns are
    left out in this order, then the texts of the column `names` are cut so that they can be told apart. Heads are cut
    to `head_width`. A table that is not `headed` has heads on pages alone. `beyond` are the heads of columns that it
    does not have to begin with; they and those that are left out are told as this many more of what `columns` names.
    `caption` stands above, `notes` below, or `short_notes` where optional columns were left out. `faint` are beginnings
    of cells that say nothing certain, each as row, column and number of characters: a terminal with colours and a page
    show them grey. `strong` are the cells, as row and column, that a page shows in bold. `drawn` are the columns whose
    cells, and heads, are drawings in characters of one width, in which every blank counts; a terminal that has no room
    for them shows them below the others, beside the names.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    optional: tuple[int, ...] = ()
    names: int | None = None
    head_width: int | None = None
    headed: bool = True
    beyond: tuple[str, ...] = ()
    columns: str | None = None
    caption: str | None = None
    notes: tuple[str, ...] = ()
    short_notes: tuple[str, ...] | None = None
    faint: tuple[tuple[int, int, int], ...] = ()
    strong: frozenset[tuple[int, int]] = frozenset()
    drawn: tuple[int, ...] = ()
    indent: int = 0


@frozen
class Figure(_Spaced):
    """A picture. `alternative` says what it shows, for those who cannot see it; `caption` stands below it.

    `plot` is the same picture drawn in characters, which a terminal shows; an empty one is not there at all. A page
    shows `svg`, else the file at `path`, which is relative to the page; markdown the file, else `plot`. Where a
    renderer has neither it shows `alternative`.
    """

    alternative: str
    caption: str = ""
    svg: str | None = None
    path: str | None = None
    plot: str | None = None


@frozen
class Link:
    """A text, and the address that it leads to: `https://` and plain characters, which whoever makes it sees to."""

    text: str
    address: str | None = None


@frozen
class Links(_Spaced):
    """A list of links; a terminal shows their texts alone."""

    links: tuple[Link, ...]


@frozen
class Diagram(_Spaced):
    """A picture in mermaid's language, of plain characters alone: markdown has it, since hosts draw it."""

    text: str


@frozen
class Comment(_Spaced):
    """A word of ours by which programs find a text again; markdown alone has it, hidden."""

    text: str


@frozen
class Fold(_Spaced):
    """Blocks that a page shows when asked for; a terminal shows them, below the `summary` where it is `told`.

    `on_screen`: on paper the summary is enough.
    """

    summary: str
    blocks: tuple[Block, ...]
    told: bool = False
    on_screen: bool = False


@frozen
class Part(_Spaced):
    """Blocks that stand together. Where a document must not be larger than it may, those of the highest `rank` are cut
    first, those of rank 0 where all else is gone. `name` is what the part is called where nothing of it is left.
    """

    blocks: tuple[Block, ...]
    rank: int
    name: str


Block: TypeAlias = (
    Heading | Prose | Written | Facts | Items | CodeBlock | Table | Figure | Links | Diagram | Comment | Fold | Part
)


@frozen
class Document:
    """Blocks in their order. `title` is that of the page; what is read begins with a heading of its own.

    `data` says the same as plain values, in the shape that `--json` fixes; `sheet` says it as the one table that a
    spreadsheet gets. `limit` is how many bytes its markdown may have.
    """

    title: str
    blocks: tuple[Block, ...]
    data: Any = None
    sheet: Table | None = None
    limit: int | None = None


def unfolded(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks with those that folds hold in the folds' places."""
    for block in blocks:
        if isinstance(block, Fold):
            if block.told:
                yield Heading(text=block.summary, near=block.near)
            yield from unfolded(block.blocks)
        elif isinstance(block, Part):
            yield from unfolded(block.blocks)
        else:
            yield block


def more(table: Table, left_out: tuple[str, ...] = ()) -> str | None:
    """What is said of columns that a table does not show: of those beyond it, and of those that a renderer left out."""
    hidden = (*left_out, *table.beyond)
    if table.columns is None or not hidden:
        return None
    named = f"{table.columns}, {hidden[0]}" if len(hidden) == 1 else f"{table.columns}s"
    return f"and {len(hidden)} more {named}: --json shows all"


def filled(table: Table) -> Table:
    """The table as a page has it: without columns in which no row has anything."""
    return with_columns(table, [at for at in range(len(table.head)) if any(row[at] for row in table.rows)])


def with_columns(table: Table, kept: Sequence[int]) -> Table:
    """The table with these of its columns alone."""
    places = {at: place for place, at in enumerate(kept)}

    def those(columns: Sequence[int]) -> tuple[int, ...]:
        return tuple(places[at] for at in columns if at in places)

    return replace(
        table,
        head=tuple(table.head[at] for at in kept),
        rows=tuple(tuple(row[at] for at in kept) for row in table.rows),
        right=those(table.right),
        optional=those(table.optional),
        names=None if table.names is None else places.get(table.names),
        faint=tuple((row, places[at], size) for row, at, size in table.faint if at in places),
        strong=frozenset((row, places[at]) for row, at in table.strong if at in places),
        drawn=those(table.drawn),
    )


def address(path: str) -> str:
    """The path of a figure as the address of a file below the page: no character of it means more than itself."""
    return "".join(chr(byte) if chr(byte) in _SAFE else f"%{byte:02X}" for byte in path.lstrip("/").encode())


_SAFE: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
