"""Did an experiment that is to confirm a finding try the same thing, on replicates that nobody had seen?

Where it did not its verdict may be sound, and says nothing of the finding: `analysis/standing.py` does not count it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis import counting
from ledger.analysis.counting import When
from ledger.analysis.gathered import Gathered
from ledger.analysis.looks import predicted_arms
from ledger.analysis.problems import Kind, Problem, unproved, wrong
from ledger.model.trial import Trial


def confirmation(gathered: Gathered) -> Iterator[Problem]:
    """The trials whose replicates the first experiment had tried already, and an arm that is another than it found."""
    plan, of = gathered.experiment.plan, gathered.experiment.plan.confirms
    if of is None:
        return
    if of.experiment == plan.name:
        yield wrong(Kind.CONFIRMS_ITSELF, gathered.whole, variant=of.variant)
        return
    first = gathered.finding
    if first is None:
        yield unproved(Kind.FINDING_NOT_HERE, gathered.whole, finding=of.experiment)
        return
    tried = {_point(trial): trial for trial in sorted(first.trials, key=lambda one: one.started, reverse=True)}
    for claim in gathered.claims:
        other = tried.get(_point(claim.trial))
        if other is None:
            continue
        path, named = claim.record.path, f"{of.experiment}:{other.id}"
        if other.started <= claim.trial.started:
            yield wrong(Kind.NOT_FRESH, claim.trial, path=path, other=named)
        else:
            # whoever planned it could not know
            yield unproved(Kind.FRESH_NO_MORE, claim.trial, path=path, other=named)
    about = predicted_arms(plan)[0]
    state = counting.state(gathered.experiment, about, When.JUDGED)
    if state is not None and state != first.state:
        yield unproved(Kind.OTHER_THAN_FOUND, gathered.whole, arm=about, finding=f"{of.experiment}:{of.variant}")


def _point(trial: Trial) -> tuple[str, frozenset[tuple[str, object]]]:
    return trial.fingerprint, frozenset(trial.point)
