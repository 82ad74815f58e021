"""What becomes of versions that are registered: a stage, or none any more; and giving versions and models up."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.errors import LedgerError
from ledger.git.refs import RefChange
from ledger.model import gto, promotion
from ledger.model.formats import trailers
from ledger.model.gto import Event
from ledger.model.models import Doubt, ModelVersion, Registered
from ledger.model.promoting import Objection, Promoted, Promoting
from ledger.repo.change import Change
from ledger.repo.ledger import Ledger
from ledger.repo.models import reading, reasons, standing, tagging
from ledger.repo.models.known import ModelTags, stage_move


def assign(change: Change, there: ModelTags, version: Registered, asked: Promoting) -> Promoted:
    """Give a version a stage. Raises LedgerError where no verdict supports it any more, without a reason.

    One that has the stage keeps it, and no tag is made.
    """
    assert asked.stage is not None
    (found,) = reading.read(change.ledger, [version])
    if asked.stage in version.stages:
        return _done(there, found, {}, asked, held_by=version.version)
    objections, said, hint = _objections(change.ledger, found)
    reasons.require_reason(objections, asked.why, said, hint=hint)
    why = asked.why if objections else ""
    subject = f"{there.model} {version.version} is {asked.stage}"
    message = promotion.remark(trailers.inert(subject), found.experiment, f"{there.model}@{version.version}", why)
    move = stage_move(change.ledger.git, there, asked.stage, version.tag.commit, message)
    holder = there.holder(asked.stage)
    made = _moved(change, move, Event.ASSIGNED, subject)
    return _done(
        there, found, made, asked, held_by=None if holder is None else holder.version, why=why, objections=objections
    )


def withdraw(change: Change, there: ModelTags, version: str | None, asked: Promoting) -> Promoted:
    """Take a stage from a version, a version back, or give the model up, as GTO's `deprecate` does."""
    ledger, model = change.ledger, there.model
    if not there.versions:
        raise LedgerError(f"there is no model {model}", hint="ledger models lists them")
    named = None if version is None else there.named(version)
    if named is None:
        if asked.stage is not None:
            raise LedgerError(
                f"say from which version {asked.stage} is taken", hint=f"ledger models {model} lists them"
            )
        return _given_up(change, there, asked)
    (found,) = reading.read(ledger, [named])
    what = f"{model}@{named.version}"
    if asked.stage is None:
        subject = f"{model} {named.version} is taken back"
        tag = gto.version_tag(model, named.version, back=True)
        message = promotion.remark(subject, found.experiment, what, asked.why)
        move = tagging.made(ledger.git, tag, named.tag.commit, message, there.moment)
        return _done(there, found, _moved(change, move, Event.DEREGISTERED, subject), asked, why=asked.why)
    last = [tag for tag in named.history if tag.name.stage == asked.stage]
    if not last or last[-1].name.event is not Event.ASSIGNED:
        raise LedgerError(f"{model} {named.version} is not {asked.stage}", hint=f"ledger models {model} shows what is")
    subject = f"{model} {named.version} is no longer {asked.stage}"
    message = promotion.remark(subject, found.experiment, what, asked.why)
    move = stage_move(ledger.git, there, asked.stage, named.tag.commit, message, back=True)
    return _done(there, found, _moved(change, move, Event.UNASSIGNED, subject), asked, why=asked.why)


def _given_up(change: Change, there: ModelTags, asked: Promoting) -> Promoted:
    latest = there.versions[0]
    if latest.deprecated:
        raise LedgerError(f"{there.model} is already deprecated", hint=f"ledger models {there.model} says since when")
    (found,) = reading.read(change.ledger, [latest])
    subject = f"{there.model} is deprecated"
    message = promotion.remark(subject, found.experiment, there.model, asked.why)
    before = any(tag.name.event is Event.DEPRECATED for tag in there.tags)
    tag = gto.deprecation_tag(there.model, there.count if before else 0)
    move = tagging.made(change.ledger.git, tag, latest.tag.commit, message, there.moment)
    made = _moved(change, move, Event.DEPRECATED, subject)
    return Promoted(model=there.model, version=None, tags=made, commit=latest.tag.commit, why=asked.why)


def _moved(change: Change, move: RefChange, event: Event, subject: str) -> dict[str, Event]:
    change.move([move], f"ledger promote: {subject}")
    return {move.ref.removeprefix("refs/tags/"): event}


def _objections(ledger: Ledger, version: ModelVersion) -> tuple[tuple[Objection, ...], str, str]:
    """What speaks against a version as of now, in one sentence, and what to type about it."""
    name = f"{version.name} {version.version}"
    if not version.believed:
        said = f"{name} does not match its tag: ledger models {version.name} shows how"
        return (Objection.NOT_BELIEVED,), said, ""
    experiment = None if version.experiment is None else ledger.find(version.experiment)
    record = None if experiment is None else next((r for r in experiment.trials if r.trial.id == version.trial), None)
    if Doubt.BY_HAND in version.doubts or experiment is None or record is None:
        return (Objection.NOT_OURS,), f"no trial in this clone says where {name} comes from", ""
    found: Sequence[Objection] = standing.objections(ledger, experiment, record)
    return (tuple(found), *reasons.against(experiment, record.trial.id, found))


def _done(
    there: ModelTags,
    found: ModelVersion,
    made: dict[str, Event],
    asked: Promoting,
    *,
    held_by: str | None = None,
    why: str = "",
    objections: tuple[Objection, ...] = (),
) -> Promoted:
    return Promoted(
        model=there.model,
        version=found.version,
        tags=made,
        commit=found.registered.tag.commit,
        stage=asked.stage,
        experiment=found.experiment,
        trial=found.trial,
        state=found.state,
        path=found.path,
        md5=found.md5,
        metrics=found.metrics,
        held_by=held_by,
        why=why,
        objections=objections,
    )
