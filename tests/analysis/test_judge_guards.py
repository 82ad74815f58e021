"""Verdicts on values alone: what keeps a verdict from claiming too much."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from judged import BAD, GOOD, HIGH, LOW, OPEN, arm, one, plan, points, verdict
from pytest import approx

from ledger.analysis.arms import ArmValues
from ledger.analysis.judge import judge
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point
from ledger.model.settings import MetricSettings, Settings
from ledger.model.verdict import Amendment
from ledger.report.remarks import sentences
from ledger.stats.contrast import paired

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


@pytest.mark.parametrize("text", ["m >= baseline + 5%", "m >= baseline + 0.1", "m within 5% of baseline", "m > 0.5"])
@pytest.mark.parametrize("unit", [1e308, -1e308])
def test_values_that_are_too_large_to_add_up(text: str, unit: float) -> None:
    judged = one(text, [value * unit for value in (1.1, 1.2, 1.3)], [value * unit for value in (1.0, 1.15, 1.2)])
    assert judged.outcome == "inconclusive"
    assert judged.interval is None and judged.remarks


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
        "both sides must be evaluated on data/test, but its content is not recorded"
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
    assert sentences(judged.remarks) == ("deeper-net has no trials to compare with",)
    (judged,) = judge(plan("m[wide] >= baseline"), {"baseline": arm("baseline", LOW)}).predictions
    assert sentences(judged.remarks) == ("wide has no trials",)
    assert (judged.outcome, judged.n, judged.n_baseline) == ("inconclusive", 0, 5)


def test_a_metric_that_a_side_lacks() -> None:
    judged = one(GOOD, HIGH, arm("baseline", LOW, metric="other"))
    assert sentences(judged.remarks) == ("5 of 5 trials of baseline have no finite m",)
