"""Which parameters does a metric depend on? By PED-ANOVA (`stats/ped_anova.py`) over what was tried.

It refuses to answer from few configurations, and calls nothing important that chance explains: p-values by permutation,
after Holm's correction over all parameters. It is about each parameter alone: what two do only together it may miss.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ledger.analysis.fields import finite
from ledger.errors import LedgerError
from ledger.model.directions import HIGHER
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.remarks import Kind, Remark
from ledger.model.typed_values import format_value
from ledger.stats.multiple import holm
from ledger.stats.ped_anova import Column, best, importances

FEWEST = 30
"""Of fewer configurations nothing is said."""

ALPHA = 0.05

# of what two parameters share, so much makes one look like the other
_TOGETHER = 0.5
# permutations for each parameter, so that Holm's correction can be passed
_FOR_EACH = 40
_ALWAYS = 999


@frozen
class Configuration:
    """One setting of the parameters, with the mean of the metric over its `n` trials that count."""

    params: Mapping[str, object]
    value: float
    n: int


@frozen
class Parameter:
    """What one parameter has to do with the metric.

    `share`: its part of the importance of all, with the 90% `interval`; `p_value` is by permutation, `adjusted` after
    Holm's correction. `values`: how many different ones were tried. `among_best`: where the best configurations lie, as
    the range of the middle 80% of them, or the values that they have more often than others do.
    """

    name: str
    values: int
    share: float
    interval: tuple[float, float]
    p_value: float
    adjusted: float
    among_best: str

    @property
    def important(self) -> bool:
        """Whether chance does not explain it."""
        return self.adjusted <= ALPHA


@frozen
class Importance:
    """The answer, the most important parameter first. `top`: the share of configurations that are called the best.

    `fixed`: the parameters that never varied.
    """

    metric: str
    better: str
    top: float
    configurations: int
    trials: int
    parameters: tuple[Parameter, ...]
    fixed: tuple[str, ...]
    notes: tuple[Remark, ...] = ()


def importance(
    configurations: Sequence[Configuration],
    metric: str,
    better: str,
    *,
    top: float = 0.25,
    notes: Sequence[Remark] = (),
    seed: int = 0,
) -> Importance:
    """Which parameters the metric depends on. Raises LedgerError where too few configurations are there to tell.

    `seed`: of the permutations and the resamples. The values are finite.
    """
    count = len(configurations)
    columns, fixed = _columns(configurations)
    if count < FEWEST:
        raise LedgerError(
            f"{count} configuration{'s have' if count != 1 else ' has'} {metric}, and importance takes {FEWEST}: of "
            "fewer nothing can be told from chance",
            hint='ledger new "what you expect" --vary lr=0.1,0.01 tries more; --where may have left some out',
        )
    values = [one.value for one in configurations]
    if not columns:
        raise LedgerError(
            f"no parameter varied among {count} configurations: {listed(fixed, 8)}",
            hint='ledger new "what you expect" --vary lr=0.1,0.01 tries several values',
        )
    if min(values) == max(values):
        raise LedgerError(f"{metric} is the same in all {count} configurations", hint="another metric may tell more")
    names = list(columns)
    found = importances(
        [columns[name].column for name in names],
        values,
        share=top,
        higher=better == HIGHER,
        permutations=max(_ALWAYS, _FOR_EACH * len(names)),
        seed=seed,
    )
    adjusted = holm([one.p_value for one in found])
    weights = best(np.asarray(values, np.float64), top, higher=better == HIGHER)
    parameters = [
        Parameter(
            name=name,
            values=len(columns[name].values),
            share=one.share,
            interval=one.interval,
            p_value=one.p_value,
            adjusted=corrected,
            among_best=_among(columns[name], weights),
        )
        for name, one, corrected in zip(names, found, adjusted, strict=True)
    ]
    parameters.sort(key=lambda one: (not one.important, -one.share, one.name))
    important = [one.name for one in parameters if one.important]
    return Importance(
        metric=metric,
        better=better,
        top=top,
        configurations=count,
        trials=sum(one.n for one in configurations),
        parameters=tuple(parameters),
        fixed=tuple(fixed),
        notes=(*notes, *_together(columns, important)),
    )


@frozen
class _Values:
    """A column with the different values that its levels stand for."""

    column: Column
    values: tuple[object, ...]


def _columns(configurations: Sequence[Configuration]) -> tuple[dict[str, _Values], list[str]]:
    """The parameters that varied, and the names of those that did not."""
    found, fixed = {}, []
    for name in dict.fromkeys(name for one in configurations for name in one.params):
        given = [one.params.get(name, _ABSENT) for one in configurations]
        present = [value for value in given if value is not _ABSENT]
        ordered = all(_is_number(value) for value in present)
        # 1, 1.0 and true are three values to DVC, but the first two lie at one place
        keys = [float(value) if ordered else (type(value).__name__, repr(value)) for value in present]  # type: ignore[arg-type]
        levels = {key: at for at, key in enumerate(sorted(set(keys), key=lambda k: k))}
        if len(levels) + (len(present) < len(given)) < 2:
            fixed.append(name)
            continue
        at = iter(levels[key] for key in keys)
        values: list[object] = [None] * len(levels)
        for key, value in zip(keys, present, strict=True):
            values[levels[key]] = value
        column = Column(levels=tuple(-1 if value is _ABSENT else next(at) for value in given), ordered=ordered)
        found[name] = _Values(column=column, values=tuple(values))
    return found, fixed


_ABSENT = object()


def _is_number(value: object) -> bool:
    return finite(value) is not None


def _among(values: _Values, weights: np.ndarray) -> str:
    """Where the best configurations lie: of numbers from the first to the last tenth, of choices what is commoner."""
    levels = np.asarray(values.column.levels)
    sums = np.bincount(levels[levels >= 0], weights[levels >= 0], minlength=len(values.values))
    if not sums.sum():
        return "without it"
    if values.column.ordered and len(values.values) > 2:
        passed = np.cumsum(sums) / sums.sum()
        low, high = (int(np.searchsorted(passed, at)) for at in (0.1, 0.9 - 1e-9))
        shown = [format_value(values.values[at]) for at in (low, high)]  # type: ignore[arg-type]
        return shown[0] if low == high else f"{shown[0]} to {shown[1]}"
    every = np.bincount(levels[levels >= 0], minlength=len(values.values))
    more = [at for at in np.argsort(-sums, kind="stable") if sums[at] / weights.sum() > every[at] / len(levels)]
    return listed([format_value(values.values[at]) for at in more], 3)


def _together(columns: Mapping[str, _Values], important: Sequence[str]) -> list[Remark]:
    """Parameters that were varied together with an important one: what one does may be the other's."""
    found = []
    for name in important:
        others = [
            other for other in columns if other != name and _association(columns[name], columns[other]) > _TOGETHER
        ]
        if others:
            found.append(Remark.of(Kind.VARIED_TOGETHER, name=name, others=tuple(others)))
    return found


def _association(a: _Values, b: _Values) -> float:
    """Cramér's V of two parameters, numbers in four parts of their ranks, without what chance adds (Bergsma 2013)."""
    x, y = (_parts(one) for one in (a, b))
    table = np.zeros((x.max() + 1, y.max() + 1))
    np.add.at(table, (x, y), 1)
    table = table[table.any(axis=1)][:, table.any(axis=0)]
    n, (rows, columns) = len(x), table.shape
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / n
    square = max(0.0, float(((table - expected) ** 2 / expected).sum()) / n - (rows - 1) * (columns - 1) / (n - 1))
    sizes = [size - (size - 1) ** 2 / (n - 1) for size in (rows, columns)]
    return math.sqrt(square / (min(sizes) - 1)) if min(sizes) > 1 else 0.0


def _parts(values: _Values) -> np.ndarray:
    levels = np.asarray(values.column.levels) + 1
    if not values.column.ordered or len(values.values) <= 4:
        return levels
    edges = np.quantile(levels, (0.25, 0.5, 0.75))
    return np.searchsorted(edges, levels)


def pooled(rows: Sequence[tuple[Mapping[str, object], float, int]]) -> list[Configuration]:
    """Configurations from arms with their means and numbers of trials: those with the same parameters are one."""
    found: dict[str, list[tuple[Mapping[str, object], float, int]]] = {}
    for params, value, n in rows:
        key = repr(sorted((name, type(v).__name__, repr(v)) for name, v in params.items()))
        found.setdefault(key, []).append((params, value, n))
    return [
        Configuration(
            params=same[0][0],
            value=math.fsum(value * n for _, value, n in same) / sum(n for _, _, n in same),
            n=sum(n for _, _, n in same),
        )
        for same in found.values()
    ]
