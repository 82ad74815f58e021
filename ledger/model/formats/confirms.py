"""The plan's `confirms:` as a mapping, read and written."""

from __future__ import annotations

from typing import Any

from ledger.errors import FormatError, LedgerError
from ledger.model import bounds, names
from ledger.model.plan import TREATMENT, Confirms


def to_mapping(confirms: Confirms) -> dict[str, Any]:
    """The finding as it is written."""
    return {"experiment": confirms.experiment, "variant": confirms.variant, "among": confirms.among}


def from_mapping(value: object) -> Confirms | None:
    """The finding that the plan's `confirms:` names, None without it. Raises FormatError, which names the key."""
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) - {"experiment", "variant", "among"}:
        raise FormatError("`confirms` may hold `experiment:`, its `variant:` and `among:` only")
    experiment, variant, among = value.get("experiment"), value.get("variant", TREATMENT), value.get("among", 1)
    if not isinstance(experiment, str) or not isinstance(variant, str):
        raise FormatError("`confirms` is not about an experiment and its variant")
    for check, name, key in (
        (names.check_name, experiment, "confirms.experiment"),
        (names.check_variant, variant, "confirms.variant"),
    ):
        try:
            check(name)
        except LedgerError as error:
            raise FormatError(f"`{key}`: {error.message}") from None
    if isinstance(among, bool) or not isinstance(among, int) or not 1 <= among <= bounds.MAX_COUNT:
        raise FormatError(f"`confirms.among` is {among!r}, not a number of arms")
    return Confirms(experiment=experiment, variant=variant, among=among)
