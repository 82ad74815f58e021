"""A verdict as documents: `verdict.md` with its results, and the answer of `conclude`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from ledger.analysis.arms import ArmValues
from ledger.analysis.searching import state
from ledger.model.experiment import Experiment
from ledger.model.interpretation import HEADING, PLACEHOLDER
from ledger.model.replicates import label
from ledger.model.settings import Settings
from ledger.model.verdict import POST_HOC, SUPPORTED, Amendment, Judged, OverCases, Verdict
from ledger.model.verdict_file import to_mapping
from ledger.report import markdown, numbers, search, stored
from ledger.report.blocks import Block, Document, Heading, Items, Mark, Prose, Table
from ledger.report.experiments import described_axes
from ledger.report.numbers import number, p_stated, signed, spread
from ledger.report.remarks import sentences
from ledger.report.written import code
from ledger.stats.summary import summarise

# beyond this many, replicates are not listed
_MANY = 30


def body(
    verdict: Verdict, experiment: Experiment, arms: Mapping[str, ArmValues], settings: Settings, interpretation: str
) -> str:
    """The body of `verdict.md`: the document in markdown, and below it what its author wrote, as it was written."""
    computed = markdown.render(document(verdict, experiment, arms, settings), stored)
    return f"{computed}\n{HEADING}\n\n{interpretation.strip() or PLACEHOLDER}\n"


def document(verdict: Verdict, experiment: Experiment, arms: Mapping[str, ArmValues], settings: Settings) -> Document:
    """What was predicted, what was found, and what it does not show."""
    blocks: list[Block] = [Heading(text=f"Verdict: {verdict.outcome}")]
    if not verdict.confirmatory:
        blocks += [Prose(text=f"Confirmatory: no, {post_hoc(verdict)}."), Items(items=sentences(verdict.reasons))]
    for one in verdict.predictions:
        blocks += [Prose(lead=stated_of(one, verdict), text=code(one.text)), Items(items=found_of(one))]
    if verdict.finding is None and not verdict.predictions:
        blocks.append(Prose(text="Nothing was predicted."))
    blocks += found_by_search(verdict, experiment, settings)
    if verdict.finding is None:
        basis = Prose(text=_basis(verdict, experiment))
        blocks += [Heading(text="Results"), basis, _results(arms, experiment, settings)]
    for name in dict.fromkeys(p.metric.name for p in experiment.plan.predictions):
        blocks += _by_replicate(name, arms, settings)
    if verdict.warnings:
        blocks += [Heading(text="What this does not show"), Items(items=sentences(verdict.warnings))]
    if verdict.amendments:
        items = tuple(item for change in verdict.amendments for item in amended(change))
        blocks += [Heading(text="Amendments of the plan"), Items(items=items)]
    return Document(title=f"{experiment.name}: {verdict.outcome}", blocks=tuple(blocks))


def found_by_search(
    verdict: Verdict, experiment: Experiment, settings: Settings, *, commands: bool = True
) -> list[Block]:
    """What a search has found, what it cost, and the versions; nothing of a plan without one.

    `commands`: with what to type where there is no answer.
    """
    finding, plan = verdict.finding, experiment.plan
    if finding is None or plan.search is None:
        return []
    known = state(experiment, verdict.fingerprints)
    return [
        Heading(text="Finding"),
        Prose(text=f"{search.said(finding, plan.search, settings)}."),
        Items(items=tuple(search.remarks(finding, plan.search, experiment.name, commands=commands))),
        Heading(text=search.title(plan.search)),
        search.table(known, settings),
    ]


def answer(verdict: Verdict, experiment: Experiment, settings: Settings) -> Document:
    """The verdict without the results, for the terminal, and as JSON."""
    name, plan, finding = experiment.name, experiment.plan, verdict.finding
    outcome = verdict.outcome if verdict.confirmatory else f"{verdict.outcome}, {post_hoc(verdict)}"
    if finding is not None and plan.search is not None:
        outcome = search.said(finding, plan.search, settings)
    blocks: list[Block] = [Prose(lead=name, text=outcome)]
    if finding is not None and plan.search is not None:
        blocks.append(Items(items=tuple(search.remarks(finding, plan.search, name)), indent=2, near=True))
    for one in verdict.predictions:
        blocks.append(Prose(lead=one.text, text=stated_of(one, verdict), indent=2, near=True))
        blocks.append(Items(items=found_of(one), indent=4, near=True))
    reasons = tuple(f"not confirmatory: {reason}" for reason in sentences(verdict.reasons))
    blocks.append(Items(items=(*reasons, *sentences(verdict.warnings)), mark=Mark.WRONG, near=True))
    return Document(title=f"{name}: {outcome}", blocks=tuple(blocks), data=to_mapping(verdict))


def post_hoc(verdict: Verdict) -> str:
    """What an outcome that is not confirmatory is worth, and what the numbers alone say."""
    capped = verdict.numbers_say not in (None, verdict.outcome)
    return f"{POST_HOC}: for a new experiment{f' (the numbers say {verdict.numbers_say})' if capped else ''}"


def stated_of(judged: Judged, verdict: Verdict) -> str:
    """The outcome of one prediction: what only the numbers support is told apart."""
    capped = judged.outcome == SUPPORTED and not verdict.confirmatory
    return f"{judged.outcome} by the numbers, {POST_HOC}" if capped else judged.outcome


def found_of(judged: Judged) -> tuple[str, ...]:
    """The evidence for one prediction, and its remarks."""
    known = () if judged.estimate is None else (evidence(judged),)
    over = () if judged.over_cases is None else (over_cases(judged, judged.over_cases),)
    return (*known, *over, *sentences(judged.remarks))


def amended(change: Amendment) -> Iterator[str]:
    """One line per key that an amendment changed, with its text before and after where the verdict has them."""
    seen = "after results had been seen" if change.after_results else "before any result"
    corrected = ", the name of a metric that no result had" if change.corrects else ""
    for key in change.changed:
        texts = ""
        if change.before is not None and change.after is not None:
            sides = (code(json.dumps(s[key])) if key in s else "nothing" for s in (change.before, change.after))
            texts = f": {' → '.join(sides)}"
        yield f"{change.date}: {key}, {seen}{corrected}{texts}"


# --- the results


def _results(arms: Mapping[str, ArmValues], experiment: Experiment, settings: Settings) -> Table:
    """One row per metric with mean ± sd and n of every arm, those that are predicted first."""
    predicted = [p.metric.name for p in experiment.plan.predictions]
    names = dict.fromkeys([*predicted, *(name for arm in arms.values() for name in arm.metrics)])
    rows = tuple((name, *(_mean(arm, name, settings) for arm in arms.values())) for name in names)
    return Table(head=("metric", *arms), rows=rows)


def _mean(arm: ArmValues, name: str, settings: Settings) -> str:
    found = summarise([v for point, v in arm.metrics.get(name, {}).items() if point in arm.declared])
    return f"{spread(found, settings.precision(name))} (n={found.n})" if found.n else "-"


def _by_replicate(name: str, arms: Mapping[str, ArmValues], settings: Settings) -> list[Block]:
    """One row per declared replicate with the metric of every arm; none where they are many."""
    points = list(dict.fromkeys(point for arm in arms.values() for point in arm.declared))
    if not 1 < len(points) <= _MANY:
        return []
    precision = settings.precision(name)
    rows = tuple(
        (label(p), *(number(arm.metrics.get(name, {}).get(p), precision) for arm in arms.values())) for p in points
    )
    return [Table(head=(name, *arms), rows=rows)]


def _basis(verdict: Verdict, experiment: Experiment) -> str:
    """Where the numbers below come from, and how strictly they were judged."""
    plan = experiment.plan
    at = f", {described_axes(plan)}" if plan.replicates.axes else ""
    looks = f"looked at {times(verdict.looks)}, {times(plan.looks)} declared"
    divided = f", divided by {plan.looks} looks" if plan.looks > 1 else ""
    judged = f"Alpha {verdict.alpha:g}{divided}; {looks}. Confirmatory: {'yes' if verdict.confirmatory else 'no'}."
    return f"The declared replicates{at}; mean ± standard deviation. {judged}"


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


# --- the evidence in one line


def evidence(judged: Judged) -> str:
    """`difference +0.0211 (90% interval +0.0120 to +0.0300), paired t, n = 5, p = 0.003`."""
    is_mean = judged.n_baseline is None
    show = number if is_mean else signed
    fine = fineness(judged)
    text = f"{'mean' if is_mean else 'difference'} {show(judged.estimate, fine)}"
    if judged.interval is not None and judged.confidence is not None:
        low, high = (show(bound, fine) for bound in judged.interval)
        text += f" ({judged.confidence:.0%} interval {low} to {high})"
    text += f", {judged.test}, n = {judged.n}"
    if judged.n_baseline is not None and judged.n_baseline != judged.n:
        text += f" against {judged.n_baseline}"
    if judged.p_value is not None:
        text += f", {p_stated(judged.p_value)}"
    if judged.p_refuting is not None and judged.outcome != SUPPORTED:
        text += f" (of the contrary, corrected: {p_stated(judged.p_refuting)})"
    return text


def over_cases(judged: Judged, found: OverCases) -> str:
    """`seeds and 500 cases crossed: difference +0.0211 (90% interval -0.003 to +0.045), p = 0.03, 62% …`."""
    low, high = found.interval
    fine = numbers.fine(found.interval)
    show = number if judged.n_baseline is None else signed
    counted = f"{found.cases} cases" if found.clusters is None else f"{found.cases} cases in {found.clusters} clusters"
    of = "mean" if judged.n_baseline is None else "difference"
    text = f"seeds and {counted} crossed: {of} {show(found.estimate, fine)}"
    text += f" ({judged.confidence:.0%} interval {show(low, fine)} to {show(high, fine)}), {p_stated(found.p_value)}"
    return f"{text}; {found.share:.0%} of its variance from the cases"


def fineness(judged: Judged) -> int | None:
    """The digits behind the point that the interval leaves meaningful: two of its half width."""
    return numbers.fine(judged.interval)


def subject(verdict: Verdict, predicted: Sequence[str]) -> str:
    """`verdict: supported, dice +0.021 (90% CI 0.012..0.030, n=5)`, `verdict: step at at-3f2a9c1`."""
    if verdict.finding is not None:
        return f"verdict: {verdict.finding.stated}"
    text = f"verdict: {verdict.outcome}{f', {POST_HOC}' if verdict.predictions and not verdict.confirmatory else ''}"
    if verdict.predictions and predicted:
        first = verdict.predictions[0]
        if first.estimate is not None:
            fine = fineness(first)
            show = number if first.n_baseline is None else signed
            text += f", {predicted[0]} {show(first.estimate, fine)}"
            if first.interval is not None and first.confidence is not None:
                low, high = (number(bound, fine) for bound in first.interval)
                text += f" ({first.confidence:.0%} CI {low}..{high}, n={first.n})"
    return text
