"""A trial in one line."""

from __future__ import annotations

from ledger.model import replicates
from ledger.model.plan import Plan
from ledger.model.settings import Settings
from ledger.model.trial import Trial
from ledger.model.trial_names import short_names
from ledger.model.typed_values import format_value
from ledger.report.numbers import headline, number, seconds
from ledger.report.text import clean, cut, width


def line(trial: Trial, plan: Plan, settings: Settings, *, total: int = 72) -> str:
    """`treatment seed=2: accuracy 0.9512, loss 0.21 (3.2 s)`, or how it ended; as many metrics as fit into `total`."""
    name = " ".join(part for part in (trial.variant, replicates.label(trial.point)) if part)
    if trial.error is not None:
        ending = f" ({trial.error.ending})" if trial.error.ending else ""
        stage = f" in {trial.error.stage}" if trial.error.stage else ""
        return clean(f"{name}: {trial.status}{stage}{ending}")
    restored = not trial.by_hand and bool(trial.stages) and all(run.cached for run in trial.stages.values())
    took = [seconds(trial.seconds)] if trial.seconds is not None else []
    if trial.reused is not None:
        took = [f"reused from {trial.reused}"]
    aside = ", ".join([*took, "restored"] if restored and trial.reused is None else took)
    end = f" ({aside})" if aside else ""
    metrics = settings.aliases.read(trial.metrics)
    first = headline(plan, settings, metrics)
    order = sorted(metrics, key=lambda metric: metric != first)
    shown = [f"{metric} {number(metrics[metric], settings.precision(metric))}" for metric in order]
    while len(shown) > 1 and width(f"{name}: {', '.join(shown)}{end}") > total:
        shown.pop()
    said = f"{name}: {', '.join(shown) or 'succeeded'}{end}"
    return clean(cut(said + _tuned(trial, plan), max(total, width(said))))


def _tuned(trial: Trial, plan: Plan) -> str:
    """The parameters of a search's configuration, whose name does not say them: at its first replicate alone."""
    if plan.tunes is None or trial.point not in plan.replicates.points()[:1]:
        return ""
    params = plan.tunes.configuration(trial.variant) or {}
    named = zip(short_names(list(params)), params.values(), strict=True)
    return "".join(f" {name}={format_value(value)}" for name, value in named)
