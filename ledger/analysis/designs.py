"""Which test the axes of the replicates ask for: folds share training data, trials within a split share its luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import SPLIT, Axis, Point, Replicates, Value
from ledger.stats import power
from ledger.stats.contrast import (
    FOLDS,
    OVER_SPLITS,
    RESHUFFLED,
    Contrast,
    NoNoise,
    mean,
    one_sample,
    over_folds,
    paired,
    welch,
)
from ledger.stats.power import PAIRS, SIDES, PowerDesign

# the contrast treatment - factor * baseline as a function of the factor
Family = Callable[[float], Contrast]


class OtherParts(ValueError):
    """The two sides do not have the same folds or splits, or vary different axes, and no test fits them: `remark`."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark)
        self.remark = remark


def compared(treatment: Mapping[Point, float], baseline: Mapping[Point, float] | None, parts: Axis | None) -> Family:
    """The comparison of two sides, or of one with a number. `parts`: the axis of folds or splits, if there is one.

    The folds that are there are taken for all of the cross-validation. Raises NoNoise where there is no estimate of
    the noise, here or when the family is called, and OtherParts.
    """
    if parts is None:
        return _independent(treatment, baseline)
    if parts.kind == SPLIT:
        return _over_splits(treatment, baseline, parts.name)
    return _over_folds(treatment, baseline, parts)


def rule(treatment: Mapping[Point, float], parts: Axis | None) -> Remark | None:
    """What was done with several axes; None where every replicate stands for itself."""
    if parts is None:
        return None
    cells = [parts.name] if parts.reshuffled_by is None else [parts.name, parts.reshuffled_by]
    others = tuple(dict.fromkeys(axis for point in treatment for axis, _ in point if axis not in cells))
    if parts.reshuffled_by is None:
        return Remark.of(Kind.AVERAGED, axes=others, part=parts.kind) if others else None
    folds, times = (len({dict(point).get(cell) for point in treatment}) for cell in cells)
    by = parts.reshuffled_by
    return Remark.of(Kind.RESHUFFLED, axis=parts.name, folds=folds, times=times, by=by, axes=others, part=parts.kind)


def _independent(treatment: Mapping[Point, float], baseline: Mapping[Point, float] | None) -> Family:
    mine = list(treatment.values())
    if baseline is None:
        return lambda _: one_sample(mine)
    if treatment.keys() == baseline.keys():
        partners = [baseline[point] for point in treatment]
        return lambda factor: paired(mine, partners, factor=factor)
    _require_like_axes(treatment, baseline)
    others = list(baseline.values())
    return lambda factor: welch(mine, others, factor=factor)


def _require_like_axes(treatment: Mapping[Point, float], baseline: Mapping[Point, float]) -> None:
    """No test fits seeds against folds, whatever is declared of them: each side's noise is of another kind."""
    mine, theirs = ({axis for point in side for axis, _ in point} for side in (treatment, baseline))
    if treatment and baseline and mine != theirs:
        axes = {"treatment": tuple(sorted(mine)), "baseline": tuple(sorted(theirs))}
        raise OtherParts(Remark.of(Kind.OTHER_AXES, **axes))


def _over_splits(treatment: Mapping[Point, float], baseline: Mapping[Point, float] | None, name: str) -> Family:
    """The means of the splits, which are independent: what varies within a split shares its luck."""
    mine = _means(treatment, (name,))
    theirs = None if baseline is None else _means(baseline, (name,))
    if any(None in key for side in (mine, theirs or {}) for key in side):
        raise OtherParts(Remark.of(Kind.NO_SPLITS, axis=name))
    if len(mine) < 2 or (theirs is not None and len(theirs) < 2):
        raise NoNoise(Kind.ONE_SPLIT)
    family = _independent(_as_points(mine), None if theirs is None else _as_points(theirs))

    def over_splits(factor: float) -> Contrast:
        found = family(factor)
        return replace(found, test=found.test + OVER_SPLITS)

    return over_splits


def _over_folds(treatment: Mapping[Point, float], baseline: Mapping[Point, float] | None, parts: Axis) -> Family:
    """Fold by fold, whatever else varies within the folds averaged first; new partitions make new folds."""
    cell = (parts.name,) if parts.reshuffled_by is None else (parts.name, parts.reshuffled_by)
    mine = _means(treatment, cell)
    theirs = None if baseline is None else _means(baseline, cell)
    if any(None in key for key in mine) or (theirs is not None and mine.keys() != theirs.keys()):
        raise OtherParts(Remark.of(Kind.OTHER_FOLDS))
    folds = len({key[0] for key in mine})
    if folds < 2:
        raise NoNoise(Kind.ONE_FOLD)
    if len(mine) != folds * len({key[1:] for key in mine}):
        raise OtherParts(Remark.of(Kind.PARTIAL_PARTITION))
    partners = None if theirs is None else [theirs[key] for key in mine]
    share, test = 1 / (folds - 1), FOLDS if parts.reshuffled_by is None else RESHUFFLED
    return lambda factor: over_folds(list(mine.values()), partners, test_share=share, factor=factor, test=test)


def _means(values: Mapping[Point, float], cell: tuple[str, ...]) -> dict[tuple[Value | None, ...], float]:
    """The mean for each value of the axes in `cell`; what lacks an axis has None in its place."""
    grouped: dict[tuple[Value | None, ...], list[float]] = {}
    for point, value in values.items():
        held = dict(point)
        grouped.setdefault(tuple(held.get(axis) for axis in cell), []).append(value)
    return {key: mean(inside) for key, inside in grouped.items()}


def _as_points(means: Mapping[tuple[Value | None, ...], float]) -> dict[Point, float]:
    return {tuple(("", value) for value in key if value is not None): found for key, found in means.items()}


def design_of(found: Contrast, parts: Axis | None) -> PowerDesign:
    """How the certainty of such a contrast grows with the number of replicates, folds, partitions or splits."""
    if found.test == RESHUFFLED:
        assert parts is not None
        return PowerDesign(folds=len(parts.values))
    if found.test == FOLDS:
        return power.FOLDS
    return SIDES if found.n_baseline is not None and not found.paired else PAIRS


def planned(replicates: Replicates) -> tuple[PowerDesign, int]:
    """How certainty grows with what such replicates count, and how many of that they are."""
    parts = replicates.parts_axis
    if parts is None:
        return PAIRS, len(replicates)
    if parts.kind == SPLIT:
        return PAIRS, len(parts.values)
    times = next((len(axis.values) for axis in replicates.axes if axis.name == parts.reshuffled_by), None)
    if times is None or len(parts.values) < 2:
        return power.FOLDS, len(parts.values)
    return PowerDesign(folds=len(parts.values)), times


def units(parts: Axis | None) -> tuple[str, str]:
    """What a contrast counts, and what more of would tell more: `replicates`, `folds`, `splits`, `partitions`."""
    if parts is None:
        return "replicates", "replicates"
    counted = f"{parts.kind}s"
    return counted, counted if parts.reshuffled_by is None else f"partitions into {len(parts.values)} folds"
