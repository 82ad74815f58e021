"""The trials of a search: each follows from those that are recorded, whoever ran them."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

from ledger.analysis import searching
from ledger.analysis.search import asking, records
from ledger.analysis.search.asking import Place
from ledger.analysis.search.forecast import forecast
from ledger.analysis.searching import State
from ledger.analysis.tuning import trying
from ledger.analysis.tuning.state import tries
from ledger.errors import LedgerError
from ledger.model import replicates
from ledger.model.experiment import Experiment
from ledger.model.plan import Plan
from ledger.model.search import TUNE
from ledger.model.trial import Trial
from ledger.repo.code import Arm
from ledger.repo.ledger import Ledger
from ledger.run.plan import check, require_readable, spec
from ledger.run.spec import Spec


class Searching(ABC):
    """A `SpecSource` over a search. What it asks follows from the records as the refs have them when it is asked.

    `reader` is a ledger of its own, which it refreshes. Arms are those of the experiment as it was when the run began:
    a branch that moves meanwhile changes no trial. `again`: trials that failed run once more, before all others.
    """

    called: ClassVar[str]
    """What an arm of it is."""

    def __init__(self, ledger: Ledger, reader: Ledger, experiment: Experiment, *, again: bool) -> None:
        require_readable(experiment)
        self._ledger = ledger
        self._reader = reader
        self._begun = experiment
        self._experiment = experiment
        self._again = again
        self._arms: dict[str, Arm] = {}
        self._impossible: set[Place] = set()
        # also where nothing is left to run: results of code that changed unseen would pass for its own
        for variant in experiment.tried_or_declared:
            self._arm(variant.name)

    @property
    @abstractmethod
    def ahead(self) -> int:
        """How many more trials it may give, at most."""

    @property
    @abstractmethod
    def expected(self) -> int:
        """How many more trials it probably gives: all that it may where nothing tells."""

    @abstractmethod
    def _tried(self, now: Experiment) -> dict[Place, bool]:
        """The trials that it has tried, and whether each has a result."""

    @abstractmethod
    def _wanted(self, now: Experiment, waiting: Sequence[Place], count: int) -> tuple[Place, ...]:
        """The trials that it asks for now, `waiting` being those that run."""

    @property
    def _plan(self) -> Plan:
        return self._experiment.plan

    @property
    def stale(self) -> int:
        """How many trials ran at another state than their arm has now: they say nothing of this one."""
        present = self._present()
        return sum(r.valid and r.trial.fingerprint != present.get(r.trial.variant) for r in self._experiment.trials)

    def next(self, count: int, finished: Sequence[Trial]) -> Sequence[Spec]:
        """The trials that the search asks for now. None where it has ended, or must wait for what runs elsewhere."""
        self._reader.refresh()
        self._experiment = now = self._reader.experiment(self._experiment.name)
        tried = self._tried(now)
        if self._again:
            self._again = False
            failed = [place for place, succeeded in tried.items() if not succeeded]
            if failed:
                return self._specs(now, failed, ())
        waiting = [place for place in self._under_way() if place not in tried]
        return self._specs(now, self._wanted(now, waiting, count), waiting)

    def state(self, experiment: Experiment) -> State:
        """What the records of the experiment say, at the arms of this run."""
        self._experiment = experiment
        return searching.state(experiment, self._present())

    def _specs(self, now: Experiment, places: Sequence[Place], waiting: Sequence[Place]) -> tuple[Spec, ...]:
        at_work = list(waiting)
        made = []
        for arm, point in places:
            if not self._possible(arm):
                self._impossible.add((arm, point))
                continue
            asked = asking.told(now.trials, self._present(), map(_named, at_work))
            made.append(spec(self._ledger, now, self._arm(arm), arm, point, asked))
            at_work.append((arm, point))
        return tuple(made)

    def _possible(self, name: str) -> bool:
        """Whether the arm can be made."""
        return True

    def _present(self) -> dict[str, str]:
        """The fingerprints of the arms that have records, as of the run's begin."""
        return {v.name: self._arm(v.name).fingerprint for v in self._experiment.tried_or_declared}

    def _arm(self, name: str) -> Arm:
        """An arm that may run. Raises LedgerError where a trap would give wrong numbers."""
        if name not in self._arms:
            variant = self._plan.variant(name)
            assert variant is not None
            try:
                arm = self._ledger.arm(self._begun, variant)
                check(self._ledger, self._begun, arm)
            except LedgerError as error:
                raise LedgerError(f"the {self.called} {name}: {error.message}", hint=error.hint) from None
            self._arms[name] = arm
        return self._arms[name]

    def _under_way(self) -> Iterator[Place]:
        """The trials that some process has claimed, this one among them."""
        by_slug = {replicates.slug(point): point for point in self._plan.replicates.points()}
        for claim in self._ledger.state_dir.running(self._experiment.name):
            arm, _, slug = claim.partition("+")
            if slug in by_slug:
                yield arm, by_slug[slug]


class StepSearching(Searching):
    """The trials of a search for the version at which a metric changed, then those that confirm its answer."""

    called = "version"

    @property
    def ahead(self) -> int:
        """What is left of the budget, and what may confirm its answer."""
        search = records.search_of(self._plan)
        fresh = (3 if len(search.paths) == 1 else 2) * len(records.fresh_points(self._plan))
        return max(search.budget - len(self._known(self._experiment)), 0) + fresh

    @property
    def expected(self) -> int:
        """How many more trials it probably gives: all that it may where nothing is known of the noise."""
        known = self._known(self._experiment)
        coming = forecast(records.rule(records.search_of(self._plan)), [each.tried for each in known])
        return self.ahead if coming is None else min(math.ceil(coming.trials), self.ahead)

    def _tried(self, now: Experiment) -> dict[Place, bool]:
        confirmed = records.known(now, self._present(), fresh=True)
        ended = (each.record for each in (*self._known(now), *confirmed))
        return {(record.trial.variant, record.trial.point): record.valid for record in ended}

    def _wanted(self, now: Experiment, waiting: Sequence[Place], count: int) -> tuple[Place, ...]:
        over = records.ended(now, self._present()) | self._impossible
        return asking.wanted(self._plan, [each.tried for each in self._known(now)], waiting, over, count)

    def _possible(self, name: str) -> bool:
        """Whether the arm of a finding can be made: what an addition brought may have been changed since."""
        if records.search_of(self._plan).left_out(name) is None:
            return True
        try:
            self._arm(name)
        except LedgerError:
            return False
        return True

    def _known(self, experiment: Experiment) -> tuple[records.EndedTrial, ...]:
        return records.known(experiment, self._present())


class TuneSearching(Searching):
    """The trials of a search for the best parameters."""

    called = "configuration"

    @property
    def ahead(self) -> int:
        """What is left of the budget."""
        return self._so_far(self._experiment).left

    @property
    def expected(self) -> int:
        """The same: it ends earlier only where the whole space has been tried."""
        return self.ahead

    def _tried(self, now: Experiment) -> dict[Place, bool]:
        return {place: value is not None for place, value in self._so_far(now).ended.items()}

    def _wanted(self, now: Experiment, waiting: Sequence[Place], count: int) -> tuple[Place, ...]:
        return trying.wanted(self._so_far(now, waiting), count)

    def _so_far(self, experiment: Experiment, waiting: Sequence[Place] = ()) -> trying.Tries:
        return tries(experiment, self._present(), waiting)


def source(ledger: Ledger, reader: Ledger, experiment: Experiment, *, again: bool) -> Searching:
    """What gives the trials of an experiment that is a search."""
    assert experiment.plan.search is not None
    of = TuneSearching if experiment.plan.search.kind == TUNE else StepSearching
    return of(ledger, reader, experiment, again=again)


def _named(place: Place) -> str:
    arm, point = place
    return f"{arm}/{replicates.slug(point)}"
