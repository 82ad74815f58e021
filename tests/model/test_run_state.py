"""What a run is at: its file, and the forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger.model.run_state import Forecast, Pace, ProcessIdentity, Running, RunState, dumps, loads

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ORIGIN = ProcessIdentity(host="here", boot="b", namespace="n", pid=7, began="1")
STATE = RunState(id="r", experiment="a", origin=ORIGIN, jobs=2, started=START, total=10)
TRIAL = Running(trial="treatment/seed-0", started=START, stage="train", slot="/x", metrics=("metrics.json",))


# four quick ones have ended, and three slow ones are to come
BASELINE = Pace(arm="baseline", timed=4, spent=8.0)
TREATMENT = Pace(arm="treatment", waiting=3)


def sure(seconds: float) -> Forecast:
    return Forecast(seconds=seconds, guess=False)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_the_file_holds_all_of_it() -> None:
    state = replace(
        STATE, done=3, failed=1, timed=2, spent=4.5, paces=(BASELINE, TREATMENT), running=(TRIAL,), log="/log"
    )
    assert loads(dumps(state)) == state
    assert loads(dumps(STATE)) == STATE


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"running": [{}]}', dumps(STATE)[:-5]])
def test_what_is_no_state(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        loads(text)


def test_no_forecast_before_a_trial_has_ended() -> None:
    assert STATE.forecast(START) is None
    assert replace(STATE, done=2).forecast(START) is None
    assert replace(STATE, paces=(TREATMENT,)).forecast(START) is None


def test_the_forecast_spreads_the_rest_over_the_slots() -> None:
    state = replace(STATE, done=4, timed=4, spent=40.0)
    assert state.forecast(START) == sure(6 * 10 / 2)
    running = (TRIAL, replace(TRIAL, trial="treatment/seed-1"))
    # two have gone on for 4 s each
    assert replace(state, running=running).forecast(after(4)) == sure((2 * 6 + 4 * 10) / 2)
    # one that takes longer than the others counts as about to end
    assert replace(state, running=running).forecast(after(60)) == sure(4 * 10 / 2)


def test_the_last_trial_has_one_slot() -> None:
    state = replace(STATE, done=9, timed=9, spent=90.0, running=(TRIAL,))
    assert state.forecast(after(3)) == sure(7)
    assert replace(state, done=10, running=()).forecast(after(3)) == sure(0)


def test_each_arm_takes_what_its_own_trials_took() -> None:
    known = replace(TREATMENT, timed=1, spent=100.0)
    state = replace(STATE, done=5, timed=5, spent=108.0, paces=(BASELINE, known), jobs=1)
    assert state.forecast(START) == sure(300)
    assert replace(state, jobs=3).forecast(START) == sure(100)
    # what is under way counts by its own arm
    quick = replace(TRIAL, trial="baseline/seed-4")
    assert replace(state, running=(TRIAL, quick)).forecast(after(1)) == sure(99 + 1 + 300)


def test_before_a_trial_of_an_arm_has_ended_the_forecast_is_a_guess() -> None:
    state = replace(STATE, done=4, timed=4, spent=8.0, paces=(BASELINE, TREATMENT), jobs=1)
    assert state.forecast(START) == Forecast(seconds=3 * 2, guess=True)
    # the one that runs tells that they take longer
    running = replace(state, paces=(BASELINE, replace(TREATMENT, waiting=2)), running=(TRIAL,))
    assert running.forecast(after(1)) == Forecast(seconds=1 + 2 * 2, guess=True)
    assert running.forecast(after(50)) == Forecast(seconds=2 * 50, guess=True)
    # of nothing that is to come it is no guess
    assert replace(state, paces=(BASELINE, replace(TREATMENT, waiting=0))).forecast(START) == sure(0)


def test_earlier_trials_of_an_arm_tell_before_any_has_ended() -> None:
    paces = (Pace(arm="baseline", waiting=2, earlier=2.0), replace(TREATMENT, earlier=100.0))
    state = replace(STATE, total=5, paces=paces, jobs=2)
    assert state.forecast(START) == sure((2 * 2 + 3 * 100) / 2)
    # this run's own count for more
    now = replace(state, done=1, timed=1, spent=40.0, paces=(replace(paces[1], timed=1, spent=40.0, waiting=2),))
    assert now.forecast(START) == sure(40)


def test_no_run_ends_before_its_longest_trial() -> None:
    paces = (Pace(arm="a", waiting=8, earlier=1.0), Pace(arm="b", waiting=1, earlier=90.0))
    assert replace(STATE, total=9, paces=paces, jobs=9).forecast(START) == sure(90)
