"""The report for a pull request, as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.analysis.review import Review
from ledger.report.blocks import Block, CodeBlock, Document, Facts, Heading, Items, Prose, Written
from ledger.report.diff import metrics_table
from ledger.report.problems import sentence
from ledger.report.remarks import sentences
from ledger.report.shapes import review as shapes


def document(reviews: Sequence[Review]) -> Document:
    """A section for each experiment."""
    blocks = tuple(block for one in reviews for block in _reviewed(one))
    return Document(title="review", blocks=blocks, data=list(map(shapes.review, reviews)))


def _reviewed(one: Review) -> Iterator[Block]:
    experiment = one.experiment
    yield Heading(text=one.name if experiment is None else f"{one.name}: {experiment.plan.title}")
    if experiment is None:
        gone = "its hypothesis is removed" if one.deleted else "it is one of too many to be read"
        yield Prose(text=one.unreadable or gone)
        return
    recomputed = "-" if one.recomputed is None else one.recomputed.outcome
    verdict = (f"{one.outcome or 'none'}, computed again: {recomputed}", one.outdated or "", one.refusal or "")
    yield Facts(
        pairs=(
            ("predicts", tuple(map(str, experiment.plan.predictions)) or ("nothing",)),
            ("verdict", tuple(filter(None, verdict))),
        )
    )
    yield Written(text=experiment.hypothesis.body)
    if one.changed is not None and one.changed.metrics:
        yield metrics_table(one.changed.metrics, (one.changed.a, one.changed.b), one.settings)
    elif one.not_compared is not None:
        yield Prose(text=one.not_compared)
    yield Items(items=tuple(f"{check.name}: {check.state}: {check.proves}" for check in one.checks))
    found = tuple(f"{each.kind.check}: {each.trial or ''} {sentence(each)}" for c in one.checks for each in c.found)
    warnings = sentences((*(r for each in one.unattributed for r in each.remarks), *one.warnings))
    failed = tuple(f"{each.record.trial.id} {each.record.trial.status}" for each in one.failed)
    for items in (found[:100], warnings, failed[:100]):
        if items:
            yield Items(items=items)
    if one.reproduce:
        yield CodeBlock(text="\n".join(one.reproduce), language="sh")
