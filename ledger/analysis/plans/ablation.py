"""The arms of an ablation: a path with some of its groups only, beside one arm that has them all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from ledger.analysis.ablation.design import Design, drawn, wanted
from ledger.model.data_change import DataChange
from ledger.model.plan import Variant
from ledger.model.replicates import Value
from ledger.stats.shapley import Coalition

ALL = "all"
"""The arm that leaves nothing out."""

_MAX_NAME = 40


def arms(design: Design, path: str, groups: Sequence[str]) -> tuple[Variant, ...]:
    """An arm for each coalition that every seed trains, with all groups first."""
    coalitions = wanted(design, groups)
    changes = {coalition: _change(coalition, groups, whole=design is Design.LEAVE_OUT) for coalition in coalitions}
    return _variants(path, changes, prefix="", params={})


def drawn_arms(
    path: str, groups: Sequence[str], *, pairs: int, source: str, axis: str, seeds: Iterable[Value]
) -> tuple[Variant, ...]:
    """An arm for each coalition of each seed, by orders that are drawn for it; the arm sets the seed itself."""
    return tuple(
        variant
        for seed in seeds
        for variant in _variants(
            path,
            {coalition: _change(coalition, groups) for coalition in drawn(groups, pairs, source, seed)[1]},
            prefix=f"s{seed}-",
            params={axis: seed},
        )
    )


def _variants(
    path: str, changes: Mapping[Coalition, DataChange | None], *, prefix: str, params: Mapping[str, Value]
) -> tuple[Variant, ...]:
    plain = {coalition: f"{prefix}{_words(change)}" for coalition, change in changes.items()}
    taken = list(plain.values())
    return tuple(
        Variant(
            name=_name(plain[coalition], coalition, clear=taken.count(plain[coalition]) == 1),
            data={} if change is None else {path: change},
            params=params,
        )
        for coalition, change in changes.items()
    )


def _change(coalition: Coalition, groups: Sequence[str], *, whole: bool = False) -> DataChange | None:
    """What gives the coalition in the fewest words, or always as the `whole` without some; None for all groups."""
    inside = tuple(group for group in groups if group in coalition)
    outside = tuple(group for group in groups if group not in coalition)
    if not outside:
        return None
    return DataChange(without=outside) if whole or len(outside) < len(inside) else DataChange(only=inside)


def _words(change: DataChange | None) -> str:
    if change is None:
        return ALL
    parts = [re.sub(r"[^a-z0-9]+", "-", group.lower()).strip("-") or _digest([group]) for group in change.groups]
    return "-".join(["without" if change.without else "only", *parts])


def _name(plain: str, coalition: Coalition, *, clear: bool) -> str:
    if clear and len(plain) <= _MAX_NAME:
        return plain
    return f"{plain[: _MAX_NAME - 9].rstrip('-')}-{_digest(sorted(coalition))}"


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
