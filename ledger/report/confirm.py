"""A confirmation that was begun: what selection did to the finding, what is predicted of it, in words and as JSON."""

from __future__ import annotations

from typing import Any, Final

from ledger.analysis.plans.created import Confirming
from ledger.model.listing import counted
from ledger.model.replicates import FOLD, REPEAT, Axis
from ledger.model.settings import Settings
from ledger.report import new
from ledger.report.changes import Told
from ledger.report.numbers import number
from ledger.report.selected import luck, precision_of
from ledger.report.stored import inline
from ledger.stats.power import WANTED

_BODY: Final = """\
## Hypothesis

{title}: the arm is predicted to do so again.

## Why

{why}

## Method

Both arms run unchanged, at replicates that neither has run. The prediction allows for selection bias in the finding;
its verdict says whether the finding is confirmed.
"""


def told(made: Confirming, settings: Settings) -> Told:
    """Where the experiment is, what selection did to the estimate, and what to do next."""
    plan = made.created.plan
    axes = " x ".join(counted_axis(axis) for axis in plan.replicates.axes)
    run = "ledger run" if made.created.switched else f"ledger run {plan.name}"
    lines = [
        f"{plan.name}: branch {made.created.branch}, from {made.created.start} ({plan.base[:10]})",
        *(f"  {line}" for line in explained(made, settings)),
        *(f"  predicts {one}" for one in plan.predictions),
        f"  {2 * len(plan.replicates)} trials: baseline and treatment each at {axes}",
        f"next: {run}, then ledger conclude",
    ]
    return Told(answer="\n".join(lines), notes=notes(made))


def explained(made: Confirming, settings: Settings) -> tuple[str, ...]:
    """What the finding is, what luck adds to it, and what is left: a sentence each."""
    worth = made.selected
    precision = precision_of(worth, settings)
    level = f"{worth.metric} {number(worth.level, precision)} in {counted(worth.n, 'trial')}"
    if worth.estimate is None:
        against = f"; {made.baseline} has no results to compare with"
    else:
        how = "above" if worth.estimate > 0 else "below"
        against = f", {number(abs(worth.estimate), precision)} {how} {made.baseline}"
    which = f"the best of {worth.among}" if worth.among > 1 else "the arm of the prediction"
    return (f"{made.finding} is {which}: {level}{against}", *luck(worth, precision))


def counted_axis(axis: Axis) -> str:
    """`19 fresh values of seed`, `5 repeats`; of folds, which stay what they were, `5 values of fold`."""
    fresh = "" if axis.kind == FOLD else "fresh "
    name = "repeats" if axis.name == REPEAT else f"values of {axis.name}"
    return f"{len(axis.values)} {fresh}{name}"


def notes(made: Confirming) -> tuple[str, ...]:
    """What the author may want to know before the first trial."""
    plan = made.created.plan
    count = max(len(axis.values) for axis in plan.replicates.axes if axis.kind != FOLD)
    found = list(new.notes(made.created))
    if made.power is not None and made.power > count:
        found.append(
            f"note: a power of {WANTED:.0%} takes {made.power} replicates if what is left is the truth; "
            f"planned are {count} (--seeds)"
        )
    if made.attempt > 1:
        found.append(f"note: this is attempt {made.attempt}: alpha is divided by {plan.looks}")
    return tuple(found)


def body(made: Confirming, settings: Settings) -> str:
    """The prose of `hypothesis.md`."""
    first, *rest = map(inline, explained(made, settings))
    # a name keeps its case
    sentences = [f"The arm {first}.", *(f"{text[:1].upper()}{text[1:]}." for text in rest)]
    return _BODY.format(title=inline(made.created.plan.title), why=" ".join(sentences))


def shape(made: Confirming) -> dict[str, Any]:
    """The shape of `confirm --json`: that of `new`, and what was known of the finding."""
    worth, plan = made.selected, made.created.plan
    confirms = plan.confirms
    assert confirms is not None
    return new.shape(made.created) | {
        "confirms": {"experiment": confirms.experiment, "variant": confirms.variant, "among": confirms.among},
        "metric": worth.metric,
        "better": worth.better,
        "n": worth.n,
        "mean": worth.level,
        "baseline": worth.baseline,
        "estimate": worth.estimate,
        "noise": worth.noise,
        "luck": worth.luck,
        "shrunken": worth.shrunken,
        "predictions": [str(one) for one in plan.predictions],
        "replicates": {axis.name: list(axis.values) for axis in plan.replicates.axes},
        "power_needs": made.power,
        "attempt": made.attempt,
    }
