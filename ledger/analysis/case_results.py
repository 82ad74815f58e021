"""The per-case results of an arm's trials, and those of two arms case by case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from ledger.model.cases import CaseTable
from ledger.model.frozen import frozen
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point
from ledger.stats.cases import Grid, grid

# so much of a name of somebody's is quoted
_LONGEST: Final = 60


class NotComparable(ValueError):
    """Trials do not have the same cases, or not what is asked of each: `remark`."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark)
        self.remark = remark


@frozen
class CaseResults:
    """The cases of one arm. `values`: by metric and replicate, in the order of `ids`; NaN where a case has none.

    `names` are the trials by replicate, as messages call them.
    """

    label: str
    ids: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[Point, Sequence[float]]]
    names: Mapping[Point, str]


def united(label: str, tables: Iterable[tuple[str, Point, CaseTable]]) -> CaseResults:
    """The results of an arm from those of its trials, one by one: name, replicate, table.

    Raises NotComparable where they do not have the same cases with the same labels.
    """
    ids: tuple[str, ...] | None = None
    labels: Mapping[str, tuple[str, ...]] = {}
    values: dict[str, dict[Point, Sequence[float]]] = {}
    names: dict[Point, str] = {}
    for name, point, table in tables:
        if ids is None:
            ids, labels = table.ids, table.labels
        first = next(iter(names.values()), name)
        order = _order(ids, table.ids, first, name)
        _require_like_labels(labels, table.labels, order, first, name)
        names[point] = name
        for metric, found in table.values.items():
            values.setdefault(metric, {})[point] = found if order is None else np.asarray(found)[order].tolist()
    return CaseResults(label=label, ids=ids or (), labels=labels, values=values, names=names)


def _order(ids: Sequence[str], others: Sequence[str], first: str, second: str) -> list[int] | None:
    """Where each of `ids` is among the `others`, None where the order is the same. Raises NotComparable."""
    if ids == others:
        return None
    mine, theirs = set(ids), set(others)
    if mine != theirs:
        lacking, more = len(mine - theirs), len(theirs - mine)
        example = min(mine ^ theirs)[:_LONGEST]
        raise NotComparable(
            Remark.of(Kind.CASES_DIFFER, first=first, second=second, lacking=lacking, more=more, example=example)
        )
    places = {name: place for place, name in enumerate(others)}
    return [places[name] for name in ids]


def _require_like_labels(
    labels: Mapping[str, Sequence[str]],
    others: Mapping[str, Sequence[str]],
    order: list[int] | None,
    first: str,
    second: str,
) -> None:
    """Refuse a case that is of one site here and of another there."""
    for column, mine in labels.items():
        theirs = others[column] if order is None else [others[column][place] for place in order]
        if mine is not theirs and tuple(mine) != tuple(theirs):
            count = sum(a != b for a, b in zip(mine, theirs, strict=True))
            example = next(f"{a} and {b}" for a, b in zip(mine, theirs, strict=True) if a != b)[:_LONGEST]
            raise NotComparable(
                Remark.of(Kind.CASES_OF_OTHER, column=column, first=first, second=second, count=count, example=example)
            )


@frozen
class Paired:
    """Two arms case by case: `a` and `b` have a row a seed and a column a case, in the order of `ids`.

    `a` is None where `b` is compared with a number. Where the replicates are not `same_seeds` each side has one row,
    the mean of its own. Of `total` cases those are left out that have no number in some trial.
    """

    metric: str
    ids: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    a: Grid | None
    b: Grid
    same_seeds: bool
    total: int

    def differences(self, factor: float = 1.0) -> Grid:
        """b - factor · a, or b where there is no a."""
        return self.b if self.a is None else self.b - factor * self.a

    @property
    def scale(self) -> float:
        """How large the values are whose rounding the differences carry."""
        return max(
            (float(np.abs(side).max()) for side in (self.a, self.b) if side is not None and side.size), default=0
        )

    def chosen(self, places: Sequence[int]) -> Paired:
        """The cases at these places alone."""
        at = np.asarray(places, dtype=np.intp)
        return Paired(
            metric=self.metric,
            ids=tuple(self.ids[place] for place in places),
            labels={name: tuple(values[place] for place in places) for name, values in self.labels.items()},
            a=None if self.a is None else self.a[:, at],
            b=self.b[:, at],
            same_seeds=self.same_seeds,
            total=self.total,
        )


def on_shared_seeds(a: CaseResults, b: CaseResults) -> tuple[CaseResults, CaseResults]:
    """Both arms at the replicates that both have, where there are two or more of these; else as they are."""
    shared = [point for point in b.names if point in a.names]
    return (_at(a, shared), _at(b, shared)) if len(shared) > 1 else (a, b)


def _at(arm: CaseResults, points: Sequence[Point]) -> CaseResults:
    values = {metric: {p: rows[p] for p in points if p in rows} for metric, rows in arm.values.items()}
    return CaseResults(
        label=arm.label, ids=arm.ids, labels=arm.labels, values=values, names={p: arm.names[p] for p in points}
    )


def paired(a: CaseResults | None, b: CaseResults, metric: str) -> Paired:
    """The metric of both arms at the cases that have a number in every trial. Raises NotComparable."""
    mine = _rows(b, metric)
    theirs = None if a is None else _rows(a, metric)
    if theirs is not None and all(point in theirs for point in mine):
        theirs = {point: theirs[point] for point in mine}
    same = theirs is None or theirs.keys() == mine.keys()
    right = grid([mine[point] for point in mine])
    left = None
    if a is not None and theirs is not None:
        first, second = next(iter(b.names.values())), next(iter(a.names.values()))
        order = _order(b.ids, a.ids, first, second)
        _require_like_labels(b.labels, a.labels, order, first, second)
        left = grid([theirs[point] for point in (mine if same else theirs)])
        left = left if order is None else left[:, order]
    whole = np.isfinite(right).all(axis=0) & (True if left is None else np.isfinite(left).all(axis=0))
    everything = Paired(
        metric=metric,
        ids=b.ids,
        labels=b.labels,
        a=left if left is None or same else left.mean(axis=0, keepdims=True),
        b=right if same else right.mean(axis=0, keepdims=True),
        same_seeds=same,
        total=len(b.ids),
    )
    return everything if whole.all() else everything.chosen(np.flatnonzero(whole).tolist())


def _rows(arm: CaseResults, metric: str) -> Mapping[Point, Sequence[float]]:
    found = arm.values.get(metric, {})
    lacking = tuple(name for point, name in arm.names.items() if point not in found)
    if lacking or not arm.names:
        raise NotComparable(Remark.of(Kind.CASES_WITHOUT_METRIC, metric=metric, trials=lacking))
    return found
