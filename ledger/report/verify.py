"""What `ledger verify` found, as a document: problems first, then what cannot be proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.analysis.findings import LOST, Finding
from ledger.model.listing import listed
from ledger.report.blocks import Block, Document, Heading, Items, Mark, Prose
from ledger.report.shapes import proofs as shapes

# so many trials are named; a clone without tags has lost them all
FEW = 2


def document(proofs: Sequence[tuple[str, int, Sequence[Finding], Sequence[Finding]]]) -> Document:
    """One section for each experiment: its name, its trials, the problems, and what is unproved."""
    blocks = tuple(block for proof in proofs for block in _proved(*proof))
    data = shapes.verify([(name, trials, (*problems, *unproved)) for name, trials, problems, unproved in proofs])
    return Document(title="verify", blocks=blocks or (Prose(text="there is no experiment to verify"),), data=data)


def _proved(name: str, trials: int, problems: Sequence[Finding], unproved: Sequence[Finding]) -> Iterator[Block]:
    """A headline, and a line for each finding."""
    if problems:
        said = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    else:
        said = "no problem" if unproved else "proved"
    yield Heading(text=f"{name}: {said}, {trials} trial{'s' if trials != 1 else ''}", near=True)
    if problems:
        yield Items(items=_lines(problems), mark=Mark.WRONG, indent=2, near=True)
    if unproved:
        yield Prose(text="unproved:", indent=2, near=True)
        yield Items(items=(*_lost(unproved), *_lines(unproved)), mark=Mark.UNSURE, indent=2, near=True)


def _many_lost(findings: Sequence[Finding]) -> list[Finding]:
    """The trials that are lost, where they are more than can be named."""
    lost = [finding for finding in findings if finding.check == LOST]
    return lost if len(lost) > FEW else []


def _lost(findings: Sequence[Finding]) -> tuple[str, ...]:
    """What is said of many trials that are lost."""
    some = listed([finding.trial or "" for finding in _many_lost(findings)], FEW)
    return (f"{LOST}: {some}: no tag here holds their trial commits: git fetch --tags",) if some else ()


def _lines(findings: Sequence[Finding]) -> tuple[str, ...]:
    """A line for each thing that was found: what several trials share, as a hash that is gone, is said once."""
    told = _many_lost(findings)
    shared: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        if finding in told:
            continue
        trials = shared.setdefault((finding.check, finding.message), [])
        if finding.trial is not None and finding.trial not in trials:
            trials.append(finding.trial)
    return tuple(
        f"{check}: {listed(trials, FEW)}{': ' if trials else ''}{message}"
        for (check, message), trials in shared.items()
    )
