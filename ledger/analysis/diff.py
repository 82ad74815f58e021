"""What differs between two sides, what came of it, and what cannot be told apart?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ledger.analysis.designs import OtherParts, compared
from ledger.model.environment import Environment, difference
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.parameters import Value, identical, in_same_terms, renamed
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Axis, Point
from ledger.stats.contrast import Contrast, NoNoise
from ledger.stats.summary import Summary, summarise

# of the intervals that are shown: one-sided bounds at 5%
CONFIDENCE = 0.9


@frozen
class Side:
    """One side of a comparison: an arm with its trials, one trial, or a revision.

    `metrics` holds the values by replicate; `environments` every distinct one; `warnings` what is doubtful about
    the side itself. `axes` are the parameters that replicates vary, which are no difference; `parts` is the one of them
    whose values are folds or splits. `parameter_files` and
    `metric_files` say which file holds each of them, as far as is known.
    """

    label: str
    params: Mapping[str, Value]
    data: Mapping[str, Pinned]
    code: str | None
    environments: tuple[Environment, ...]
    metrics: Mapping[str, Mapping[Point, float]]
    axes: frozenset[str] = frozenset()
    parts: Axis | None = None
    warnings: tuple[Remark, ...] = ()
    parameter_files: Mapping[str, str] = field(default_factory=dict)
    metric_files: Mapping[str, str] = field(default_factory=dict)


@frozen
class ValueChange:
    """Something that has one value on each side; None where a side lacks it."""

    name: str
    a: Any
    b: Any


@frozen
class DataChange:
    """A tracked input that differs; for directories whose listings are known, how many files do."""

    path: str
    a: Pinned | None
    b: Pinned | None
    added: int | None = None
    removed: int | None = None
    changed: int | None = None


@frozen
class CodeChange:
    """A file that differs. `change`: added, removed, renamed (from `old_path`) or changed; lines that came and went.

    `ignored`: no stage depends on it, and `ignore` in `ledger.yaml` says that it changes nothing: no difference can be
    attributed to it.
    """

    path: str
    change: str
    lines_added: int
    lines_removed: int
    patch: str
    old_path: str | None = None
    ignored: bool = False


@frozen
class MetricChange:
    """A metric on both sides. `difference` is b - a of the means, None where a side has no value.

    `contrast` is the same with its uncertainty, None where the replicates give no estimate of the noise.
    """

    name: str
    a: Summary
    b: Summary
    difference: float | None
    contrast: Contrast | None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 90% interval of the difference."""
        return None if self.contrast is None else self.contrast.interval(CONFIDENCE)

    @property
    def seen(self) -> bool:
        """Whether there is a difference to be seen: the interval does not hold zero, or there is no noise known."""
        if self.interval is None:
            return self.difference != 0
        low, high = self.interval
        return not low <= 0 <= high


@frozen
class Diff:
    """The whole comparison of a with b. `confounded`: the warnings that more than one thing differs."""

    a: str
    b: str
    params: tuple[ValueChange, ...]
    data: tuple[DataChange, ...]
    code: tuple[CodeChange, ...]
    environment: tuple[ValueChange, ...]
    metrics: tuple[MetricChange, ...]
    warnings: tuple[Remark, ...] = ()
    confounded: tuple[Remark, ...] = ()


def diff(
    a: Side,
    b: Side,
    *,
    code: Sequence[CodeChange],
    listings: Mapping[str, Mapping[str, str]],
) -> Diff:
    """The comparison of two sides. `code` are the files that differ; `listings` directories by md5: path to md5."""
    a, b = _in_same_terms(a, b)
    axes = a.axes | b.axes
    params = [
        ValueChange(name=name, a=a.params.get(name), b=b.params.get(name))
        for name in _ordered(a.params, b.params)
        if name not in axes and not identical(a.params.get(name, _ABSENT), b.params.get(name, _ABSENT))
    ]
    data = [
        _data_change(path, a.data.get(path), b.data.get(path), listings)
        for path in _ordered(a.data, b.data)
        if _md5(a.data.get(path)) != _md5(b.data.get(path))
    ]
    environment = [ValueChange(name=n, a=x, b=y) for n, x, y in _environment(a.environments, b.environments)]
    metrics = [
        metric_change(name, a.metrics.get(name, {}), b.metrics.get(name, {}), parts=a.parts or b.parts)
        for name in _ordered(a.metrics, b.metrics)
    ]
    kinds = {
        "parameters": len(params),
        "data": len(data),
        "code": sum(not change.ignored for change in code),
        "environment": len(environment),
    }
    confounded = tuple(_attribution(kinds, params))
    return Diff(
        a=a.label,
        b=b.label,
        params=tuple(params),
        data=tuple(data),
        code=tuple(code),
        environment=tuple(environment),
        metrics=tuple(metrics),
        warnings=(
            *a.warnings,
            *b.warnings,
            *confounded,
            *_replication(a, b),
            *_untested(a, b),
            *_left_out(metrics, a, b),
        ),
        confounded=confounded,
    )


def _in_same_terms(a: Side, b: Side) -> tuple[Side, Side]:
    """Both sides with one name for what one of them calls `key` and the other `file:key`."""
    params = in_same_terms(a.parameter_files, b.parameter_files)
    metrics = in_same_terms(a.metric_files, b.metric_files)
    first, second = (
        replace(
            side,
            params=renamed(side.params, params[at]),
            metrics=renamed(side.metrics, metrics[at]),
            axes=frozenset(params[at].get(name, name) for name in side.axes),
        )
        for at, side in enumerate((a, b))
    )
    return first, second


def _left_out(metrics: Sequence[MetricChange], a: Side, b: Side) -> list[Remark]:
    """Which values are no numbers, and so count for nothing in the means."""
    found = []
    for change in metrics:
        for side, summary in ((a, change.a), (b, change.b)):
            if summary.left_out:
                total = summary.n + summary.left_out
                found.append(
                    Remark.of(
                        Kind.VALUES_LEFT_OUT, metric=change.name, count=summary.left_out, total=total, side=side.label
                    )
                )
    return found


def _untested(a: Side, b: Side) -> list[Remark]:
    """Why the differences of two replicated sides have no interval: no test fits what they vary. Said once."""
    found = []
    for name in a.metrics.keys() & b.metrics.keys():
        if min(len(a.metrics[name]), len(b.metrics[name])) < 2:
            continue
        try:
            compared(b.metrics[name], a.metrics[name], a.parts or b.parts)
        except OtherParts as reason:
            why = reason.remark
            found.append(Remark(kind=Kind.NO_INTERVAL, facts=(("why", why.kind), *why.facts)))
        except NoNoise:
            continue
    return list(dict.fromkeys(found))


_ABSENT = object()


def _ordered(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*a, *b]))


def _md5(pin: Pinned | None) -> str | None:
    return None if pin is None else pin.md5


def _data_change(
    path: str, a: Pinned | None, b: Pinned | None, listings: Mapping[str, Mapping[str, str]]
) -> DataChange:
    before, after = listings.get(_md5(a) or ""), listings.get(_md5(b) or "")
    if before is None or after is None:
        return DataChange(path=path, a=a, b=b)
    return DataChange(
        path=path,
        a=a,
        b=b,
        added=len(after.keys() - before.keys()),
        removed=len(before.keys() - after.keys()),
        changed=sum(before[name] != after[name] for name in before.keys() & after.keys()),
    )


def _environment(a: Sequence[Environment], b: Sequence[Environment]) -> list[tuple[str, str | None, str | None]]:
    """What differs between the latest environments of both sides; nothing where one of them is shared by both."""
    if not a or not b or set(map(_key, a)) & set(map(_key, b)):
        return []
    return difference(a[-1], b[-1])


def _key(environment: Environment) -> str:
    return repr(environment)


def metric_change(
    name: str, a: Mapping[Point, float], b: Mapping[Point, float], *, parts: Axis | None = None
) -> MetricChange:
    """A metric's values by replicate on both sides: paired where the replicates are the same, else Welch's test.

    Of the same replicates those count that have a number on both sides: one that diverged takes its pair with it. With
    `parts`, the axis of folds or splits, by their rule; folds that differ are not tested.
    """
    left, right = summarise(a.values()), summarise(b.values())
    if a.keys() == b.keys():
        whole = [point for point in a if math.isfinite(a[point]) and math.isfinite(b[point])]
        a, b = {point: a[point] for point in whole}, {point: b[point] for point in whole}
    before, after = summarise(a.values()).mean, summarise(b.values()).mean
    return MetricChange(
        name=name,
        a=left,
        b=right,
        difference=None if before is None or after is None else after - before,
        contrast=_contrast(a, b, parts),
    )


def _contrast(a: Mapping[Point, float], b: Mapping[Point, float], parts: Axis | None) -> Contrast | None:
    before = {point: value for point, value in a.items() if math.isfinite(value)}
    after = {point: value for point, value in b.items() if math.isfinite(value)}
    try:
        return compared(after, before, parts)(1.0)
    except (NoNoise, OtherParts):
        return None


def _attribution(kinds: Mapping[str, int], params: Sequence[ValueChange]) -> list[Remark]:
    changed = tuple(kind for kind, count in kinds.items() if count)
    if len(changed) > 1:
        return [Remark.of(Kind.THINGS_DIFFER, things=changed)]
    if len(params) > 1:
        return [Remark.of(Kind.PARAMETERS_DIFFER, parameters=tuple(change.name for change in params))]
    return []


def _replication(a: Side, b: Side) -> list[Remark]:
    warnings = []
    counts = {side.label: max((len(values) for values in side.metrics.values()), default=0) for side in (a, b)}
    for label, count in counts.items():
        if count == 0:
            warnings.append(Remark.of(Kind.NO_METRICS, side=label))
        elif count == 1:
            warnings.append(Remark.of(Kind.SINGLE, side=label))
    return warnings
