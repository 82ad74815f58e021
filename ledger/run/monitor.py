"""The monitor of a run: how far it has come, kept for its own terminal and published for others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from ledger.dvc.repro import Event
from ledger.model.run_state import Pace, Running, RunState
from ledger.repo.runs import AnnouncedRun
from ledger.run.spec import Spec
from ledger.run.trial_commit import Kept

# DVCLive writes the latest numbers here unless it is told another place
_DVCLIVE = "dvclive/metrics.json"


class RunMonitor:
    """Hears of trials as a `Watcher` and keeps one `RunState`; each change is published."""

    def __init__(self, experiment: str, *, jobs: int, run: AnnouncedRun, log: str | None) -> None:
        self._publish = run.publish
        self._turn = Lock()
        self._running: dict[str, Running] = {}
        self.state = RunState(
            id=run.id, experiment=experiment, origin=run.origin, jobs=jobs, started=datetime.now(UTC), total=0, log=log
        )

    def planned(self, total: int, waiting: Mapping[str, int], earlier: Mapping[str, float]) -> None:
        """So many trials are to be run, `waiting` of each arm; `earlier`: how many seconds one of it took before."""
        paces = (Pace(arm=arm, waiting=waiting.get(arm, 0), earlier=earlier.get(arm)) for arm in {**waiting, **earlier})
        self._change(replace(self.state, total=total, paces=tuple(paces) if waiting else ()))

    def reused(self, spec: Spec) -> None:
        """One of them needs no run."""
        with self._turn:
            self._change(replace(self._begun(spec), done=self.state.done + 1))

    def started(self, spec: Spec, place: Path) -> None:
        """The trial begins in a work tree."""
        pipeline = spec.arm.code.pipeline
        live = f"{spec.arm.code.folder}/{_DVCLIVE}".removeprefix("/")
        with self._turn:
            self._running[spec.id] = Running(
                trial=spec.id,
                started=datetime.now(UTC),
                slot=str(place),
                metrics=tuple(dict.fromkeys([*pipeline.metric_files(), live])),
            )
            self._change(self._begun(spec))

    def happens(self, spec: Spec, event: Event) -> None:
        """A stage of the trial begins, or waits for another trial's."""
        kind, stage = event
        with self._turn:
            self._running[spec.id] = replace(self._running[spec.id], stage=stage, waits=kind == "waits")
            self._change(self.state)

    def ended(self, spec: Spec, kept: Kept | None) -> None:
        """The trial is recorded, or it was cut off."""
        with self._turn:
            running = self._running.pop(spec.id)
            if kept is None:
                # it has another turn
                self._change(self._paced(spec, lambda pace: replace(pace, waiting=pace.waiting + 1)))
                return
            took = (datetime.now(UTC) - running.started).total_seconds()
            state = self._paced(spec, lambda pace: replace(pace, timed=pace.timed + 1, spent=pace.spent + took))
            self._change(
                replace(
                    state,
                    done=state.done + 1,
                    failed=state.failed + (not kept.trial.succeeded),
                    timed=state.timed + 1,
                    spent=state.spent + took,
                )
            )

    def _begun(self, spec: Spec) -> RunState:
        return self._paced(spec, lambda pace: replace(pace, waiting=max(0, pace.waiting - 1)))

    def _paced(self, spec: Spec, change: Callable[[Pace], Pace]) -> RunState:
        paces = tuple(change(pace) if pace.arm == spec.variant else pace for pace in self.state.paces)
        return replace(self.state, paces=paces)

    def _change(self, state: RunState) -> None:
        # of a search the number of trials is no more than expected
        total = max(state.total, state.done + len(self._running))
        self.state = replace(state, total=total, running=tuple(self._running.values()))
        self._publish(self.state)
