"""`ledger ablate` as a document: the answer in sentences, then a row for each group."""

from __future__ import annotations

from ledger.analysis.ablation.answer import Ablation, GroupEffect, Label
from ledger.model.listing import counted
from ledger.model.settings import Settings
from ledger.report import ablate_words as words
from ledger.report.blocks import Block, Document, Figure, Heading, Items, Mark, Prose, Table
from ledger.report.numbers import p_value, spread
from ledger.report.shapes import diagnosis as shapes


def document(found: Ablation, settings: Settings, *, plot: str | None = None, svg: str | None = None) -> Document:
    """The answer; `plot` is the picture in characters, `svg` as one."""
    said = words.answer(found)
    blocks: list[Block] = [
        Heading(text=words.title(found), paged=True),
        Prose(text=said),
        Items(items=words.details(found), indent=2, near=True),
        Items(items=words.notes(found), mark=Mark.WRONG, near=True),
    ]
    if plot is not None or svg is not None:
        blocks.append(Figure(alternative=said, plot=plot, svg=svg))
    blocks += [_groups(found), Prose(text=_cost(found, settings))]
    return Document(title=f"{found.experiment}: {said}", blocks=tuple(blocks), data=shapes.ablation(found))


def _cost(found: Ablation, settings: Settings) -> str:
    precision = settings.precision(found.metric)
    all_groups = f"with all groups: {spread(found.whole, precision)}; " if found.whole.n else ""
    trials = counted(found.trainings, "training")
    return f"{all_groups}{trials}, in {found.experiment}"


def _groups(found: Ablation) -> Table:
    return Table(
        head=(found.word, "", "files", "n", "adds", "interval", "p", ""),
        rows=tuple(_row(found, one) for one in found.groups),
        right=(2, 3, 4, 5, 6),
        optional=(3, 2),
        names=1 if any(one.title for one in found.groups) else 0,
        notes=words.meaning(found),
        strong=frozenset((row, 0) for row, one in enumerate(found.groups) if one.label is not Label.UNCLEAR),
    )


def _row(found: Ablation, one: GroupEffect) -> tuple[str, ...]:
    return (
        one.name,
        one.title,
        "" if one.files is None else str(one.files),
        str(one.n),
        words.effect(found, one),
        words.interval(found, one),
        "" if one.adjusted is None else p_value(one.adjusted),
        one.label.value,
    )
