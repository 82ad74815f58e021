"""Models as a document: a row a version, what speaks against it, and with a name the history of the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from ledger.analysis.promotable import NO_VERDICT
from ledger.model.confirmation import OPEN
from ledger.model.gto import Event
from ledger.model.listing import listed
from ledger.model.models import Doubt, ModelTag, ModelVersion
from ledger.model.settings import Settings
from ledger.report.blocks import Block, Document, Facts, Heading, Items, Mark, Table
from ledger.report.changes import Told
from ledger.report.numbers import headline_of, number
from ledger.report.shapes import models as shapes

_HEAD: Final = ("model", "version", "stages", "verdict", "from", "metric", "tagged")
_OPTIONAL: Final = (6, 5, 3)


def document(
    found: Sequence[ModelVersion], settings: Settings, *, name: str | None = None, at: datetime | None = None
) -> Document:
    """The versions in a table, the doubts below; of one model its history too."""
    table = _table(found, settings)
    doubts = tuple(line for one in found for line in said(one))
    blocks: list[Block] = [] if at is None else [Heading(text=f"as of {at:%Y-%m-%d %H:%M %Z}", near=True)]
    if name is not None:
        blocks += _described(found)
    blocks.append(table)
    if doubts:
        blocks.append(Items(items=doubts, mark=Mark.WRONG))
    if name is not None:
        blocks.append(Items(items=tuple(_history(found))))
    return Document(
        title="Models" if name is None else name,
        blocks=tuple(blocks),
        data=shapes.models(found, history=name is not None),
        sheet=_sheet(found),
    )


def _table(found: Sequence[ModelVersion], settings: Settings) -> Table:
    return Table(head=_HEAD, rows=tuple(_row(one, settings) for one in found), names=4, optional=_OPTIONAL)


def _row(one: ModelVersion, settings: Settings) -> tuple[str, ...]:
    metric = headline_of((), settings, one.metrics)
    measured = "" if metric is None else f"{metric} {number(one.metrics[metric], settings.precision(metric))}"
    return (
        one.name,
        f"{one.version}{_gone(one)}",
        ", ".join(one.stages) or "-",
        verdict(one),
        origin(one),
        measured if one.believed else "",
        f"{one.registered.tag.when:%Y-%m-%d}",
    )


def _gone(one: ModelVersion) -> str:
    if not one.registered.active:
        return " (taken back)"
    return " (deprecated)" if one.registered.deprecated else ""


def verdict(one: ModelVersion) -> str:
    """What its experiment says now; `?` where nothing says where it comes from, or the tag is not to be believed."""
    if one.state is None or not one.believed:
        return "?"
    return one.state if one.tested is None or one.tested.state == OPEN else f"{one.state}, {one.tested.state}"


def origin(one: ModelVersion) -> str:
    """`focal-loss:treatment/seed-0`; `?` where nothing that is to be believed says so."""
    if one.experiment is None or not one.believed:
        return "?"
    return one.experiment if one.trial is None else f"{one.experiment}:{one.trial}"


_DOUBTS: Final = {
    Doubt.BY_HAND: "the tag was not made by ledger promote",
    Doubt.NO_EXPERIMENT: "its tag claims {claimed}, an experiment that is not in this clone",
    Doubt.NO_RECORD: "its tag claims {claimed}, which has no record",
    Doubt.OTHER_CHECKPOINT: "its tag claims a different checkpoint from the record of {claimed}",
    Doubt.OTHER_METRICS: "its tag claims different metrics from the record of {claimed}",
    Doubt.OTHER_COMMIT: "its commit does not hold the checkpoint of {claimed}: dvc would fetch a different file",
    Doubt.VOIDED: "{experiment}:{trial} has been voided",
    Doubt.OTHER_OUTCOME: "{experiment} {stood} when it was promoted, and {stands} now",
    Doubt.OUTDATED: "the verdict of {experiment} no longer follows from its plan and records",
    Doubt.RETRACTED: "evidence behind the verdict of {experiment} has since been withdrawn",
    Doubt.NOT_CONFIRMED: "{experiment}:{variant} was put to the test{by} and not confirmed",
    Doubt.UNCONFIRMED: "it was promoted because {experiment}:{variant} was confirmed, which no longer counts",
}


def said(one: ModelVersion) -> Iterator[str]:
    """What is to be known of a version before it is used, a sentence each."""
    claim = one.registered.tag.claim
    facts = {
        "claimed": "" if claim is None else f"{claim.experiment}:{claim.trial}",
        "experiment": one.experiment,
        "trial": one.trial,
        "variant": one.variant,
        "stood": _stood(one.promoted),
        "stands": _stands(one.state),
        "by": "" if one.tested is None else f" by {listed(one.tested.by, 4)}",
    }
    promoted = f"promoted while {one.experiment} {facts['stood']}, because: {one.why}"
    bare = promoted if one.why else f"{one.experiment} {facts['stands']}"
    for doubt in one.doubts:
        sentence = _DOUBTS[doubt].format(**facts) if doubt in _DOUBTS else bare
        yield f"{one.name} {one.version}: {sentence}"


def _stood(state: str | None) -> str:
    return f"had {state}" if state == NO_VERDICT else f"was {state}"


def _stands(state: str | None) -> str:
    return f"has {state}" if state == NO_VERDICT else f"is {state}"


def of_experiment(found: Sequence[ModelVersion]) -> Iterator[Block]:
    """The versions that come from one experiment, for its page."""
    head = ("model", "version", "stages", "from", "tagged")
    rows = tuple(
        (
            one.name,
            f"{one.version}{_gone(one)}",
            ", ".join(one.stages),
            one.trial or "",
            f"{one.registered.tag.when:%Y-%m-%d}",
        )
        for one in found
    )
    yield Table(head=head, rows=rows)
    lines = tuple(line for one in found for line in said(one))
    if lines:
        yield Items(items=lines, mark=Mark.WRONG)


def _described(found: Sequence[ModelVersion]) -> list[Block]:
    """What dvc.yaml says of the model at its highest version, and its checkpoint."""
    first = found[0]
    artifact, pairs = first.artifact, list[tuple[str, tuple[str, ...]]]()
    if artifact is not None:
        named = (("type", artifact.type), ("about", artifact.description), ("labels", ", ".join(artifact.labels)))
        pairs += [(key, (value,)) for key, value in named if value]
    if first.path is not None and first.believed:
        held = first.md5 if first.blob is None else held_as(None, first.blob)
        pairs.append(("checkpoint", tuple(filter(None, (first.path, held)))))
    return [Heading(text=first.name, near=True), Facts(pairs=tuple(pairs), near=True)] if pairs else []


def _history(found: Sequence[ModelVersion]) -> Iterator[str]:
    """What was done to the model, the latest first, each tag once."""
    tags = {tag.tag: (tag, one) for one in found for tag in one.registered.history}
    for tag, one in sorted(tags.values(), key=lambda item: (item[0].when, item[0].name.event.rank), reverse=True):
        why = f": {tag.why}" if tag.why else ""
        yield f"{tag.when:%Y-%m-%d %H:%M}  {_event(tag, one)} by {tag.by.partition(' <')[0]}{why}"


def _event(tag: ModelTag, one: ModelVersion) -> str:
    words = {
        Event.REGISTERED: f"{one.version} registered",
        Event.DEREGISTERED: f"{one.version} taken back",
        Event.ASSIGNED: f"{one.version} became {tag.name.stage}",
        Event.UNASSIGNED: f"{one.version} ceased to be {tag.name.stage}",
        Event.DEPRECATED: f"{one.name} deprecated",
    }
    return words[tag.name.event]


def _sheet(found: Sequence[ModelVersion]) -> Table:
    """Every version with all that is known, for a spreadsheet."""
    head = (
        "name",
        "version",
        "stages",
        "outcome",
        "experiment",
        "trial",
        "path",
        "md5",
        "blob",
        "tag",
        "created",
        "doubts",
    )
    rows = tuple(
        (
            one.name,
            one.version,
            ", ".join(one.stages),
            one.outcome or "",
            one.experiment or "",
            one.trial or "",
            one.path or "",
            one.md5 or "",
            one.blob or "",
            one.registered.tag.tag,
            one.registered.tag.when.isoformat(),
            ", ".join(one.doubts),
        )
        for one in found
    )
    return Table(head=head, rows=rows)


def held_as(md5: str | None, blob: str | None) -> str:
    """The hash of a checkpoint, by who holds it: DVC or git."""
    return f"git {blob}" if blob is not None else f"md5 {md5}"


def fetched(one: ModelVersion, path: str) -> Told:
    """Where the checkpoint is, and what speaks against it."""
    answer = f"{one.name} {one.version} is in {path} ({held_as(one.md5, one.blob)})"
    return Told(answer=answer, notes=tuple(f"warning: {line}" for line in said(one)))


def none(name: str | None, stage: str | None, at: datetime | None) -> str:
    """That nothing is there, and what makes some."""
    then = "" if at is None else f" on {at:%Y-%m-%d %H:%M}"
    if stage is not None:
        return f"no version{'' if name is None else f' of {name}'} is {stage}{then}"
    return f"there are no models{then}: ledger promote EXP NAME makes a checkpoint one"
