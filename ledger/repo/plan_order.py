"""Which results were there when the plan was changed: by the graph and by what commits say, by dates only last.

Dates are whatever the one who commits says that they are. A trial's commit states the plan that the trial ran under,
and so does the code that ran; an amendment states which trials had begun and were not on the branch yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property

from ledger.errors import FormatError
from ledger.machine.state_directory import StateDirectory
from ledger.model import hypothesis as hypotheses
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import trailers
from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.repo import histories, runs
from ledger.repo.ledger import Ledger


@frozen
class PlanChange:
    """A commit that changed what the plan says, with its author's date and the plan before and after it.

    `earlier` and `later` are the digests of the versions up to it, and from it on.
    """

    commit: str
    moment: datetime
    before: Plan
    after: Plan
    earlier: frozenset[str]
    later: frozenset[str]


def known_now(state_dir: StateDirectory, experiment: Experiment) -> tuple[str, ...]:
    """What an amendment that is made now has to say: the trials that wait to be collected, and those under way."""
    waiting = [r.trial.id for r in experiment.trials if not r.collected]
    states = (*runs.live(state_dir, experiment.name), *runs.cut_off(state_dir, experiment.name))
    under_way = [trial.trial for state in states for trial in state.running]
    return tuple(dict.fromkeys([*waiting, *under_way]))


class PlanOrder:
    """What one experiment's commits say of the order of its plan and its trials."""

    def __init__(self, ledger: Ledger, experiment: Experiment) -> None:
        self._ledger = ledger
        self._objects = ledger.git.objects
        self._experiment = experiment
        self._under: dict[str, str | None] = {}
        self._by_code: dict[str, str | None] = {}

    def there(self, change: PlanChange, records: Iterable[Recorded]) -> tuple[Recorded, ...]:
        """The records that were there by a change: on the branch, begun, or run under an earlier plan.

        When a reused one was begun tells nothing of when this experiment had it.
        """
        said = trailers.values(self._objects.message(change.commit), trailers.KNOWN)
        return tuple(r for r in records if r.trial.id in said or self._precedes(r, change))

    def _precedes(self, record: Recorded, change: PlanChange) -> bool:
        trial = record.trial
        if any(self._objects.read(f"{p}:{record.path}") is not None for p in self._objects.parents(change.commit)):
            return True
        under = self.under(record)
        before, after = under in change.earlier, under in change.later
        if before is not after and (before or not trial.by_hand):
            # what is recorded by hand may have run under any plan before the one that it is recorded under
            return before
        return trial.reused is None and trial.started < change.moment

    def under(self, record: Recorded) -> str | None:
        """The digest of the plan that a trial ran under, None where neither its commit nor its code says."""
        if record.path not in self._under:
            self._under[record.path] = self._stated(record) or self._in_code(record)
        return self._under[record.path]

    def written(self, record: Recorded) -> datetime:
        """When the plan was written, for a record that no code ties to it: the date that it states, or the author's of
        the commit that first held it, whichever is later.

        A first commit that holds the record too is what a squash has left, and its date says nothing.
        """
        plan = self._experiment.plan
        if self._first is None:
            return plan.created
        _, moment = self._first
        return plan.created if record.path in self._with_plan else max(plan.created, moment)

    def _stated(self, record: Recorded) -> str | None:
        commit = record.commit or self._held.get(record.trial.id)
        return None if commit is None else trailers.value(self._objects.message(commit), trailers.PLAN)

    @cached_property
    def _held(self) -> Mapping[str, str]:
        return histories.trial_commits(self._ledger, self._experiment.name, tip=self._experiment.tip)

    @cached_property
    def _first(self) -> tuple[str, datetime] | None:
        found = histories.of_file(self._ledger, self._experiment, "hypothesis.md")
        return found[0][:2] if found else None

    @cached_property
    def _with_plan(self) -> frozenset[str]:
        """The paths of the records that the first commit with the plan holds too."""
        assert self._first is not None
        folder = f"{directory(self._experiment.name)}/trials"
        found = self._objects.at(self._first[0], folder)
        return frozenset() if found is None else frozenset(f"{folder}/{p}" for p in self._objects.files(found.oid))

    def _in_code(self, record: Recorded) -> str | None:
        code = record.trial.code
        if code not in self._by_code:
            text = self._objects.text(code, f"{directory(self._experiment.name)}/hypothesis.md")
            self._by_code[code] = None if text is None else _digest(text)
        return self._by_code[code]


def set_back(ledger: Ledger, experiment: Experiment) -> bool:
    """Whether a branch that was rewritten shows a plan before its trials that the code which ran knows nothing of.

    A squash shows it together with them, or after.
    """
    file = "hypothesis.md"
    known = {text for _, _, text in histories.before_rewriting(ledger, experiment, file)}
    plans = {_digest(text) for text in known}
    folder = f"{directory(experiment.name)}/trials"
    return bool(known) and any(
        _digest(text) not in plans and not ledger.git.objects.folder(f"{commit}:{folder}")
        for commit, _, text in histories.of_file(ledger, experiment, file)
    )


def _digest(text: str) -> str | None:
    try:
        return hypotheses.digest(hypotheses.parse(text).plan)
    except FormatError:
        return None
