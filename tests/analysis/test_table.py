"""Which rows and columns make a table, and numbers beside those that `statistics` computes."""

from __future__ import annotations

import random
import statistics
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_rows import row

from ledger.analysis.columns import Request, varying
from ledger.analysis.table import Table, select
from ledger.errors import LedgerError
from ledger.model.row import Row
from ledger.model.settings import MetricSettings, Settings
from ledger.report.remarks import sentences
from ledger.report.shapes import table as shapes
from ledger.stats.summary import pooled, summarise

ROWS = (
    row("a", {"accuracy": [0.9, 0.92, 0.94], "loss": [0.3]}, lr=0.1, opt="adam", depth=2),
    row("b", {"accuracy": [0.96, 0.98]}, lr=0.01, opt="sgd", depth=2),
    row("c", {"accuracy": [0.95], "loss": [0.1]}, lr=0.01, opt="adam", depth=2),
    row("d", {}, lr=0.1, opt="sgd", depth=2),
)
SETTINGS = Settings(metrics={"accuracy": MetricSettings(direction="higher"), "loss": MetricSettings(direction="lower")})


def table(rows: tuple[Row, ...] = ROWS, **asked: object) -> Table:
    """The table that a request gives."""
    return select(rows, Request(**asked), SETTINGS)  # type: ignore[arg-type]


def names(found: Table) -> str:
    """The rows' experiments."""
    return "".join(each.experiment for each in found.rows)


def columns(found: Table) -> list[str]:
    """The columns' names."""
    return [column.field.name for column in found.columns]


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), min_size=1, max_size=5))
def test_pooling_summaries_is_summarising_the_values(groups: list[list[float]]) -> None:
    found = pooled([summarise(values) for values in groups])

    everything = [value for values in groups for value in values]
    assert found.n == len(everything)
    assert found.mean == pytest.approx(statistics.fmean(everything), rel=1e-9, abs=1e-6)
    if len(everything) > 1:
        assert found.sd == pytest.approx(statistics.stdev(everything), rel=1e-9, abs=1e-6)
    else:
        assert found.sd is None


def test_pooling_leaves_out_what_is_not_finite_and_counts_it() -> None:
    found = pooled([summarise([1.0, float("nan")]), summarise([3.0]), summarise([float("inf")])])

    assert (found.n, found.mean, found.left_out) == (2, 2.0, 2)


def test_groups_are_pooled_over_their_trials() -> None:
    found = table(group=("opt",), sort=("opt",))

    adam, sgd = found.rows
    assert columns(found)[:3] == ["params.opt", "experiments", "trials"]
    assert [column.field.get(adam) for column in found.columns[:3]] == ["adam", 2, 4]
    values = [0.9, 0.92, 0.94, 0.95]
    assert adam.metrics["accuracy"].mean == pytest.approx(statistics.fmean(values))
    assert adam.metrics["accuracy"].sd == pytest.approx(statistics.stdev(values))
    assert adam.metrics["loss"].n == 2
    assert sgd.metrics["accuracy"].n == 2
    assert adam.seconds == 3.0


def test_a_row_with_two_tags_is_in_two_groups_and_one_with_none_in_its_own() -> None:
    rows = (row("a", _tags=("x", "y")), row("b", _tags=("y",)), row("c"))

    found = table(rows, group=("tag",), sort=("tags",))

    assert [[column.field.get(each) for column in found.columns[:2]] for each in found.rows] == [
        ["x", 1],
        ["y", 2],
        [None, 1],
    ]


def test_one_and_one_point_nought_and_true_are_three_groups() -> None:
    rows = tuple(row(name, {"accuracy": [0.9]}, k=k) for name, k in (("a", 1), ("b", 1.0), ("c", True), ("d", 1)))

    found = table(rows, group=("k",))

    assert [(repr(each.extra["group"]["params.k"]), each.trials) for each in found.rows] == [
        ("1", 2), ("1.0", 1), ("True", 1),
    ]  # fmt: skip


def test_trials_that_several_rows_hold_are_pooled_once() -> None:
    baseline = row("a", {"accuracy": [0.9, 0.92]}, lr=1, _fingerprint="77ab")
    rows = (baseline, replace(baseline, experiment="b"), row("c", {"accuracy": [0.9, 0.92]}, lr=1, _fingerprint="88"))

    found = table(rows, group=("lr",))

    assert (found.rows[0].metrics["accuracy"].n, found.rows[0].trials) == (4, 4)
    assert sentences(found.notes) == ("1 trial repeats another's (a reused baseline): pooled once",)


def test_an_arm_of_which_a_part_is_anothers_is_pooled_trial_by_trial() -> None:
    def trials(name: str, seeds: range) -> tuple[Row, ...]:
        return tuple(
            row(name, {"accuracy": [seed / 7]}, lr=1, _trial=f"treatment/seed-{seed}", _trial_status="succeeded",
                _trials=1, _replicate={"seed": seed}, _fingerprint="77ab", _seconds=0.5)
            for seed in seeds
        )  # fmt: skip

    parts = trials("a", range(5)) + trials("b", range(10))
    arms = tuple(
        row(name, {"accuracy": [seed / 7 for seed in range(count)]}, lr=1, _fingerprint="77ab")
        for name, count in (("a", 5), ("b", 10))
    )

    of_arms = select(arms, Request(level="variants", group=("variant",)), SETTINGS, lambda: parts)
    of_trials = select(parts, Request(level="trials", group=("variant",)), SETTINGS)

    values = [seed / 7 for seed in range(10)]
    for found in (of_arms, of_trials):
        (one,) = found.rows
        assert one.metrics["accuracy"].n == one.trials == 10
        assert one.metrics["accuracy"].mean == pytest.approx(statistics.fmean(values))
        assert one.metrics["accuracy"].sd == pytest.approx(statistics.stdev(values))
        assert one.seconds == 5.0
        assert sentences(found.notes) == ("5 trials repeat another's (a reused baseline): pooled once",)
    assert of_arms.rows[0].extra["rows"] == 2


def test_trials_are_asked_for_only_where_arms_are_grouped() -> None:
    def never() -> tuple[Row, ...]:
        raise AssertionError

    select(ROWS, Request(), SETTINGS, never)
    select(ROWS, Request(level="trials", group=("opt",)), SETTINGS, never)


def test_a_column_that_may_be_two_is_refused() -> None:
    rows = (row("a", {"seconds": [3.0]}),)

    with pytest.raises(LedgerError, match=r"seconds may mean row\.seconds or metrics\.seconds"):
        table(rows, keep=("seconds",))
    assert columns(table(rows, keep=("row.seconds",))) == ["experiment", "seconds"]


def test_trials_that_do_not_count_are_not_pooled() -> None:
    rows = tuple(
        row(
            f"{i}",
            {"accuracy": [0.9 + i]},
            lr=1,
            _trial=f"treatment/seed-{i}",
            _trial_status="succeeded",
            _trials=i % 2,
        )
        for i in range(4)
    )

    found = table(rows, level="trials", group=("lr",))

    assert found.rows[0].metrics["accuracy"].n == 2
    assert "2 trials left out" in sentences(found.notes)[0]


def test_groups_are_sorted_by_what_they_have() -> None:
    assert [each.metrics["accuracy"].n for each in table(group=("opt",), sort=("accuracy",)).rows] == [4, 2]
    assert [each.metrics["accuracy"].n for each in table(group=("opt",), sort=("-accuracy",)).rows] == [2, 4]
    with pytest.raises(LedgerError, match="a group has no created"):
        table(group=("opt",), sort=("created",))


@pytest.mark.parametrize("group", [(), ("depth",), ("opt",)])
@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("acc*", ["metrics.accuracy"]),
        ("loss.sd,parent", ["metrics.loss.sd", "parent"]),
        ("name,title", ["experiment", "title"]),
        ("params.lr,tag", ["params.lr", "tags"]),
        ("recorded", ["recorded"]),
    ],
)
def test_the_same_columns_can_be_kept_of_groups(group: tuple[str, ...], keep: str, expected: list[str]) -> None:
    own = [f"params.{name}" for name in group] or ["experiment"]
    assert columns(table(group=group, keep=(keep,))) == list(dict.fromkeys([*own, *expected]))


def test_a_name_that_is_unknown_or_unclear_is_refused_of_groups_alike() -> None:
    for group in ((), ("opt",)):
        with pytest.raises(LedgerError) as raised:
            table(group=group, keep=("accurcy",))
        assert raised.value.hint == "did you mean metrics.accuracy?"
    nested = (row("a", {"x.f1": [1.0]}, lr=1), row("b", {"y.f1": [1.0]}, lr=1))
    with pytest.raises(LedgerError, match=r"f1 may mean metrics\.x\.f1 or metrics\.y\.f1"):
        table(nested, group=("lr",), keep=("f1",))
    assert columns(table((row("a", {"x.f1": [1.0]}, lr=1),), group=("lr",), keep=("f1",))) == [
        "params.lr",
        "metrics.x.f1",
    ]


def test_of_what_is_not_pooled_a_group_shows_what_its_rows_agree_on() -> None:
    found = table(group=("opt",), keep=("depth,lr,created,tags,author",))
    shown = {column.field.name: [column.field.get(each) for each in found.rows] for column in found.columns}
    assert shown["params.opt"] == ["adam", "sgd"]
    assert shown["params.depth"] == [2, 2]
    assert shown["params.lr"] == [None, None]
    assert shown["created"] == [ROWS[0].created] * 2
    assert shown["author"] == [ROWS[0].author] * 2
    assert shapes.table(found)[0]["shared"]["params.depth"] == 2


def test_rows_are_sorted_by_several_keys_with_what_is_missing_last() -> None:
    assert names(table(sort=("-accuracy",))) == "bcad"
    assert names(table(sort=("accuracy",))) == "acbd"
    assert names(table(sort=("lr,-accuracy",))) == "bcad"
    assert names(table(sort=("-lr", "accuracy"))) == "adcb"
    assert names(table(sort=("opt",))) == "acbd"


def test_values_of_several_types_can_be_sorted() -> None:
    given: list[object] = [None, "text", 2, True, [1], 0.5, float("nan"), datetime(2026, 1, 1, tzinfo=UTC), ""]
    random.Random(0).shuffle(given)

    found = table(tuple(row(str(i), x=value) for i, value in enumerate(given)), sort=("x",))

    assert [each.params["x"] for each in found.rows][:5] == [0.5, True, 2, "", "text"]
    assert str(found.rows[-1].params["x"]) in ("None", "nan")


@given(st.lists(st.none() | st.integers() | st.floats() | st.text() | st.booleans()), st.booleans())
def test_sorting_never_fails_and_loses_nothing(values: list[object], descending: bool) -> None:
    rows = tuple(row(str(i), x=value) for i, value in enumerate(values))

    found = table(rows, sort=("-x" if descending else "x",))

    assert sorted(each.experiment for each in found.rows) == sorted(each.experiment for each in rows)


def test_only_parameters_that_vary_have_columns() -> None:
    assert [name for name in columns(table()) if name.startswith("params")] == ["params.lr", "params.opt"]
    assert "params.depth" in columns(table(every=True))
    assert varying((row("a", x=1, y=1), row("b", x=1.0), row("c", x=1, y=1))).keys() == {"x", "y"}


def test_columns_are_kept_and_dropped_by_pattern() -> None:
    assert columns(table(keep=("accuracy",))) == ["experiment", "metrics.accuracy"]
    assert columns(table(keep=("params.*", "depth"))) == ["experiment", "params.lr", "params.opt", "params.depth"]
    assert columns(table(keep=("loss.sd,parent",))) == ["experiment", "metrics.loss.sd", "parent"]
    dropped = columns(table(drop=("l*", "title")))
    assert "metrics.loss" not in dropped
    assert "params.lr" not in dropped
    assert "title" not in dropped
    assert "metrics.accuracy" in dropped
    with pytest.raises(LedgerError) as raised:
        table(keep=("accurcy",))
    assert raised.value.hint == "did you mean metrics.accuracy?"
    with pytest.raises(LedgerError, match="no column matches z"):
        table(drop=("z*",))


def test_the_best_is_marked_by_direction_and_of_all_that_were_selected() -> None:
    assert table().best == {"accuracy": frozenset({1}), "loss": frozenset({2})}
    assert table(limit=1).best == {}
    assert table(where="opt = adam").best == {"accuracy": frozenset({1}), "loss": frozenset({1})}
    assert select(ROWS, Request(), Settings()).best == {}
    predicted = tuple(replace(each, better={"loss": "lower"}) for each in ROWS)
    assert select(predicted, Request(), Settings()).best == {"loss": frozenset({2})}
    disputed = (replace(ROWS[0], better={"loss": "lower"}), replace(ROWS[2], better={"loss": "higher"}))
    assert select(disputed, Request(), Settings()).best == {}


def test_the_limit_comes_after_the_order() -> None:
    found = table(sort=("-accuracy",), limit=2)

    assert names(found) == "bc"
    assert found.selected == 4


def test_an_empty_ledger_has_an_empty_table() -> None:
    assert table((), where="x > 1", sort=("x",), keep=("y",), group=("z",)).rows == ()


def test_the_best_row_and_what_luck_adds_to_it() -> None:
    names = ("lo", "mid", "hi")
    arms = [
        row("grid", {"m": values}, _variant=name, _fingerprint=name, _better={"m": "higher"})
        for name, values in zip(names, ([1.0, 2.0, 1.2], [2.0, 3.2, 2.4], [1.5, 2.5, 1.6]), strict=True)
    ]
    baseline = row("grid", {"m": [9.0, 9.0]}, _variant="baseline", _fingerprint="b")
    singles = [
        row("grid", {"m": [value]}, _variant=arm.variant, _trial=f"{arm.variant}/seed-{seed}", _trials=1,
            _replicate={"seed": seed}, _fingerprint=arm.variant)
        for arm, values in zip(arms, ([1.0, 2.0, 1.2], [2.0, 3.2, 2.4], [1.5, 2.5, 1.6]), strict=True)
        for seed, value in enumerate(values)
    ]  # fmt: skip
    found = select([*arms, baseline], Request(level="variants", best=True), Settings(), lambda: singles)
    assert [one.variant for one in found.rows] == ["mid"]
    (note,) = found.notes
    facts: dict[str, Any] = dict(note.facts)
    assert (facts["among"], facts["n"], facts["arm"]) == (3, 3, "grid:mid")
    # what is common to a seed is no luck of an arm's
    assert facts["noise"] < 0.1
    assert facts["luck"] == pytest.approx(0.8462843753 * facts["noise"] / 3**0.5)
    # one fingerprint is one arm
    twice = row("again", {"m": [1.0, 2.0]}, _variant="treatment", _fingerprint="lo")
    found = select([*arms, twice], Request(level="variants", best=True), Settings(), lambda: singles)
    assert dict(found.notes[0].facts)["among"] == 3
    # without a direction the order that is asked for says it
    plain = [row(name, {"m": [value, value + 1]}, _fingerprint=name) for name, value in (("a", 1.0), ("b", 2.0))]
    for sort, best in (("m", "a"), ("-m", "b")):
        found = select(plain, Request(best=True, sort=(sort,)), Settings(), lambda: ())
        assert [one.experiment for one in found.rows] == [best]
    with pytest.raises(LedgerError, match="higher or a lower m is better"):
        select(plain, Request(best=True), Settings())
    with pytest.raises(LedgerError, match="no row has a metric"):
        select([row("a")], Request(best=True), Settings())
    with pytest.raises(LedgerError, match="--group-by pools them"):
        select(plain, Request(best=True, group=("author",)), Settings())


def test_of_single_trials_the_luck_is_that_of_a_trial() -> None:
    singles = [
        row("grid", {"m": [value]}, _variant=arm, _trial=f"{arm}/seed-{seed}", _trials=1, _replicate={"seed": seed},
            _better={"m": "higher"})
        for arm, values in (("lo", [0.0, 2.0]), ("hi", [1.0, 3.0]))
        for seed, value in enumerate(values)
    ]  # fmt: skip
    found = select(singles, Request(level="trials", best=True), Settings())
    facts: dict[str, Any] = dict(found.notes[0].facts)
    assert [one.trial for one in found.rows] == ["hi/seed-1"]
    assert (facts["among"], facts["n"]) == (4, 1)
    assert facts["noise"] == pytest.approx(2**0.5)
