"""What the tags say of one model at the moment of a change, and the tags that the change makes."""

from __future__ import annotations

from datetime import datetime

from ledger.analysis.registry import next_version, registry
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.git.refs import RefChange
from ledger.model import gto
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.models import ModelTag, Registered
from ledger.repo.models import tagging, tags


@frozen
class ModelTags:
    """The tags of one model, its versions, and when the next tag of it is made."""

    model: str
    tags: tuple[ModelTag, ...]
    versions: tuple[Registered, ...]
    moment: datetime

    def named(self, version: str) -> Registered:
        """The version of that name. Raises LedgerError where there is none that is in use."""
        found = next((one for one in self.versions if one.version == version), None)
        if found is None or not found.active:
            have = listed((one.version for one in self.versions if one.active), 6)
            gone = "was taken back" if found is not None else "is not registered"
            raise LedgerError(
                f"{self.model} {version} {gone}",
                hint=f"{self.model} has {have}" if have else f"ledger promote EXP {self.model} registers one",
            )
        return found

    def holder(self, stage: str) -> Registered | None:
        """The version that has the stage."""
        return next((one for one in self.versions if stage in one.stages), None)

    @property
    def count(self) -> int:
        """The count of the next tag that has one, by GTO's rule: over all of the model's."""
        return max((tag.name.count for tag in self.tags), default=0) + 1

    def next(self, wanted: str | None) -> str:
        """The version to register: the one that is wanted, or GTO's next. Raises LedgerError where it is there."""
        taken = {tag.name.version for tag in self.tags if tag.name.version is not None}
        if wanted is None or wanted in gto.PARTS:
            return next_version(self.versions, taken, wanted or "patch")
        if not gto.is_version(wanted):
            near = f"v{wanted}" if gto.is_version(f"v{wanted}") else None
            raise LedgerError(
                f"{wanted!r} is not a version in GTO's form",
                hint=f"--version {near or 'v1.2.0'}, or a part to raise: {', '.join(gto.PARTS)}",
            )
        if wanted in taken:
            raise LedgerError(
                f"{self.model} {wanted} is already registered, and a version is never reassigned",
                hint=f"leave out --version: the next is {next_version(self.versions, taken)}",
            )
        return wanted


def known(git: Git, model: str, now: datetime) -> ModelTags:
    """What there is of a model. Raises LedgerError where a tag of it is dated later than a new one could be."""
    own = tuple(tag for tag in tags.read(git) if tag.name.model == model)
    return ModelTags(model=model, tags=own, versions=registry(own), moment=tagging.moment(own, now))


def stage_move(git: Git, there: ModelTags, stage: str, commit: str, message: str, *, back: bool = False) -> RefChange:
    """The tag that gives a stage to what is at a commit, or takes it."""
    tag = gto.stage_tag(there.model, stage, there.count, back=back)
    return tagging.made(git, tag, commit, message, there.moment)
