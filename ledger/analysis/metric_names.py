"""Are the predicted metrics measured, and does an amendment do nothing but correct the name of one that is not?

A correction may not let results choose. It is none where a result has the old name, where anything but the name
changes, or where there is a choice: of several metrics, the one whose baseline is low by luck makes noise look like a
finding, so that a single trial, of whatever arm, is enough to choose by. What is taken is what the old name can only
mean: the one metric that there is, or the one alone that is spelt like it. That is the same whenever it is said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ledger.model import hypothesis as hypotheses
from ledger.model import prediction_parser
from ledger.model.aliases import NONE, Aliases
from ledger.model.near_misses import near_misses
from ledger.model.plan import TREATMENT, Plan
from ledger.model.trial import Trial


def unmeasured(
    plan: Plan, trials: Sequence[Trial], present: Mapping[str, str], aliases: Aliases = NONE
) -> tuple[str, ...]:
    """The predicted metrics that no trial has, though an arm that the prediction compares has run as it is now.

    `present` are the arms' fingerprints; a metric is had by whichever of its names.
    """
    results = [trial for trial in trials if trial.succeeded]
    had = {aliases.now(name) for trial in results for name in trial.metrics}
    ran = {trial.variant for trial in results if present.get(trial.variant) == trial.fingerprint}
    lacking = (p for p in plan.predictions if aliases.now(p.metric.name) not in had)
    return tuple(dict.fromkeys(p.metric.name for p in lacking if ran & {p.metric.variant or TREATMENT, p.reference}))


def corrections(before: Plan, after: Plan, seen: Sequence[Trial]) -> dict[str, str]:
    """The new names by the old ones, where an amendment corrects names of metrics and `seen` could not choose them.

    Empty where it does more, or where there was a choice. `seen` are the trials that were there by then.
    """
    old, new = hypotheses.to_mapping(before), hypotheses.to_mapping(after)
    if any(old.get(key) != new.get(key) for key in {*old, *new} - {"predictions"}):
        return {}
    pairs = [*zip(before.predictions, after.predictions, strict=False)]
    names = {a.metric.name: b.metric.name for a, b in pairs if a.metric.name != b.metric.name}
    if renamed([str(p) for p in before.predictions], names) != [str(p) for p in after.predictions]:
        return {}
    results = [trial for trial in seen if trial.succeeded]
    had = {name for trial in results for name in trial.metrics}
    if had & names.keys() or any(forced(was, had) != now for was, now in names.items()):
        return {}
    return names


def renamed(predictions: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """The texts of predictions with other names of metrics in them."""
    found = []
    for p in map(prediction_parser.parse, predictions):
        found.append(str(replace(p, metric=replace(p.metric, name=names.get(p.metric.name, p.metric.name)))))
    return found


def forced(name: str, had: Collection[str]) -> str | None:
    """What a name can only mean among the metrics that there are; None where there is a choice."""
    near = near_misses(name, sorted(had), n=2) if len(had) > 1 else [*had]
    return near[0] if len(near) == 1 else None
