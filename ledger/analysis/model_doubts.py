"""Is a version of a model what its tag says, and does what it was promoted for still hold?"""

from __future__ import annotations

from ledger.analysis.promotable import standing
from ledger.model.confirmation import NOT_CONFIRMED, Standing
from ledger.model.experiment import Experiment, Recorded
from ledger.model.models import Doubt
from ledger.model.promotion import Promotion, same_metrics
from ledger.model.verdict import SUPPORTED


def doubts(
    claim: Promotion | None,
    experiment: Experiment | None,
    record: Recorded | None,
    now: Standing | None = None,
    *,
    md5: str | None,
    belongs: bool,
) -> tuple[Doubt, ...]:
    """What is to be known of a version before it is used, the weightiest first.

    `record` is that of the trial, `now` how the experiment stands, `md5` the checkpoint's where the record tells
    it. `belongs`: the commit that is tagged holds that checkpoint, or where no trial is known the commit is the
    experiment's.
    """
    if claim is None:
        unsupported = belongs and experiment is not None and experiment.outcome != SUPPORTED
        own = _now(record, now) if belongs else ()
        return (Doubt.BY_HAND, *own, *((Doubt.UNSUPPORTED,) if unsupported else ()))
    if experiment is None:
        return (Doubt.NO_EXPERIMENT, *_reason(claim))
    if record is None:
        return (Doubt.NO_RECORD, *_reason(claim))
    found = []
    if md5 is not None and md5 != claim.md5:
        found.append(Doubt.OTHER_CHECKPOINT)
    if not same_metrics(claim.metrics, record.trial.metrics):
        found.append(Doubt.OTHER_METRICS)
    if not belongs:
        found.append(Doubt.OTHER_COMMIT)
    if standing(experiment) != claim.outcome:
        found.append(Doubt.OTHER_OUTCOME)
    return (*found, *_now(record, now), *_reason(claim))


def _now(record: Recorded | None, now: Standing | None) -> tuple[Doubt, ...]:
    found = [Doubt.VOIDED] if record is not None and record.void is not None else []
    if now is not None and now.retracted:
        found.append(Doubt.RETRACTED)
    elif now is not None and now.outdated is not None:
        found.append(Doubt.OUTDATED)
    tested = None if now is None or record is None else now.of(record.trial.variant)
    if tested is not None and tested.state == NOT_CONFIRMED:
        found.append(Doubt.NOT_CONFIRMED)
    return tuple(found)


def _reason(claim: Promotion) -> tuple[Doubt, ...]:
    return (Doubt.UNSUPPORTED,) if claim.why else ()
