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
class RunState:
    """One `ledger run`, known by its random `id`.

    `total` counts all trials that it has to run, `done` those recorded, failed ones among them. `spent` is the wall
    time in seconds of the `timed` trials that it has run itself (not reused ones). `log`: where a detached run writes
    what it says.
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
    running: tuple[Running, ...] = ()
    log: str | None = None

    @property
    def pid(self) -> int:
        """The number of its process, where that runs."""
        return self.origin.pid

    def remaining(self, now: datetime) -> float | None:
        """A forecast of the seconds until the end; None before the first trial has ended.

        Each trial is taken to last as long as the mean of those that have ended, spread over the slots.
        """
        if not self.timed:
            return None
        each = self.spent / self.timed
        begun = sum(max(0.0, each - (now - trial.started).total_seconds()) for trial in self.running)
        waiting = max(0, self.total - self.done - len(self.running))
        return (begun + waiting * each) / max(1, min(self.jobs, waiting + len(self.running)))


def dumps(state: RunState) -> str:
    """The state as JSON; `loads` is the inverse."""
    return json.dumps(asdict(state), default=lambda moment: moment.isoformat())


def loads(text: str) -> RunState:
    """The state that a file holds. Raises ValueError, KeyError or TypeError for anything else."""
    document = json.loads(text)
    running = tuple(_running(entry) for entry in document.pop("running"))
    started = datetime.fromisoformat(document.pop("started"))
    origin = ProcessIdentity(**document.pop("origin"))
    return RunState(**document, origin=origin, started=started, running=running)


def _running(entry: Mapping[str, Any]) -> Running:
    rest = {key: value for key, value in entry.items() if key not in ("started", "metrics")}
    return Running(**rest, started=datetime.fromisoformat(entry["started"]), metrics=tuple(entry["metrics"]))
