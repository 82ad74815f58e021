"""The models of a repository: which versions there are, which is in production, and laying one out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ledger.analysis.registry import asked_for
from ledger.errors import LedgerError
from ledger.model.models import ModelVersion, Registered
from ledger.model.near_misses import did_you_mean
from ledger.repo.ledger import Ledger
from ledger.repo.models import fetching, reading, tags

_LIST = "ledger models lists them"
_NONE = "there are none: ledger promote EXP {} makes a checkpoint one"


def models(
    ledger: Ledger,
    name: str | None = None,
    *,
    at: datetime | None = None,
    stage: str | None = None,
    every: bool = False,
) -> tuple[ModelVersion, ...]:
    """The versions in use, by model and the highest first; `every`: also those that were taken back or given up.

    `name`: a model, all of whose versions are given, or one version of it (`unet@v1.2.0`, `unet#prod`). `at`: as the
    tags had it then; `stage`: only what has it. Raises LedgerError where there is nothing of that name.
    """

    def chosen_(one: Registered) -> bool:
        return (every or one.in_use) and stage in (None, *one.stages)

    if name is None:
        return reading.versions(ledger, chosen_, at=at)
    model, which = asked_for(name)
    found = reading.versions(ledger, lambda one: one.model == model and stage in (None, *one.stages), at=at)
    if not found and stage is None:
        known = sorted({tag.name.model for tag in tags.read(ledger.git)})
        then = "" if at is None else " at that moment"
        raise LedgerError(
            f"there is no model {model!r}{then}",
            hint=did_you_mean(model, known, _LIST if known else _NONE.format(model)),
        )
    return found if which is None else (chosen(found, name),)


def fetch(
    ledger: Ledger, name: str, output: Path | None, *, at: datetime | None = None, force: bool = False
) -> tuple[ModelVersion, Path]:
    """Lay the checkpoint of a version out, of a model's highest where none is named; returns both.

    Raises LedgerError where the records do not say what it is, or its content is nowhere.
    """
    found = chosen(models(ledger, name, at=at), name)
    return found, fetching.lay_out(ledger, found, output, force=force)


def chosen(found: Sequence[ModelVersion], name: str) -> ModelVersion:
    """The version that is named `unet@v1.2.0` or `unet#prod`, else the highest in use. Raises LedgerError."""
    model, which = asked_for(name)
    if which is None:
        own = [one for one in found if one.registered.in_use]
    elif which.startswith("#"):
        own = [one for one in found if which[1:] in one.stages]
    else:
        own = [one for one in found if one.version == which]
    if own:
        return own[0]
    have = ", ".join([f"{model}@{one.version}" for one in found if one.registered.in_use][:6])
    what = "version in use" if which is None else which.removeprefix("#")
    raise LedgerError(f"{model} has no {what}", hint=f"it has {have}" if have else f"ledger models {model}")
