"""How often were results there to be looked at, and what was to be judged changed afterwards?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.model.experiment import Recorded
from ledger.model.plan import Plan


def predicted_arms(plan: Plan) -> tuple[str, ...]:
    """The arms of the experiment that its predictions are about; its leading arm where nothing is predicted."""
    return plan.predicted or (plan.leading,)


def count(results: Iterable[Recorded], views: Iterable[Iterable[Recorded]]) -> int:
    """The number of looks, at least one. `results` are all of the predicted arms, succeeded, of any time.

    Each further state of an arm is a look; states of several arms that came with one commit are one. So is each view
    of one state that had other trials: `views` holds the results that were there whenever a complete verdict was
    computed or the replicates were changed, and those that are judged now. An early verdict is no view: what is judged
    in the end is the number that was planned, whatever was seen on the way, and stopping there or adding replicates is
    a change of the replicates.
    """
    begun: dict[str, set[str]] = {}
    tweaks: set[str] = set()
    for trial in sorted((r.trial for r in results), key=lambda trial: (trial.started, trial.attempt)):
        states = begun.setdefault(trial.variant, set())
        if states and trial.fingerprint not in states:
            tweaks.add(trial.code)
        states.add(trial.fingerprint)
    further = max([len(tweaks), *(len(states) - 1 for states in begun.values())])
    seen: dict[frozenset[tuple[str, str]], set[frozenset[str]]] = {}
    for view in views:
        held = sorted(view, key=lambda r: (r.trial.started, r.trial.attempt))
        state = frozenset({r.trial.variant: r.trial.fingerprint for r in held}.items())
        if state:
            seen.setdefault(state, set()).add(frozenset(r.path for r in held))
    return 1 + further + sum(len(different) - 1 for different in seen.values())


def at_points(results: Iterable[Recorded], plan: Plan) -> tuple[Recorded, ...]:
    """Those at the replicates that a plan declares."""
    points = set(plan.replicates.points())
    return tuple(r for r in results if r.trial.point in points)


def of_arms(records: Sequence[Recorded], plan: Plan) -> tuple[Recorded, ...]:
    """The results of the arms that a plan predicts about."""
    arms = predicted_arms(plan)
    return tuple(r for r in records if r.trial.succeeded and r.trial.variant in arms)
