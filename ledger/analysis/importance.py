"""Which parameters does a metric depend on? By PED-ANOVA (`stats/ped_anova.py`) over what was tried.

It refuses to answer from few configurations, and calls nothing important that chance explains: p-values by permutation,
after Holm's correction over all parameters. It is about each parameter alone: what two do only together it may miss.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ledger.analysis.fields import finite
from ledger.analysis.tuning.told import bad as worst_of
from ledger.errors import LedgerError
from ledger.model.directions import HIGHER
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.remarks import Kind, Remark
from ledger.model.typed_values import format_value
from ledger.stats.multiple import holm
from ledger.stats.ped_anova import Levels, best, importances

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
    """One setting of the parameters, with the mean of the metric over its `n` trials that count.

    `failed`: how many replicates gave no finite value. Where none did, `value` is None.
    """

    params: Mapping[str, object]
    value: float | None
    n: int
    failed: int = 0


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

    `failed`: how many of the configurations failed or lack the metric, and count as bad. `fixed`: the parameters that
    never varied.
    """

    metric: str
    better: str
    top: float
    configurations: int
    trials: int
    parameters: tuple[Parameter, ...]
    fixed: tuple[str, ...]
    failed: int = 0
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

    What failed counts as bad, as it does for what is tried next (`analysis/tuning`): a parameter whose values make
    trials fail decides whether the metric is good. `seed`: of the permutations and the resamples.
    """
    measured = [one for one in configurations if one.value is not None]
    count, failed = len(measured), len(configurations) - len(measured)
    columns, fixed = _columns(configurations)
    if count < FEWEST:
        raise LedgerError(
            f"{count} configuration{'s have' if count != 1 else ' has'} {metric}, and importance needs {FEWEST}: with "
            "fewer, nothing is distinguishable from chance",
            hint='ledger new "what you expect" --vary lr=0.1,0.01 tries more; --where may have left some out',
        )
    if not columns:
        raise LedgerError(
            f"no parameter varied among {len(configurations)} configurations: {listed(fixed, 8)}",
            hint='ledger new "what you expect" --vary lr=0.1,0.01 tries several values',
        )
    if count < top * len(configurations):
        raise LedgerError(
            f"{failed} of {len(configurations)} configurations failed or lack {metric}: too many for a best {top:.0%}",
            hint=f"--top {math.floor(100 * count / len(configurations) / 2) or 1}%",
        )
    values = _values(configurations, better)
    if not failed and min(values) == max(values):
        raise LedgerError(f"{metric} is the same in all {count} configurations", hint="try another metric")
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
        configurations=len(configurations),
        trials=sum(one.n + one.failed for one in configurations),
        parameters=tuple(parameters),
        fixed=tuple(fixed),
        failed=failed,
        notes=(*_bad(configurations, metric), *notes, *_together(columns, important)),
    )


def _values(configurations: Sequence[Configuration], better: str) -> list[float]:
    """The mean of each configuration, its failed trials counted as bad."""
    if not any(one.failed for one in configurations):
        return [one.value for one in configurations if one.value is not None]
    sign = -1.0 if better == HIGHER else 1.0
    worst = worst_of([sign * one.value for one in configurations if one.value is not None])
    means = [
        worst if one.value is None else (sign * one.value * one.n + worst * one.failed) / (one.n + one.failed)
        for one in configurations
    ]
    return [sign * min(mean, worst) for mean in means]


def _bad(configurations: Sequence[Configuration], metric: str) -> list[Remark]:
    """What counts as bad: whole configurations, and trials of those that have a value."""
    whole = sum(one.value is None for one in configurations)
    parts = sum(one.failed for one in configurations if one.value is not None)
    found = [Remark.of(Kind.COUNTED_AS_BAD, configurations=whole, metric=metric)] if whole else []
    return [*found, *([Remark.of(Kind.TRIALS_AS_BAD, trials=parts, metric=metric)] if parts else [])]


@frozen
class _Values:
    """A column with the different values that its levels stand for."""

    column: Levels
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
        column = Levels(levels=tuple(-1 if value is _ABSENT else next(at) for value in given), ordered=ordered)
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


Arm = tuple[Mapping[str, object], float | None, int, int]


def pooled(rows: Sequence[Arm]) -> list[Configuration]:
    """Configurations from arms with their means, numbers of trials and of those that failed: those with the same
    parameters are one.
    """
    found: dict[str, list[Arm]] = {}
    for row in rows:
        params = row[0]
        key = repr(sorted((name, type(v).__name__, repr(v)) for name, v in params.items()))
        found.setdefault(key, []).append(row)
    return [_pooled(same) for same in found.values()]


def _pooled(same: Sequence[Arm]) -> Configuration:
    values = [(value, n) for _, value, n, _ in same if value is not None]
    count = sum(n for _, n in values)
    return Configuration(
        params=same[0][0],
        value=math.fsum(value * n for value, n in values) / count if count else None,
        n=count,
        failed=sum(failed for *_, failed in same),
    )
