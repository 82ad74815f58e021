"""What a run is at: how far it has come, and which trials are under way. One JSON file, which other terminals read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ledger.model.frozen import frozen


@frozen
class Running:
    """One trial that is under way. `stage` is None until the first begins; `waits`: for another trial's run of it.

    `slot` is the work tree in which it runs, `metrics` the files there, relative to it, that may hold its numbers.
    """

    trial: str
    started: datetime
    stage: str | None = None
    waits: bool = False
    slot: str = ""
    metrics: tuple[str, ...] = ()


@frozen
class ProcessIdentity:
    """One process, and no other that has its number: on which host, since which start of its kernel, in which numbering
    of processes, and since when."""

    host: str
    boot: str
    namespace: str
    pid: int
    began: str


@frozen
class Pace:
    """How long the trials of one arm take: `waiting` have not begun, `timed` have ended, in `spent` seconds in all.

    `earlier`: the seconds of a trial by those that were recorded before this run, None where none tells.
    """

    arm: str
    waiting: int = 0
    timed: int = 0
    spent: float = 0.0
    earlier: float | None = None

    @property
    def each(self) -> float | None:
        """The seconds of a trial; None where none has ended."""
        return self.spent / self.timed if self.timed else self.earlier


@frozen
class Forecast:
    """The seconds until a run ends; a `guess` where trials of some arm are to come, and none of it has ended yet."""

    seconds: float
    guess: bool


@frozen
class RunState:
    """One `ledger run`, known by its random `id`.

    `total` counts all trials that it has to run, `done` those recorded, failed ones among them. `spent` is the wall
    time in seconds of the `timed` trials that it has run itself (not reused ones). `paces` say it arm by arm; none of a
    search, whose trials are of an arm each. `log`: where a detached run writes what it says.
    """

    id: str
    experiment: str
    origin: ProcessIdentity
    jobs: int
    started: datetime
    total: int
    done: int = 0
    failed: int = 0
    timed: int = 0
    spent: float = 0.0
    paces: tuple[Pace, ...] = ()
    running: tuple[Running, ...] = ()
    log: str | None = None

    @property
    def pid(self) -> int:
        """The number of its process, where that runs."""
        return self.origin.pid

    def forecast(self, now: datetime) -> Forecast | None:
        """When the run will end; None before anything tells how long a trial takes.

        Each trial is taken to last as long as those of its arm on average: in this run, else before it. One of an arm
        of which none has ended lasts as long as the arms that are known on average, and no less than it has gone on
        already. Trials are spread over the slots.
        """
        paces = self.paces or (Pace(arm="", waiting=self._waiting, timed=self.timed, spent=self.spent),)
        known = {pace.arm: pace.each for pace in paces if pace.each is not None}
        if not known:
            return None
        usual = sum(known.values()) / len(known)
        gone = [(self._arm(trial), max(0.0, (now - trial.started).total_seconds())) for trial in self.running]
        waiting = {pace.arm: pace.waiting for pace in paces if pace.waiting}
        unknown = {*waiting, *(arm for arm, _ in gone)} - known.keys()
        each = known | {arm: max(usual, *(taken for own, taken in gone if own == arm), 0.0) for arm in unknown}
        begun = [max(0.0, each[arm] - taken) for arm, taken in gone]
        whole = sum(begun) + sum(count * each[arm] for arm, count in waiting.items())
        longest = max([*begun, *(each[arm] for arm in waiting)], default=0.0)
        slots = max(1, min(self.jobs, sum(waiting.values()) + len(gone)))
        return Forecast(seconds=max(whole / slots, longest), guess=bool(unknown))

    @property
    def _waiting(self) -> int:
        return max(0, self.total - self.done - len(self.running))

    def _arm(self, trial: Running) -> str:
        return trial.trial.rpartition("/")[0] if self.paces else ""


def dumps(state: RunState) -> str:
    """The state as JSON; `loads` is the inverse."""
    return json.dumps(asdict(state), default=lambda moment: moment.isoformat())


def loads(text: str) -> RunState:
    """The state that a file holds. Raises ValueError, KeyError or TypeError for anything else."""
    document = json.loads(text)
    running = tuple(_running(entry) for entry in document.pop("running"))
    paces = tuple(Pace(**entry) for entry in document.pop("paces"))
    started = datetime.fromisoformat(document.pop("started"))
    origin = ProcessIdentity(**document.pop("origin"))
    return RunState(**document, origin=origin, started=started, running=running, paces=paces)


def _running(entry: Mapping[str, Any]) -> Running:
    rest = {key: value for key, value in entry.items() if key not in ("started", "metrics")}
    return Running(**rest, started=datetime.fromisoformat(entry["started"]), metrics=tuple(entry["metrics"]))
