"""The state of a search as the finding that a verdict states."""

from __future__ import annotations

from ledger.analysis.search.state import SearchState
from ledger.model.finding import Finding
from ledger.stats.contrast import mean


def finding(state: SearchState) -> Finding:
    """What the search has found so far.

    Its numbers have six digits: what is left of them is the same wherever it is computed.
    """
    names = [version.name for version in state.versions]
    before = after = posterior = None
    if state.places:
        posterior = sum(state.versions[place].posterior or 0.0 for place in state.places)
        before = _level(state, 0, state.places[0])
        after = _level(state, state.places[-1], len(names))
    return Finding(
        answer=state.answer.value,
        version=None if state.place is None else names[state.place],
        posterior=_short(posterior),
        credible=tuple(names[place] for place in state.places),
        drift=_short(state.drift),
        none=_short(state.none),
        before=_short(before),
        after=_short(after),
        trainings=state.trainings,
        budget=state.search.budget,
        confidence=state.search.confidence,
        failed=tuple(version.name for version in state.versions if version.failed),
    )


def _level(state: SearchState, first: int, end: int) -> float | None:
    values = [value for version in state.versions[first:end] for value in version.values]
    return mean(values) if values else None


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
