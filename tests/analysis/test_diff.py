"""The comparison of two sides, on values alone."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from ledger.analysis.datasets.additions import Step
from ledger.analysis.diff import CodeChange, Diff, GroupFiles, diff
from ledger.analysis.metric_changes import metric_change
from ledger.analysis.side import Side
from ledger.model.environment import Environment
from ledger.model.formats.lockfile import Pinned
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Axis, Point
from ledger.report.remarks import sentence, sentences
from ledger.stats.contrast import over_folds

ENVIRONMENT = Environment(
    python="3.11.7",
    implementation="CPython",
    platform="Linux",
    cpu="a cpu",
    cores=2,
    memory_gb=8,
    gpus=(),
    gpu_driver=None,
    packages={"numpy": "1.26.4", "dvc": "3.67.1"},
    locks={},
)


def side(label: str = "a", accuracy: tuple[float, ...] = (0.5, 0.6), **others: Any) -> Side:
    """A side with a metric at so many seeds."""
    given: dict[str, Any] = {
        "params": {"lr": 0.1, "seed": 0},
        "data": {},
        "code": "c" * 40,
        "environments": (ENVIRONMENT,),
        "metrics": {"accuracy": {(("seed", n),): value for n, value in enumerate(accuracy)}},
        "axes": frozenset({"seed"}),
    }
    return Side(label=label, **given | others)


def compare(a: Side, b: Side, code: tuple[CodeChange, ...] = (), listings: Any = None) -> Diff:
    """The comparison, by default of the same code."""
    return diff(a, b, code=code, listings=listings or {})


CHANGE = CodeChange(path="train.py", change="changed", lines_added=1, lines_removed=2, patch="")


def test_the_same_twice_differs_in_nothing() -> None:
    found = compare(side("a"), side("b"))
    assert (found.params, found.data, found.code, found.environment) == ((), (), (), ())
    assert found.metrics[0].difference == 0
    assert found.warnings == ()


def test_parameters_that_differ_come_alone_and_replicates_never() -> None:
    found = compare(
        side(params={"lr": 0.1, "old": 1, "same": 2, "seed": 0}),
        side(params={"lr": 0.2, "new": None, "same": 2, "seed": 5}),
    )
    assert [(p.name, p.a, p.b) for p in found.params] == [("lr", 0.1, 0.2), ("old", 1, None), ("new", None, None)]


@pytest.mark.parametrize(
    ("a", "b"),
    [(1, 1.0), (1, True), (0, False), ([1, 2], [1, 2.0]), ([{"k": 1}], [{"k": True}]), ("1", 1), (0.0, -0.0), ({}, [])],
)
def test_what_python_holds_equal_is_a_difference_to_the_code(a: Any, b: Any) -> None:
    (change,) = compare(side(params={"k": a}), side(params={"k": b})).params
    assert (repr(change.a), repr(change.b)) == (repr(a), repr(b))


@pytest.mark.parametrize("value", [1, math.nan, [math.nan], [{"a": 1, "b": 2}], None, "1"])
def test_a_value_is_itself(value: Any) -> None:
    other = [{"b": 2, "a": 1}] if value == [{"a": 1, "b": 2}] else value
    assert compare(side(params={"k": value}), side(params={"k": other})).params == ()


def test_a_replicate_axis_of_either_side_is_no_difference() -> None:
    found = compare(side(axes=frozenset()), side(params={"lr": 0.1, "seed": 5}))
    assert found.params == ()


LISTINGS = {"1.dir": {"a": "x", "b": "y", "c": "z"}, "2.dir": {"b": "y", "c": "changed", "d": "x", "e": "w"}}


def test_a_folder_of_data_is_compared_file_by_file() -> None:
    pins = [{"data": Pinned(md5=md5, size=3, nfiles=3)} for md5 in ("1.dir", "2.dir")]
    (change,) = compare(side(data=pins[0]), side(data=pins[1]), listings=LISTINGS).data
    assert (change.path, change.groups) == ("data", ())
    assert change.files == Step(brought=("d", "e"), changed=("c",), removed=("a",))
    (unlisted,) = compare(side(data=pins[0]), side(data=pins[1])).data
    assert unlisted.files is None
    assert compare(side(data=pins[0]), side(data=pins[0])).data == ()


def test_files_that_differ_are_counted_by_group() -> None:
    pins = [{"data": Pinned(md5=md5, size=3, nfiles=3)} for md5 in ("1.dir", "2.dir")]
    group_of = {"a": "x", "b": "y", "c": "x", "d": "y"}
    (change,) = diff(
        side(data=pins[0]), side(data=pins[1]), code=(), listings=LISTINGS, grouped=lambda path, files: group_of
    ).data
    assert change.groups == (
        GroupFiles(name="x", added=0, removed=1, changed=1),
        GroupFiles(name="y", added=1, removed=0, changed=0),
    )


def test_files_that_git_holds_are_compared_as_those_of_dvc() -> None:
    a, b = (side(data={"labels": Pinned(md5=None, nfiles=len(files))}, held={"labels": files})
            for files in LISTINGS.values())  # fmt: skip
    (change,) = compare(a, b).data
    assert change.files == Step(brought=("d", "e"), changed=("c",), removed=("a",))
    assert compare(a, a).data == ()


def test_data_that_one_side_lacks() -> None:
    (change,) = compare(side(), side(data={"data": Pinned(md5="1.dir")}), listings=LISTINGS).data
    assert (change.a, change.b) == (None, Pinned(md5="1.dir"))
    assert change.files is None


def test_environments_differ_where_no_one_is_shared() -> None:
    other = dataclasses.replace(ENVIRONMENT, packages={"numpy": "2.0.0", "dvc": "3.67.1"})
    found = compare(side(), side(environments=(other,)))
    assert [(e.name, e.a, e.b) for e in found.environment] == [("numpy", "1.26.4", "2.0.0")]
    assert compare(side(), side(environments=(other, ENVIRONMENT))).environment == ()
    assert compare(side(), side(environments=())).environment == ()


def test_metrics_are_means_with_their_difference() -> None:
    (metric,) = compare(side(accuracy=(0.5, 0.7)), side(accuracy=(0.9, 0.8, 1.0))).metrics
    assert (metric.a.n, metric.b.n) == (2, 3)
    assert [metric.a.mean, metric.a.sd] == pytest.approx([0.6, 0.2 / 2**0.5])
    assert [metric.b.mean, metric.b.sd] == pytest.approx([0.9, 0.1])
    assert metric.difference == pytest.approx(0.3)


def test_a_metric_that_one_side_lacks_has_no_difference() -> None:
    found = compare(side(), side(metrics={"loss": {(): 1.0}}))
    assert [(m.name, m.a.n, m.b.n, m.difference) for m in found.metrics] == [
        ("accuracy", 2, 0, None),
        ("loss", 0, 1, None),
    ]


@pytest.mark.parametrize(
    ("others", "code", "warning"),
    [
        ({}, (CHANGE,), None),
        ({"params": {"lr": 0.2}}, (), None),
        ({"params": {"lr": 0.2}}, (CHANGE,), "both parameters and code differ"),
        ({"params": {"lr": 0.2, "x": 1}}, (), "2 parameters differ (lr, x)"),
        ({"params": {"lr": 0.2}, "data": {"d": Pinned(md5="1")}}, (CHANGE,), "parameters, data and code all differ"),
    ],
)
def test_a_warning_where_nothing_can_be_attributed(
    others: dict[str, Any], code: tuple[CodeChange, ...], warning: str | None
) -> None:
    warnings = compare(side(), side("b", **others), code).warnings
    if warning is None:
        assert warnings == ()
    else:
        assert len(warnings) == 1
        assert sentence(warnings[0]).startswith(warning) and "attributed" in sentence(warnings[0])


def test_one_replicate_is_no_estimate_of_the_noise() -> None:
    assert sentences(compare(side(), side("b", accuracy=(0.5,))).warnings) == (
        "b has one replicate: there is no estimate of the noise",
    )
    assert sentences(compare(side(), side("b", metrics={})).warnings) == ("b has no metrics",)


def test_what_is_doubtful_about_a_side_is_passed_on() -> None:
    one, two = (Remark.of(Kind.NOT_RUN, side=side) for side in ("a", "b"))
    assert compare(side(warnings=(one,)), side("b", warnings=(two,))).warnings == (one, two)


FOLDS = Axis(name="fold", values=(0, 1, 2, 3, 4), kind="fold")


def test_folds_overlap_so_that_their_differences_say_less() -> None:
    def folded(*values: float) -> dict[Any, float]:
        return {(("fold", fold), ("seed", seed)): v + seed / 100 for fold, v in enumerate(values) for seed in (0, 1)}

    low, high = folded(0.70, 0.71, 0.69, 0.72, 0.68), folded(0.72, 0.74, 0.70, 0.74, 0.70)
    found = metric_change("m", low, high, parts=FOLDS).contrast
    assert found == over_folds(
        (0.725, 0.745, 0.705, 0.745, 0.705), (0.705, 0.715, 0.695, 0.725, 0.685), test_share=1 / 4
    )
    # not the same folds, and none at all: no test
    assert metric_change("m", folded(0.70, 0.71), high, parts=FOLDS).contrast is None
    assert metric_change("m", {(("seed", 0),): 0.7, (("seed", 1),): 0.6}, high, parts=FOLDS).contrast is None
    both = compare(side(metrics={"m": low}, parts=FOLDS), side(metrics={"m": high}, parts=FOLDS))
    assert both.metrics[0].contrast == found


def test_seeds_are_not_compared_with_folds_that_nobody_declared() -> None:
    """The difference stands without an interval, and one line says why, however many metrics there are."""
    seeds: dict[Point, float] = {(("seed", n),): 0.5 + n / 10 for n in range(5)}
    folds: dict[Point, float] = {(("fold", n),): 0.6 + n / 10 + n * n / 1000 for n in range(5)}
    found = compare(side(metrics={"m": seeds, "k": seeds}), side("b", metrics={"m": folds, "k": folds}))
    assert [change.contrast for change in found.metrics] == [None, None]
    assert found.metrics[0].difference == pytest.approx(0.106)
    [warning] = found.warnings
    assert sentence(warning) == (
        "no interval: the replicates of the two sides are of different kinds (fold against seed), and no test fits both"
    )
    one = compare(side(metrics={"m": seeds}), side("b", metrics={"m": {(): 0.5}}))
    assert sentences(one.warnings) == ("b has one replicate: there is no estimate of the noise",)


def test_a_replicate_that_diverged_takes_its_pair_with_it() -> None:
    """One NaN among five pairs leaves four pairs, and not two samples."""
    a: dict[Point, float] = {(("seed", n),): 0.5 + n / 10 for n in range(5)}
    b: dict[Point, float] = {(("seed", n),): 0.6 + n / 10 + n * n / 1000 for n in range(5)}
    whole = metric_change("m", {p: a[p] for p in list(a)[1:]}, {p: b[p] for p in list(b)[1:]})
    found = metric_change("m", a | {(("seed", 0),): math.nan}, b)
    assert found.contrast == whole.contrast
    assert found.contrast is not None and found.contrast.test == "paired t"
    assert found.difference == pytest.approx(whole.difference)
    assert (found.a.n, found.a.left_out, found.b.n) == (4, 1, 5)
    # other replicates are another design
    moved: dict[Point, float] = {(("seed", n + 1),): v for n, v in enumerate(a.values())}
    other = metric_change("m", moved, b)
    assert other.contrast is not None and other.contrast.test == "Welch's t"
