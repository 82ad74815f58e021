"""`ledger run`: run the trials that are declared and missing, and bring them onto the experiment's branch."""

from __future__ import annotations

from contextlib import ExitStack, closing, suppress
from functools import partial

from ledger.analysis import durations
from ledger.git.branch import Overlap
from ledger.model.experiment import Experiment
from ledger.model.run_report import Collected, RunReport
from ledger.repo.ledger import Ledger
from ledger.repo.trust.require import require_trusted
from ledger.run import copied, guards, signals, work
from ledger.run.executors.local import LocalSlots
from ledger.run.keeping import Done, collect_whole, keeping
from ledger.run.request import Listener, RunOptions
from ledger.run.uncommitted import settle
from ledger.run.work import Work


def run(ledger: Ledger, experiment: Experiment, listener: Listener, wanted: RunOptions) -> RunReport:
    """Run the missing trials of an experiment; finished ones are kept, however the run ends.

    Raises LedgerError if nothing can be recorded, if the code came from somebody else and is not trusted, if trials
    would not see changes in the work tree, or if a trap would give wrong numbers.
    """
    name, branch = experiment.name, guards.require_recordable(ledger, experiment, wanted.message)
    require_trusted(ledger, experiment)
    with signals.as_interrupts():
        with keeping(ledger, name) as done, ExitStack() as held:
            # the worker warms up while the run is planned
            slots = held.enter_context(LocalSlots(ledger))
            earlier = _prepare(ledger, name, branch, wanted, slots, done)
            planned = work.plan(ledger, name, branch, wanted, held)
            for doubt in guards.doubts(planned):
                listener.doubted(doubt)
            guards.require_measured(planned, done.trials)
            _execute(planned, listener, slots, done, held)
            collected, uncollected = _collect(ledger, name, slots)
        return work.report(planned, done.trials, earlier=earlier, collected=collected, uncollected=uncollected)


def _prepare(
    ledger: Ledger, name: str, branch: str, wanted: RunOptions, slots: LocalSlots, done: Done
) -> Collected | None:
    """Collect what an earlier run left, and commit or refuse changes that trials would not see."""
    here, earlier = ledger.snapshot.head[0] == branch, None
    # before the look at the work tree: a run that was killed while it collected has left its files there
    with suppress(Overlap):
        earlier = collect_whole(ledger, name, slots.worker)
    if here:
        done.code = settle(ledger, ledger.experiment(name), wanted.message, slots.worker)
    return collect_whole(ledger, name, slots.worker) or earlier


def _execute(planned: Work, listener: Listener, slots: LocalSlots, done: Done, held: ExitStack) -> None:
    """Run the trials, and hand on each as it is recorded."""
    planned.monitor.planned(planned.expected, planned.waiting, durations.by_arm(planned.experiment))
    listener.planned(planned.monitor)
    # where trials run is chosen here
    results = work.results(planned, partial(slots.executor, planned, held))
    # in the end what runs is cancelled before the claims are given up
    for kept in held.enter_context(closing(results)):
        done.trials.append(kept)
        copied.remember(planned.ledger.state_dir, kept.trial, planned.copies)
        listener.recorded(kept, planned.monitor.state)
        guards.require_measured(planned, done.trials)
        guards.require_values(planned, done.trials)
    guards.require_own(planned)


def _collect(ledger: Ledger, name: str, slots: LocalSlots) -> tuple[Collected | None, Overlap | None]:
    """Bring the trials onto the branch, or return the user's changes that are in the way."""
    try:
        return collect_whole(ledger, name, slots.worker), None
    except Overlap as overlap:
        return None, overlap
