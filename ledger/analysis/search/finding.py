"""The state of a search as the finding that a verdict states."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from ledger.model.finding import Finding
from ledger.stats.contrast import mean

if TYPE_CHECKING:
    from ledger.analysis.search.state import SearchState


def finding(state: SearchState) -> Finding:
    """What the search has found so far."""
    names = [version.name for version in state.versions]
    before = after = posterior = None
    if state.places:
        posterior = sum(state.versions[place].posterior or 0.0 for place in state.places)
        both = sides([version.values for version in state.versions], state.places)
        before, after = (mean(side) if side else None for side in both)
    return Finding(
        answer=state.answer,
        version=None if state.place is None else names[state.place],
        posterior=posterior,
        credible=tuple(names[place] for place in state.places),
        drift=state.drift,
        none=state.none,
        before=before,
        after=after,
        trainings=state.trainings,
        budget=state.search.budget,
        confidence=state.search.confidence,
        failed=tuple(version.name for version in state.versions if version.failed),
    )


def sides(values: Sequence[Sequence[float]], places: Sequence[int]) -> tuple[list[float], list[float]]:
    """Of the values of each version all that were measured before the places, and all from them on."""
    before, after = values[: places[0]], values[places[-1] :]
    return list(chain.from_iterable(before)), list(chain.from_iterable(after))
