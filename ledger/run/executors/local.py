"""Trials in slots of this machine, several at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from ledger.git import work_trees
from ledger.machine import environment as environments
from ledger.machine import gpus
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.repo.ledger import Ledger
from ledger.repo.trust.require import require_code
from ledger.run.executors.executor import Watcher
from ledger.run.slots import Slot, slot
from ledger.run.spec import Spec
from ledger.run.stage_environment import scrubbed_for_stages
from ledger.run.station import RunContext, Station
from ledger.run.trial_commit import Kept
from ledger.run.work import Work
from ledger.run.worker import Worker, WorkerDied


@frozen
class Limits:
    """What a run gives a trial. `timeout`: seconds that its commands may take; `devices`: variables for each slot."""

    jobs: int = 1
    timeout: float | None = None
    devices: Sequence[Mapping[str, str]] = ()


class LocalSlots:
    """The slots of one run, each with a warm worker. Left by an error, it ends all that runs in them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._stack = ExitStack()
        self._workers: list[Worker] = []
        self._turn = Lock()
        self.stopping = False
        # it warms up while the run is planned
        self._first = self._opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            self.stopping = True
            if error is not None:
                self.kill()
            for worker in self._workers:
                worker.close(kill=error is not None)

    @property
    def worker(self) -> Worker:
        """A worker that is free while no trial runs."""
        return self._workers[0]

    def kill(self) -> None:
        """End the workers with all that they run, at once."""
        self.stopping = True
        killers = [Thread(target=worker.kill) for worker in self._workers]
        for killer in killers:
            killer.start()
        for killer in killers:
            killer.join()

    def executor(self, work: Work, held: ExitStack, count: int) -> LocalExecutor:
        """Runs so many trials at a time; GPUs are taken while `held` lasts."""
        wanted, devices = work.wanted, []
        if wanted.gpus_per_trial is not None:
            places, each = self.ledger.state_dir, wanted.gpus_per_trial
            devices = gpus.shared_out(places, os.environ, each=each, slots=count, held=held)
        limits = Limits(jobs=count, timeout=wanted.timeout, devices=devices)
        return LocalExecutor(self, work.experiment, limits, work.monitor)

    def stations(self, experiment: Experiment, limits: Limits) -> list[Station]:
        """As many as there are jobs, each for one trial at a time."""
        # the others warm up while the first one tells how DVC is set up
        opened = [self._first, *(self._opened() for _ in range(limits.jobs - 1))]
        context = self._context(experiment, limits)
        return [
            Station(
                context=context,
                slot=own,
                worker=worker,
                variables=limits.devices[number] if limits.devices else {},
            )
            for number, (own, worker) in enumerate(opened)
        ]

    def replaced(self, station: Station) -> Station:
        """A station in another slot: in the one whose worker was killed something may still be writing."""
        station.worker.close(kill=True)
        own, worker = self._opened()
        with self._turn:
            self._workers.remove(station.worker)
        return Station(context=station.context, slot=own, worker=worker, variables=station.variables)

    def _opened(self) -> tuple[Slot, Worker]:
        with self._turn:
            own = self._stack.enter_context(slot(self.ledger.git, self.ledger.state_dir))
            worker = Worker(own)
            self._workers.append(worker)
        return own, worker

    def _context(self, experiment: Experiment, limits: Limits) -> RunContext:
        ledger = self.ledger
        trees = work_trees.listed(ledger.git)
        roots = [tree.path for tree in trees if ledger.state_dir.slots not in tree.path.parents]
        code = ledger.code.at(experiment.tip)
        # the branch may have moved since it was asked
        require_code(ledger, experiment, [code.commit])
        own_slot, folder = self._first[0], code.folder
        own_slot.prepare(code.commit, keep=[*code.data, *ledger.settings.copy])
        own, main = ledger.git.root / folder, trees[0].path / folder
        variables = scrubbed_for_stages(os.environ)
        return RunContext(
            ledger=ledger,
            experiment=experiment,
            dvc=self.worker.describe(own if own.is_dir() else main, main_root=main),
            # in a slot, as the stages do: a version file there may choose the Python
            probe=environments.probe(variables, cwd=own_slot.path / folder, roots=roots),
            variables=variables,
            roots=roots,
            timeout=limits.timeout,
        )


@frozen
class _Ended:
    """A trial's end: its record, the error that kept it from being run, or neither where it was cut off."""

    spec: Spec
    station: Station
    kept: Kept | None = None
    error: BaseException | None = None


class LocalExecutor:
    """An `Executor` over the slots of a run: each trial has a station and a thread while it runs."""

    def __init__(self, slots: LocalSlots, experiment: Experiment, limits: Limits, watcher: Watcher) -> None:
        self._slots = slots
        self._state_dir = slots.ledger.state_dir
        self._watcher = watcher
        self._free = deque(slots.stations(experiment, limits))
        self._threads: dict[str, Thread] = {}
        self._ends: SimpleQueue[_Ended] = SimpleQueue()
        self._ended: dict[str, _Ended] = {}

    @property
    def room(self) -> int:
        """The stations that are free."""
        return len(self._free)

    def submit(self, spec: Spec) -> None:
        """Begin a trial at a free station."""
        thread = Thread(target=self._run, args=(spec, self._free.popleft()), daemon=True)
        self._threads[spec.id] = thread
        thread.start()

    def poll(self) -> Sequence[Spec]:
        """The trials that have ended; waits for the first."""
        ends = [self._ends.get()]
        while not self._ends.empty():
            ends.append(self._ends.get())
        for end in ends:
            self._ended[end.spec.id] = end
            self._free.append(end.station)
            self._threads.pop(end.spec.id).join()
        return [end.spec for end in ends]

    def collect(self, spec: Spec) -> Kept | None:
        """The record of a trial that has ended. Raises what went wrong in its thread."""
        end = self._ended.pop(spec.id)
        if end.error is not None:
            raise end.error
        return end.kept

    def cancel(self) -> None:
        """End the workers with all that they run, and the threads with them."""
        self._slots.kill()
        for thread in self._threads.values():
            thread.join()

    def logs(self, spec: Spec) -> Path:
        """Where the ledger keeps logs beside the repository."""
        return self._state_dir.log(spec.experiment, spec.id)

    def _run(self, spec: Spec, station: Station) -> None:
        kept: Kept | None = None
        failure: BaseException | None = None
        try:
            self._watcher.started(spec, station.slot.path)
            tell = partial(self._watcher.happens, spec)
            kept = station.run(spec, tell, log=self.logs(spec), stopping=lambda: self._slots.stopping)
        except WorkerDied as death:
            if death.killed is None:
                failure = death
            elif not self._slots.stopping:
                # somebody has killed the worker: that is not a result of the trial
                station = self._slots.replaced(station)
        except BaseException as error:
            failure = error
        finally:
            self._watcher.ended(spec, kept)
            self._ends.put(_Ended(spec=spec, station=station, kept=kept, error=failure))
