"""Models and their versions: what tags say, and what the records say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from ledger.model.confirmation import Tested
from ledger.model.frozen import frozen
from ledger.model.gto import TagName
from ledger.model.promotion import Promotion


@frozen
class ModelTag:
    """An annotated tag that speaks of a model, by its short name `tag`: on which commit, when, by whom, its message.

    `experiment` and `why` are what its trailers say, of a stage too. `claim`: what it says of where a version comes
    from, None where ledger did not write it.
    """

    tag: str
    oid: str
    name: TagName
    commit: str
    when: datetime
    by: str
    message: str
    experiment: str | None = None
    why: str = ""
    claim: Promotion | None = None


@frozen
class Registered:
    """A version of a model as its tags have it at one moment.

    `tag` is the one that names it. `active`: it was not taken back; `deprecated`: the whole model was given up.
    `stages` are those that it has, sorted, each with the tag that gave it. `history` are all tags that are about it,
    the oldest first.
    """

    model: str
    version: str
    tag: ModelTag
    active: bool
    deprecated: bool
    stages: Mapping[str, ModelTag] = field(default_factory=dict)
    history: tuple[ModelTag, ...] = ()

    @property
    def in_use(self) -> bool:
        """Whether neither it nor its model was taken back."""
        return self.active and not self.deprecated


class Doubt(StrEnum):
    """Why a version is not what a reader would take it for."""

    BY_HAND = "by-hand"
    """ledger did not make the tag, so that it claims nothing."""
    NO_EXPERIMENT = "no-experiment"
    """The experiment that it claims to come from is not in this clone."""
    NO_RECORD = "no-record"
    """The experiment has no such trial."""
    OTHER_CHECKPOINT = "other-checkpoint"
    """The trial's record has another checkpoint than the tag claims."""
    OTHER_METRICS = "other-metrics"
    """The trial's record has other metrics than the tag claims."""
    OTHER_COMMIT = "other-commit"
    """The commit that is tagged does not hold the checkpoint: `dvc get` would give another file."""
    VOIDED = "voided"
    """The trial was voided."""
    OTHER_OUTCOME = "other-outcome"
    """The experiment's outcome is another now than when the version was promoted."""
    UNSUPPORTED = "unsupported"
    """It was promoted without a supported verdict, for a reason that was given."""
    OUTDATED = "outdated"
    """The verdict no longer is that of the plan and the records."""
    RETRACTED = "retracted"
    """Evidence that the verdict rests on was taken back since."""
    NOT_CONFIRMED = "not-confirmed"
    """A later experiment put the finding to the test, and did not confirm it."""
    UNCONFIRMED = "unconfirmed"
    """It was promoted since another experiment had confirmed it, which does not count any more."""

    @property
    def forged(self) -> bool:
        """Whether the tag says what the records do not: nothing that it claims is then believed."""
        return self in (Doubt.NO_RECORD, Doubt.OTHER_CHECKPOINT, Doubt.OTHER_METRICS, Doubt.OTHER_COMMIT)


@frozen
class Artifact:
    """What dvc.yaml says of a model under `artifacts`. `path` is relative to the git root."""

    path: str
    type: str | None = None
    description: str | None = None
    labels: tuple[str, ...] = ()


@frozen
class ModelVersion:
    """A version with what the records say of it as of now.

    `experiment`, `trial`, `metrics`, `path` and `md5` are those of the record, or where that is not here what the tag
    claims; None and empty where nothing is claimed. `blob` is the hash in git of a checkpoint that DVC does not keep.
    `outcome` and `state` are the experiment's now, `promoted` its state when the tag was made; `why` is the reason that
    was given. `tested`: what later experiments have confirmed of its arm or have not. `doubts` say what is to be known
    before it is used.
    """

    registered: Registered
    experiment: str | None = None
    trial: str | None = None
    outcome: str | None = None
    state: str | None = None
    promoted: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    path: str | None = None
    md5: str | None = None
    blob: str | None = None
    why: str = ""
    tested: Tested | None = None
    artifact: Artifact | None = None
    doubts: tuple[Doubt, ...] = ()

    @property
    def name(self) -> str:
        """The model's name."""
        return self.registered.model

    @property
    def version(self) -> str:
        """`v1.2.0`."""
        return self.registered.version

    @property
    def variant(self) -> str | None:
        """The arm, None where no trial is known."""
        return None if self.trial is None else self.trial.partition("/")[0]

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that it has."""
        return tuple(self.registered.stages)

    @property
    def believed(self) -> bool:
        """Whether the records agree with whatever the tag claims."""
        return not any(doubt.forged for doubt in self.doubts)
