"""What fresh trials say of a search's answer, as the verdict holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.analysis.bisection.gathered import gather
from ledger.analysis.search.state import SearchState
from ledger.model.experiment import Experiment
from ledger.model.remarks import rounded


def confirmation(experiment: Experiment, state: SearchState, present: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The change on fresh seeds, from the arm before to the arm after it, with its 90% interval and one-sided p.

    `confirmed` where p is at most 0.05; `share` is what the newest version regains without the addition. Numbers have
    10 digits. None before there are such trials.
    """
    found = gather(experiment, state, present, {}).confirmation
    if found is None:
        return None
    names, share = [version.name for version in state.versions], found.share
    return {
        "before": names[found.before],
        "after": names[found.after],
        "difference": rounded(found.change.difference),
        "interval": _rounded(found.change.interval),
        "p_value": rounded(found.p_value),
        "confirmed": found.confirmed,
        "share": None if share is None else {"estimate": rounded(share.estimate), "interval": _rounded(share.interval)},
    }


def _rounded(interval: tuple[float, float] | None) -> list[float | None] | None:
    return None if interval is None else [rounded(bound) for bound in interval]
