"""What a search or a weighing of the data has found, in the words of the command that asked."""

from __future__ import annotations

from ledger.analysis.ablation.answer import Ablation
from ledger.analysis.bisection.answer import Bisection
from ledger.analysis.matrix.answer import Matrix
from ledger.analysis.searching import finding
from ledger.analysis.tuning.state import TuneState
from ledger.model.settings import Settings
from ledger.report import ablate, ablate_words, bisect, bisect_words, matrix, matrix_words, search
from ledger.report.blocks import Block, Heading, Items
from ledger.report.svg import cells, effects, tuning, versions

Answer = Ablation | Bisection | Matrix | TuneState


def said(one: Answer, settings: Settings) -> str:
    """The answer in one sentence, without its stop."""
    match one:
        case TuneState():
            return search.said(finding(one), one.search, settings)
        case Bisection():
            return bisect_words.answer(one)
        case Ablation():
            return ablate_words.answer(one)
        case Matrix():
            return "; ".join(matrix_words.answer(one))


def picture(one: Answer, settings: Settings) -> tuple[str, str] | None:
    """What is drawn of the answer, as SVG, and what its marks are; None where there is nothing to draw."""
    match one:
        case TuneState():
            drawn, meaning = tuning.tuning(one, settings), tuning.meaning(one)
        case Bisection():
            drawn, meaning = versions.versions(one, settings), versions.meaning(one)
        case Ablation():
            drawn, meaning = effects.effects(one), effects.meaning(one)
        case Matrix():
            drawn, meaning = cells.cells(one, settings), cells.meaning(one)
    return None if drawn is None else (drawn, meaning)


def blocks(one: Answer, settings: Settings) -> list[Block]:
    """The command's document without its own heading."""
    match one:
        case TuneState():
            remarks = search.remarks(finding(one), one.search, "", commands=False)
            return [Items(items=tuple(remarks)), search.table(one, settings)]
        case Bisection():
            document = bisect.document(one, settings)
        case Ablation():
            document = ablate.document(one, settings)
        case Matrix():
            document = matrix.document(one, settings)
    return [block for block in document.blocks if not isinstance(block, Heading)]
