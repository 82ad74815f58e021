"""Metrics against parameters, their distributions, and arms over all parameters."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.analysis.parallel import parallel
from ledger.analysis.points import counting_rows, distribution, scatter
from ledger.errors import LedgerError
from ledger.model.row import Row
from ledger.model.settings import MetricSettings, Settings
from ledger.report.remarks import sentences
from ledger.stats.summary import summarise


def row(
    trial: str | None,
    params: Mapping[str, Any],
    value: float,
    *,
    experiment: str = "e",
    variant: str = "v",
    counts: int = 1,
) -> Row:
    """A row of one trial, or of an arm where `trial` is None."""
    return Row(
        experiment=experiment,
        variant=variant,
        trial=trial,
        title="t",
        status="recorded",
        outcome=None,
        parent=None,
        author="Ada",
        tags=(),
        created=datetime(2026, 11, 20, tzinfo=UTC),
        exploratory=False,
        params=params,
        metrics={"accuracy": summarise([value])},
        data={},
        trials=counts,
        recorded=1,
        seconds=1.0,
    )  # fmt: skip


def test_a_point_a_trial_and_a_mean_a_value() -> None:
    rows = [row(f"v/seed-{i}", {"lr": lr}, lr + i / 100) for lr in (0.1, 0.2) for i in range(3)]

    plot = scatter(rows, "metrics.accuracy", "params.lr")

    assert len(plot.dots) == 6
    for mean in plot.means:
        own = [dot.y for dot in plot.dots if dot.x == mean.x]
        assert mean.summary.mean == pytest.approx(statistics.fmean(own))
        assert mean.summary.sd == pytest.approx(statistics.stdev(own))
    assert not plot.log


@pytest.mark.parametrize(
    ("values", "log"),
    [((1e-4, 0.1), True), ((0.1, 1.0), False), ((1, 100), False), ((1, 101), True), ((0.0, 1000.0), False)],
)
def test_an_axis_over_more_than_two_decades_is_logarithmic(values: tuple[float, float], log: bool) -> None:
    rows = [row(f"v/{value}", {"lr": value}, 0.5) for value in values]

    assert scatter(rows, "accuracy", "lr").log is log


def on(row: Row, digest: str) -> Row:
    """The row, with this version of the data."""
    return replace(row, data={"data/raw": digest, "data/same": "55"})


def test_trials_on_different_data_are_not_pooled() -> None:
    old = [on(row(f"a/seed-{i}", {"lr": 0.1}, 0.5 + i / 100), "22a1f3c9.dir") for i in range(3)]
    new = [on(row(f"b/seed-{i}", {"lr": 0.1}, 0.8 + i / 100), "8c1ed00d.dir") for i in range(3)]
    other = [on(row("v/seed-0", {"lr": 0.1}, 0.1, experiment="f"), "8c1ed00d.dir")]
    plot = scatter([*old, *new, *other], "accuracy", "lr")
    assert plot.groups == ("e, data/raw 22a1f3c", "e, data/raw 8c1ed00", "f")
    assert [(m.experiment, m.data, m.summary.n) for m in plot.means] == [
        ("e", "data/raw 22a1f3c", 3),
        ("e", "data/raw 8c1ed00", 3),
        ("f", None, 1),
    ]
    assert [m.summary.mean for m in plot.means] == pytest.approx([0.51, 0.81, 0.1])


def test_of_many_experiments_versions_of_the_data_are_told_apart() -> None:
    def rows(versions: int) -> list[Row]:
        return [on(row("v/0", {"lr": 0.1}, i / 10, experiment=f"e{i}"), f"{i % versions}abcdef") for i in range(6)]

    plot = scatter(rows(2), "accuracy", "lr", most_groups=3)
    assert plot.groups == ("data/raw 0abcdef", "data/raw 1abcdef")
    assert sentences(plot.notes) == ("a colour is a version of the data, of 6 experiments",)
    fewer = scatter(rows(4), "accuracy", "lr", most_groups=3)
    assert (len(fewer.groups), len(fewer.dots)) == (3, 5)
    assert sentences(fewer.notes)[-1] == "1 trial on other versions of the data (1) left out: name fewer experiments"


def test_values_that_are_no_numbers_are_categories_in_order() -> None:
    values = ["sgd", None, 10, 9, True, "adam", [1, 2]]
    rows = [row(f"v/{i}", {"opt": value}, 0.5) for i, value in enumerate(values)]

    assert scatter(rows, "accuracy", "opt").categories == ("9", "10", "[1, 2]", "adam", "null", "sgd", "true")


def test_what_cannot_be_drawn_is_counted() -> None:
    rows = [row("v/0", {"lr": 0.1}, 0.5), row("v/1", {"lr": 0.1}, float("nan")), row("v/2", {}, 0.5)]

    plot = scatter(rows, "accuracy", "lr")

    assert len(plot.dots) == 1
    assert sentences(plot.notes) == ("2 of 3 trials are left out: no finite accuracy, or no lr",)


def test_many_experiments_share_one_colour() -> None:
    rows = [row("v/0", {"lr": i}, 0.5, experiment=f"e{i}") for i in range(9)]

    plot = scatter(rows, "accuracy", "lr")

    assert plot.groups == ("",)
    assert sentences(plot.notes) == ("9 experiments share one colour: name fewer to tell them apart",)


def test_names_have_near_misses() -> None:
    rows = [row("v/0", {"train.lr": 0.1}, 0.5), row("v/1", {"train.lr": 0.2}, 0.5)]

    with pytest.raises(LedgerError) as wrong:
        scatter(rows, "accuracy", "train.rl")
    assert wrong.value.hint == "did you mean train.lr?"
    with pytest.raises(LedgerError) as wrong:
        distribution(rows, "acuracy")
    assert wrong.value.hint == "did you mean accuracy?"


def test_the_end_of_a_name_suffices_where_no_other_ends_so() -> None:
    rows = [row("v/0", {"train.lr": 0.1, "train.name": "a"}, 0.5), row("v/1", {"train.lr": 0.2, "test.name": "b"}, 0.5)]

    assert scatter(rows, "accuracy", "lr").against == "train.lr"
    with pytest.raises(LedgerError) as wrong:
        scatter(rows, "accuracy", "name")
    assert wrong.value.message == "name may mean params.train.name or params.test.name"
    logged = [replace(each, metrics={"test.accuracy": summarise([1.0])}) for each in rows]
    assert distribution(logged, "accuracy").metric == "test.accuracy"


def test_trials_that_do_not_count_are_no_points() -> None:
    assert counting_rows([row("v/0", {}, 1.0, counts=0), row(None, {}, 1.0)]) == []


def test_every_trial_of_an_arm_is_in_its_strip() -> None:
    values = [0.1, 0.4, 0.2, 0.9, 0.5]
    rows = [row(f"v/{i}", {}, value) for i, value in enumerate(values)] + [row("w/0", {}, 1.0, variant="w")]

    first, second = distribution(rows, "accuracy").strips

    assert [value for _, value in first.values] == values
    assert first.box == pytest.approx(tuple(statistics.quantiles(values, n=4, method="inclusive")))
    assert (second.arm, second.box) == ("w", None)

    # nor is anything lost where a float holds no multiple of them
    for values in ([0.7] * 5, [1.7e308] * 6, [5e-324] * 7):
        (strip,) = distribution([row(f"v/{i}", {}, value) for i, value in enumerate(values)], "accuracy").strips
        assert strip.box == (values[0],) * 3 and strip.summary.sd == 0
    (strip,) = distribution(
        [row(f"v/{i}", {}, value) for i, value in enumerate([-1.7e308, -1, 0, 1, 2, 1.7e308])], "accuracy"
    ).strips
    assert strip.box == (-0.75, 0.5, 1.75)


def test_parallel_shows_what_varies() -> None:
    rows = [
        row(None, {"lr": 1e-4, "opt": "sgd", "same": 1}, 0.1, variant="a"),
        row(None, {"lr": 1e-2, "opt": "adam", "same": 1}, 0.2, variant="b"),
        row(None, {"lr": 1.0, "same": 1}, 0.3, variant="c"),
    ]

    plot = parallel(rows, "accuracy", Settings())

    assert [(scale.name, scale.log) for scale in plot.scales] == [("lr", True), ("opt", False), ("accuracy", False)]
    assert [path.positions[0] for path in plot.paths] == pytest.approx([0, 0.5, 1])
    assert [path.positions[1] for path in plot.paths] == [1, 0, None]
    assert [path.values for path in plot.paths] == [(1e-4, "sgd"), (1e-2, "adam"), (1.0, None)]


def test_parallel_needs_something_that_varies() -> None:
    alike = [row(None, {"lr": 1}, 0.1, variant="a"), row(None, {"lr": 1}, 0.2, variant="b")]
    with pytest.raises(LedgerError, match="no parameter varies"):
        parallel(alike, "accuracy", Settings())
    with pytest.raises(LedgerError, match="need two arms"):
        parallel([row(None, {"lr": 1}, 0.1)], "accuracy", Settings())


def test_the_better_direction_is_that_of_the_settings_or_else_of_the_predictions() -> None:
    rows = [row(None, {"lr": k}, k / 10, variant=f"v{k}") for k in range(3)]
    assert parallel(rows, "accuracy", Settings()).better is None
    predicting = [replace(each, better={"accuracy": "lower"}) for each in rows]
    assert parallel(predicting, "accuracy", Settings()).better == "lower"
    settings = Settings(metrics={"accuracy": MetricSettings(direction="higher")})
    assert parallel(predicting, "accuracy", settings).better == "higher"


def test_a_parameter_that_some_arms_have_alike_gives_way_to_one_that_varies() -> None:
    rows = [row(None, {"lr": k, **({"flag": True} if k else {})}, k / 10, variant=f"v{k}") for k in range(4)]
    assert [scale.name for scale in parallel(rows, "accuracy", Settings(), most=1).scales] == ["lr", "accuracy"]


def test_of_many_parameters_those_that_tell_most_are_drawn() -> None:
    rows = [
        row(None, {f"p{i}": k if i % 2 else int(k == 0) for i in range(20)}, k / 10, variant=f"v{k}") for k in range(5)
    ]

    plot = parallel(rows, "accuracy", Settings())

    assert [scale.name for scale in plot.scales[:-1]] == [f"p{i}" for i in range(1, 17, 2)]
    assert sentences(plot.notes) == ("not drawn: p0, p2, p4, p6, p8, p10 and 6 more",)


def test_a_baseline_that_several_experiments_reuse_is_pooled_once() -> None:
    shared = [
        replace(row(f"baseline/seed-{seed}", {"lr": 0.1}, seed / 10, experiment=f"e{i}"),
                fingerprint="fb", replicate={"seed": seed})
        for i in range(9) for seed in range(2)
    ]  # fmt: skip
    own = replace(row("treatment/seed-0", {"lr": 0.1}, 0.9), fingerprint="ft", replicate={"seed": 0})

    together = scatter([*shared, own], "accuracy", "lr")

    assert sorted(dot.y for dot in together.dots) == [0.0, 0.1, 0.9]
    assert together.means[0].summary.n == 3
    assert sentences(together.notes)[1] == "16 trials repeat another's (a reused baseline): pooled once"
    # apart from each other every experiment has its baseline
    assert [mean.summary.n for mean in scatter(shared[:4], "accuracy", "lr").means] == [2, 2]


def test_a_whole_number_beyond_all_floats_is_a_category() -> None:
    big = 10**400
    rows = [row("v/0", {"n": big}, 0.5, variant="v"), row("v/1", {"n": 2}, 0.6, variant="w")]

    assert scatter(rows, "accuracy", "n").categories == ("2", str(big))
    assert [path.positions[0] for path in parallel(rows, "accuracy", Settings()).paths] == [0, 1]
