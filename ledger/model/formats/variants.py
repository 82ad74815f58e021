"""The plan's `variants:` as a mapping of names to arms, read and written."""

from __future__ import annotations

from typing import Any

from ledger.errors import FormatError, LedgerError
from ledger.model import bounds, names
from ledger.model.formats import data_changes
from ledger.model.plan import BASE, TREATMENT, Variant

# with every character escaped it is still one that YAML can have for a key
_LONGEST = 150


def to_mapping(variant: Variant) -> dict[str, Any]:
    """The arm as it is written."""
    known = {
        "at": variant.at,
        "params": dict(variant.params) or None,
        "data": {path: data_changes.change_mapping(change) for path, change in variant.data.items()} or None,
        "experiment": variant.experiment,
        "variant": variant.arm if variant.arm != TREATMENT else None,
    }
    return {key: value for key, value in known.items() if value is not None}


def from_mapping(value: object) -> tuple[Variant, ...]:
    """The arms that the plan's `variants:` declares; without it the treatment alone.

    Raises FormatError, which names the key.
    """
    if value is None:
        return (Variant(name=TREATMENT),)
    if not isinstance(value, dict) or not value:
        raise FormatError("`variants` is not a mapping of names to arms")
    return tuple(_variant(str(name), arm or {}) for name, arm in value.items())


def _variant(name: str, arm: object) -> Variant:
    _check(name, f"variants.{name}")
    if not isinstance(arm, dict) or set(arm) - {"at", "params", "data", "experiment", "variant"}:
        raise FormatError(
            f"`variants.{name}` may hold `at:`, `params:`, `data:`, `experiment:` and its `variant:` only"
        )
    at = arm.get("at")
    if at not in (None, BASE, "branch") and not bounds.is_full_id(at):
        raise FormatError(
            f"`variants.{name}.at` is {at!r}; it may be `base`, `branch` or the full id of a commit (git rev-parse)"
        )
    params = arm.get("params") or {}
    if not isinstance(params, dict):
        raise FormatError(f"`variants.{name}.params` is not a mapping of parameters to values")
    if any(len(str(key)) > _LONGEST for key in params):
        raise FormatError(f"`variants.{name}.params` has the name of a parameter that is too long")
    data = data_changes.read_changes(arm.get("data"), f"variants.{name}.data")
    experiment = arm.get("experiment")
    if experiment is not None and (not isinstance(experiment, str) or params or at or data):
        raise FormatError(f"`variants.{name}.experiment` is another experiment's name, and stands alone")
    other = arm.get("variant")
    if other is not None and (experiment is None or not isinstance(other, str)):
        raise FormatError(f"`variants.{name}.variant` is an arm of the `experiment` that is named beside it")
    if other is not None:
        _check(other, f"variants.{name}.variant")
    return Variant(
        name=name,
        at=at if at != "branch" else None,
        params={str(key): value for key, value in params.items()},
        data=data,
        experiment=experiment,
        arm=other or TREATMENT,
    )


def _check(name: str, key: str) -> None:
    try:
        names.check_variant(name)
    except LedgerError as error:
        raise FormatError(f"`{key}`: {error.message}") from None
