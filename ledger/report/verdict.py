"""`verdict.md`: what was predicted, what was found, and what it does not show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ledger.analysis.judge import Arm
from ledger.model.experiment import Experiment
from ledger.model.replicates import label
from ledger.model.settings import Settings
from ledger.model.verdict import SUPPORTED, Judged, Verdict
from ledger.report.experiments import described_axes
from ledger.report.numbers import digits_of, number, p_value, signed, spread
from ledger.report.tables import Format, table
from ledger.stats.summary import summarise

INTERPRETATION = "## Interpretation"
PLACEHOLDER = "<!-- What do you make of it? -->"


def body(
    verdict: Verdict, experiment: Experiment, arms: Mapping[str, Arm], settings: Settings, interpretation: str
) -> str:
    """The body of `verdict.md` in markdown."""
    lines = [f"## Verdict: {verdict.outcome}", "", *_predictions(verdict), "", "## Results", ""]
    lines += [_basis(verdict, experiment), "", results(arms, experiment, settings, Format.MD).rstrip(), ""]
    for name in dict.fromkeys(p.metric.name for p in experiment.plan.predictions):
        lines += [*_by_replicate(name, arms, settings), ""]
    if verdict.warnings:
        lines += ["## What this does not show", "", *(f"- {warning}" for warning in verdict.warnings), ""]
    if verdict.amendments:
        lines += ["## Amendments of the plan", ""]
        for change in verdict.amendments:
            after = "after results had been seen" if change.get("after_results") else "before any result"
            lines.append(f"- {change.get('date')}: {', '.join(change.get('changed', []))}, {after}")
        lines.append("")
    lines += [INTERPRETATION, "", interpretation.strip() or PLACEHOLDER]
    return "\n".join(lines) + "\n"


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
    return table(rows, ["metric", *arms], form)


def _basis(verdict: Verdict, experiment: Experiment) -> str:
    """What the numbers below come from, and how strictly they were judged."""
    plan = experiment.plan
    at = f", {described_axes(plan)}" if plan.replicates.axes else ""
    looks = f"looked at {times(verdict.looks)}, {times(plan.looks)} declared"
    divided = f", divided by {plan.looks} looks" if plan.looks > 1 else ""
    return f"The declared replicates{at}; mean ± standard deviation. Alpha {verdict.alpha:g}{divided}; {looks}."


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _by_replicate(name: str, arms: Mapping[str, Arm], settings: Settings) -> list[str]:
    """A row for each declared replicate with the metric of every arm; none where they are many."""
    points = list(dict.fromkeys(point for arm in arms.values() for point in arm.declared))
    if not 1 < len(points) <= 30:
        return []
    precision = settings.precision(name)
    rows = [[label(p), *(number(arm.metrics.get(name, {}).get(p), precision) for arm in arms.values())] for p in points]
    return [table(rows, [name, *arms], Format.MD).rstrip()]


def _predictions(verdict: Verdict) -> list[str]:
    lines: list[str] = []
    for judged in verdict.predictions:
        lines.append(f"**{judged.outcome}**: {_code(judged.text)}")
        lines.append("")
        if judged.estimate is not None:
            lines += [f"- {evidence(judged)}", *(f"- {remark}" for remark in judged.remarks), ""]
        else:
            lines += [*(f"- {remark}" for remark in judged.remarks), ""]
    return lines[:-1] if lines else ["Nothing was predicted."]


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
    text = f"verdict: {verdict.outcome}"
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
    lines = [verdict.outcome]
    for judged in verdict.predictions:
        lines.append(f"  {judged.text}: {judged.outcome}")
        if judged.estimate is not None:
            lines.append(f"    {evidence(judged)}")
        lines += [f"    {remark}" for remark in judged.remarks]
    return [*lines, *(f"! {warning}" for warning in verdict.warnings)]
