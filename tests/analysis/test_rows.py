"""The rows that an experiment gives, beside numbers computed from its records."""

from __future__ import annotations

import statistics
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.analysis.rows import rows_of
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats.lockfile import Pinned
from ledger.model.hypothesis import Hypothesis
from ledger.model.plan import Plan, Variant
from ledger.model.prediction_parser import parse
from ledger.model.replicates import Axis, Replicates
from ledger.model.row import NOT_FINITE
from ledger.model.trial import FAILED, SUCCEEDED, Trial

BEGUN = datetime(2026, 11, 1, 10, tzinfo=UTC)

PLAN = Plan(
    title="A title",
    name="one",
    author="Ada",
    created=BEGUN,
    base="0" * 40,
    predictions=(parse("accuracy >= baseline + 0.01"), parse("size within 5% of baseline")),
    variants=(Variant(name="baseline", at="base"), Variant(name="treatment"), Variant(name="x", params={"a.b": 3})),
    replicates=Replicates(axes=(Axis(name="seed", values=(0, 1, 2)),)),
)


def record(seed: int, accuracy: float, *, variant: str = "treatment", minute: int = 0, **given: Any) -> Recorded:
    """A trial's record."""
    trial = Trial(
        experiment="one",
        variant=variant,
        point=(("seed", seed),),
        attempt=given.pop("attempt", 1),
        status=given.pop("status", SUCCEEDED),
        fingerprint=given.pop("fingerprint", "new"),
        code="9b1c",
        started=BEGUN + timedelta(minutes=minute),
        seconds=given.pop("seconds", 2.0),
        params={"params.yaml": {"seed": seed, "train": {"lr": 0.1}, "odd": given.pop("odd", None)}},
        metrics={"accuracy": accuracy},
        data={"data/raw": Pinned(md5="22a1.dir")},
    )
    return Recorded(trial=replace(trial, **given), path=f"{variant}/{seed}")


def experiment(*records: Recorded, plan: Plan = PLAN) -> Experiment:
    """An experiment with these records."""
    return Experiment(
        name="one",
        branch="refs/heads/exp/one",
        tip="1" * 40,
        hypothesis=Hypothesis(plan=plan, body=""),
        trials=records,
        notes="",
        verdict=None,
        landed=False,
        problems=(),
    )


def test_the_seconds_of_an_arm_are_as_exact_as_those_of_its_trials() -> None:
    found = rows_of(experiment(*(record(seed, 0.9, seconds=took) for seed, took in enumerate((0.035, 0.035, 0.037)))))
    assert found.experiment.seconds == 0.107


def test_an_arm_sums_up_the_trials_that_count() -> None:
    found = rows_of(
        experiment(
            record(0, 0.5, fingerprint="old"),
            record(0, 0.90, minute=1),
            record(0, 0.99, minute=2, attempt=2),
            record(1, 0.92, minute=3, seconds=None),
            record(2, float("inf"), minute=4),
            record(7, 0.1, minute=5),
            record(2, 0.0, minute=9, status=FAILED, fingerprint="newer"),
        )
    )

    accuracy = found.experiment.metrics["accuracy"]
    assert (accuracy.n, accuracy.left_out) == (2, 1)
    assert accuracy.mean == statistics.fmean([0.90, 0.92])
    assert accuracy.sd is not None
    assert abs(accuracy.sd - statistics.stdev([0.90, 0.92])) < 1e-12
    assert (found.experiment.trials, found.experiment.recorded, found.experiment.seconds) == (3, 7, 4.0)
    assert found.experiment.params == {"train.lr": 0.1, "odd": None}
    assert found.experiment.data == {"data/raw": "22a1.dir"}
    assert found.experiment.fingerprint == "new"
    assert [row.trials for row in found.trials] == [0, 1, 0, 1, 1, 0, 0]
    assert found.trials[4].extra == {NOT_FINITE: {"accuracy": "inf"}}
    assert found.trials[1].params == {"seed": 0, "train.lr": 0.1, "odd": None}


def test_a_row_says_what_its_replicates_are_parts_of() -> None:
    assert rows_of(experiment(record(0, 0.9))).experiment.parts is None
    folds = Replicates(axes=(Axis(name="seed", values=(0, 1)), Axis(name="k", values=(0, 1), kind="fold")))
    assert rows_of(experiment(plan=replace(PLAN, replicates=folds))).experiment.parts == "fold"


def test_what_the_trials_do_not_share_is_left_out() -> None:
    found = rows_of(experiment(record(0, 0.9, odd=1), record(1, 0.9, odd=True)))

    assert found.experiment.params == {"train.lr": 0.1}


def test_without_a_success_the_latest_record_speaks_and_before_it_the_plan() -> None:
    found = rows_of(experiment(record(0, 0.9, status=FAILED)))

    by_name = {row.variant: row for row in found.variants}
    assert by_name["treatment"].params == {"train.lr": 0.1, "odd": None}
    assert (by_name["treatment"].trials, by_name["treatment"].metrics) == (0, {})
    assert by_name["x"].params == {"a.b": 3}
    assert by_name["baseline"].params == {}


def test_the_experiment_is_its_treatment_else_its_first_own_arm() -> None:
    assert rows_of(experiment()).experiment.variant == "treatment"
    others = (Variant(name="baseline", experiment="two"), Variant(name="x"))
    found = rows_of(experiment(plan=replace(PLAN, variants=others)))
    assert (found.experiment.variant, [row.variant for row in found.variants]) == ("x", ["x"])


def test_the_experiment_is_the_arm_that_its_first_prediction_is_about() -> None:
    records = [record(0, 0.1), record(0, 0.7, variant="x")]

    def shown(*predictions: str) -> tuple[str, float | None]:
        plan = replace(PLAN, predictions=tuple(parse(text) for text in predictions))
        row = rows_of(experiment(*records, plan=plan)).experiment
        return row.variant, row.metrics["accuracy"].mean

    assert shown("accuracy[x] >= baseline") == ("x", 0.7)
    assert shown("accuracy[x] >= baseline", "size <= 3") == ("x", 0.7)
    assert shown("size <= 3", "accuracy[x] >= baseline") == ("treatment", 0.1)
    assert shown() == ("treatment", 0.1)
    # an arm without results is shown as that, and no other in its stead
    plan = replace(PLAN, predictions=(parse("accuracy[x] >= baseline"),))
    row = rows_of(experiment(records[0], plan=plan)).experiment
    assert (row.variant, row.metrics) == ("x", {})


def test_predictions_say_which_direction_is_better() -> None:
    assert rows_of(experiment()).experiment.better == {"accuracy": "higher"}
