"""Trials come from a source that may give more later, and go to an executor, which need not be this machine."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Project

from ledger.errors import LedgerError
from ledger.model.trial import Trial
from ledger.repo.ledger import Ledger, open_ledger
from ledger.run.execute import execute
from ledger.run.executors.executor import Executor
from ledger.run.executors.local import Limits, LocalExecutor, LocalSlots
from ledger.run.plan import missing
from ledger.run.queue import Queue
from ledger.run.spec import Spec
from ledger.run.trial_commit import Kept


class OneByOne:
    """A search: each trial follows from the one before it, though two stations are free."""

    def __init__(self, specs: Sequence[Spec]) -> None:
        self._specs = list(specs)
        self.asked: list[tuple[int, list[str]]] = []

    @property
    def ahead(self) -> int:
        return len(self._specs)

    def next(self, count: int, finished: Sequence[Trial]) -> Sequence[Spec]:
        self.asked.append((count, [trial.id for trial in finished]))
        return [self._specs.pop(0)] if self._specs else []


class Elsewhere:
    """An executor that records trials at its own place; `ends` says what comes of each attempt to run one."""

    def __init__(self, ends: Sequence[Kept | LedgerError | None]) -> None:
        self._ends = list(ends)
        self._running: list[Spec] = []
        self.submitted: list[str] = []
        self.cancelled: list[str] = []

    @property
    def room(self) -> int:
        return 2 - len(self._running)

    def submit(self, spec: Spec) -> None:
        self._running.append(spec)
        self.submitted.append(spec.id)

    def poll(self) -> Sequence[Spec]:
        return [self._running.pop(0)]

    def collect(self, spec: Spec) -> Kept | None:
        end = self._ends.pop(0)
        if isinstance(end, LedgerError):
            raise end
        return end

    def cancel(self) -> None:
        self.cancelled = [spec.id for spec in self._running]

    def logs(self, spec: Spec) -> Path:
        return Path(spec.id)


class Silent:
    def started(self, spec: Spec, place: Path) -> None: ...
    def happens(self, spec: Spec, event: tuple[str, str]) -> None: ...
    def ended(self, spec: Spec, kept: Kept | None) -> None: ...


def planned(project: Project, ledger: Ledger, seeds: int) -> tuple[Spec, ...]:
    project.ledger("new", "Seeds", "--name", "a", "--seeds", str(seeds))
    ledger.refresh()
    return missing(ledger, ledger.experiment("a"), only=(), again=False)


def never(spec: Spec) -> bool:
    return False


def nothing(spec: Spec) -> Kept | None:
    return None


def test_what_is_run_next_follows_from_what_has_been_recorded(project: Project) -> None:
    with open_ledger(project.root) as ledger:
        source = OneByOne(planned(project, ledger, 3))
        with LocalSlots(ledger) as slots:
            experiment = ledger.experiment("a")

            def opened(count: int) -> Executor:
                return LocalExecutor(slots, experiment, Limits(jobs=count), Silent())

            queue = Queue(ledger, source, "refs/heads/exp/a")
            done = [one.trial.id for one in execute(queue, jobs=2, may_be=never, known=nothing, opened=opened)]
    assert done == [f"treatment/seed-{seed}" for seed in range(3)]
    assert source.asked == [(2, done[:count]) for count in range(4)]
    assert sorted(project.git("for-each-ref", "--format=%(refname:lstrip=5)", "refs/ledger/trials").split()) == [
        f"seed-{seed}" for seed in range(3)
    ]


def test_a_trial_that_was_cut_off_has_a_second_turn_and_no_third(project: Project) -> None:
    with open_ledger(project.root) as ledger:
        specs = planned(project, ledger, 2)
        executor = Elsewhere([None, None, None, None])
        queue = Queue(ledger, OneByOne(specs[:1]), "refs/heads/exp/a")
        assert not list(execute(queue, jobs=2, may_be=never, known=nothing, opened=lambda count: executor))
        assert executor.submitted == [specs[0].id] * 2
        assert [spec.id for spec in queue.lost] == [specs[0].id]
        assert not ledger.state_dir.running("a")


def test_what_runs_is_cancelled_before_its_claim_is_given_up(project: Project) -> None:
    with open_ledger(project.root) as ledger:
        specs = planned(project, ledger, 2)
        held: list[tuple[str, ...]] = []

        class Watched(Elsewhere):
            def cancel(self) -> None:
                super().cancel()
                held.append(ledger.state_dir.running("a"))

        class Both(OneByOne):
            def next(self, count: int, finished: Sequence[Trial]) -> Sequence[Spec]:
                given, self._specs = self._specs, []
                return given

        executor = Watched([LedgerError("the disk is gone")])
        queue = Queue(ledger, Both(specs), "refs/heads/exp/a")
        results = execute(queue, jobs=2, may_be=never, known=nothing, opened=lambda count: executor)
        with closing(results), pytest.raises(LedgerError, match="the disk is gone"):
            next(results)
        assert executor.cancelled == [specs[1].id]
        assert held == [("treatment+seed-0", "treatment+seed-1")]
        assert not ledger.state_dir.running("a")
