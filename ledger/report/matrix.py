"""`ledger matrix` as a document: the answer in sentences, the cells, then rows and columns as effects."""

from __future__ import annotations

from ledger.analysis.matrix.answer import Matrix, SideEffect
from ledger.model.listing import counted
from ledger.model.settings import Settings
from ledger.report import matrix_words as words
from ledger.report.blocks import Block, Document, Figure, Heading, Items, Mark, Prose, Table
from ledger.report.numbers import fineness, p_value, spread
from ledger.report.shapes import diagnosis as shapes


def document(found: Matrix, settings: Settings, *, svg: str | None = None) -> Document:
    """The answer; `svg` is the picture."""
    said = words.answer(found)
    blocks: list[Block] = [
        Heading(text=words.title(found), paged=True),
        Items(items=said),
        Items(items=words.notes(found), mark=Mark.WRONG, near=True),
    ]
    if svg is not None:
        blocks.append(Figure(alternative=said[0], svg=svg))
    trials = counted(found.trials, "trial")
    blocks += [_cells(found, settings), _effects(found), Prose(text=f"{trials}, in {found.experiment}")]
    return Document(title=f"{found.experiment}: {said[0]}", blocks=tuple(blocks), data=shapes.matrix(found))


def _cells(found: Matrix, settings: Settings) -> Table:
    precision = settings.precision(found.metric)
    if precision is None:
        precision = fineness(*(cell for row in found.cells for cell in row))
    return Table(
        head=(f"{found.metric}: trained on", *found.columns),
        rows=tuple(
            (name, *(spread(cell, precision) if cell.n else "" for cell in row))
            for name, row in zip(found.rows, found.cells, strict=True)
        ),
        right=tuple(range(1, len(found.columns) + 1)),
        # of many columns the last stay: the newest
        optional=tuple(range(1, len(found.columns))),
        columns="column",
        names=0,
    )


def _effects(found: Matrix) -> Table:
    rows = [_row(found, f"trained on {one.name}", one) for one in found.row_effects[1:]]
    rows += [_row(found, f"measured on {one.name}", one) for one in found.column_effects[1:]]
    return Table(
        head=("", "effect", "interval", "p"), rows=tuple(rows), right=(1, 2, 3), names=0, notes=words.meaning(found)
    )


def _row(found: Matrix, name: str, one: SideEffect) -> tuple[str, ...]:
    p = "" if one.adjusted is None else p_value(one.adjusted)
    return (name, words.effect(found, one), words.interval(found, one), p)
