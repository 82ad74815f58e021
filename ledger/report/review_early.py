"""A review of an experiment without a verdict: what has not run yet has not failed, and nothing is concluded early."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ledger.analysis.review import Review
from ledger.model.experiment import Experiment
from ledger.model.remarks import Kind, Remark


def as_unconcluded(one: Review) -> Review:
    """The review with remarks that fit a verdict which nobody has asked for yet; one with a stored verdict as it is."""
    experiment, found = one.experiment, one.recomputed
    if experiment is None or found is None or one.stored is not None or not found.early:
        return one
    recomputed = replace(
        found,
        predictions=tuple(replace(each, remarks=_fitting(each.remarks, experiment)) for each in found.predictions),
        warnings=_fitting(found.warnings, experiment),
    )
    return replace(one, recomputed=recomputed, warnings=_fitting(one.warnings, experiment))


def _fitting(remarks: Sequence[Remark], experiment: Experiment) -> tuple[Remark, ...]:
    return tuple(fitting for remark in remarks for fitting in _told(remark, experiment))


def _told(remark: Remark, experiment: Experiment) -> Iterator[Remark]:
    """The remark, or instead of it what has not run yet and what of it is left beside that."""
    if remark.kind == Kind.EARLY:
        return
    facts = dict(remark.facts)
    not_run = _not_run(experiment, str(facts["arm"])) if remark.kind == Kind.NOT_FINITE else 0
    if not not_run:
        yield remark
        return
    yield Remark.of(Kind.TRIALS_NOT_RUN, count=not_run, declared=facts["declared"], arm=facts["arm"])
    lacking = facts["lacking"]
    if isinstance(lacking, int) and lacking > not_run:
        facts["lacking"] = lacking - not_run
        yield replace(remark, facts=tuple(facts.items()))


def _not_run(experiment: Experiment, arm: str) -> int:
    """How many declared replicates of an arm have no trial at all; none of an arm that another experiment fills."""
    variant = experiment.plan.variant(arm)
    if variant is None or variant.experiment is not None:
        return 0
    ran = {record.trial.point for record in experiment.of(arm)}
    return sum(point not in ran for point in experiment.plan.replicates.points())
