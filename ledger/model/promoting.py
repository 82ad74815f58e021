"""What `ledger promote` is asked for, and what it has done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from ledger.model.frozen import frozen
from ledger.model.gto import Event


class Objection(StrEnum):
    """Why a checkpoint should not be promoted."""

    NO_VERDICT = "no-verdict"
    NOT_SUPPORTED = "not-supported"
    POST_HOC = "post-hoc"
    OUTDATED = "outdated"
    RETRACTED = "retracted"
    NOT_CONFIRMED = "not-confirmed"
    OTHER_ARM = "other-arm"
    NOT_COUNTED = "not-counted"
    VOIDED = "voided"
    NOT_OURS = "not-ours"
    NOT_BELIEVED = "not-believed"


@frozen
class Promoting:
    """What is to be promoted. `what`: an experiment, an arm or a trial of one, or an existing `NAME@v1.2.0`.

    `model` is None where `what` names it. `version` is one, or a part of one to raise, None for GTO's next. `path`:
    which output is the checkpoint. `why`: the reason, "" where none was given. `withdraw`: take it back.
    """

    what: str
    model: str | None = None
    version: str | None = None
    stage: str | None = None
    path: str | None = None
    why: str = ""
    withdraw: bool = False


@frozen
class Promoted:
    """The tags that were made, with what each does, and the version that they are about; none where all was so before.

    `commit` is what is tagged: the trial's own, or one on it that adds the model to dvc.yaml (`declared`: the trial's
    has it). `md5` is the checkpoint's where DVC keeps it, `blob` its hash in git where git does. `held_by`: the version
    that had the stage before. `confirmed`: the experiments that confirmed the arm. `why` overruled the `objections`.
    """

    model: str
    version: str | None
    tags: Mapping[str, Event]
    commit: str | None = None
    stage: str | None = None
    experiment: str | None = None
    trial: str | None = None
    state: str | None = None
    path: str | None = None
    md5: str | None = None
    blob: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    declared: bool = True
    held_by: str | None = None
    confirmed: tuple[str, ...] = ()
    why: str = ""
    objections: tuple[Objection, ...] = ()
