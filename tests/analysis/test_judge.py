"""Verdicts on values alone: each rule and each guard."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pytest import approx
from scipy import stats

from ledger.analysis.arms import ArmValues
from ledger.analysis.case import decide
from ledger.analysis.judge import judge
from ledger.model import prediction_parser
from ledger.model.formats.replicates import from_mapping
from ledger.model.plan import Plan, Variant
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point
from ledger.model.settings import MetricSettings, Settings
from ledger.model.verdict import Amendment, Judged, Verdict
from ledger.report.remarks import sentences
from ledger.stats.contrast import one_sample, over_folds, paired
from ledger.stats.power import replicates_needed

# Student's sleep data, as R has it
G1 = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
G2 = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
# differences 0.02 0.03 0.01 0.02 0.02: mean 0.02, 90% interval 0.0133 to 0.0267
LOW = (0.70, 0.71, 0.69, 0.72, 0.68)
HIGH = (0.72, 0.74, 0.70, 0.74, 0.70)


def points(n: int, first: int = 0) -> tuple[Point, ...]:
    """So many seeds."""
    return tuple((("seed", seed),) for seed in range(first, first + n))


def arm(label: str, values: Sequence[float], *, first: int = 0, metric: str = "m", **others: Any) -> ArmValues:
    """A side that has one metric at every seed."""
    given: dict[str, Any] = {
        "declared": points(len(values), first),
        "metrics": {metric: dict(zip(points(len(values), first), values, strict=True))},
        "evaluation": {},
    }
    return ArmValues(label=label, **given | others)


def plan(*predictions: str, axes: Mapping[str, object] | None = None, **others: Any) -> Plan:
    """A plan of five seeds with a baseline."""
    given: dict[str, Any] = {
        "title": "A question",
        "name": "question",
        "author": "Ada Lovelace <ada@example.org>",
        "created": datetime(2026, 11, 20, 10, tzinfo=UTC),
        "base": "b" * 40,
        "predictions": tuple(prediction_parser.parse(text) for text in predictions),
        "variants": (Variant(name="baseline", at="base"), Variant(name="treatment")),
        "replicates": from_mapping(axes or {"seed": [0, 1, 2, 3, 4]}),
    }
    return Plan(**given | others)


def verdict(
    text: str | Sequence[str],
    treatment: Sequence[float] | ArmValues,
    baseline: Sequence[float] | ArmValues | None,
    *,
    looks_seen: int = 1,
    early: bool = False,
    **others: Any,
) -> Verdict:
    """What is made of two sides."""
    given = {"treatment": treatment} if baseline is None else {"treatment": treatment, "baseline": baseline}
    arms = {name: side if isinstance(side, ArmValues) else arm(name, side) for name, side in given.items()}
    texts = [text] if isinstance(text, str) else text
    return judge(plan(*texts, **others), arms, looks=looks_seen, early=early)


def one(
    text: str, treatment: Sequence[float] | ArmValues, baseline: Sequence[float] | ArmValues | None, **others: Any
) -> Judged:
    """What is made of a single prediction."""
    found = verdict(text, treatment, baseline, **others)
    (judged,) = found.predictions
    assert found.outcome == judged.outcome
    return judged


# --- a margin


@pytest.mark.parametrize(
    ("margin", "outcome", "p"),
    [("0.5", "supported", 0.010759), ("1", "inconclusive", 0.085056), ("2.5", "refuted", None)],
)
def test_sleep(margin: str, outcome: str, p: float | None) -> None:
    judged = one(f"m >= baseline + {margin}", G2, G1)
    assert judged.outcome == outcome
    assert judged.estimate == approx(1.58)
    assert judged.interval == approx((0.86699, 2.29301), abs=5e-6)
    assert judged.confidence == approx(0.9)
    assert (judged.test, judged.n, judged.n_baseline) == ("paired t", 10, 10)
    assert judged.p_refuting is None
    assert judged.p_value is not None
    if p is not None:
        assert judged.p_value == approx(p, abs=5e-7)
    else:
        assert judged.p_value > 0.95


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("m >= baseline", "supported"),
        ("m > baseline", "supported"),
        ("m >= baseline + 0.01", "supported"),
        ("m >= baseline + 0.02", "inconclusive"),
        ("m >= baseline + 0.03", "refuted"),
        ("m > baseline + 0.03", "refuted"),
        ("m >= baseline - 0.1", "supported"),
        ("m <= baseline", "refuted"),
        ("m < baseline", "refuted"),
        ("m <= baseline + 0.01", "refuted"),
        ("m <= baseline + 0.02", "inconclusive"),
        ("m <= baseline + 0.03", "supported"),
        ("m < baseline + 0.03", "supported"),
        ("m <= baseline - 0.1", "refuted"),
        ("m within 0.03 of baseline", "supported"),
        ("m within 0.02 of baseline", "inconclusive"),
        ("m within 0.01 of baseline", "refuted"),
    ],
)
def test_every_operator(text: str, outcome: str) -> None:
    assert one(text, HIGH, LOW).outcome == outcome


@given(
    st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=2, max_size=8),
    st.integers(1, 60),
    st.sampled_from([0.01, 0.05, 0.2]),
)
def test_lower_is_the_mirror_of_higher(values: list[tuple[int, int]], margin: int, alpha: float) -> None:
    a, b = zip(*values, strict=True)
    up = one(f"m >= baseline + {margin}", a, b, alpha=alpha)
    down = one(f"m <= baseline - {margin}", [-x for x in a], [-x for x in b], alpha=alpha)
    assert down.outcome == up.outcome
    assert down.p_value == approx(up.p_value)
    assert sentences(down.remarks) == tuple(remark.replace("-0", "0") for remark in sentences(up.remarks))


@given(
    st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=2, max_size=8),
    st.integers(0, 60),
    st.sampled_from([0.01, 0.05, 0.2]),
)
def test_the_outcome_is_where_the_interval_lies(values: list[tuple[int, int]], size: int, alpha: float) -> None:
    a, b = zip(*values, strict=True)
    judged = one(f"m >= baseline + {size}", a, b, alpha=alpha)
    assume(judged.interval is not None)
    assert judged.interval is not None and judged.p_value is not None
    low, high = judged.interval
    assume(min(abs(abs(bound) - size) for bound in judged.interval) > 1e-9)
    assert judged.outcome == ("supported" if low >= size else "refuted" if high < size else "inconclusive")
    assert (judged.p_value <= alpha) == (judged.outcome == "supported")
    equal = one(f"m within {size} of baseline", a, b, alpha=alpha)
    inside, outside = -size <= low and high <= size, low > size or high < -size
    assert equal.outcome == ("supported" if inside else "refuted" if outside else "inconclusive")


def test_p_is_that_of_the_claim() -> None:
    contrast = paired(HIGH, LOW)
    assert one("m >= baseline + 0.01", HIGH, LOW).p_value == approx(contrast.p_above(0.01))
    assert one("m <= baseline + 0.01", HIGH, LOW).p_value == approx(contrast.p_below(0.01))
    both = max(contrast.p_below(0.01), contrast.p_above(-0.01))
    assert one("m within 0.01 of baseline", HIGH, LOW).p_value == approx(both)


def test_the_bounds_themselves() -> None:
    assert decide(0.05, 0.95, 0.05) == "supported"
    assert decide(0.95, 0.05, 0.05) == "inconclusive"
    assert decide(0.95, 0.049, 0.05) == "refuted"


def test_equivalence_as_statsmodels_has_it() -> None:
    judged = one("m within 2.5 of baseline", G2, G1)
    assert judged.outcome == "supported"
    assert judged.p_value == approx(0.021116860246500745)


def test_a_refuted_margin_can_be_an_improvement() -> None:
    remark = "in the predicted direction nevertheless: the whole interval lies on that side of zero"
    assert sentences(one("m >= baseline + 0.03", HIGH, LOW).remarks) == (remark,)
    # the fall of an accuracy in an ablation, or of a loss: what moved is said, not that it is better
    assert sentences(one("m <= baseline - 0.03", LOW, HIGH).remarks) == (remark,)
    # no interval that is refuted and better, and no reference to be better than
    assert sentences(one("m >= baseline + 0.03", LOW, HIGH).remarks) == ()
    assert sentences(one("m >= baseline + 0.03", (0.71, 0.69, 0.7, 0.72, 0.69), LOW).remarks) == ()
    assert sentences(one("m <= baseline + 0.01", HIGH, LOW).remarks) == ()
    assert sentences(one("m >= 0.9", HIGH, None).remarks) == ()
    assert sentences(one("m within 0.01 of baseline", HIGH, LOW).remarks) == (
        "the difference is distinguishable from zero",
    )


# --- relative margins


def test_a_relative_margin_is_part_of_the_contrast() -> None:
    base, better = (10.0, 12.0, 8.0, 11.0, 9.0), (16.1, 18.9, 13.3, 17.5, 14.6)
    judged = one("m >= baseline + 50%", better, base)
    contrast = paired(better, base, factor=1.5)
    assert judged.p_value == approx(contrast.p_above(0))
    # the difference is shown in the metric's unit; what was tested is said beside it
    assert judged.estimate == approx(paired(better, base).estimate)
    assert judged.outcome == "supported"
    assert sentences(judged.remarks) == ("tested as treatment - 1.5 × baseline: 1.08 (90% interval 0.9386 to 1.221)",)
    # to take half of the observed mean for a fixed number would have been another test
    assert judged.p_value != approx(paired(better, base).p_above(5.0), rel=0.1)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("m >= baseline + 1%", "supported"),
        ("m >= baseline + 3%", "inconclusive"),
        ("m >= baseline + 5%", "refuted"),
        ("m <= baseline + 5%", "supported"),
        ("m <= baseline + 1%", "refuted"),
        ("m >= baseline - 1%", "supported"),
        ("m <= baseline - 1%", "refuted"),
        ("m within 5% of baseline", "supported"),
        ("m within 3% of baseline", "inconclusive"),
        ("m within 1% of baseline", "refuted"),
    ],
)
def test_relative_margins(text: str, outcome: str) -> None:
    assert one(text, HIGH, LOW).outcome == outcome


def test_a_relative_margin_unpaired() -> None:
    judged = one("m >= baseline + 1%", arm("treatment", HIGH, first=10), LOW)
    assert judged.test == "Welch's t"
    assert sentences(judged.remarks)[0].startswith("tested as treatment - 1.01 × baseline: ")


@pytest.mark.parametrize("baseline", [(-0.70, -0.71, -0.69, -0.72, -0.68), (1.0, -1.0, 2.0, -2.0, 0.0)])
@pytest.mark.parametrize("text", ["m >= baseline + 5%", "m <= baseline - 5%", "m within 5% of baseline"])
@pytest.mark.parametrize("deterministic", [(), ("m",)])
def test_a_relative_margin_needs_a_positive_baseline(
    text: str, baseline: tuple[float, ...], deterministic: tuple[str, ...]
) -> None:
    judged = one(text, HIGH, baseline, deterministic=deterministic)
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks) == ("a relative margin is meaningless here: the mean of baseline is not positive",)
    assert (judged.estimate, judged.interval, judged.p_value) == (None, None, None)


# --- a number


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("m >= 0.70", "supported"),
        ("m >= 0.72", "inconclusive"),
        ("m >= 0.75", "refuted"),
        ("m <= 0.75", "supported"),
        ("m < 0.70", "refuted"),
    ],
)
def test_a_threshold(text: str, outcome: str) -> None:
    judged = one(text, HIGH, None)
    assert judged.outcome == outcome
    assert (judged.test, judged.n, judged.n_baseline) == ("one-sample t", 5, None)
    assert judged.estimate == approx(0.72)


def test_a_threshold_for_another_variant() -> None:
    found = judge(plan("m[baseline] >= 0.5"), {"treatment": arm("treatment", HIGH), "baseline": arm("baseline", LOW)})
    assert found.predictions[0].estimate == approx(0.7)
    assert found.outcome == "supported"


def test_two_arms_of_which_neither_is_the_baseline() -> None:
    arms = {name: arm(name, values) for name, values in (("truth", LOW), ("shuffled", HIGH), ("treatment", LOW))}
    variants = tuple(Variant(name=name) for name in arms)
    found = judge(plan("m[truth] <= m[shuffled] - 0.01", variants=variants), arms).predictions[0]
    mirrored = judge(plan("m[shuffled] >= m[truth] + 0.01", variants=variants), arms).predictions[0]
    against = judge(plan("m[shuffled] >= m[treatment] + 0.01", variants=variants), arms).predictions[0]
    assert (found.outcome, found.test, found.n, found.n_baseline) == ("supported", "paired t", 5, 5)
    assert mirrored.estimate == against.estimate == -(found.estimate or 0)
    assert mirrored.p_value == against.p_value == found.p_value


# --- several predictions

GOOD, OPEN, BAD = "m >= baseline", "m >= baseline + 0.02", "m >= baseline + 0.03"


@pytest.mark.parametrize(
    ("texts", "outcome"),
    [
        ([GOOD, "m >= baseline + 0.01"], "supported"),
        ([GOOD, OPEN], "inconclusive"),
        ([GOOD, BAD], "refuted"),
        ([OPEN, BAD], "refuted"),
        ([OPEN, OPEN], "inconclusive"),
    ],
)
def test_supported_where_all_are_and_refuted_where_any_is(texts: list[str], outcome: str) -> None:
    assert verdict(texts, HIGH, LOW).outcome == outcome


def test_support_needs_no_correction() -> None:
    """The intersection of two claims is claimed at the level of each."""
    p = one("m >= baseline + 0.013", HIGH, LOW).p_value
    assert p is not None and 0.04 < p < 0.05
    found = verdict(["m >= baseline + 0.013", "m >= baseline + 0.0131"], HIGH, LOW)
    assert found.outcome == "supported"
    assert found.predictions[0].p_value == approx(p)


def test_refutation_is_corrected() -> None:
    alone = one("m >= baseline + 0.027", HIGH, LOW)
    assert alone.outcome == "refuted"
    found = verdict(["m >= baseline + 0.027", GOOD, OPEN], HIGH, LOW)
    first = found.predictions[0]
    assert first.p_refuting == approx(3 * paired(HIGH, LOW).p_below(0.027))
    assert first.p_value == approx(alone.p_value)
    assert first.outcome == "inconclusive"
    assert found.outcome == "inconclusive"
    assert sentences(first.remarks)[0] == "refuted on its own, but not after the correction for several predictions"
    # as every inconclusive one it says what could have been seen
    assert "(power 0.8)" in sentences(first.remarks)[1]
    assert "would refute the prediction" in sentences(first.remarks)[2]


def test_the_correction_is_holms() -> None:
    found = verdict([f"m >= baseline + {margin}" for margin in (0.03, 0.032, 0.034)], HIGH, LOW)
    p = sorted(paired(HIGH, LOW).p_below(margin) for margin in (0.03, 0.032, 0.034))
    assert sorted(one.p_refuting or 0 for one in found.predictions) == approx(
        [3 * p[0], max(3 * p[0], 2 * p[1]), max(3 * p[0], 2 * p[1], p[2])]
    )
    assert found.outcome == "refuted"


def test_what_cannot_be_tested_refutes_nothing_and_supports_nothing() -> None:
    found = verdict([GOOD, "other >= baseline"], HIGH, LOW)
    assert [p.outcome for p in found.predictions] == ["supported", "inconclusive"]
    assert found.outcome == "inconclusive"
    assert verdict([BAD, "other >= baseline"], HIGH, LOW).outcome == "refuted"


# --- the guards


LAST = "for this evaluation set only: replicates do not sample the test data"


def test_every_verdict_says_on_what() -> None:
    assert sentences(verdict(GOOD, HIGH, LOW).warnings) == (LAST,)


@pytest.mark.parametrize(
    ("text", "baseline"), [("m >= baseline + 0.01", LOW[:1]), ("m >= 0.5", None), ("m within 1 of baseline", LOW[:1])]
)
def test_one_replicate(text: str, baseline: tuple[float, ...] | None) -> None:
    judged = one(text, HIGH[:1], baseline)
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks) == ("no estimate of the noise: one replicate gives none",)
    assert (judged.p_value, judged.interval, judged.n) == (None, None, 1)


def test_one_replicate_against_several() -> None:
    judged = one(GOOD, arm("treatment", HIGH[:1], first=10), LOW)
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks) == ("no estimate of the noise: a side has fewer than two replicates",)
    assert (judged.n, judged.n_baseline) == (1, 5)


@pytest.mark.parametrize("first", [0, 10])
def test_replicates_that_change_nothing(first: int) -> None:
    judged = one(GOOD, arm("treatment", [0.9] * 5, first=first), [0.8] * 5)
    assert judged.outcome == "inconclusive"
    assert judged.p_value is None
    (remark,) = sentences(judged.remarks)
    assert remark.startswith("no estimate of the noise: ")
    assert "restored from one run" in remark and "declare it deterministic" in remark


def test_a_difference_that_does_not_vary_but_for_rounding() -> None:
    judged = one(GOOD, [0.1 + 0.01, 0.2 + 0.01, 0.3 + 0.01, 0.4 + 0.01, 0.7 + 0.01], [0.1, 0.2, 0.3, 0.4, 0.7])
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks) == (
        "no estimate of the noise: the difference is the same at every replicate, so the replicates do not vary it",
    )


def test_a_side_whose_replicates_are_all_the_same() -> None:
    judged = one(GOOD, HIGH, [0.6] * 5)
    assert judged.outcome == "supported"
    assert sentences(judged.remarks) == ("every replicate of baseline has the same m: do they change anything?",)


def without(values: Sequence[float], *seeds: int) -> dict[str, dict[Point, float]]:
    """The metric at all seeds but some."""
    return {"m": {p: v for i, (p, v) in enumerate(zip(points(5), values, strict=True)) if i not in seeds}}


def lacking(label: str, values: Sequence[float], *seeds: int) -> ArmValues:
    """A side where some declared trials have no result."""
    return arm(label, values, metrics=without(values, *seeds))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, None])
@pytest.mark.parametrize("side", ["treatment", "baseline"])
def test_a_failed_trial(side: str, bad: float | None) -> None:
    values = {"treatment": HIGH, "baseline": LOW}
    arms = {name: arm(name, given) for name, given in values.items()}
    metrics = without(values[side], 2)
    if bad is not None:
        metrics["m"][points(5)[2]] = bad
    arms[side] = arm(side, values[side], metrics=metrics)
    judged = one(GOOD, arms["treatment"], arms["baseline"])
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks) == (f"1 of 5 trials of {side} have no finite m",)
    counts = {"treatment": judged.n, "baseline": judged.n_baseline}
    assert counts.pop(side) == 4
    assert list(counts.values()) == [5]


def test_a_failure_that_the_plan_counts_as_the_worst() -> None:
    judged = one("m >= baseline - 1", lacking("treatment", HIGH, 1), LOW, failures="worst")
    assert sentences(judged.remarks) == ("1 of 5 trials of treatment failed and count as 0.68, as the plan declares",)
    assert judged.estimate == approx(math.fsum((0.72, 0.68, 0.70, 0.74, 0.70)) / 5 - 0.7)
    lower = one("m <= baseline + 1", HIGH, lacking("baseline", LOW, 1, 3), failures="worst")
    assert sentences(lower.remarks) == ("2 of 5 trials of baseline failed and count as 0.74, as the plan declares",)


def test_the_worst_is_that_of_declared_trials() -> None:
    metrics = without(HIGH, 1)
    metrics["m"][(("seed", 99),)] = 0.0
    judged = one("m >= baseline - 1", arm("treatment", HIGH, metrics=metrics), LOW, failures="worst")
    assert "count as 0.68" in sentences(judged.remarks)[0]


@pytest.mark.parametrize("text", ["m <= baseline - 0.05", "m < baseline", "m <= 0.5", "m within 1 of baseline"])
def test_a_failure_that_has_no_worst(text: str) -> None:
    arms = {"treatment": arm("treatment", LOW), "baseline": lacking("baseline", HIGH, 1)}
    if "baseline" not in text:
        arms = {"treatment": lacking("treatment", HIGH, 1)}
    judged = one(text, arms["treatment"], arms.get("baseline"), failures="worst")
    assert judged.outcome == "inconclusive"
    [remark] = sentences(judged.remarks)
    assert remark.endswith("nothing says which values of m are worse: commit `direction` of m in ledger.yaml")


@pytest.mark.parametrize(("direction", "worst"), [("higher", "0.68"), ("lower", "0.74")])
@pytest.mark.parametrize("text", ["m <= baseline - 0.05", "m >= baseline + 0.05", "m within 0.1 of baseline"])
def test_the_worst_is_by_the_direction_and_not_by_the_inequality(text: str, direction: str, worst: str) -> None:
    arms = {"treatment": arm("treatment", LOW), "baseline": lacking("baseline", HIGH, 1)}
    known = Settings(metrics={"m": MetricSettings(direction=direction)})
    [judged] = judge(plan(text, failures="worst"), arms, settings=known).predictions
    assert f"1 of 5 trials of baseline failed and count as {worst}, as the plan declares" in sentences(judged.remarks)


def test_another_prediction_tells_which_value_is_the_worst() -> None:
    arms = {"treatment": arm("treatment", LOW), "baseline": lacking("baseline", HIGH, 1)}
    judged = judge(plan("m <= baseline - 0.05", "m >= baseline - 0.1", failures="worst"), arms).predictions
    assert all("count as 0.68" in sentences(one.remarks)[0] for one in judged)


def test_a_failure_where_there_is_no_value_at_all() -> None:
    none = {"m": dict[Point, float]()}
    judged = one(GOOD, arm("treatment", HIGH, metrics=none), arm("baseline", LOW, metrics=none), failures="worst")
    assert "no trial has a value" in sentences(judged.remarks)[0]


def test_a_failure_that_counts_as_a_number() -> None:
    judged = one("m >= baseline - 1", lacking("treatment", HIGH, 4), LOW, failures=0)
    assert sentences(judged.remarks) == ("1 of 5 trials of treatment failed and count as 0, as the plan declares",)
    assert judged.estimate == approx((0.72 + 0.74 + 0.70 + 0.74) / 5 - 0.7)


def test_a_trial_that_has_not_run_yet_has_not_failed() -> None:
    found = verdict(GOOD, lacking("treatment", HIGH, 4), LOW, failures="worst", early=True)
    assert found.predictions[0].outcome == "inconclusive"
    assert sentences(found.predictions[0].remarks) == ("1 of 5 trials of treatment have no finite m",)


def test_trials_beyond_the_declared_replicates_do_not_count() -> None:
    values = (*HIGH, 0.1, 0.1, 0.1)
    extended = arm("treatment", values, declared=points(5))
    assert one(GOOD, extended, arm("baseline", (*LOW, 0.9, 0.9, 0.9), declared=points(5))) == one(GOOD, HIGH, LOW)
    assert one("m >= 0.7", extended, None) == one("m >= 0.7", HIGH, None)


def test_the_order_of_the_records_does_not_matter() -> None:
    known = dict(zip(points(5), HIGH, strict=True))
    backwards = dict(reversed(known.items()))
    assert one(OPEN, arm("treatment", HIGH, metrics={"m": backwards}), LOW) == one(OPEN, HIGH, LOW)


# --- metrics that honestly do not vary


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("m >= baseline + 0.01", "supported"),
        ("m > baseline + 0.01", "refuted"),
        ("m <= baseline + 0.01", "supported"),
        ("m < baseline + 0.01", "refuted"),
        ("m within 0.01 of baseline", "supported"),
        ("m within 0.0099 of baseline", "refuted"),
        ("m >= baseline + 1%", "supported"),
        ("m >= baseline + 2%", "refuted"),
        ("m within 2% of baseline", "supported"),
        ("m >= 0.57", "supported"),
        ("m > 0.57", "refuted"),
    ],
)
@pytest.mark.parametrize("n", [1, 3])
def test_a_deterministic_metric_is_compared_as_written(text: str, outcome: str, n: int) -> None:
    # in binary 0.57 - 0.56 is less than 0.01
    judged = one(text, [0.57] * n, None if "baseline" not in text else [0.56] * n, deterministic=("m",))
    assert judged.outcome == outcome
    assert (judged.test, judged.interval, judged.p_value) == ("exact", None, None)
    assert judged.estimate == (0.57 if judged.n_baseline is None else 0.01)
    assert judged.n == n


def test_a_deterministic_improvement_that_is_too_small() -> None:
    judged = one("m >= baseline + 0.02", [0.57], [0.56], deterministic=("m",))
    assert judged.outcome == "refuted"
    assert sentences(judged.remarks)[0].startswith("in the predicted direction nevertheless")


def test_a_deterministic_metric_that_varies() -> None:
    judged = one(GOOD, HIGH, [0.5] * 5, deterministic=("m",))
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks) == ("m is declared deterministic, but its replicates differ",)


def test_a_deterministic_refutation_needs_no_correction() -> None:
    arms = {
        name: ArmValues(
            label=name,
            declared=points(5),
            metrics={"m": dict(zip(points(5), values, strict=True)), "size": dict.fromkeys(points(5), size)},
            evaluation={},
        )
        for name, values, size in (("treatment", HIGH, 7.0), ("baseline", LOW, 5.0))
    }
    found = judge(plan(GOOD, "size <= baseline", deterministic=("size",)), arms)
    assert [p.outcome for p in found.predictions] == ["supported", "refuted"]
    assert found.outcome == "refuted"


# --- looks


def test_declared_looks_divide_alpha() -> None:
    once, twice = one(GOOD, HIGH, LOW), one(GOOD, HIGH, LOW, looks=2)
    assert twice.confidence == approx(0.95)
    assert twice.interval == approx(paired(HIGH, LOW).interval(0.95))
    assert twice.p_value == once.p_value
    assert one("m >= baseline + 0.013", HIGH, LOW).outcome == "supported"
    assert one("m >= baseline + 0.013", HIGH, LOW, looks=2).outcome == "inconclusive"
    assert sentences(verdict(GOOD, HIGH, LOW, looks=2, looks_seen=2).warnings) == (LAST,)


TOO_MANY_LOOKS = (
    "the results were looked at 3 times, but the plan declares 2: a false verdict is likelier than alpha says"
)


def test_more_looks_than_declared_are_said_first() -> None:
    found = judge(
        plan(GOOD, looks=2),
        {"treatment": arm("treatment", HIGH), "baseline": arm("baseline", LOW)},
        looks=3,
        early=True,
        warnings=[Remark.of(Kind.ENVIRONMENTS, count=2)],
        amendments=[Amendment(date="2026-11-20", changed=("looks",), after_results=False)],
    )
    assert found.looks == 3
    assert found.alpha == 0.05
    assert sentences(found.warnings) == (
        TOO_MANY_LOOKS,
        "concluded early: declared trials were missing",
        "the trials ran in 2 different environments: ledger diff shows what differs",
        LAST,
    )
    assert found.amendments == (Amendment(date="2026-11-20", changed=("looks",), after_results=False),)


def test_early_is_inconclusive_whatever_the_numbers_are() -> None:
    for text in (GOOD, BAD):
        found = verdict(text, HIGH, LOW, early=True)
        assert (found.outcome, found.early) == ("inconclusive", True)
        assert sentences(found.warnings)[0] == "concluded early: declared trials were missing"


def test_exploratory() -> None:
    nothing = judge(plan(exploratory=True), {"treatment": arm("treatment", HIGH)})
    assert nothing.outcome == "inconclusive"
    assert nothing.predictions == ()
    assert (
        sentences(nothing.warnings)[0] == "exploratory: nothing was predicted, so there is nothing to support or refute"
    )
    found = verdict(GOOD, HIGH, LOW, exploratory=True)
    assert found.outcome == "inconclusive"
    assert sentences(found.warnings)[0] == "exploratory: a new experiment has to confirm what is found here"
    # nor does the word take a refutation back
    assert verdict(BAD, HIGH, LOW, exploratory=True).outcome == "refuted"


# --- what is compared with what


def evaluated(label: str, values: Sequence[float], digest: str | None) -> ArmValues:
    """A side that was evaluated on data of that hash."""
    return arm(label, values, evaluation={"data/test": digest})


def test_different_evaluation_data() -> None:
    judged = one(GOOD, evaluated("treatment", HIGH, "a"), evaluated("baseline", LOW, "b"), evaluation=("data/test",))
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks) == (
        "the two sides were evaluated on different data: data/test differs, so they cannot be compared",
    )
    assert (judged.n, judged.n_baseline, judged.estimate) == (5, 5, None)


@pytest.mark.parametrize("digests", [("a", None), (None, "a"), (None, None)])
def test_unknown_evaluation_data(digests: tuple[str | None, str | None]) -> None:
    sides = [evaluated(*given) for given in zip(("treatment", "baseline"), (HIGH, LOW), digests, strict=True)]
    judged = one(GOOD, sides[0], sides[1], evaluation=("data/test",))
    assert judged.outcome == "inconclusive"
    assert sentences(judged.remarks)[0].startswith(
        "both sides must be evaluated on data/test, but what that was is not recorded"
    )


def test_the_same_evaluation_data() -> None:
    same = [evaluated("treatment", HIGH, "a"), evaluated("baseline", LOW, "a")]
    assert one(GOOD, same[0], same[1], evaluation=("data/test",)).outcome == "supported"
    # a number is on no data, and what is not declared is not asked for
    assert one("m >= 0.5", evaluated("treatment", HIGH, None), None, evaluation=("data/test",)).outcome == "supported"
    assert one(GOOD, evaluated("treatment", HIGH, "a"), evaluated("baseline", LOW, "b")).outcome == "supported"


def test_other_replicates_are_not_paired() -> None:
    judged = one("m >= baseline + 0.001", arm("treatment", HIGH[:4], first=10), LOW)
    assert (judged.test, judged.n, judged.n_baseline) == ("Welch's t", 4, 5)
    assert judged.p_refuting is None


def test_replicates_that_coincide_in_part() -> None:
    judged = one("m >= baseline - 1", arm("treatment", HIGH, first=2), LOW)
    assert judged.test == "Welch's t"
    assert sentences(judged.remarks) == ("only 3 of 5 replicates are the same on both sides, so they are not paired",)


def test_another_experiment_in_the_role_of_the_baseline() -> None:
    sides = {"treatment": arm("treatment", HIGH[:3]), "deeper-net": arm("deeper-net", LOW)}
    (judged,) = judge(plan("m >= deeper-net"), sides).predictions
    # it has more replicates than ours, and those that are ours too are its partners
    assert (judged.test, judged.n, judged.n_baseline) == ("paired t", 3, 3)
    assert judged.estimate == approx(0.02)


def test_a_side_without_trials() -> None:
    (judged,) = judge(plan("m >= deeper-net"), {"treatment": arm("treatment", HIGH)}).predictions
    assert sentences(judged.remarks) == ("there are no trials of deeper-net to compare with",)
    (judged,) = judge(plan("m[wide] >= baseline"), {"baseline": arm("baseline", LOW)}).predictions
    assert sentences(judged.remarks) == ("there are no trials of wide",)
    assert (judged.outcome, judged.n, judged.n_baseline) == ("inconclusive", 0, 5)


def test_a_metric_that_a_side_lacks() -> None:
    judged = one(GOOD, HIGH, arm("baseline", LOW, metric="other"))
    assert sentences(judged.remarks) == ("5 of 5 trials of baseline have no finite m",)


# --- folds

FOLDS = {"fold": [0, 1, 2, 3, 4], "kind": "fold"}
SEEDED = {"fold": [0, 1, 2, 3, 4], "seed": [0, 1], "kind": "fold"}


def folded(
    label: str, values: Sequence[float], *, seeds: Sequence[int] | None = None, spread: float = 0.0
) -> ArmValues:
    """A side with a value for every fold, or for every seed in it, symmetrically around that value."""
    known: dict[Point, float] = {}
    for fold, value in enumerate(values):
        if seeds is None:
            known[(("fold", fold),)] = value
        for i, seed in enumerate(seeds or ()):
            known[(("fold", fold), ("seed", seed))] = value + spread * (2 * i - len(seeds or ()) + 1)
    return ArmValues(label=label, declared=tuple(known), metrics={"m": known}, evaluation={})


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
    assert "replicates a side would support the prediction" in sentences(judged.remarks)[1]


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
        "the observed difference is so near to the margin that 10,000 replicates would not distinguish them"
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
        "no trial of treatment that succeeded has a metric m, which does not count as a failure",
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
