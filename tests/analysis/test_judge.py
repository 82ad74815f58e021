"""Verdicts on values alone: margins, numbers, and several predictions."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from judged import BAD, G1, G2, GOOD, HIGH, LOW, OPEN, arm, one, plan, verdict
from pytest import approx

from ledger.analysis.case import decide
from ledger.analysis.judge import judge
from ledger.model.plan import Variant
from ledger.report.remarks import sentences
from ledger.stats.contrast import paired

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
