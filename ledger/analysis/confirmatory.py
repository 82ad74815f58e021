"""Does a verdict test what was predicted, or what the results suggested? A post hoc outcome is never "supported"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.analysis.metric_names import renamed
from ledger.model import hypothesis as hypotheses
from ledger.model.plan import Plan
from ledger.model.remarks import Kind, Remark
from ledger.model.search import OPEN_KEYS
from ledger.model.verdict import INCONCLUSIVE, SUPPORTED, Amendment

# what decides an outcome: chosen after results, each can make noise look like a finding
_DECIDING = (
    "base", "predictions", "exploratory", "replicates", "alpha", "looks", "failures", "deterministic", "evaluation",
    "confirms",
)  # fmt: skip


def reasons(
    plan: Plan,
    amendments: Sequence[Amendment],
    *,
    looks: int,
    left_out: Sequence[str],
    older: Sequence[str] = (),
    voided: Sequence[str] = (),
    late_aliases: Sequence[str] = (),
    late_directions: Sequence[str] = (),
) -> tuple[Remark, ...]:
    """Why the verdict on a plan is not confirmatory; empty where it is.

    `amendments` are the plan's changes, oldest first; `looks` counts how often results were there to be looked at;
    `left_out` names results of reused trials that were known when the plan was made, and that it does without;
    `older` those of the trials that count for what is predicted about that others had before the prediction; `voided`
    the trials of compared arms that were voided: their results were known, and to void one side's or both sides' of a
    replicate alike chooses among the numbers; `late_aliases` what decides since there were results,
    by another name, which metric a prediction is about; `late_directions` the metrics of which failed trials count as
    the worst value, where it was said after results which values are worse.
    """
    found = [Remark.of(Kind.PLAN_EXPLORATORY)] if plan.exploratory else []
    for kind, fact, names in (
        (Kind.CHANGED_AFTER_RESULTS, "keys", changed_after_results(plan, amendments)),
        (Kind.OLDER_RESULTS, "trials", older),
        (Kind.LEFT_OUT, "trials", left_out),
        (Kind.VOIDED_AFTER_RESULTS, "trials", voided),
        (Kind.LATE_ALIASES, "aliases", late_aliases),
        (Kind.LATE_DIRECTIONS, "metrics", late_directions),
    ):
        if names:
            found.append(Remark.of(kind, **{fact: tuple(names)}))
    if looks > plan.looks:
        found.append(Remark.of(Kind.UNDECLARED_LOOKS, looks=looks, declared=plan.looks))
    return tuple(found)


def changed_after_results(plan: Plan, amendments: Sequence[Amendment]) -> tuple[str, ...]:
    """The keys that decide the outcome and are no longer what they were when the first result came.

    A change that was taken back is none. Of the arms only those that predictions compare with decide: another state of
    an arm that is predicted about is a look.
    """
    present = hypotheses.to_mapping(plan)
    first: dict[str, Amendment] = {}
    for change in amendments:
        if change.after_results:
            for key in change.changed:
                first.setdefault(key, change)
    found = []
    for key, change in first.items():
        # older verdicts tell only that a key was changed
        known = change.before is not None
        before, now = (change.before or {}).get(key), present.get(key)
        if key == "predictions" and known:
            before = _corrected(before, amendments)
        if key == "variants":
            references = {p.reference for p in plan.predictions if p.reference is not None}
            before, now = ({name: (arms or {}).get(name) for name in references} for arms in (before, now))
        elif key == "search":
            before, now = _without_costs(before), _without_costs(now)
        elif key not in _DECIDING:
            continue
        if before != now or (not known and key not in ("variants", "search")):
            found.append(key)
    return tuple(found)


def _without_costs(search: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a search is about: how much it may cost, and how sure it must be, may change openly."""
    return {key: value for key, value in (search or {}).items() if key not in OPEN_KEYS}


def _corrected(predictions: Sequence[str] | None, amendments: Sequence[Amendment]) -> list[str]:
    """Predictions with the names of metrics as amendments after results have corrected them."""
    found = [*(predictions or ())]
    for change in amendments:
        if change.after_results and change.corrects:
            found = renamed(found, change.corrects)
    return found


def capped(outcome: str, why_not: Sequence[Remark]) -> str:
    """The outcome that a verdict may state, given what the numbers say and why it is not confirmatory."""
    return INCONCLUSIVE if why_not and outcome == SUPPORTED else outcome
