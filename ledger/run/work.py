"""The trials of one run: which are missing, their results as they come, and what became of all that were asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial

from ledger.analysis import progress
from ledger.analysis.searching import finding
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.remarks import Remark
from ledger.model.run_report import Collected, RunReport
from ledger.repo import data_arms, runs
from ledger.repo.ledger import Ledger, open_ledger
from ledger.run import copied
from ledger.run.execute import execute
from ledger.run.executors.executor import Executor
from ledger.run.monitor import RunMonitor
from ledger.run.plan import asked, missing
from ledger.run.queue import Queue
from ledger.run.request import RunOptions
from ledger.run.reuse import reusable, reuse
from ledger.run.searching import Searching, source
from ledger.run.spec import DeclaredTrials, Spec
from ledger.run.trial_commit import Kept


@frozen
class Work:
    """What a run has to do. `copies`: what the copied files hold that no stage depends on.

    `specs` are those that are known beforehand: none of a `search`.
    """

    ledger: Ledger
    experiment: Experiment
    wanted: RunOptions
    specs: tuple[Spec, ...]
    copies: copied.Held
    queue: Queue
    monitor: RunMonitor
    search: Searching | None = None

    @property
    def waiting(self) -> Mapping[str, int]:
        """How many trials of each arm it has to run; nothing where a search chooses them."""
        return Counter(spec.variant for spec in self.specs)

    @property
    def expected(self) -> int:
        """How many trials it has to run, as far as that is known."""
        return len(self.specs) if self.search is None else self.search.expected


def plan(ledger: Ledger, name: str, branch: str, wanted: RunOptions, held: ExitStack) -> Work:
    """The trials that are declared and missing; while `held` lasts, others see that this run is there.

    Raises LedgerError where a trap would give wrong numbers.
    """
    experiment = ledger.experiment(name)
    data_arms.bring(ledger, experiment)
    search = None if experiment.plan.search is None else _search(ledger, experiment, wanted, held)
    specs = missing(ledger, experiment, only=wanted.only, again=wanted.again) if search is None else ()
    published = held.enter_context(runs.published(ledger.state_dir, name))
    log = None if wanted.log is None else str(wanted.log)
    return Work(
        ledger=ledger,
        experiment=experiment,
        wanted=wanted,
        specs=specs,
        copies=copied.checked(ledger, name, ledger.code.at(experiment.tip).pipeline) if specs or search else {},
        queue=Queue(ledger, search or DeclaredTrials(specs), branch),
        monitor=RunMonitor(name, jobs=wanted.jobs or ledger.settings.jobs, run=published, log=log),
        search=search,
    )


def _search(ledger: Ledger, experiment: Experiment, wanted: RunOptions, held: ExitStack) -> Searching:
    if wanted.only:
        raise LedgerError(
            f"{experiment.name} is a search, which chooses its trials", hint=f"ledger run {experiment.name}"
        )
    reader = held.enter_context(open_ledger(ledger.git.root))
    return source(ledger, reader, experiment, again=wanted.again)


def results(work: Work, opened: Callable[[int], Executor]) -> Generator[Kept]:
    """The recorded trials as they come: those whose result is known, and those that run where `opened` has it.

    Closed, it cancels what runs.
    """
    ledger, experiment, monitor = work.ledger, work.experiment, work.monitor

    def known(spec: Spec) -> Kept | None:
        kept = reuse(ledger, experiment, spec, work.copies)
        if kept is not None:
            monitor.reused(spec)
        return kept

    return execute(
        work.queue, jobs=monitor.state.jobs, may_be=partial(reusable, experiment), known=known, opened=opened
    )


def report(
    work: Work,
    kept: Sequence[Kept],
    *,
    earlier: Collected | None,
    collected: Collected | None,
    uncollected: LedgerError | None,
) -> RunReport:
    """What the run did, with what is left of the trials that were asked for as the refs are now."""
    ledger, wanted = work.ledger, work.wanted
    ledger.refresh()
    experiment = ledger.experiment(work.experiment.name)
    present = ledger.present(experiment)
    states = [row.state for row in progress.declared(experiment, present) if asked(row, wanted.only)]
    if work.search is not None:
        # what ran at other code, or was voided, is run again only where the search asks for it
        states = [one for one in states if one not in (progress.STALE, progress.MISSING)]
    # in the order of the plan, and not as they happened to end
    order = {(spec.variant, spec.point): number for number, spec in enumerate(work.specs)}
    inorder = sorted(kept, key=lambda one: order.get((one.trial.variant, one.trial.point), 0))
    state = None if work.search is None else work.search.state(experiment)
    about: dict[Remark, list[str]] = {}
    for one in inorder:
        for warning in one.warnings:
            about.setdefault(warning, []).append(one.trial.id)
    return RunReport(
        name=experiment.name,
        trials=tuple(one.trial for one in inorder),
        skipped_failures=0 if wanted.again else states.count(progress.FAILED),
        unfinished=len(states) - states.count(progress.SUCCEEDED),
        stale=states.count(progress.STALE),
        missing=states.count(progress.MISSING),
        elsewhere=tuple(spec.id for spec in work.queue.elsewhere),
        lost=tuple(spec.id for spec in work.queue.lost),
        earlier=earlier,
        collected=collected,
        uncollected=uncollected,
        warnings=tuple((warning, tuple(ids)) for warning, ids in about.items()),
        finding=None if state is None else finding(state),
        ended=state is None or state.finished,
    )
