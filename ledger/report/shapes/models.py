"""The shapes of `promote` and `models`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.model.confirmation import CONFIRMED
from ledger.model.models import ModelTag, ModelVersion
from ledger.model.promoting import Promoted


def promoted(done: Promoted) -> dict[str, Any]:
    """The shape of `promote`. `tags` are by name what each says; `objections` were overruled by `why`."""
    return {
        "name": done.model,
        "version": done.version,
        "stage": done.stage,
        "experiment": done.experiment,
        "variant": None if done.trial is None else done.trial.partition("/")[0],
        "trial": done.trial,
        "verdict": done.state,
        "metrics": dict(done.metrics),
        "path": done.path,
        "md5": done.md5,
        "blob": done.blob,
        "commit": done.commit,
        "tags": {tag: str(event) for tag, event in done.tags.items()},
        "replaces": done.held_by if done.held_by != done.version else None,
        "confirmed_by": list(done.confirmed),
        "why": done.why or None,
        "objections": [str(one) for one in done.objections],
    }


def models(found: Sequence[ModelVersion], *, history: bool) -> list[dict[str, Any]]:
    """The shape of `models`: a list of versions; with a name each has its history too, the oldest first."""
    if not history:
        return [version(one) for one in found]
    return [version(one) | {"history": [_event(tag) for tag in one.registered.history]} for one in found]


def fetched(one: ModelVersion, path: str) -> dict[str, Any]:
    """The shape of `models --fetch`: the version, and where it was laid out."""
    return version(one) | {"fetched": path}


def version(one: ModelVersion) -> dict[str, Any]:
    """The shape of one version."""
    artifact = one.artifact
    return {
        "name": one.name,
        "version": one.version,
        "stages": list(one.stages),
        "experiment": one.experiment,
        "variant": one.variant,
        "trial": one.trial,
        "outcome": one.outcome,
        "metrics": dict(one.metrics),
        "path": one.path,
        "md5": one.md5,
        "blob": one.blob,
        "tag": one.registered.tag.tag,
        "commit": one.registered.tag.commit,
        "created": one.registered.tag.when.isoformat(),
        "author": one.registered.tag.by,
        "active": one.registered.active,
        "deprecated": one.registered.deprecated,
        "verdict": one.state,
        "confirmation": None if one.tested is None else one.tested.state,
        "confirmed_by": list(one.tested.by) if one.tested is not None and one.tested.state == CONFIRMED else [],
        "promoted_as": one.promoted,
        "why": one.why or None,
        "believed": one.believed,
        "doubts": [str(doubt) for doubt in one.doubts],
        "type": None if artifact is None else artifact.type,
        "labels": [] if artifact is None else list(artifact.labels),
        "description": None if artifact is None else artifact.description,
    }


def _event(tag: ModelTag) -> dict[str, Any]:
    return {
        "event": str(tag.name.event),
        "stage": tag.name.stage,
        "when": tag.when.isoformat(),
        "by": tag.by,
        "why": tag.why or None,
        "tag": tag.tag,
    }
