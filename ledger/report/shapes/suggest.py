"""The shape of `suggest --json`."""

from __future__ import annotations

from typing import Any

from ledger.analysis.tuning.suggestion import Suggestion, Suggestions


def shape(found: Suggestions) -> list[dict[str, Any]]:
    """An object for each suggestion; what nothing is known of is null."""
    return [_suggestion(one) for one in found.suggestions]


def _suggestion(one: Suggestion) -> dict[str, Any]:
    nearest = one.nearest
    return {
        "params": dict(one.configuration),
        "mean": None if one.believed is None else one.believed.mean,
        "sd": None if one.believed is None else one.believed.sd,
        "expected_improvement": one.improvement,
        "chance": one.chance,
        "nearest": None
        if nearest is None
        else {
            "params": dict(nearest.configuration),
            "arms": list(nearest.labels),
            "mean": nearest.mean,
            "n": len(nearest.values),
            "distance": one.distance,
        },
    }
