"""From what a plan is asked for to its arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from ledger.analysis.plans.arms import arms
from ledger.analysis.plans.grid import grid
from ledger.errors import LedgerError
from ledger.model import prediction_parser
from ledger.model.parameters import Value
from ledger.model.plan import BASE, Variant

BRANCH = {"lr": 0.1, "depth": 3}
HI = Variant(name="hi", params={"lr": 0.9})
FILLED = Variant(name="baseline", experiment="other")


def made(
    *predictions: str,
    baseline: Variant | None = None,
    overrides: Mapping[str, Value] | None = None,
    named: Sequence[Variant] = (),
    vary: Mapping[str, Sequence[Value]] | None = None,
) -> list[str]:
    """The names of the arms, those at the base with a star."""
    found = arms(
        [prediction_parser.parse(text) for text in predictions],
        baseline=baseline,
        overrides=overrides or {},
        named=named,
        built=grid(vary or {}),
        branch=BRANCH,
    )
    return [f"{v.name}*" if v.at == BASE else v.name for v in found]


def test_a_baseline_is_there_where_something_is_compared_with_it() -> None:
    assert made() == ["treatment"]
    assert made("acc >= 0.9") == ["treatment"]
    assert made("acc > baseline") == ["baseline*", "treatment"]
    assert made(baseline=FILLED) == ["baseline", "treatment"]
    assert made("acc > baseline", baseline=FILLED) == ["baseline", "treatment"]


def test_a_treatment_is_there_where_something_tells_it_from_the_others() -> None:
    assert made("acc[hi] > baseline", named=[HI]) == ["baseline*", "hi"]
    assert made("acc > baseline", named=[HI]) == ["baseline*", "treatment", "hi"]
    assert made("acc[hi] > baseline", named=[HI], overrides={"depth": 4}) == ["baseline*", "treatment", "hi"]


def test_the_combination_that_the_branch_has_already_is_no_arm_of_its_own() -> None:
    two = {"lr": (0.1, 0.2)}
    assert made(vary=two) == ["treatment", "lr-0-2"]
    # what it is compared with is the baseline
    assert made("acc[lr-0-2] > baseline", vary=two) == ["baseline*", "lr-0-2"]
    assert made("acc[lr-0-2] > baseline", vary=two, baseline=FILLED) == ["baseline", "treatment", "lr-0-2"]
    # unless a prediction names it
    assert made("acc[lr-0-1] > baseline", vary=two) == [
        "baseline*",
        "lr-0-1",
        "lr-0-2",
    ]
    # the branch as it will begin, and 1 is not 1.0
    assert made(vary=two, overrides={"lr": 0.2}) == ["treatment", "lr-0-1"]
    assert made(vary={"depth": (3.0, 4)}) == ["depth-3-0", "depth-4"]


def test_two_arms_have_two_names() -> None:
    with pytest.raises(LedgerError, match="both make an arm lr-0-2"):
        made(vary={"lr": (0.1, 0.2)}, named=[Variant(name="lr-0-2", params={"depth": 4})])
    with pytest.raises(LedgerError, match="is not declared with --variant"):
        made(named=[Variant(name="baseline", params={"lr": 0.2})])
