"""What is doubtful about the trials that a verdict counts?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.model.experiment import Experiment, Recorded
from ledger.model.plan import BASELINE
from ledger.model.remarks import Kind, Remark


def doubts(
    experiment: Experiment, counted: Sequence[Recorded], voided: Mapping[str, Recorded], sources: Mapping[str, str]
) -> Iterator[Remark]:
    """The warnings. `counted` are the trials of all arms; `voided` and `sources` are those of the evidence."""
    own = [r for r in counted if r.trial.experiment == experiment.name]
    yield from _before(experiment, own)
    yield from _beside(experiment, own)
    for name, record in voided.items():
        # why another experiment's was is said there, as long as it is voided
        why = "" if record.void is None or ":" in name else " ".join(record.void.why.split())
        yield Remark.of(Kind.VOIDED, trial=name, why=why)
    if sources:
        yield Remark.of(Kind.REPEATED_VOIDED, trials=tuple(sources), sources=tuple(sources.values()))
    environments = {r.trial.environment for r in counted}
    if len(environments) > 1:
        yield Remark.of(Kind.ENVIRONMENTS, count=len(environments))


def _before(experiment: Experiment, own: Sequence[Recorded]) -> Iterator[Remark]:
    """Results that may have been known before they were predicted."""
    restored = [r for r in own if r.trial.stages and all(run.cached for run in r.trial.stages.values())]
    early = [r for r in own if r.trial.started < experiment.plan.created and r.trial.variant != BASELINE]
    for kind, found in (
        (Kind.BY_HAND, [r for r in own if r.trial.by_hand]),
        (Kind.RESTORED, [r for r in restored if not r.trial.by_hand]),
        (Kind.BEFORE_PREDICTION, early),
    ):
        if found:
            yield Remark.of(kind, trials=tuple(r.trial.id for r in found))


def _beside(experiment: Experiment, own: Sequence[Recorded]) -> Iterator[Remark]:
    """Trials that ran but do not count."""
    counted = {(r.trial.variant, r.trial.point, r.trial.fingerprint) for r in own}
    failed = [r.trial for r in experiment.trials if not r.trial.succeeded]
    again = [trial.status for trial in failed if (trial.variant, trial.point, trial.fingerprint) in counted]
    if again:
        yield Remark.of(Kind.TRIED_AGAIN, statuses=tuple(again))
    points = experiment.plan.replicates.points()
    beyond = {(r.trial.variant, r.trial.point) for r in experiment.trials if r.valid and r.trial.point not in points}
    if beyond:
        yield Remark.of(Kind.BEYOND_PLAN, trials=len(beyond))
