"""What a run is at: its file, and the forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger.model.run_state import ProcessIdentity, Running, RunState, dumps, loads

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ORIGIN = ProcessIdentity(host="here", boot="b", namespace="n", pid=7, began="1")
STATE = RunState(id="r", experiment="a", origin=ORIGIN, jobs=2, started=START, total=10)
TRIAL = Running(trial="treatment/seed-0", started=START, stage="train", slot="/x", metrics=("metrics.json",))


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_the_file_holds_all_of_it() -> None:
    state = replace(STATE, done=3, failed=1, timed=2, spent=4.5, running=(TRIAL,), log="/log")
    assert loads(dumps(state)) == state
    assert loads(dumps(STATE)) == STATE


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"running": [{}]}', dumps(STATE)[:-5]])
def test_what_is_no_state(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        loads(text)


def test_no_forecast_before_a_trial_has_ended() -> None:
    assert STATE.remaining(START) is None
    assert replace(STATE, done=2).remaining(START) is None


def test_the_forecast_spreads_the_rest_over_the_slots() -> None:
    state = replace(STATE, done=4, timed=4, spent=40.0)
    assert state.remaining(START) == 6 * 10 / 2
    running = (TRIAL, replace(TRIAL, trial="treatment/seed-1"))
    # two have gone on for 4 s each
    assert replace(state, running=running).remaining(after(4)) == (2 * 6 + 4 * 10) / 2
    # one that takes longer than the others counts as about to end
    assert replace(state, running=running).remaining(after(60)) == 4 * 10 / 2


def test_the_last_trial_has_one_slot() -> None:
    state = replace(STATE, done=9, timed=9, spent=90.0, running=(TRIAL,))
    assert state.remaining(after(3)) == 7
    assert replace(state, done=10, running=()).remaining(after(3)) == 0
