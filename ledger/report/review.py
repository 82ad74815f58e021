"""The report for a pull request: what a reviewer has to know of each experiment, on a host, a page or a terminal.

What is shown follows from the reviews alone, so that two clones print the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.analysis.review import Review
from ledger.analysis.searching import state
from ledger.model.experiment import Experiment
from ledger.model.listing import counted, listed
from ledger.model.verdict import Verdict, stated
from ledger.report import review_metrics, search, verdict, verify
from ledger.report import review_sections as sections
from ledger.report.blocks import (
    Block,
    Comment,
    Document,
    Facts,
    Heading,
    Items,
    Mark,
    Part,
    Prose,
    Table,
)
from ledger.report.experiments import described_axes
from ledger.report.remarks import said, sentence, sentences
from ledger.report.review_early import as_unconcluded
from ledger.report.shapes import review as shapes
from ledger.report.written import code

MARKER: Final = "ledger-review"
"""What a comment begins with (`<!-- ledger-review -->`), so that it is found again."""

LIMIT: Final = 60_000 - 1
"""Bytes of markdown: GitHub takes comments of 65,536 characters."""

# so much of a commit's id is plain
_SHORT: Final = 10
# how many arms are named in a line
_ARMS: Final = 3


def document(reviews: Sequence[Review]) -> Document:
    """A section for each experiment; nothing where there is none."""
    reviews = tuple(map(as_unconcluded, reviews))
    parts: list[Block] = [*_overview(reviews)]
    for one in reviews:
        parts += _unread(one) if one.experiment is None else _reviewed(one, one.experiment)
    blocks = (Comment(text=MARKER), *parts) if parts else ()
    return Document(title=_title(reviews), blocks=blocks, data=list(map(shapes.review, reviews)), limit=LIMIT)


def _title(reviews: Sequence[Review]) -> str:
    """The title of the page: the experiment's name and title, of several their names."""
    if len(reviews) != 1:
        return listed([one.name for one in reviews], _ARMS) if reviews else "review"
    (one,) = reviews
    return one.name if one.experiment is None else f"{one.name}: {one.experiment.plan.title}"


def _overview(reviews: Sequence[Review]) -> Iterator[Part]:
    """A row for each experiment, where there are several."""
    if len(reviews) < 2:
        return
    rows = tuple((one.name, _outcome(one), _checked(one)) for one in reviews)
    table = Table(head=("experiment", "verdict", "checks"), rows=rows, names=0)
    yield Part(blocks=(Heading(text=f"{len(reviews)} experiments"), table), rank=1, name="experiments")


def _checked(one: Review) -> str:
    if one.unchecked is not None or not one.checks:
        return "not made" if one.unchecked is not None else "-"
    count = len(one.problems)
    return counted(count, "problem") if count else "no problem"


def _unread(one: Review) -> Iterator[Part]:
    """An experiment of which nothing is known but why; those that are too many stand in the overview alone."""
    if one.left_out:
        return
    said = one.unreadable or "Its hypothesis is removed here."
    yield Part(blocks=(Heading(text=one.name), Items(items=(said,), mark=Mark.WRONG)), rank=0, name=one.name)


def _reviewed(one: Review, experiment: Experiment) -> Iterator[Part]:
    """The parts of one experiment, in the order in which a reviewer asks."""
    prose = experiment.hypothesis.body
    yield Part(blocks=tuple(_judged(one, experiment)), rank=0, name="the verdict")
    for name, rank, blocks in (
        ("what is wrong", 1, wrong(one, experiment)),
        ("facts", 2, (Facts(pairs=tuple(_facts(one, experiment))),)),
        ("versions", 2, _versions(one, experiment)),
        ("metrics", 2, review_metrics.metrics(one, experiment)),
        ("the chart", 4, review_metrics.chart(one, experiment)),
        ("other arms", 5, review_metrics.other_arms(one, experiment)),
        ("what changed", 4, sections.changed(one)),
        ("what cannot be attributed", 3, sections.unattributed(one)),
        ("what this does not show", 3, sections.warnings(one)),
        ("checks", 4, sections.checks(one)),
        ("trials that failed", 5, (*sections.failed(one), *sections.voided(one))),
        ("amendments of the plan", 6, sections.amended(one)),
        ("pictures", 7, sections.pictures(one)),
        ("how to reproduce it", 2, sections.reproduce(one)),
        ("the hypothesis in prose", 8, sections.prose("Hypothesis in prose", prose, experiment.plan.title)),
        ("notes", 9, sections.prose("Notes", experiment.notes)),
    ):
        found = tuple(blocks)
        if found:
            yield Part(blocks=found, rank=rank, name=name)


# --- the verdict


def _verdict(one: Review) -> Verdict | None:
    """The verdict that the records give, else the stored one."""
    return one.recomputed or one.stored


def _outcome(one: Review) -> str:
    """The verdict in a word, or why there is none."""
    if one.experiment is None:
        return "cannot be read" if one.unreadable else "removed" if one.deleted else "not read: too many"
    found, plan = _verdict(one), one.experiment.plan
    if found is None:
        return "none yet"
    if found.finding is not None and plan.search is not None:
        return search.said(found.finding, plan.search, one.settings)
    return stated(found.outcome, found.confirmatory)


def _judged(one: Review, experiment: Experiment) -> Iterator[Block]:
    yield Heading(text=f"{experiment.name}: {experiment.plan.title}")
    found = _verdict(one)
    if found is None:
        yield Prose(lead="Verdict", text=f"none, {said(one.refusal)}" if one.refusal else "none yet")
        yield Items(items=tuple(f"predicted: {code(str(each))}" for each in experiment.plan.predictions))
        return
    yield Prose(lead="Verdict", text=f"{_outcome(one)}; {_from_where(one)}")
    asks = experiment.plan.search
    if found.finding is not None and asks is not None:
        yield Items(items=tuple(search.remarks(found.finding, asks, experiment.name)))
    elif not found.predictions:
        yield Prose(text="Nothing was predicted.")
    for each in found.predictions:
        yield Prose(lead=verdict.stated_of(each, found), text=code(each.text))
        yield Items(items=verdict.found_of(each))


def _versions(one: Review, experiment: Experiment) -> Iterator[Block]:
    """What a search has measured of each version, or configuration."""
    found = _verdict(one)
    if found is not None and found.finding is not None and experiment.plan.search is not None:
        table = search.table(state(experiment, found.fingerprints), one.settings)
        if table.rows:
            yield Heading(text=search.title(experiment.plan.search), level=3)
            yield table


def _from_where(one: Review) -> str:
    """How the verdict came about, and whether the stored one is the same."""
    if one.recomputed is None:
        return f"as in verdict.md; the records give none: {said(one.refusal) or 'they are not enough'}"
    if one.stored is None:
        return "computed from the records; not concluded yet"
    if one.agrees is False:
        return f"computed from the records; verdict.md says {stated(one.stored.outcome, one.stored.confirmatory)}"
    return "computed again from the records, as in verdict.md"


def wrong(one: Review, experiment: Experiment, *, reasons: bool = True) -> Iterator[Block]:
    """What a reviewer must not miss; with the `reasons` why a verdict is not confirmatory."""
    lines = []
    if one.agrees is False:
        lines.append("the stored verdict is not what the records give: `ledger conclude`")
    if one.outdated is not None:
        lines.append(f"the stored verdict is out of date: {sentence(one.outdated)}")
    if one.unchecked is not None:
        lines.append(f"the checks cannot run: {one.unchecked}")
    found = _verdict(one)
    if reasons and found is not None and not found.confirmatory and found.predictions:
        lines += [f"not confirmatory: {reason}" for reason in sentences(found.reasons)]
    lines += verify.lines(one.problems)
    # `verify` names most of them
    named = {dict(problem.facts).get("said") for problem in one.problems}
    passed_over = map(str, (*experiment.passed_over, *experiment.too_new))
    lines += [f"{text} (skipped)" for text in passed_over if text not in named]
    yield from sections.told(lines, Mark.WRONG)


def _facts(one: Review, experiment: Experiment) -> Iterator[tuple[str, tuple[str, ...]]]:
    plan = experiment.plan
    if one.against is not None:
        yield "against", (f"{one.against.name} ({one.against.commit[:_SHORT]})",)
    yield "at", (f"{experiment.tip[:_SHORT]}, {experiment.status}",)
    yield "author", (f"{plan.author}, {plan.created:%Y-%m-%d}",)
    if plan.parent is not None:
        yield "refines", (plan.parent,)
    yield "replicates", (described_axes(plan),)
    trials = [
        f"{arm.name} {arm.succeeded}" + ("" if arm.declared is None else f" of {arm.declared}") for arm in one.arms
    ]
    counts = [f"{len(some)} {what}" for some, what in ((one.failed, "failed"), (one.voided, "voided")) if some]
    if trials or counts:
        yield "trials", tuple(filter(None, (listed(trials, _ARMS), listed(counts))))
    if plan.tags:
        yield "tags", (listed(plan.tags, 10),)
