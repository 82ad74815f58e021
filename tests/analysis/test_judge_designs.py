"""Verdicts on values alone: folds, reshuffled folds and splits."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from judged import FOLDS, GOOD, HIGH, LOW, arm, folded, one
from pytest import approx
from scipy import stats

from ledger.analysis.arms import ArmValues
from ledger.model.replicates import Point
from ledger.report.remarks import sentences
from ledger.stats.contrast import one_sample, over_folds, paired

# --- folds

SEEDED = {"fold": [0, 1, 2, 3, 4], "seed": [0, 1], "kind": "fold"}


def test_folds_overlap_in_training() -> None:
    judged = one(GOOD, folded("treatment", HIGH), folded("baseline", LOW), axes=FOLDS)
    contrast = over_folds(HIGH, LOW, test_share=1 / 4)
    assert (judged.test, judged.n, judged.n_baseline) == ("corrected resampled t", 5, 5)
    assert judged.p_value == approx(contrast.p_above(0))
    assert judged.interval == approx(contrast.interval(0.9))
    assert one(GOOD, HIGH, LOW).p_value < judged.p_value  # type: ignore[operator]


def test_seeds_within_a_fold_are_averaged_first() -> None:
    sides = [folded(n, v, seeds=(0, 1), spread=0.05) for n, v in (("treatment", HIGH), ("baseline", LOW))]
    judged = one(GOOD, sides[0], sides[1], axes=SEEDED)
    alone = one(GOOD, folded("treatment", HIGH), folded("baseline", LOW), axes=FOLDS)
    assert (judged.n, judged.test) == (5, "corrected resampled t")
    assert judged.p_value == approx(alone.p_value)


def test_other_seeds_within_the_same_folds_are_still_paired_by_fold() -> None:
    judged = one(
        GOOD,
        folded("treatment", HIGH, seeds=(0, 1)),
        folded("baseline", LOW, seeds=(5, 6, 7), spread=0.01),
        axes=SEEDED,
    )
    assert (judged.test, judged.n) == ("corrected resampled t", 5)


def test_folds_against_a_number() -> None:
    judged = one("m >= 0.7", folded("treatment", HIGH, seeds=(0, 1), spread=0.05), None, axes=SEEDED)
    assert (judged.test, judged.n, judged.n_baseline) == ("corrected resampled t", 5, None)
    assert judged.p_value == approx(over_folds(HIGH, None, test_share=1 / 4).p_above(0.7))


def test_a_relative_margin_over_folds() -> None:
    judged = one("m >= baseline + 1%", folded("treatment", HIGH), folded("baseline", LOW), axes=FOLDS)
    assert judged.p_value == approx(over_folds(HIGH, LOW, test_share=1 / 4, factor=1.01).p_above(0))


@pytest.mark.parametrize("baseline", [arm("baseline", LOW), folded("baseline", LOW[:4])], ids=["seeds", "four folds"])
def test_folds_that_are_not_the_same(baseline: ArmValues) -> None:
    judged = one(GOOD, folded("treatment", HIGH), baseline, axes=FOLDS)
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks) == ("the two sides have different folds, and no test fits unpaired folds",)


def test_one_fold() -> None:
    axes = {"fold": [0], "seed": [0, 1], "kind": "fold"}
    sides = [folded(n, v, seeds=(0, 1), spread=0.1) for n, v in (("treatment", HIGH[:1]), ("baseline", LOW[:1]))]
    judged = one(GOOD, sides[0], sides[1], axes=axes)
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks) == ("no estimate of the noise: one fold gives none",)


# --- reshuffled folds and splits

RESHUFFLED = {"fold": [0, 1, 2], "seed": [0, 1], "kind": "fold", "reshuffled_by": "seed"}
SPLITS = {"split": [0, 1, 2], "seed": [0, 1], "kind": "split"}


def gridded(label: str, values: Sequence[float], axis: str = "fold", seeds: Sequence[int] = (0, 1)) -> ArmValues:
    """A side with a value for each of (0, first seed), (0, second seed), (1, first seed) …."""
    points: list[Point] = [((axis, i // len(seeds)), ("seed", seeds[i % len(seeds)])) for i in range(len(values))]
    known = dict(zip(points, values, strict=True))
    return ArmValues(label=label, declared=tuple(known), metrics={"m": known}, evaluation={})


SIX = (0.71, 0.74, 0.69, 0.75, 0.72, 0.77)
OTHER = (0.69, 0.71, 0.68, 0.70, 0.71, 0.71)


@pytest.mark.parametrize("text", [GOOD, "m >= baseline + 2%", "m within 0.02 of baseline"])
def test_reshuffled_folds_all_count(text: str) -> None:
    judged = one(text, gridded("treatment", SIX), gridded("baseline", OTHER), axes=RESHUFFLED)
    contrast = over_folds(SIX, OTHER, test_share=1 / 2)
    assert judged.test == "corrected resampled t, reshuffled folds"
    assert judged.n == 6
    assert judged.interval == approx(contrast.interval(0.9))
    differences = [a - b for a, b in zip(SIX, OTHER, strict=True)]
    # variance s² (1/(kr) + 1/(k-1)), kr - 1 degrees of freedom
    half = stats.t.ppf(0.95, 5) * np.std(differences, ddof=1) * math.sqrt(1 / 6 + 1 / 2)
    assert judged.interval == approx((np.mean(differences) - half, np.mean(differences) + half))
    assert "fold makes 3 folds, reshuffled 2 times by seed: every fold of every partition counts" in sentences(
        judged.remarks
    )
    if "%" in text:
        assert judged.p_value == approx(over_folds(SIX, OTHER, test_share=1 / 2, factor=1.02).p_above(0))


def test_other_partitions_are_not_paired() -> None:
    judged = one(GOOD, gridded("treatment", SIX), gridded("baseline", OTHER, seeds=(5, 6)), axes=RESHUFFLED)
    assert sentences(judged.remarks) == ("the two sides have different folds, and no test fits unpaired folds",)


@pytest.mark.parametrize("text", [GOOD, "m >= baseline + 2%", "m within 0.02 of baseline", "m >= 0.7"])
def test_splits_are_averaged_before_they_are_compared(text: str) -> None:
    number = text == "m >= 0.7"
    sides = gridded("treatment", SIX, "split"), None if number else gridded("baseline", OTHER, "split")
    judged = one(text, *sides, axes=SPLITS)
    mine, theirs = ([(v[i] + v[i + 1]) / 2 for i in (0, 2, 4)] for v in (SIX, OTHER))
    contrast = one_sample(mine) if number else paired(mine, theirs)
    assert judged.test == f"{contrast.test} over splits"
    assert judged.n == 3
    assert judged.interval == approx(contrast.interval(0.9))
    assert "seed averaged within each split" in sentences(judged.remarks)
    if "%" in text:
        assert judged.p_value == approx(paired(mine, theirs, factor=1.02).p_above(0))


def test_other_splits_are_compared_by_welch() -> None:
    moved: dict[Point, float] = {(("split", 3 + i // 2), ("seed", i % 2)): value for i, value in enumerate(OTHER)}
    other = ArmValues(label="baseline", declared=tuple(moved), metrics={"m": moved}, evaluation={})
    judged = one(GOOD, gridded("treatment", SIX, "split"), other, axes=SPLITS)
    assert (judged.test, judged.n, judged.n_baseline) == ("Welch's t over splits", 3, 3)
    seeds = one(GOOD, gridded("treatment", SIX, "split"), arm("baseline", LOW), axes=SPLITS)
    assert seeds.outcome == "inconclusive"
    assert sentences(seeds.remarks)[0].startswith("one side has no splits")


def test_an_axis_that_sounds_like_folds_is_not_taken_for_independent_in_silence() -> None:
    axes = {key: value for key, value in FOLDS.items() if key != "kind"}
    judged = one(GOOD, folded("treatment", HIGH), folded("baseline", LOW), axes=axes)
    assert judged.test == "paired t"
    assert any(remark.startswith("fold sounds like parts of one data set") for remark in sentences(judged.remarks))
    clear = one(GOOD, folded("treatment", HIGH), folded("baseline", LOW), axes={**axes, "kind": {"fold": "seed"}})
    assert not any("sounds like" in remark for remark in sentences(clear.remarks))
