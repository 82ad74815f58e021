"""The trials of a search: each follows from those that are recorded, whoever ran them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ledger.analysis.search import asking, records
from ledger.analysis.search.asking import Place
from ledger.analysis.search.forecast import forecast
from ledger.analysis.search.state import SearchState, state
from ledger.errors import LedgerError
from ledger.model import replicates
from ledger.model.experiment import Experiment
from ledger.model.plan import Plan
from ledger.model.trial import Trial
from ledger.repo.code import Arm
from ledger.repo.ledger import Ledger
from ledger.run.plan import check, require_readable, spec
from ledger.run.spec import Spec


class Searching:
    """A `Source` over a search. What it asks follows from the records as the refs have them when it is asked.

    `reader` is a ledger of its own, which it refreshes. Arms are those of the experiment as it was when the run began:
    a branch that moves meanwhile changes no trial. `again`: trials that failed run once more, before all others.
    """

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
    def _plan(self) -> Plan:
        return self._experiment.plan

    @property
    def ahead(self) -> int:
        """What is left of the budget, and what may confirm its answer."""
        search = records.search_of(self._plan)
        fresh = (3 if len(search.paths) == 1 else 2) * len(records.fresh_points(self._plan))
        return max(search.budget - len(self._known(self._experiment)), 0) + fresh

    @property
    def stale(self) -> int:
        """How many trials ran at another state than their arm has now: they say nothing of this one."""
        present = self._present()
        return sum(r.valid and r.trial.fingerprint != present.get(r.trial.variant) for r in self._experiment.trials)

    @property
    def expected(self) -> int:
        """How many more trials it probably gives: all that it may where nothing is known of the noise."""
        known = self._known(self._experiment)
        coming = forecast(records.rule(records.search_of(self._plan)), [each.tried for each in known])
        return self.ahead if coming is None else min(math.ceil(coming.trials), self.ahead)

    def next(self, count: int, finished: Sequence[Trial]) -> Sequence[Spec]:
        """The trials that the search asks for now. None where it has ended, or must wait for what runs elsewhere."""
        self._reader.refresh()
        self._experiment = now = self._reader.experiment(self._experiment.name)
        known, confirmed = self._known(now), records.known(now, self._present(), fresh=True)
        ended = {(each.record.trial.variant, each.record.trial.point): each for each in (*known, *confirmed)}
        if self._again:
            self._again = False
            failed = [place for place, each in ended.items() if not each.record.valid]
            if failed:
                return self._specs(now, failed, ())
        waiting = [place for place in self._under_way() if place not in ended]
        over = records.ended(now, self._present()) | self._impossible
        places = asking.wanted(self._plan, [each.tried for each in known], waiting, over, count)
        return self._specs(now, places, waiting)

    def state(self, experiment: Experiment) -> SearchState:
        """What the records of the experiment say, at the arms of this run."""
        self._experiment = experiment
        return state(experiment, self._present())

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
        """Whether the arm of a finding can be made: what an addition brought may have been changed since."""
        if records.search_of(self._plan).left_out(name) is None:
            return True
        try:
            self._arm(name)
        except LedgerError:
            return False
        return True

    def _known(self, experiment: Experiment) -> tuple[records.Known, ...]:
        return records.known(experiment, self._present())

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
                raise LedgerError(f"the version {name}: {error.message}", hint=error.hint) from None
            self._arms[name] = arm
        return self._arms[name]

    def _under_way(self) -> Iterator[Place]:
        """The trials that some process has claimed, this one among them."""
        by_slug = {replicates.slug(point): point for point in self._plan.replicates.points()}
        for claim in self._ledger.state_dir.running(self._experiment.name):
            arm, _, slug = claim.partition("+")
            if slug in by_slug:
                yield arm, by_slug[slug]


def _named(place: Place) -> str:
    arm, point = place
    return f"{arm}/{replicates.slug(point)}"
