"""Where do two arms differ? Each value of what cases can be told apart by, and each pair of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ledger.analysis.case_results import Paired
from ledger.model.frozen import frozen
from ledger.stats.cases import clustered, crossed
from ledger.stats.contrast import Contrast, NoNoise
from ledger.stats.multiple import holm

ALPHA: Final = 0.05
MIN_CASES: Final = 20
"""Of fewer cases no slice is looked at."""
MIN_CLUSTERS: Final = 5
"""Nor of fewer clusters: so few give no estimate of how they vary that is worth the name."""

_Key: TypeAlias = tuple[tuple[str, str], ...]
_Places: TypeAlias = NDArray[np.intp]


@frozen
class Slice:
    """Some cases of both arms. `by`: the columns and values that they share, none for all cases.

    `a`, `b` and `difference` (b - a) are means over cases and seeds, of clusters first where there are some; `clusters`
    is None where there are none. `contrast` is the difference with seeds and cases crossed, None without an estimate of
    the noise; `adjusted` its two-sided p-value after Holm's correction over all slices that were looked at.
    """

    by: _Key
    cases: int
    clusters: int | None
    a: float
    b: float
    difference: float
    contrast: Contrast | None
    adjusted: float | None = None

    @property
    def seen(self) -> bool:
        """Whether there is a difference after the correction: of all slices together 5% of such findings are false."""
        return self.adjusted is not None and self.adjusted <= ALPHA


@frozen
class Slices:
    """The slices of two arms: those with a difference first, the largest at the top.

    `small`: how many had too few cases to be looked at.
    """

    metric: str
    whole: Slice
    slices: tuple[Slice, ...]
    small: int
    seeds: int


def slices(
    found: Paired, by: Sequence[str], *, cluster: str | None = None, min_cases: int = MIN_CASES, pairs: bool = True
) -> Slices:
    """The slices by every column in `by` and, with `pairs`, by every two of them.

    Holm's correction is over all of them. A slice by two columns that holds the cases of one by a single column says
    nothing of its own, and is left out.
    """
    codes = None if cluster is None else _codes(found.labels[cluster])[1]
    groups, small = _groups(found, by, codes, min_cases, pairs=pairs)
    made = [_slice(found, places, codes, key) for key, places in groups.items()]
    tested = [at for at, each in enumerate(made) if each.contrast is not None]
    p_values = [contrast.p_two_sided() for each in made if (contrast := each.contrast) is not None]
    for at, adjusted in zip(tested, holm(p_values), strict=True):
        made[at] = replace(made[at], adjusted=adjusted)
    return Slices(
        metric=found.metric,
        whole=_slice(found, np.arange(len(found.ids)), codes, ()),
        slices=tuple(sorted(made, key=_rank)),
        small=small,
        seeds=found.b.shape[0],
    )


def _rank(one: Slice) -> tuple[bool, float, float]:
    """What is seen comes first, the largest difference at the top; then what is nearest to being seen."""
    p_value = 2.0 if one.contrast is None else one.contrast.p_two_sided()
    return not one.seen, 0.0 if one.seen else p_value, -abs(one.difference)


def _slice(found: Paired, places: _Places, codes: _Places | None, by: _Key) -> Slice:
    assert found.a is not None
    a, b, clusters = found.a[:, places], found.b[:, places], None
    if codes is not None:
        a, b = clustered(a, codes[places]), clustered(b, codes[places])
        clusters = a.shape[1]
    contrast: Contrast | None = None
    with suppress(NoNoise):
        contrast = crossed(b - a, scale=found.scale, few_cases=True).contrast
    return Slice(
        by=by,
        cases=len(places),
        clusters=clusters,
        a=float(a.mean()),
        b=float(b.mean()),
        difference=float((b - a).mean()),
        contrast=contrast,
    )


def _groups(
    found: Paired, by: Sequence[str], clusters: _Places | None, least: int, *, pairs: bool
) -> tuple[dict[_Key, _Places], int]:
    """The places of the cases of every slice that has enough of them, and how many slices have too few."""
    known = {column: _codes(found.labels[column]) for column in by}
    groups: dict[_Key, _Places] = {}
    held: set[bytes] = set()
    small = 0
    for columns in [(column,) for column in by] + (list(combinations(by, 2)) if pairs else []):
        large, beneath = _split({column: known[column] for column in columns}, least)
        small += beneath
        for key, places in large:
            if clusters is not None and len(np.unique(clusters[places])) < MIN_CLUSTERS:
                small += 1
            elif len(places) < len(found.ids) and places.tobytes() not in held:
                held.add(places.tobytes())
                groups[key] = places
    return groups, small


def _codes(values: Sequence[str]) -> tuple[list[str], _Places]:
    """The distinct values in order, and which of them each case has."""
    names = sorted(set(values))
    numbers = {name: number for number, name in enumerate(names)}
    return names, np.fromiter((numbers[value] for value in values), dtype=np.intp, count=len(values))


def _split(columns: Mapping[str, tuple[list[str], _Places]], least: int) -> tuple[list[tuple[_Key, _Places]], int]:
    """The combinations of values that so many cases have, with the places of these, and how many have fewer."""
    combined = np.zeros_like(next(iter(columns.values()))[1])
    for names, codes in columns.values():
        combined = combined * len(names) + codes
    order = np.argsort(combined, kind="stable")
    kinds, starts, counts = np.unique(combined[order], return_index=True, return_counts=True)
    large = []
    for kind, start, count in zip(kinds.tolist(), starts.tolist(), counts.tolist(), strict=True):
        if count >= least:
            rest, key = kind, []
            for column, (names, _) in reversed(list(columns.items())):
                rest, place = divmod(rest, len(names))
                key.append((column, names[place]))
            large.append((tuple(reversed(key)), order[start : start + count]))
    return large, len(kinds) - len(large)


@frozen
class CaseDifference:
    """One case: its labels, and its mean over the seeds in both arms. `difference` is b - a."""

    id: str
    labels: tuple[tuple[str, str], ...]
    a: float
    b: float
    difference: float


def worst(found: Paired, count: int, *, lower_is_better: bool) -> tuple[CaseDifference, ...]:
    """The cases on which b is worst beside a, the worst first."""
    assert found.a is not None
    a, b = found.a.mean(axis=0), found.b.mean(axis=0)
    loss = (b - a) if lower_is_better else (a - b)
    order = np.argsort(-loss, kind="stable")[:count]
    return tuple(
        CaseDifference(
            id=found.ids[at],
            labels=tuple((name, values[at]) for name, values in found.labels.items()),
            a=float(a[at]),
            b=float(b[at]),
            difference=float(b[at] - a[at]),
        )
        for at in order.tolist()
    )
