"""`verdict.md`: what was predicted, what was found, and what it does not show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ledger.analysis.judge import Arm
from ledger.model.experiment import Experiment
from ledger.model.settings import Settings
from ledger.model.verdict import Judged, Verdict
from ledger.report.numbers import number, p_value, signed, spread
from ledger.report.tables import Format, table
from ledger.stats.summary import summarise

INTERPRETATION = "## Interpretation"


def body(
    verdict: Verdict, experiment: Experiment, arms: Mapping[str, Arm], settings: Settings, interpretation: str
) -> str:
    """The body of `verdict.md` in markdown."""
    lines = [f"## Verdict: {verdict.outcome}", "", *_predictions(verdict), "", "## Results", ""]
    lines += [results(arms, experiment, settings, Format.MD).rstrip(), ""]
    if verdict.warnings:
        lines += ["## What this does not show", "", *(f"- {warning}" for warning in verdict.warnings), ""]
    if verdict.amendments:
        lines += ["## Amendments of the plan", ""]
        for change in verdict.amendments:
            after = "after results had been seen" if change.get("after_results") else "before any result"
            lines.append(f"- {change.get('date')}: {', '.join(change.get('changed', []))}, {after}")
        lines.append("")
    lines += [INTERPRETATION, "", interpretation.strip() or "<!-- What do you make of it? -->"]
    return "\n".join(lines) + "\n"


def interpretation_of(text: str) -> str:
    """The author's interpretation in an earlier `verdict.md`, "" where there is none."""
    found = text.partition(f"\n{INTERPRETATION}\n")[2].strip()
    return "" if found.startswith("<!--") else found


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


def _predictions(verdict: Verdict) -> list[str]:
    lines: list[str] = []
    for judged in verdict.predictions:
        lines.append(f"**{judged.outcome}**: `{judged.text}`")
        lines.append("")
        if judged.estimate is not None:
            lines += [f"- {evidence(judged)}", *(f"- {remark}" for remark in judged.remarks), ""]
        else:
            lines += [*(f"- {remark}" for remark in judged.remarks), ""]
    return lines[:-1] if lines else ["Nothing was predicted."]


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
        text += f", p = {p_value(judged.p_value)}"
    if judged.p_refuting is not None:
        text += f" (of the contrary, corrected: {p_value(judged.p_refuting)})"
    return text


def _fineness(judged: Judged) -> int | None:
    """The digits behind the point that the interval leaves meaningful: two of its half width."""
    if judged.interval is None:
        return None
    half = (judged.interval[1] - judged.interval[0]) / 2
    return min(max(0, 1 - math.floor(math.log10(half))), 8) if half > 0 and math.isfinite(half) else None


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
