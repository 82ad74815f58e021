"""`verdict.md`: what was predicted, what was found, and what it does not show."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from ledger.analysis.arms import Arm
from ledger.model.experiment import Experiment
from ledger.model.replicates import label
from ledger.model.settings import Settings
from ledger.model.verdict import POST_HOC, SUPPORTED, Amendment, Judged, Verdict
from ledger.report.blocks import Table
from ledger.report.documents import Format, table
from ledger.report.experiments import described_axes
from ledger.report.numbers import digits_of, number, p_value, signed, spread
from ledger.report.remarks import sentences
from ledger.report.text import clean
from ledger.stats.summary import summarise

INTERPRETATION = "## Interpretation"
PLACEHOLDER = "<!-- What do you make of it? -->"


def body(
    verdict: Verdict, experiment: Experiment, arms: Mapping[str, Arm], settings: Settings, interpretation: str
) -> str:
    """The body of `verdict.md` in markdown."""
    lines = [f"## Verdict: {verdict.outcome}", "", *_reservations(verdict), *_predictions(verdict), ""]
    lines += ["## Results", ""]
    lines += [_basis(verdict, experiment), "", results(arms, experiment, settings, Format.MD).rstrip(), ""]
    for name in dict.fromkeys(p.metric.name for p in experiment.plan.predictions):
        lines += [*_by_replicate(name, arms, settings), ""]
    if verdict.warnings:
        lines += ["## What this does not show", "", *(f"- {warning}" for warning in sentences(verdict.warnings)), ""]
    if verdict.amendments:
        lines += ["## Amendments of the plan", ""]
        for change in verdict.amendments:
            after = "after results had been seen" if change.after_results else "before any result"
            corrected = ", the name of a metric that no result had" if change.corrects else ""
            lines.append(f"- {change.date}: {', '.join(change.changed)}, {after}{corrected}")
            lines += _texts(change)
        lines.append("")
    lines += [INTERPRETATION, "", interpretation.strip() or PLACEHOLDER]
    return "\n".join(lines) + "\n"


def _reservations(verdict: Verdict) -> list[str]:
    """Why the verdict is not confirmatory; nothing where it is."""
    if verdict.confirmatory:
        return []
    lines = [f"Confirmatory: no, {_post_hoc(verdict)}.", ""]
    return [*lines, *(f"- {clean(reason)}" for reason in sentences(verdict.reasons)), ""]


def _post_hoc(verdict: Verdict) -> str:
    """What an outcome that is not confirmatory is worth, and what the numbers would have said."""
    capped = verdict.numbers_say not in (None, verdict.outcome)
    return f"{POST_HOC}: for a new experiment{f' (the numbers say {verdict.numbers_say})' if capped else ''}"


def _texts(change: Amendment) -> list[str]:
    """What each amended key said before and after, as far as the verdict tells."""
    if change.before is None or change.after is None:
        return []
    sides = (change.before, change.after)
    return [
        f"  - {key}: {' → '.join(_code(clean(json.dumps(side[key]))) if key in side else 'nothing' for side in sides)}"
        for key in change.changed
    ]


def interpretation_of(text: str) -> str:
    """The author's interpretation in an earlier `verdict.md`, "" where there is none."""
    return text.partition(f"\n{INTERPRETATION}\n")[2].replace(PLACEHOLDER, "").strip()


def results(arms: Mapping[str, Arm], experiment: Experiment, settings: Settings, form: Format) -> str:
    """A row for each metric with mean ± sd and n of every arm, those that are predicted first."""
    predicted = [p.metric.name for p in experiment.plan.predictions]
    names = list(dict.fromkeys([*predicted, *(name for arm in arms.values() for name in arm.metrics)]))
    rows = []
    for name in names:
        cells = []
        for arm in arms.values():
            values = [v for point, v in arm.metrics.get(name, {}).items() if point in arm.declared]
            found = summarise(values)
            cells.append(f"{spread(found, settings.precision(name))} (n={found.n})" if found.n else "-")
        rows.append([name, *cells])
    return table(Table(head=("metric", *arms), rows=tuple(map(tuple, rows))), form)


def _basis(verdict: Verdict, experiment: Experiment) -> str:
    """What the numbers below come from, and how strictly they were judged."""
    plan = experiment.plan
    at = f", {described_axes(plan)}" if plan.replicates.axes else ""
    looks = f"looked at {times(verdict.looks)}, {times(plan.looks)} declared"
    divided = f", divided by {plan.looks} looks" if plan.looks > 1 else ""
    judged = f"Alpha {verdict.alpha:g}{divided}; {looks}.\nConfirmatory: {'yes' if verdict.confirmatory else 'no'}."
    return f"The declared replicates{at}; mean ± standard deviation. {judged}"


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _by_replicate(name: str, arms: Mapping[str, Arm], settings: Settings) -> list[str]:
    """A row for each declared replicate with the metric of every arm; none where they are many."""
    points = list(dict.fromkeys(point for arm in arms.values() for point in arm.declared))
    if not 1 < len(points) <= 30:
        return []
    precision = settings.precision(name)
    rows = ((label(p), *(number(arm.metrics.get(name, {}).get(p), precision) for arm in arms.values())) for p in points)
    return [table(Table(head=(name, *arms), rows=tuple(rows)), Format.MD).rstrip()]


def _predictions(verdict: Verdict) -> list[str]:
    lines: list[str] = []
    for judged in verdict.predictions:
        lines.append(f"**{_stated(judged, verdict)}**: {_code(judged.text)}")
        lines.append("")
        if judged.estimate is not None:
            lines.append(f"- {evidence(judged)}")
        lines += [*(f"- {remark}" for remark in sentences(judged.remarks)), ""]
    return lines[:-1] if lines else ["Nothing was predicted."]


def _stated(judged: Judged, verdict: Verdict) -> str:
    """The outcome of one prediction: what only the numbers support is told apart."""
    capped = judged.outcome == SUPPORTED and not verdict.confirmatory
    return f"{judged.outcome} by the numbers, {POST_HOC}" if capped else judged.outcome


def _code(text: str) -> str:
    """The text as code in markdown, which holds backquotes between doubled ones."""
    return f"``` {text} ```" if "`" in text else f"`{text}`"


def evidence(judged: Judged) -> str:
    """`+0.0211 (90% interval +0.0120 to +0.0300), paired t, n = 5, p = 0.003`."""
    is_mean = judged.n_baseline is None
    show = number if is_mean else signed
    fine = _fineness(judged)
    text = f"{'mean' if is_mean else 'difference'} {show(judged.estimate, fine)}"
    if judged.interval is not None and judged.confidence is not None:
        low, high = (show(bound, fine) for bound in judged.interval)
        text += f" ({judged.confidence:.0%} interval {low} to {high})"
    text += f", {judged.test}, n = {judged.n}"
    if judged.n_baseline is not None and judged.n_baseline != judged.n:
        text += f" against {judged.n_baseline}"
    if judged.p_value is not None:
        text += f", {_p(judged.p_value)}"
    if judged.p_refuting is not None and judged.outcome != SUPPORTED:
        text += f" (of the contrary, corrected: {_p(judged.p_refuting)})"
    return text


def _p(value: float) -> str:
    shown = p_value(value)
    return f"p {shown}" if shown[0] in "<>" else f"p = {shown}"


def _fineness(judged: Judged) -> int | None:
    """The digits behind the point that the interval leaves meaningful: two of its half width."""
    if judged.interval is None:
        return None
    half = (judged.interval[1] - judged.interval[0]) / 2
    return digits_of(half) if half > 0 and math.isfinite(half) else None


def subject(verdict: Verdict, predicted: Sequence[str]) -> str:
    """`verdict: supported, dice +0.021 (90% CI 0.012..0.030, n=5)`."""
    text = f"verdict: {verdict.outcome}{f', {POST_HOC}' if verdict.predictions and not verdict.confirmatory else ''}"
    if verdict.predictions and predicted:
        first = verdict.predictions[0]
        if first.estimate is not None:
            fine = _fineness(first)
            show = number if first.n_baseline is None else signed
            text += f", {predicted[0]} {show(first.estimate, fine)}"
            if first.interval is not None and first.confidence is not None:
                low, high = (number(bound, fine) for bound in first.interval)
                text += f" ({first.confidence:.0%} CI {low}..{high}, n={first.n})"
    return text


def told(verdict: Verdict) -> list[str]:
    """The verdict for the terminal."""
    lines = [verdict.outcome if verdict.confirmatory else f"{verdict.outcome}, {_post_hoc(verdict)}"]
    for judged in verdict.predictions:
        lines.append(f"  {judged.text}: {_stated(judged, verdict)}")
        if judged.estimate is not None:
            lines.append(f"    {evidence(judged)}")
        lines += [f"    {remark}" for remark in sentences(judged.remarks)]
    lines += [f"! not confirmatory: {clean(reason)}" for reason in sentences(verdict.reasons)]
    return [*lines, *(f"! {warning}" for warning in sentences(verdict.warnings))]
