"""The state of a search as the finding that a verdict states."""

from __future__ import annotations

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
        before = _level(state, 0, state.places[0])
        after = _level(state, state.places[-1], len(names))
    return Finding(
        answer=state.answer.value,
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


def _level(state: SearchState, first: int, end: int) -> float | None:
    values = [value for version in state.versions[first:end] for value in version.values]
    return mean(values) if values else None
