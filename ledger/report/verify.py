"""What `ledger verify` found, as a document: problems first, then what cannot be proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.analysis.problems import Check, Kind, Problem, Proof
from ledger.model.listing import counted, listed
from ledger.report.blocks import Block, Document, Heading, Items, Mark, Prose
from ledger.report.problems import sentence
from ledger.report.shapes import proofs as shapes

# how many trials are named; a clone without tags has lost them all
FEW = 2

_LOST: Final = (Kind.TRIAL_NOT_HERE, Kind.TRIAL_BEYOND_SHALLOW)


def document(proofs: Sequence[Proof]) -> Document:
    """One section for each experiment: its name, its trials, the problems, and what is unproved."""
    blocks = tuple(block for proof in proofs for block in _proved(proof))
    return Document(
        title="verify",
        blocks=blocks or (Prose(text="there is no experiment to verify"),),
        data=shapes.verify(proofs),
    )


def _proved(proof: Proof) -> Iterator[Block]:
    """A headline, and a line for each problem."""
    problems, unproved, trials = proof.problems, proof.unproved, proof.trials
    said = counted(len(problems), "problem") if problems else "no problem" if unproved else "proved"
    yield Heading(text=f"{proof.experiment}: {said}, {counted(trials, 'trial')}", near=True)
    if problems:
        yield Items(items=lines(problems), mark=Mark.WRONG, indent=2, near=True)
    if unproved:
        yield Prose(text="unproved:", indent=2, near=True)
        yield Items(items=lines(unproved), mark=Mark.UNSURE, indent=2, near=True)


def _many_lost(found: Sequence[Problem]) -> list[Problem]:
    """The trials that are not here, where they are more than can be named."""
    lost = [problem for problem in found if problem.kind in _LOST]
    return lost if len(lost) > FEW else []


def _lost(found: Sequence[Problem]) -> tuple[str, ...]:
    """What is said of many trials that are not here."""
    lost = _many_lost(found)
    if not lost:
        return ()
    some = listed([problem.trial or "" for problem in lost], FEW)
    if lost[0].kind is Kind.TRIAL_BEYOND_SHALLOW:
        where = "this clone is shallow and does not have their trial commits: git fetch --unshallow --tags"
    else:
        where = f"no tag in this clone holds their trial commits: ledger pull {lost[0].experiment}"
    return (f"{Check.LOST}: {some}: {where}",)


def lines(found: Sequence[Problem]) -> tuple[str, ...]:
    """What is said of what was found; trials that are not here are counted."""
    return (*_lost(found), *_lines(found))


def _lines(found: Sequence[Problem]) -> tuple[str, ...]:
    """A line for each thing that was found: what several trials share, as a hash that is gone, is said once."""
    told = bool(_many_lost(found))
    shared: dict[tuple[str, str], list[str]] = {}
    for problem in found:
        if told and problem.kind in _LOST:
            continue
        trials = shared.setdefault((problem.kind.check, sentence(problem)), [])
        if problem.trial is not None and problem.trial not in trials:
            trials.append(problem.trial)
    return tuple(
        f"{check}: {listed(trials, FEW)}{': ' if trials else ''}{message}"
        for (check, message), trials in shared.items()
    )
