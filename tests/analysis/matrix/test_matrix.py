"""A matrix from the values of its arms: effects whose truth is known, and cells that are lacking."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.analysis.matrix.answer import Matrix, answer
from ledger.analysis.matrix.cells import layout
from ledger.analysis.plans.matrix import MatrixSide, arms
from ledger.errors import LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model.data_change import DataChange
from ledger.model.hypothesis import Hypothesis
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Axis, Point, Replicates

SEEDS = (0, 1, 2, 3)
LUCK = {"v1": (0.01, -0.01, 0.0, 0.004), "v2": (-0.006, 0.01, 0.002, -0.004), "v3": (0.0, 0.008, -0.009, 0.002)}
TRAINED = {"v1": 0.0, "v2": 0.0, "v3": 0.03}
HARDER = {"v1": 0.0, "v30": -0.05}


def side(path: str, *labels: str) -> MatrixSide:
    changes = tuple(DataChange(at=f"{number}{'a' * 39}") for number, _ in enumerate(labels))
    return MatrixSide(path=path, labels=labels, changes=changes)


def plan(variants: tuple[Variant, ...]) -> Plan:
    return Plan(
        title="Matrix",
        name="matrix",
        author="Ada <ada@example.org>",
        created=datetime(2026, 11, 28, tzinfo=UTC),
        base="a" * 40,
        variants=variants,
        replicates=Replicates(axes=(Axis(name="seed", values=SEEDS),)),
        exploratory=True,
    )


PLAN = plan(arms(side("data/train", *TRAINED), side("data/test", *HARDER)))


def measured(without: tuple[tuple[str, int], ...] = ()) -> dict[str, dict[Point, float]]:
    return {
        f"{row}-on-{column}": {
            (("seed", seed),): 0.6 + adds + falls + LUCK[row][seed] + 0.001 * ((seed * len(row + column) + at) % 5)
            for seed in SEEDS
            if (f"{row}-on-{column}", seed) not in without
        }
        for at, (row, adds) in enumerate(TRAINED.items())
        for column, falls in HARDER.items()
    }


def matrix(values: dict[str, dict[Point, float]], sign: int = 1) -> Matrix:
    return answer(layout(PLAN), values, experiment="matrix", metric="dice", sign=sign, trials=24)


def test_the_first_column_comes_first() -> None:
    assert [variant.name for variant in PLAN.variants] == [
        "v1-on-v1", "v2-on-v1", "v3-on-v1", "v1-on-v30", "v2-on-v30", "v3-on-v30",
    ]  # fmt: skip


def test_the_layout_is_read_from_the_file_again() -> None:
    text = hypotheses.render(Hypothesis(plan=PLAN, body=""))
    found = layout(hypotheses.parse(text).plan)
    assert (found.row_path, found.column_path) == ("data/train", "data/test")
    assert (found.rows, found.columns) == (("v1", "v2", "v3"), ("v1", "v30"))
    assert found.arms[2] == ("v3-on-v1", "v3-on-v30")


def test_labels_that_no_name_may_have() -> None:
    made = arms(side("data/train", "HEAD~2", "v1-on-x", "2024"), side("data/test", "Ä", "ä", "site a"))
    names = [variant.name for variant in made]
    assert len(set(names)) == 9
    assert layout(plan(made)).rows == ("head-2", "v1-x", "r-2024")


def test_effects() -> None:
    found = matrix(measured())
    assert [one.name for one in found.row_effects] == ["v1", "v2", "v3"]
    assert found.row_effects[0].effect == 0 and found.row_effects[0].interval is None
    assert found.row_effects[2].effect == pytest.approx(0.03, abs=5e-3)
    assert found.column_effects[1].effect == pytest.approx(-0.05, abs=2e-3)
    assert found.column_effects[1].told and found.column_effects[1].everywhere
    assert not found.row_effects[1].told and not found.row_effects[1].everywhere
    assert found.cells[0][0].n == 4 and found.interaction is not None


def test_a_cell_that_failed_leaves_the_others_answered() -> None:
    found = matrix(measured(tuple(("v2-on-v30", seed) for seed in SEEDS)))
    assert found.cells[1][1].n == 0 and found.interaction is None
    # v2 beside v1 on the first set alone, the sets by the other models
    assert found.row_effects[1].contrast is not None
    assert found.column_effects[1].effect == pytest.approx(-0.05, abs=3e-3)
    assert not found.column_effects[1].everywhere


def test_a_seed_that_failed_is_in_no_effect_of_its_row() -> None:
    found = matrix(measured((("v3-on-v30", 1),)))
    assert found.row_effects[2].contrast is not None and found.row_effects[2].contrast.n == 3
    assert found.row_effects[1].contrast is not None and found.row_effects[1].contrast.n == 4


def test_nothing_has_run() -> None:
    found = matrix({})
    assert [one.effect for one in found.row_effects] == [0.0, None, None]


@pytest.mark.parametrize(
    "variants",
    [
        (Variant(name="treatment"),),
        PLAN.variants[:-1],
        (*PLAN.variants, Variant(name="other", data=PLAN.variants[0].data)),
    ],
)
def test_what_is_no_matrix(variants: tuple[Variant, ...]) -> None:
    with pytest.raises(LedgerError, match="is not a matrix"):
        layout(plan(variants))
