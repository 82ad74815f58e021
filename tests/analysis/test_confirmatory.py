"""What was chosen after results is never "supported", and how often results were looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.analysis import confirmatory, looks
from ledger.model import hypothesis as hypotheses
from ledger.model.experiment import Recorded
from ledger.model.formats.replicates import from_mapping
from ledger.model.plan import Plan, Variant
from ledger.model.prediction_parser import parse
from ledger.model.remarks import Kind, Remark
from ledger.model.trial import Trial
from ledger.model.verdict import Amendment
from ledger.report.remarks import sentences

START = datetime(2026, 11, 20, 10, tzinfo=UTC)


def plan(prediction: str | None = "dice >= baseline + 0.01", seeds: int = 3, **kind: Any) -> Plan:
    return Plan(
        title="T", name="t", author="A", created=START, base="b" * 40,
        predictions=(parse(prediction),) if prediction else (),
        variants=(Variant(name="baseline", at="base"), Variant(name="treatment")),
        replicates=from_mapping({"seed": list(range(seeds))}), **kind,
    )  # fmt: skip


def change(before: Plan, after: Plan, *, late: bool = True) -> Amendment:
    old, new = hypotheses.to_mapping(before), hypotheses.to_mapping(after)
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    sides = {"before": old, "after": new}
    texts = {name: {key: side[key] for key in keys if key in side} for name, side in sides.items()}
    return Amendment(date="2026-11-21", changed=tuple(keys), after_results=late, **texts)


def reasons(present: Plan, *changes: Amendment, looked: int = 1, left_out: tuple[str, ...] = ()) -> list[str]:
    return list(sentences(confirmatory.reasons(present, changes, looks=looked, left_out=left_out)))


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("predictions", plan("dice >= baseline + 0.02")), ("replicates", plan(seeds=2)), ("alpha", plan(alpha=0.1)),
        ("looks", plan(looks=2)), ("failures", plan(failures="worst")), ("deterministic", plan(deterministic=("d",))),
        ("evaluation", plan(evaluation=("test.csv",))), ("base", replace(plan(), base="c" * 40)),
    ],
)  # fmt: skip
def test_what_decides_the_outcome_must_have_stood_before_results(key: str, other: Plan) -> None:
    present = plan()
    assert reasons(present, change(other, present)) == [f"changed after results had been seen: {key}"]
    assert reasons(present, change(other, present, late=False)) == []
    # what was taken back is as it was
    assert reasons(present, change(present, other), change(other, present)) == []
    # older verdicts tell the key alone
    assert reasons(present, Amendment(date="", changed=(key,), after_results=True)) != []


def test_an_exploratory_plan_that_an_amendment_turned() -> None:
    before = plan(None, exploratory=True)
    assert reasons(before) == ["the plan is exploratory"]
    [reason] = reasons(plan(), change(before, plan()))
    assert "predictions" in reason and "exploratory" in reason


def test_words_and_new_arms_brand_nothing() -> None:
    present = plan(tags=("x",), parent="p")
    assert reasons(present, change(plan(), present)) == []
    more = plan()
    arms = (*more.variants, Variant(name="hi", params={"lr": 1}))
    grown = replace(more, variants=arms)
    assert reasons(grown, change(more, grown)) == []
    # but what predictions compare with does
    arms = (Variant(name="baseline", experiment="weaker"), Variant(name="treatment"))
    swapped = replace(more, variants=arms)
    assert reasons(swapped, change(more, swapped)) == ["changed after results had been seen: variants"]


def test_what_was_left_out_and_too_many_looks() -> None:
    names = tuple(f"old/baseline seed={n}" for n in range(7))
    [reason] = reasons(plan(), left_out=names)
    assert reason.endswith("old/baseline seed=4 and 2 more")
    assert reasons(plan(looks=2), looked=2) == []
    assert reasons(plan(looks=2), looked=3) == ["looks at the results: 3, declared: 2"]


def test_only_what_is_supported_is_capped() -> None:
    reason = Remark.of(Kind.PLAN_EXPLORATORY)
    assert [confirmatory.capped(o, [reason]) for o in ("supported", "refuted", "inconclusive")] == [
        "inconclusive", "refuted", "inconclusive",
    ]  # fmt: skip
    assert confirmatory.capped("supported", []) == "supported"


# --- looks


def trial(seed: int, state: str = "f", arm: str = "treatment", minute: int = 0, code: str | None = None) -> Recorded:
    value = Trial(
        experiment="t", variant=arm, point=(("seed", seed),), attempt=1, status="succeeded", fingerprint=state,
        code=code or state, started=START + timedelta(minutes=minute), seconds=1.0,
    )  # fmt: skip
    return Recorded(trial=value, path=f"{arm}/{state}/{seed}.yaml")


def test_extensions_are_looks() -> None:
    ten = [trial(seed) for seed in range(10)]
    assert looks.count(ten, [ten]) == 1
    assert looks.count(ten, [ten, ten[:3], ten[:6]]) == 3
    # the same again is none, nor is a moment at which nothing was there
    assert looks.count(ten, [ten, ten, ten[:3], ten[:3], []]) == 2


def test_states_of_any_predicted_arm_are_looks() -> None:
    hi = [trial(0, "h1", "hi"), trial(0, "h2", "hi", 5), trial(0, "h3", "hi", 9)]
    assert looks.count(hi, [hi]) == 3
    # changed by turns each change is a look, changed by one commit it is one
    first = [trial(0, "h1", "hi"), trial(0, "l1", "lo")]
    turns = [*first, trial(0, "h2", "hi", 5), trial(0, "l2", "lo", 9)]
    assert looks.count(turns, [turns]) == 3
    once = [*first, trial(0, "h2", "hi", 5, "c"), trial(0, "l2", "lo", 9, "c")]
    assert looks.count(once, [once]) == 2
    assert looks.count([], []) == 1


def test_the_arms_that_are_predicted_about() -> None:
    assert looks.predicted_arms(plan()) == ("treatment",)
    assert looks.predicted_arms(plan(None)) == ("treatment",)
    assert looks.predicted_arms(plan("dice[hi] >= baseline")) == ("hi",)
    records = [trial(0), trial(0, arm="hi")]
    assert [r.trial.variant for r in looks.of_arms(records, plan("dice[hi] >= baseline"))] == ["hi"]
