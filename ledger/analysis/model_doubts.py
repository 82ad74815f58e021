"""Is a version of a model what its tag says, and does what it was promoted for still hold?"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.promotable import confirmed_by, standing, supports
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
        return (Doubt.BY_HAND, *(_now(experiment, record, now) if belongs else ()))
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
    own = [*_now(experiment, record, now)]
    confirmed = now is not None and bool(confirmed_by(now, record.trial.variant))
    if standing(experiment) != claim.outcome and not confirmed:
        # why it is not supported is said by that
        own = [Doubt.OTHER_OUTCOME, *(doubt for doubt in own if doubt is not Doubt.UNSUPPORTED)]
    if claim.confirmed and not confirmed and Doubt.NOT_CONFIRMED not in own:
        own.append(Doubt.UNCONFIRMED)
    return (*found, *dict.fromkeys([*own, *_reason(claim)]))


def _now(experiment: Experiment | None, record: Recorded | None, now: Standing | None) -> Iterator[Doubt]:
    """What speaks against a trial that is what its tag says, as of now."""
    if record is not None and record.void is not None:
        yield Doubt.VOIDED
    if now is None or experiment is None:
        return
    if now.retracted:
        yield Doubt.RETRACTED
    elif now.outdated is not None:
        yield Doubt.OUTDATED
    tested = None if record is None else now.of(record.trial.variant)
    if tested is not None and tested.state == NOT_CONFIRMED:
        yield Doubt.NOT_CONFIRMED
    supported = experiment.outcome == SUPPORTED if record is None else supports(experiment, now, record.trial.variant)
    if not supported:
        yield Doubt.UNSUPPORTED


def _reason(claim: Promotion) -> tuple[Doubt, ...]:
    return (Doubt.UNSUPPORTED,) if claim.why else ()
