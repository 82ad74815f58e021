"""Is what DVC kept or laid out for a trial its own result, or that of something which DVC holds to be the same?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ledger.dvc import caches, timings
from ledger.dvc import config as dvc_config
from ledger.model.formats.lockfile import LockedStage, locked_stage
from ledger.model.pipeline import Stage
from ledger.repo import unseen
from ledger.repo.ledger import Ledger
from ledger.run.pinned import locks as locks_of
from ledger.run.pinned import made_with_equal, taken_for_equal
from ledger.run.record import Ended, pipeline_of
from ledger.run.spec import Spec


def kept_for_equal(ledger: Ledger, spec: Spec, root: Path) -> bool:
    """Whether a lock in a work tree pins a stage's parameters in another type than the trial has them."""
    pipeline = pipeline_of(ledger, spec)
    locks = locks_of(root, pipeline)
    return any(
        taken_for_equal(locks[stage.name], spec.texts)
        for stage in pipeline.stages
        if not stage.frozen and stage.name in locks
    )


def perhaps_of_another_type(
    ledger: Ledger, stage: Stage, locked: LockedStage, others: Sequence[LockedStage] = ()
) -> tuple[str, ...]:
    """The parameters for whose value DVC may have laid out the outputs of an equal one, as of 1 for 1.0.

    Never where the ledger has run the stage with just these here. `others` are runs that DVC's run cache may not know.
    """
    digest = next((pin.md5 for pin in locked.outputs.values() if pin.md5), None)
    if digest is None or timings.find(ledger.state_dir.timings, locked).codes:
        return ()
    known = (
        locked_stage(stage.wdir, entry)
        for cache in dvc_config.caches(ledger.git)
        for entry in caches.runs_that_made(cache, digest)
    )
    return made_with_equal(locked, (*others, *known))


def outdated(ledger: Ledger, spec: Spec, ended: Ended) -> bool:
    """Whether DVC restored or kept a stage that ran here on code which differs in a file that no stage depends on.

    Its numbers may be those of the old code. Where it is not known which code ran, they are taken as they are.
    """
    code, pipeline = spec.arm.code, pipeline_of(ledger, spec)
    if ended.failure is not None:
        return False
    ran = {run.stage for run in ended.ran}
    locks = locks_of(ended.root, pipeline)

    def alike(other: str) -> bool:
        if other == code.commit:
            return True
        if ledger.git.commit(other) is None:
            return False
        return not unseen.undeclared(ledger, code, since=other)

    for stage in pipeline.stages:
        if stage.frozen or stage.name in ran or stage.name not in locks:
            continue
        codes = timings.find(ledger.state_dir.timings, locks[stage.name]).codes
        if codes and not any(alike(other) for other in reversed(codes)):
            return True
        if perhaps_of_another_type(ledger, stage, locks[stage.name]):
            return True
    return False
