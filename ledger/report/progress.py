"""How far a run has come: a bar over all trials with a forecast, and a line for each that is running."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ledger.model.run_state import Forecast, Running, RunState
from ledger.model.settings import Settings
from ledger.report.numbers import ago, number, seconds
from ledger.report.text import clean, columns, cut, cut_within, width

_BAR = 24


def progress(
    state: RunState, latest: Mapping[str, Mapping[str, float]], settings: Settings, *, now: datetime, total: int
) -> list[str]:
    """The lines, none wider than `total`. `latest` are the numbers that running trials have so far, by trial."""
    rows = [_row(trial, now) for trial in state.running]
    table = columns(rows, indent=2, right=(2,), flexible=0, apart=True, total=max(40, total // 2 + 10))
    shown = [
        line + _metrics(latest.get(trial.trial, {}), settings, total - width(line))
        for trial, line in zip(state.running, table, strict=True)
    ]
    return [cut(line, total) for line in [headline(state, now=now), *shown]]


def headline(state: RunState, *, now: datetime) -> str:
    """`focal-loss  ████████░░░░░░░░  12/40 trials  1 failed  about 3 min left`."""
    full = round(_BAR * state.done / state.total) if state.total else 0
    parts = [clean(state.experiment), "█" * full + "░" * (_BAR - full), f"{state.done}/{state.total} trials"]
    if state.failed:
        parts.append(f"{state.failed} failed")
    left = state.forecast(now)
    if left is not None and state.done < state.total and (left.seconds >= 1 or not left.guess):
        parts.append(_left(left) if left.seconds >= 1 else "nearly done")
    return "  ".join(parts)


def summary(state: RunState, *, now: datetime) -> str:
    """`running: 12 of 40 trials done, 2 under way, about 3 min left (process 4711)`."""
    return f"running: {counts(state, now=now)} (process {state.pid})"


def counts(state: RunState, *, now: datetime) -> str:
    """`12 of 40 trials done, 2 under way, about 3 min left`."""
    parts = [f"{state.done} of {state.total} trials done"]
    if state.failed:
        parts.append(f"{state.failed} failed")
    parts.append(f"{len(state.running)} under way")
    left = state.forecast(now)
    if left is not None:
        parts.append(_left(left))
    return ", ".join(parts)


def _left(left: Forecast) -> str:
    """`about 3 min left`; `at a guess 3 min left`, where no trial of some arm has ended yet."""
    return f"{'at a guess' if left.guess else 'about'} {seconds(max(1.0, left.seconds))} left"


def interrupted(state: RunState) -> str:
    """What there is to say of a run that its own terminal has interrupted."""
    kept = " and are kept" if state.done > 1 else " and is kept" if state.done else ""
    return f"{state.done} of {state.total} trials finished{kept}{_rest(state)}"


def stopped(state: RunState) -> str:
    """What there is to say of a run that was stopped from elsewhere."""
    return f"stopped after {state.done} of {state.total} trials{_rest(state)}"


def _rest(state: RunState) -> str:
    return "; ledger run continues with the rest" if state.done < state.total else ""


def cut_off(state: RunState, *, now: datetime) -> str:
    """What there is to say of a run that was killed."""
    begun = ago(state.started, now)
    return f"a run was killed after {state.done} of {state.total} trials (process {state.pid}, begun {begun})"


def unseen(state: RunState, *, now: datetime) -> str:
    """What there is to say of a run of another machine whose end could not be seen from this one."""
    who = f"process {state.pid} on {state.origin.host}, begun {ago(state.started, now)}"
    return f"a run may be under way on another machine ({who}): this one cannot tell"


def _row(trial: Running, now: datetime) -> tuple[str, str, str]:
    stage = "preparing" if trial.stage is None else clean(trial.stage)
    if trial.waits:
        stage = f"waits for {stage}"
    # of a long arm's name the middle goes: the replicate tells which trial it is
    return cut_within(clean(trial.trial), 40), stage, clock((now - trial.started).total_seconds())


def clock(elapsed: float) -> str:
    """`0:07`, `12:03`, `3:04:10`."""
    minutes, rest = divmod(max(0, int(elapsed)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _metrics(values: Mapping[str, float], settings: Settings, room: int) -> str:
    """As many numbers as fit, those that `ledger.yaml` names first."""
    order = [*(name for name in settings.metrics if name in values), *values]
    text = ""
    for name in dict.fromkeys(order):
        more = f"  {clean(name)} {number(values[name], settings.precision(name))}"
        if width(text + more) > room:
            break
        text += more
    return text
