"""How far has a search come, whatever it searches, and what has it found?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from ledger.model.experiment import Experiment
from ledger.model.finding import Found
from ledger.model.search import TUNE

if TYPE_CHECKING:
    # with them comes numpy, which commands without a search do without
    from ledger.analysis.search.forecast import SearchForecast
    from ledger.analysis.search.state import SearchState
    from ledger.analysis.tuning.state import TuneState

State: TypeAlias = "SearchState | TuneState"


def state(experiment: Experiment, present: Mapping[str, str]) -> State:
    """The state of the experiment's search; `present` are the fingerprints of its arms, by name."""
    assert experiment.plan.search is not None
    if experiment.plan.search.kind == TUNE:
        from ledger.analysis.tuning import state as tuning

        return tuning.state(experiment, present)
    from ledger.analysis.search import state as stepping

    return stepping.state(experiment, present)


def coming(experiment: Experiment, present: Mapping[str, str], state: State) -> SearchForecast | None:
    """How many trials are still to come, None where nothing is known of the noise."""
    from ledger.analysis.search import forecast, records

    if state.search.kind == TUNE:
        return forecast.SearchForecast(trials=state.search.budget - state.trainings)
    known = records.known(experiment, present)
    return forecast.forecast(records.rule(state.search), [each.tried for each in known])


def finding(state: State) -> Found:
    """What the search has found so far."""
    from ledger.analysis.search.finding import finding as of_step
    from ledger.analysis.tuning.state import TuneState
    from ledger.analysis.tuning.state import finding as of_tuning

    return of_tuning(state) if isinstance(state, TuneState) else of_step(state)
