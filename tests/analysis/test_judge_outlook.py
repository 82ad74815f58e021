"""Verdicts on values alone: what could have been seen, and how often a verdict is wrong."""

from __future__ import annotations

import math
import random

import pytest
from judged import BAD, FOLDS, G1, G2, GOOD, HIGH, LOW, arm, folded, one
from pytest import approx

from ledger.report.remarks import sentences
from ledger.stats.contrast import one_sample, over_folds, paired
from ledger.stats.power import replicates_needed

# --- what could have been seen


def test_what_so_many_replicates_could_have_told() -> None:
    judged = one("m >= baseline + 1", G2, G1)
    # 0.8528 standard deviations of the differences, which are 1.23
    told = "distinguish a true difference from the margin if they are 1.05 or more apart (power 0.8)"
    assert sentences(judged.remarks) == (
        f"10 replicates as noisy as these {told}",
        "if the observed difference is the true one, about 30 replicates would support the prediction (power 0.8)",
    )
    assert replicates_needed(0.58 / paired(G2, G1).sd, alpha=0.05) == approx(29.2, abs=0.1)


def test_on_the_far_side_of_the_margin() -> None:
    judged = one("m >= baseline + 2", G2, G1)
    assert "would refute the prediction" in sentences(judged.remarks)[1]
    judged = one("m <= baseline + 2", G2, G1)
    assert "would support the prediction" in sentences(judged.remarks)[1]


def test_unpaired_it_is_so_many_a_side() -> None:
    judged = one(GOOD, arm("treatment", G2, first=20), G1, alpha=0.01)
    assert judged.outcome == "inconclusive"
    assert " from the margin if they are 2.92 or more apart" in sentences(judged.remarks)[0]
    assert "replicates per side would support the prediction" in sentences(judged.remarks)[1]


def test_against_a_number_it_is_about_the_mean() -> None:
    judged = one("m >= 2", G2, None)
    assert sentences(judged.remarks)[0].startswith(
        "10 replicates as noisy as these distinguish a true mean from the threshold if "
    )
    assert sentences(judged.remarks)[1].startswith("if the observed mean is the true one, about ")


def test_over_folds_it_is_so_many_folds() -> None:
    noisy = (0.72, 0.80, 0.66, 0.74, 0.70)
    judged = one(GOOD, folded("treatment", noisy), folded("baseline", LOW), axes=FOLDS)
    contrast = over_folds(noisy, LOW, test_share=1 / 4)
    # 1.359 standard deviations for 5 pairs, more for what the folds share
    wider = 1.3594179588549469 * math.sqrt(5) * contrast.error
    assert f"if they are {wider:.3g} or more apart" in sentences(judged.remarks)[0]
    assert " folds would support the prediction" in sentences(judged.remarks)[1]


def test_equivalence_needs_a_margin_that_the_noise_leaves_room_for() -> None:
    judged = one("m within 2 of baseline", G2, G1)
    assert sentences(judged.remarks)[0] == "the difference is distinguishable from zero"
    assert sentences(judged.remarks)[1] == (
        "10 replicates as noisy as these can establish equivalence only for margins of 1.24 or more (power 0.8)"
    )
    assert "would support the prediction" in sentences(judged.remarks)[2]
    outside = one("m within 1 of baseline", G2, G1)
    assert "would refute the prediction" in sentences(outside.remarks)[2]


def test_an_estimate_on_the_margin_itself() -> None:
    judged = one("m >= baseline + 0.02", HIGH, LOW)
    assert sentences(judged.remarks)[1] == (
        "the observed difference is so close to the margin that 10,000 replicates would not distinguish them"
    )


def test_seeds_are_not_compared_with_folds() -> None:
    folds = tuple((("fold", k),) for k in range(5))
    other = arm("other", LOW, declared=folds, metrics={"m": dict(zip(folds, LOW, strict=True))})
    judged = one(GOOD, HIGH, other)
    assert (judged.outcome, judged.p_value) == ("inconclusive", None)
    assert sentences(judged.remarks) == (
        "the replicates of the two sides are of different kinds (seed against fold), and no test fits both",
    )


def test_identical_pairs_are_within_any_margin() -> None:
    judged = one("m within 0.001 of baseline", LOW, LOW)
    assert (judged.outcome, judged.estimate, judged.p_value) == ("supported", 0.0, None)
    assert sentences(judged.remarks) == ("identical at all 5 replicates",)
    # seeds that change nothing on either side are no evidence, and of a gain there is none
    assert one("m within 0.001 of baseline", [0.9] * 5, [0.9] * 5).outcome == "inconclusive"
    assert one("m >= baseline + 0.1", LOW, LOW).outcome == "inconclusive"


def test_the_dust_of_32_bit_numbers_is_remarked_on() -> None:
    a, b = (0.5123457, 0.5123458, 0.5123457), (0.5123401, 0.5123402, 0.5123402)
    assert any("rounding of 32-bit numbers" in remark for remark in sentences(one("m >= baseline", a, b).remarks))
    assert not any("rounding" in remark for remark in sentences(one("m >= baseline", HIGH, LOW).remarks))


@pytest.mark.parametrize("failures", ["worst", 0])
def test_a_metric_under_another_name_is_no_failure(failures: str | int) -> None:
    renamed = arm("treatment", HIGH, metric="m2")
    judged = one(GOOD, renamed, LOW, failures=failures)
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks) == (
        "no successful trial of treatment has the metric m; this does not count as a failure",
    )


def test_two_replicates_are_remarked_on() -> None:
    remark = "two replicates: the estimate of the noise is itself little more than a guess"
    assert remark in sentences(one("m >= baseline", HIGH[:2], LOW[:2]).remarks)
    assert remark not in sentences(one("m >= baseline", HIGH[:3], LOW[:3]).remarks)


def test_a_relative_margin_needs_a_baseline_that_is_surely_positive() -> None:
    judged = one("m >= baseline + 5%", (3.0, 2.0, 4.0), (-1.0, 2.0, 1.0))
    assert judged.outcome == "inconclusive"
    low, high = one_sample([-1.0, 2.0, 1.0]).interval(0.9)
    assert sentences(judged.remarks)[0].endswith(f"not known to be positive (90% interval {low:.4g} to {high:.4g})")


def test_within_says_whether_there_is_a_difference() -> None:
    assert sentences(one("m within 0.5 of baseline", HIGH, LOW).remarks) == (
        "the difference is distinguishable from zero",
    )
    same = (0.71, 0.70, 0.69, 0.71, 0.69)
    assert "the difference is not distinguishable from zero" in sentences(
        one("m within 0.5 of baseline", same, LOW).remarks
    )


def test_what_is_decided_needs_no_outlook() -> None:
    assert sentences(one(GOOD, HIGH, LOW).remarks) == ()


@pytest.mark.parametrize("alpha", [0.0, 1e-12, 0.5])
def test_alphas_at_the_edge(alpha: float) -> None:
    for text in (GOOD, BAD, "m within 0.02 of baseline", "m >= baseline + 1%", "m >= 0.71"):
        assert one(text, HIGH, None if "baseline" not in text else LOW, alpha=alpha).p_value is not None


# --- how often it is wrong


@pytest.mark.parametrize("n", [3, 5])
def test_an_experiment_at_its_margin_is_seldom_supported(n: int) -> None:
    """The whole way from trials to outcome: 5% at most, and as seldom refuted."""
    rounds, luck = 300, random.Random(20261120 + n)
    outcomes = []
    for _ in range(rounds):
        baseline = [luck.gauss(0.7, 0.02) for _ in range(n)]
        outcomes.append(
            one("m >= baseline + 0.01", [b + 0.01 + luck.gauss(0, 0.02) for b in baseline], baseline).outcome
        )
    allowed = 0.05 + 3 * math.sqrt(0.05 * 0.95 / rounds)
    assert outcomes.count("supported") / rounds <= allowed
    assert outcomes.count("refuted") / rounds <= allowed
