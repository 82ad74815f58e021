"""Is an addition bad, or only different? By what becomes of the groups of the evaluation, its own and the others."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from ledger.analysis.bisection.ends import MetricDifference, Values, change
from ledger.analysis.case_results import CaseResults
from ledger.model.frozen import frozen
from ledger.model.replicates import Point
from ledger.stats.contrast import mean
from ledger.stats.multiple import holm

_ALPHA = 0.05


class Nature(StrEnum):
    """What an addition is, as far as the groups tell: the words of `--json`."""

    BAD = "bad"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


class Effect(StrEnum):
    """What becomes of one group: the words of `--json`."""

    HELPED = "helped"
    HARMED = "harmed"
    UNCLEAR = "~"


@frozen
class GroupChange:
    """What becomes of a group of the evaluation; `own`: the addition's files are of this group.

    `adjusted` is the two-sided p-value after Holm's correction over all groups; None without an estimate of the noise.
    """

    group: str
    own: bool
    change: MetricDifference
    adjusted: float | None
    effect: Effect


@frozen
class Judgement:
    """What an addition is, and the groups by which it is judged."""

    nature: Nature
    groups: tuple[GroupChange, ...]


def groups_of(metric: str, names: Iterable[str]) -> dict[str, str]:
    """The metrics that are `metric` in one group, by the group: `dice.site-a`, or `site-a.dice`, for `dice`."""
    found = {}
    for name in names:
        if name.startswith(f"{metric}."):
            found[name.removeprefix(f"{metric}.")] = name
        elif name.endswith(f".{metric}"):
            found[name.removesuffix(f".{metric}")] = name
    return found


def of_cases(results: CaseResults, metric: str) -> dict[Point, dict[str, float]]:
    """The mean of a metric over the cases of each group, by replicate: groups are the values of the cases' columns.

    A value that two columns have is written with its column; cases without a number count nowhere.
    """
    columns = {column: dict.fromkeys(values) for column, values in results.labels.items()}
    often = Counter(value for values in columns.values() for value in values)
    found: dict[Point, dict[str, float]] = {}
    for point, values in results.values.get(metric, {}).items():
        found[point] = {}
        for column, groups in columns.items():
            for group in groups:
                labels = zip(results.labels[column], values, strict=True)
                own = [value for label, value in labels if label == group and math.isfinite(value)]
                if own:
                    found[point][group if often[group] == 1 else f"{column}={group}"] = mean(own)
    return found


def own_groups(groups: Iterable[str], files: Sequence[str]) -> frozenset[str]:
    """The one group that all files of an addition are of, by a folder of that name; none where that is unclear."""

    def of(group: str) -> bool:
        names = {group, re.split(r"[./=]", group)[-1]}
        return all(names.intersection(path.split("/")[:-1]) for path in files)

    own = {group for group in groups if files and of(group)}
    return frozenset(own) if len(own) == 1 else frozenset()


def judge(
    before: Mapping[Point, Mapping[str, float]],
    after: Mapping[Point, Mapping[str, float]],
    *,
    groups: Mapping[str, str],
    own: frozenset[str],
    sign: int,
) -> Judgement | None:
    """Bad where its own group and others are harmed, different where its own is helped and others are harmed.

    `before` and `after` are the metrics of the trials by replicate, `groups` the metric of each group; `sign` is 1
    where a lower value is worse. None where no group has values on both sides.
    """
    changes: dict[str, MetricDifference] = {}
    for group, name in groups.items():
        found = change(_values(before, name), _values(after, name))
        if found is not None:
            changes[group] = found
    if not changes:
        return None
    p_values = {group: each.p_value for group, each in changes.items() if each.p_value is not None}
    adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    judged = tuple(
        GroupChange(
            group=group,
            own=group in own,
            change=each,
            adjusted=adjusted.get(group),
            effect=_effect(each, adjusted.get(group), sign),
        )
        for group, each in changes.items()
    )
    return Judgement(nature=_nature(judged), groups=judged)


def _effect(found: MetricDifference, adjusted: float | None, sign: int) -> Effect:
    if adjusted is None or adjusted > _ALPHA:
        return Effect.UNCLEAR
    return Effect.HELPED if sign * found.difference > 0 else Effect.HARMED


def _nature(groups: Sequence[GroupChange]) -> Nature:
    own = {each.effect for each in groups if each.own}
    others = {each.effect for each in groups if not each.own}
    if Effect.HARMED not in others or Effect.HELPED in others:
        return Nature.UNDECIDED
    if own == {Effect.HARMED}:
        return Nature.BAD
    return Nature.DIFFERENT if own == {Effect.HELPED} else Nature.UNDECIDED


def _values(trials: Mapping[Point, Mapping[str, float]], name: str) -> Values:
    return {point: metrics[name] for point, metrics in trials.items() if math.isfinite(metrics.get(name, math.nan))}
