"""Execute: run trials in slots of this machine, several at a time, and hand each result on as it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import Protocol, Self

from ledger.dvc.reproduce import Event
from ledger.git import work_trees
from ledger.machine import environment as environments
from ledger.model.experiment import Experiment
from ledger.repo.ledger import Ledger
from ledger.run.plan import Spec
from ledger.run.queue import Queue
from ledger.run.record import Kept
from ledger.run.slots import Slot, slot
from ledger.run.stage_environment import scrubbed_for_stages
from ledger.run.station import RunContext, Station
from ledger.run.worker import Worker, WorkerDied


class Watcher(Protocol):
    """Hears of trials. The calls come from the threads of the stations and must return at once."""

    def started(self, spec: Spec, slot: Slot) -> None:
        """The trial begins in a slot."""

    def happens(self, spec: Spec, event: Event) -> None:
        """A stage of the trial begins, or waits for another trial's."""

    def ended(self, spec: Spec, kept: Kept | None) -> None:
        """The trial is recorded, or it was cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a run gives a trial. `timeout`: seconds that its commands may take; `devices`: variables for each slot."""

    jobs: int = 1
    timeout: float | None = None
    devices: Sequence[Mapping[str, str]] = ()


class LocalSlots:
    """The slots of one run, each with a warm worker. Left by an error, it ends all that runs in them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._stack = ExitStack()
        self._workers: list[Worker] = []
        self._threads: list[Thread] = []
        self._stopping = False
        self._turn = Lock()
        # it warms up while the run is planned
        self._first = self._opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            self.close(kill=error is not None)

    @property
    def worker(self) -> Worker:
        """A worker that is free while no trial runs."""
        return self._workers[0]

    def close(self, *, kill: bool) -> None:
        """End the workers, and the threads with them; `kill`: with all that they run."""
        self._stopping = True
        if kill:
            killers = [Thread(target=worker.kill) for worker in self._workers]
            for killer in killers:
                killer.start()
            for killer in killers:
                killer.join()
        for thread in self._threads:
            thread.join()
        for worker in self._workers:
            worker.close(kill=kill)

    def station(self, experiment: Experiment, limits: Limits) -> Station:
        """The first slot, for one trial at a time."""
        own, worker = self._first
        return Station(context=self._context(experiment, limits), slot=own, worker=worker)

    def run(self, experiment: Experiment, queue: Queue, limits: Limits, watcher: Watcher) -> Iterator[Kept]:
        """The recorded trials as they end, until the queue has no more."""
        results: SimpleQueue[Kept | BaseException | None] = SimpleQueue()
        count = min(limits.jobs, len(queue))
        # the others warm up while the first one tells how DVC is set up
        opened = [self._first, *(self._opened() for _ in range(count - 1))]
        context = self._context(experiment, limits)
        for number, (own, worker) in enumerate(opened):
            devices = limits.devices[number] if limits.devices else {}
            station = Station(context=context, slot=own, worker=worker, variables=devices)
            thread = Thread(target=self._serve, args=(station, queue, watcher, results), daemon=True)
            self._threads.append(thread)
            thread.start()
        while count:
            result = results.get()
            if result is None:
                count -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                yield result

    def _opened(self) -> tuple[Slot, Worker]:
        with self._turn:
            own = self._stack.enter_context(slot(self._ledger.git, self._ledger.state_dir))
            worker = Worker(own)
            self._workers.append(worker)
        return own, worker

    def _replaced(self, station: Station) -> Station:
        """A station in another slot: in the one whose worker was killed something may still be writing."""
        station.worker.close(kill=True)
        own, worker = self._opened()
        with self._turn:
            self._workers.remove(station.worker)
        return Station(context=station.context, slot=own, worker=worker, variables=station.variables)

    def _context(self, experiment: Experiment, limits: Limits) -> RunContext:
        ledger = self._ledger
        trees = work_trees.listed(ledger.git)
        roots = [tree.path for tree in trees if ledger.state_dir.slots not in tree.path.parents]
        code = ledger.code.at(experiment.tip)
        own_slot, folder = self._first[0], code.folder
        own_slot.prepare(code.commit, keep=[*code.data, *ledger.settings.copy])
        own, main = ledger.git.root / folder, trees[0].path / folder
        variables = scrubbed_for_stages(os.environ)
        return RunContext(
            ledger=ledger,
            plan=experiment.plan,
            dvc=self.worker.describe(own if own.is_dir() else main, main_root=main),
            # in a slot, as the stages do: a version file there may choose the Python
            probe=environments.probe(variables, cwd=own_slot.path / folder, roots=roots),
            variables=variables,
            roots=roots,
            timeout=limits.timeout,
        )

    def _serve(
        self,
        station: Station,
        queue: Queue,
        watcher: Watcher,
        results: SimpleQueue[Kept | BaseException | None],
    ) -> None:
        """The life of one station: a trial after the other. What goes wrong is the main thread's to hear."""
        try:
            while not self._stopping and (taken := queue.take()) is not None:
                spec = taken.spec
                watcher.started(spec, station.slot)
                kept, cut_off = None, False
                try:
                    tell = partial(watcher.happens, spec)
                    kept = station.run(spec, tell, stopping=lambda: self._stopping)
                except WorkerDied as death:
                    if self._stopping:
                        return
                    if death.killed is None:
                        raise
                    # somebody has killed the worker: that is no result of the trial
                    cut_off = True
                    station = self._replaced(station)
                finally:
                    watcher.ended(spec, kept)
                    if not cut_off:
                        taken.claim.close()
                if cut_off:
                    # last of all: another station may take it at once
                    queue.put_back(taken)
                if kept is not None:
                    results.put(kept)
        except BaseException as error:
            if not self._stopping:
                results.put(error)
        finally:
            results.put(None)
