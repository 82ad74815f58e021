"""How far a run has come, as lines of a terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger.model.run_state import Pace, ProcessIdentity, Running, RunState
from ledger.model.settings import Settings
from ledger.report.progress import clock, headline, progress, summary
from ledger.report.text import uncoloured, width

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
NOW = START + timedelta(seconds=67)
ORIGIN = ProcessIdentity(host="here", boot="b", namespace="n", pid=4711, began="1")
STATE = RunState(id="r", experiment="focal-loss", origin=ORIGIN, jobs=2, started=START, total=40)


def trial(name: str, stage: str | None = "train", *, waits: bool = False) -> Running:
    return Running(trial=name, started=START, stage=stage, waits=waits)


def test_the_headline() -> None:
    assert headline(STATE, now=NOW) == f"focal-loss  {'░' * 24}  0/40 trials"
    half = replace(STATE, done=20, failed=1, timed=20, spent=200.0)
    assert headline(half, now=NOW) == f"focal-loss  {'█' * 12}{'░' * 12}  20/40 trials  1 failed  about 100 s left"
    full = replace(STATE, done=40, timed=40, spent=4.0)
    assert headline(full, now=NOW) == f"focal-loss  {'█' * 24}  40/40 trials"


def test_a_guess_says_so() -> None:
    paces = (Pace(arm="baseline", timed=20, spent=200.0), Pace(arm="treatment", waiting=20))
    half = replace(STATE, done=20, timed=20, spent=200.0, paces=paces)
    assert headline(half, now=NOW).endswith("20/40 trials  at a guess 100 s left")
    assert summary(half, now=NOW) == (
        "running: 20 of 40 trials done, 0 under way, at a guess 100 s left (process 4711)"
    )
    # nobody knows how long the last of an arm goes on
    soon = replace(half, done=39, paces=(paces[0],), running=(trial("treatment/seed-0"),))
    assert "left" not in headline(soon, now=NOW) and "nearly" not in headline(soon, now=NOW)


def test_the_rows() -> None:
    state = replace(
        STATE,
        running=(
            trial("treatment/seed-0"),
            trial("treatment/seed-1", None),
            trial("baseline/seed-1", "prepare", waits=True),
        ),
    )
    numbers = {"treatment/seed-0": {"accuracy": 0.91, "loss": 0.5}}
    assert progress(state, numbers, Settings(), now=NOW, total=79)[1:] == [
        "  treatment/seed-0  train              1:07  accuracy 0.9100  loss 0.5000",
        "  treatment/seed-1  preparing          1:07",
        "  baseline/seed-1   waits for prepare  1:07",
    ]


@pytest.mark.parametrize("total", [20, 40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(total: int) -> None:
    state = replace(
        STATE, experiment="x" * 63, running=(trial("treatment/" + "s" * 80, "t" * 40), trial("b/seed-名前"))
    )
    numbers = {"b/seed-名前": {f"metric-{n}": n / 7 for n in range(30)}}
    lines = progress(state, numbers, Settings(), now=NOW, total=total)
    assert len(lines) == 3
    assert max(map(width, lines)) <= total


def test_the_summary() -> None:
    state = replace(STATE, done=12, failed=2, timed=12, spent=120.0, running=(trial("a"), trial("b")))
    said = summary(state, now=START)
    assert said.startswith("running: 12 of 40 trials done, 2 failed, 2 under way, about ")
    assert said.endswith(" left (process 4711)")


def test_the_clock() -> None:
    assert [clock(seconds) for seconds in (-1, 7.9, 723, 11050)] == ["0:00", "0:07", "12:03", "3:04:10"]


def test_escapes_are_taken_out() -> None:
    assert uncoloured("\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x07 \x1b[2K\x1bMend") == "red link end"
    assert uncoloured("plain [31m") == "plain [31m"
