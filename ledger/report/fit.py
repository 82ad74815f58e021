"""Columns that are fitted into a width: texts are cut first, then the columns that matter least are left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.model.frozen import frozen
from ledger.report.text import cut, cut_apart, cut_within, pad, width

_GAP: Final = 2
# a head may be cut down to this, where its cells are narrower
_HEAD: Final = 11
# how many rows tell whether a column has any chance to fit: of ten thousand not all are formatted in vain
_SAMPLE: Final = 50


@frozen
class FittedColumn:
    """A column to be fitted in. `cells` gives the texts of all rows (None), or of this many from the beginning.

    `right`: whether they stand on the right, asked of columns that are shown.
    `shrinks`: down to what width its cells may be cut; None where they must stay whole, as numbers must. `within`:
    whether they are cut in their middle, as names are that differ in their ends.
    """

    head: str
    cells: Callable[[int | None], list[str]]
    rank: float
    fixed: bool
    right: Callable[[], bool]
    shrinks: int | None
    within: bool = False


@frozen
class Fitted:
    """The lines, the first of which has the heads, and the `places` of the columns that are shown."""

    lines: tuple[str, ...]
    places: tuple[int, ...]

    @property
    def shown(self) -> int:
        """How many columns are shown."""
        return len(self.places)


@dataclass(slots=True, kw_only=True)
class _Measured:
    """A column with its texts and their widths: the least width that it can have, and the one that it would like."""

    column: FittedColumn
    texts: list[str]
    sizes: list[int]
    least: int
    natural: int


def fitted(columns: Sequence[FittedColumn], rows: int, total: int | None) -> Fitted:
    """The columns in their order that fit into `total` (None: all of them), those of the highest rank first.

    Fixed columns are always there; where even they do not fit, lines are longer than `total`.
    """
    chosen: dict[int, _Measured] = {}
    used = -_GAP
    order = sorted(range(len(columns)), key=lambda at: (not columns[at].fixed, -columns[at].rank, at))
    for at in order:
        column = columns[at]
        free = None if total is None or column.fixed else total - used - _GAP
        if free is not None and rows > 2 * _SAMPLE and _measured(column, column.cells(_SAMPLE)).least > free:
            continue
        found = _measured(column, column.cells(None))
        if free is None or found.least <= free:
            chosen[at] = found
            used += found.least + _GAP
    places = sorted(chosen)
    shown = [chosen[at] for at in places]
    widths = _widths(shown, None if total is None else total - used)
    return Fitted(lines=tuple(_lines(shown, widths)), places=tuple(places))


def _measured(column: FittedColumn, texts: list[str]) -> _Measured:
    sizes = list(map(width, texts))
    cells = max(sizes, default=0)
    body = cells if column.shrinks is None else min(cells, column.shrinks)
    head = width(column.head)
    least = max(body, min(head, _HEAD))
    return _Measured(column=column, texts=texts, sizes=sizes, least=least, natural=max(cells, head))


def _widths(shown: Sequence[_Measured], spare: int | None) -> list[int]:
    """The least widths, and what is spare given to those that were cut: where it takes little to be whole first."""
    widths = [each.least for each in shown]
    if spare is None:
        return [each.natural for each in shown]
    fair = [at for at, each in enumerate(shown) if each.natural > each.least]
    fair.sort(key=lambda at: shown[at].natural - shown[at].least)
    for at in fair:
        more = min(max(spare, 0), shown[at].natural - widths[at])
        widths[at] += more
        spare -= more
    return widths


def _lines(shown: Sequence[_Measured], widths: Sequence[int]) -> list[str]:
    laid = [_laid(each, size) for each, size in zip(shown, widths, strict=True)]
    return [(" " * _GAP).join(line).rstrip() for line in zip(*laid, strict=True)]


def _laid(column: _Measured, size: int) -> list[str]:
    """The head and the texts of a column, each as wide as the column is."""
    right = column.column.right()
    # of dotted names the ends tell
    lines = [pad(cut_within(column.column.head, size), size, right=right)]
    names = _names(column, size) if column.column.within and max(column.sizes, default=0) > size else {}
    for text, taken in zip(column.texts, column.sizes, strict=True):
        if taken > size:
            lines.append(pad(names.get(text) or cut(text, size), size, right=right))
        else:
            blanks = " " * (size - taken)
            lines.append(blanks + text if right else text + blanks)
    return lines


def _names(column: _Measured, size: int) -> dict[str, str]:
    """The column's texts as they are cut: in their middles, or elsewhere where some would look alike."""
    texts = list(dict.fromkeys(column.texts))
    cuts = [cut_within(text, size) for text in texts]
    if len(set(cuts)) < len(texts):
        apart = cut_apart(texts, size)
        cuts = apart if max(map(width, apart)) <= size else cuts
    return dict(zip(texts, cuts, strict=True))
