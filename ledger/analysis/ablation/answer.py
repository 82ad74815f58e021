"""All that an ablation has found: one value that the document, the picture and `--json` are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from ledger.analysis.ablation.design import Ablated, Design
from ledger.analysis.ablation.effects import Pairs, effects, worths
from ledger.model.frozen import frozen
from ledger.model.replicates import Point
from ledger.stats.contrast import Contrast, Contrasted, NoNoise, mean, paired
from ledger.stats.multiple import holm
from ledger.stats.shapley import Order
from ledger.stats.summary import Summary, summarise

ALPHA = 0.05
"""Up to here an effect is told from none, after the correction over all groups."""


class Label(StrEnum):
    """What a group does: the words of `--json`."""

    HELPS = "helps"
    HARMS = "harms"
    UNCLEAR = "~"


@frozen
class GroupEffect(Contrasted):
    """What a group adds to the metric. `title`: what else it is called, "" for nothing; `files` None where not known.

    `effect` is None where no replicate tells. `adjusted` is the two-sided p-value after Holm's correction over all
    groups.
    """

    name: str
    title: str
    files: int | None
    n: int
    effect: float | None
    adjusted: float | None
    label: Label


@frozen
class Ablation:
    """What each group of a path does to a metric.

    `sign` is 1 where a higher value is better, −1 where a lower one is. `drawn`: the Shapley values are over orders
    that were drawn, not all. `empty` is the declared value of training on nothing, None for the mean of the groups
    alone. `failed` and `missing` are trials, by their ids.
    """

    experiment: str
    metric: str
    sign: int
    path: str
    word: str
    design: Design
    drawn: bool
    empty: float | None
    whole: Summary
    groups: tuple[GroupEffect, ...]
    trainings: int
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@frozen
class KnownGroup:
    """What is known of a group beside its effect: what it is called, what else, and how many files it has."""

    name: str
    title: str = ""
    files: int | None = None


def group_effects(
    found: Ablated,
    values: Mapping[str, Mapping[Point, float]],
    orders: Mapping[Point, Sequence[Order]],
    *,
    sign: int,
    empty: float | None,
    about: Mapping[str, KnownGroup],
) -> tuple[GroupEffect, ...]:
    """The effects in the order of the plan. `values` are those of the metric by arm and replicate."""
    known = {group: about.get(group, KnownGroup(name=group)) for group in found.groups}
    pairs = effects(found, worths(found, values), orders, empty=empty)
    contrasts = {group: _contrast(each) for group, each in pairs.items()}
    tested = {group: one.p_two_sided() for group, one in contrasts.items() if one is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    return tuple(
        GroupEffect(
            name=known[group].name,
            title=known[group].title,
            files=known[group].files,
            n=len(pairs[group]),
            effect=mean([a - b for a, b in pairs[group].values()]) if pairs[group] else None,
            contrast=contrasts[group],
            adjusted=adjusted.get(group),
            label=_label(contrasts[group], adjusted.get(group), sign),
        )
        for group in found.groups
    )


def whole(found: Ablated, values: Mapping[str, Mapping[Point, float]]) -> Summary:
    """The metric with all groups."""
    full = frozenset(found.groups)
    return summarise(worth[full] for worth in worths(found, values).values() if full in worth)


def _contrast(pairs: Pairs) -> Contrast | None:
    try:
        return paired([a for a, _ in pairs.values()], [b for _, b in pairs.values()])
    except NoNoise:
        return None


def _label(contrast: Contrast | None, adjusted: float | None, sign: int) -> Label:
    if contrast is None or adjusted is None or adjusted > ALPHA:
        return Label.UNCLEAR
    return Label.HELPS if sign * contrast.estimate > 0 else Label.HARMS
