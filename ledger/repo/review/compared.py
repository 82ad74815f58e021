"""The arms of an experiment under review: which are compared, the result of each, and how a trial is run again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from ledger.analysis.counting import When, counted
from ledger.analysis.diff import Diff
from ledger.analysis.progress import canonical
from ledger.analysis.review import ArmResults
from ledger.errors import LedgerError
from ledger.model import replicates
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.plan import BASELINE, TREATMENT, Variant
from ledger.model.search import STEP
from ledger.model.tune_search import CURRENT
from ledger.repo import compared_arms
from ledger.repo.comparison import compare
from ledger.repo.review.git_alone import GitAlone
from ledger.repo.targets import Target

# each takes a look at the code of two commits; the values of further arms are told all the same
_COMPARED = 20
_TOLD = 100


@frozen
class Others:
    """Comparisons beside the leading one, and how many more arms there are."""

    compared: tuple[Diff, ...]
    left_out: int


class Arms:
    """The arms of one experiment."""

    def __init__(self, alone: GitAlone, experiment: Experiment) -> None:
        self._alone = alone
        self._experiment = experiment

    def changed(self) -> Diff:
        """The leading arm beside what it is compared with: the baseline, what a prediction names, or else the base.

        Of a search for a step they are the newest version and the oldest, of one for the best parameters the best and
        what they were before. Raises LedgerError where one of them is not here, or there is nothing of it.
        """
        return compare(self._alone, *self._pair(), partly=True)

    def _pair(self) -> tuple[Target, Target]:
        plan = self._experiment.plan
        if plan.search is not None and plan.search.kind == STEP:
            versions = list(plan.search.arms)
            return self._arm(versions[0]), self._arm(versions[-1])
        if plan.tunes is not None and self._experiment.of(CURRENT):
            return self._arm(CURRENT), self._arm(self._experiment.leading)
        if plan.variant(BASELINE) or any(p.reference for p in plan.predictions):
            return compared_arms.targets(self._alone, self._experiment.name, None, "review")
        if self._alone.git.commit(plan.base) is None:
            raise LedgerError(f"its base {plan.base[:10]} is not in this clone")
        return Target(text=f"base {plan.base[:10]}", commit=plan.base), self._arm(plan.leading)

    def _arm(self, name: str) -> Target:
        return Target(text=f"{self._experiment.name}:{name}", experiment=self._experiment, variant=name)

    def others(self) -> Others:
        """The other comparisons that predictions make, then each further arm beside the baseline."""
        try:
            lead = [one.text for one in self._pair()]
        except LedgerError:
            lead = []
        asked = {(a.text, b.text): (a, b) for a, b in self._pairs() if [a.text, b.text] != lead}
        found = []
        for a, b in list(asked.values())[:_COMPARED]:
            try:
                found.append(compare(self._alone, a, b, partly=True))
            except LedgerError:
                # its values, or that it has none, are told with the arms
                continue
        return Others(compared=tuple(found), left_out=max(0, len(asked) - _COMPARED))

    def _pairs(self) -> Iterator[tuple[Target, Target]]:
        plan = self._experiment.plan
        if plan.search is not None:
            return
        for one in plan.predictions:
            if one.reference is not None:
                about = self._arm(one.metric.variant or TREATMENT)
                try:
                    yield compared_arms.named_by(self._alone, self._experiment, one), about
                except LedgerError:
                    continue
        if plan.variant(BASELINE) is not None:
            for variant in plan.variants:
                if variant.name != BASELINE:
                    yield self._arm(BASELINE), self._arm(variant.name)

    def results(self) -> tuple[tuple[ArmResults, ...], int]:
        """The arms with the values of the trials that count, and of how many arms they are not told.

        They are those of the plan, then others with records; of many those that have records.
        """
        experiment = self._experiment
        known = {variant.name: variant for variant in experiment.tried_or_declared}
        recorded = dict.fromkeys(record.trial.variant for record in experiment.trials)
        names = [*known, *(name for name in recorded if name not in known)]
        first = [*(name for name in names if name in recorded), *(name for name in names if name not in recorded)]
        told = set(first[:_TOLD])
        return tuple(self._results(name, known.get(name)) for name in names if name in told), len(names) - len(told)

    def _results(self, name: str, variant: Variant | None) -> ArmResults:
        own = self._experiment.of(name)
        try:
            records = compared_arms.trials(self._alone, self._arm(name)).records
        except LedgerError:
            records = ()
        values: dict[str, dict[str, float]] = {}
        for record in records:
            for metric, value in record.metrics.items():
                values.setdefault(metric, {})[replicates.slug(record.trial.point)] = value
        plan = self._experiment.plan
        declared = variant is not None and variant.experiment is None and plan.search is None
        return ArmResults(
            name=name,
            declared=len(plan.replicates.points()) if declared else None,
            succeeded=len(records),
            failed=sum(not record.trial.succeeded for record in own),
            values=values,
            filled_by=None if variant is None else variant.filled_by,
        )

    def commands(self, commits: Mapping[str, str]) -> tuple[str, ...]:
        """What to type to run the trial again that stands for the experiment: with ledger, then with git and DVC alone.

        `commits` are the trial commits by trial id. Nothing where no trial has succeeded.
        """
        record = self._example()
        if record is None:
            return ()
        name, trial = self._experiment.name, record.trial
        commands = [f"ledger pull {name}", f"ledger trust {name}", f"ledger reproduce {name}:{shlex.quote(trial.id)}"]
        commit = commits.get(trial.id)
        alone = [] if commit is None else [f"git switch --detach {commit}", "dvc pull", "dvc repro --force"]
        return (*commands, *alone)

    def _example(self) -> Recorded | None:
        experiment = self._experiment
        present = self._alone.present(experiment)
        own = [r for r in experiment.trials if r.valid and r.trial.reused is None]
        leading = [r for r in own if r.trial.variant == experiment.leading]
        first = next(iter(leading or own), None)
        if first is None:
            return None
        name = first.trial.variant
        counts = counted(experiment, name, When.JUDGED, present=present.get(name))
        return canonical(experiment, present, name) or next(iter(counts), first)
