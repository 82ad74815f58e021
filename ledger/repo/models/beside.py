"""Model versions beside the rows of the experiments, arms and trials that they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledger.analysis.columns import EXPERIMENTS, TRIALS
from ledger.model.models import ModelVersion
from ledger.model.row import MODELS, Row
from ledger.repo.ledger import Ledger
from ledger.repo.models import reading, tags


def by_experiment(versions: Sequence[ModelVersion]) -> dict[str, tuple[ModelVersion, ...]]:
    """The versions of each experiment, in their order; those whose tags say what the records do not are left out."""
    found: dict[str, tuple[ModelVersion, ...]] = {}
    for one in versions:
        if one.experiment is not None and one.believed:
            found[one.experiment] = (*found.get(one.experiment, ()), one)
    return found


def rows(ledger: Ledger, level: str) -> Sequence[Row]:
    """The rows of one level (`Ledger.rows`) with the versions in use that come from each experiment, arm or trial.

    They are in `Row.extra` under `MODELS`, as of now: tags are read whenever it is asked.
    """
    found = ledger.index.rows(level)
    # most repositories have none, and need not be read for them
    if not tags.refs(ledger.git):
        return found
    return beside(found, by_experiment(reading.versions(ledger)), level)


def beside(plain: Sequence[Row], found: Mapping[str, Sequence[ModelVersion]], level: str) -> list[Row]:
    """The same with versions that are known already, by experiment."""
    made = []
    for row in plain:
        own = labels_of(found.get(row.experiment, ()), level, row.variant, row.trial)
        made.append(replace(row, extra={**row.extra, MODELS: own}) if own else row)
    return made


def labels_of(versions: Sequence[ModelVersion], level: str, variant: str, trial: str | None) -> tuple[str, ...]:
    """Of an experiment's versions those in use that come from a row of a level, with their stages."""
    used = (one for one in versions if one.registered.in_use and _is_of(one, level, variant, trial))
    return tuple(label for one in used for label in labels(one))


def _is_of(one: ModelVersion, level: str, variant: str, trial: str | None) -> bool:
    if level == TRIALS:
        return one.trial == trial
    # a version of a commit on the branch is of no arm in particular
    return level == EXPERIMENTS or one.variant in (None, variant)


def labels(one: ModelVersion) -> tuple[str, ...]:
    """`unet@v1.2.0`, and `unet#prod` for each stage that it has."""
    return f"{one.name}@{one.version}", *(f"{one.name}#{stage}" for stage in one.stages)
