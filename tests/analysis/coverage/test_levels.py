"""Values as levels: which are one, and how many numbers become bins."""

from __future__ import annotations

from typing import Any

import pytest
from made_coverage import of, tried

from ledger.analysis.coverage.answer import coverage
from ledger.analysis.coverage.tried import Bins, CoverageOptions
from ledger.errors import LedgerError


def labels(values: list[Any], bins: Bins | None = None) -> list[str]:
    """What the levels of one parameter are called."""
    (one,) = of([{"lr": value} for value in values], bins=bins or Bins()).taken.parameters
    return [level.label for level in one.levels]


def test_values_are_levels_in_their_order() -> None:
    assert labels([0.1, 1e-5, 10, 0.1]) == ["1e-05", "0.1", "10"]
    assert labels(["sgd", 3, "adam", True, None, [1, 2], "1"]) == ["3", "'1'", "[1, 2]", "adam", "null", "sgd", "true"]


def test_which_values_are_one() -> None:
    assert labels([1, 1.0, 2]) == ["1", "2"]
    # but a truth value is no number, and a text neither
    assert len(labels([1, True, "1"])) == 3
    assert labels([float("nan"), float("nan"), 0.1]) == ["0.1", ".nan"]
    assert labels([float("inf"), 10**400, 1]) == ["1", ".inf", str(10**400)]


def test_a_parameter_of_all_kinds_may_be_absent() -> None:
    rows: list[dict[str, Any]] = [
        {"a": 1},
        {"a": None},
        {"a": [1]},
        {"a": float("nan")},
        {"a": True},
        {"b": 1},
        {"b": 2},
    ]
    found = of(rows, t=1)

    assert [(one.name, one.absent, len(one.levels)) for one in found.taken.parameters] == [("a", 2, 5), ("b", 5, 2)]


def test_many_numbers_become_five_bins_of_about_as_many() -> None:
    values = [at / 100 for at in range(23)]
    (one,) = of([{"lr": value} for value in values]).taken.parameters

    assert [level.label for level in one.levels] == ["0..0.04", "0.05..0.09", "0.1..0.13", "0.14..0.18", "0.19..0.22"]
    assert sorted((value for level in one.levels for value in level.values), key=str) == sorted(values, key=str)
    assert labels(values, Bins(each=True))[:2] == ["0.0", "0.01"]
    # by as many digits as tell the bins apart
    assert labels([at / 3 for at in range(12)])[:2] == ["0..0.6667", "1..1.333"]
    assert labels([1 + at * 1e-6 for at in range(12)])[0] == "1..1.000002"
    # ten are still values
    assert len(labels(values[:10])) == 10


def test_bins_by_number_and_by_edges() -> None:
    assert labels([1, 2, 3, 4], Bins(every=2)) == ["1..2", "3..4"]
    assert labels([1, 2, 3, 4], Bins(by={"lr": 2}, every=4)) == ["1..2", "3..4"]
    # an edge belongs to the bin above it; beyond the edges there is a bin only where values are
    assert labels([0.1, 0.2, 0.5], Bins(by={"lr": (0.1, 0.2, 0.4)})) == ["0.1..<0.2", "0.2..<0.4", ">=0.4"]
    assert labels([0.05, 0.3], Bins(by={"lr": (0.1, 0.2, 0.4)})) == ["<0.1", "0.1..<0.2", "0.2..<0.4"]


def test_a_bin_that_was_never_used_is_missing_and_proposed_by_its_lower_edge() -> None:
    rows = [{"lr": 0.05, "opt": "a"}, {"lr": 0.3, "opt": "b"}]
    found = of(rows, bins=Bins(by={"lr": (0.1, 0.2, 0.4)}), complete=9)

    assert found.proposals is not None
    assert {one.params["lr"] for one in found.proposals.proposals} == {0.05, 0.1, 0.3}
    assert found.proposals.left == 0


def test_the_value_of_a_bin_is_that_which_was_used_most() -> None:
    rows = [{"lr": lr, "opt": "a"} for lr in (1, 2, 2, 3, 4, 4)] + [{"lr": 2, "opt": "b"}]
    found = of(rows, bins=Bins(by={"lr": 2}), complete=1)

    assert found.proposals is not None
    assert [dict(one.params) for one in found.proposals.proposals] == [{"lr": 4, "opt": "b"}]


@pytest.mark.parametrize(
    ("bins", "message"),
    [
        (Bins(by={"lrr": 2}), "--bins lrr: no trial has such a parameter"),
        (Bins(by={"opt": 2}), "train.opt is not a number"),
        (Bins(by={"fixed": 2}), "fixed is not a parameter that varied"),
    ],
)
def test_bins_of_what_has_none_are_refused(bins: Bins, message: str) -> None:
    rows = [{"train.lr": 1, "train.opt": "a", "fixed": 1}, {"train.lr": 2, "train.opt": "b", "fixed": 1}]
    with pytest.raises(LedgerError, match=message):
        of(rows, bins=bins)


def test_which_parameters_count() -> None:
    rows = [{"train.lr": at % 2, "train.seed": at, "train.opt": "ab"[at % 2], "epochs": 9} for at in range(4)]

    def names(**asked: Any) -> list[str]:
        found = coverage(tried(rows), CoverageOptions(**asked), lambda name: name == "train.seed")
        return [one.name for one in found.taken.parameters]

    assert names() == ["train.lr", "train.opt"]
    assert names(keep=["seed"]) == ["train.seed"]
    assert names(keep=["seed,l*", "params.train.opt"]) == ["train.lr", "train.seed", "train.opt"]
    assert names(drop=["lr"]) == ["train.opt"]
    found = coverage(tried(rows), CoverageOptions(drop=["lr"]), lambda name: name == "train.seed")
    assert (found.taken.replicates, found.taken.dropped) == (("train.seed",), ("train.lr",))
    assert [(one.name, one.value) for one in found.taken.fixed] == [("epochs", 9)]
    with pytest.raises(LedgerError, match="--keep op: no trial") as refused:
        names(keep=["op"])
    assert refused.value.hint == "did you mean train.opt?"
