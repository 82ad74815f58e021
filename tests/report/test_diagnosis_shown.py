"""An ablation and a matrix in sentences, as tables that fit, as pictures and as JSON."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
import vl_convert

from ledger.analysis.ablation.answer import Ablation, KnownGroup, group_effects, whole
from ledger.analysis.ablation.design import Ablated, Design, wanted
from ledger.analysis.matrix.answer import Matrix, answer
from ledger.analysis.matrix.cells import Layout
from ledger.model.replicates import Point
from ledger.model.settings import Settings
from ledger.report import ablate, ablate_words, matrix, matrix_words, terminal
from ledger.report import json as as_json
from ledger.report.plots import cells, effects, picture
from ledger.report.text import width

SETTINGS = Settings()
SEEDS = (0, 1, 2, 3)


def luck(*what: object) -> float:
    """Noise that follows from some words."""
    return random.Random(str(what)).gauss(0, 0.002)


def ablation(
    adds: Mapping[str, float],
    design: Design = Design.LEAVE_OUT,
    *,
    sign: int = 1,
    seeds: int = 4,
    empty: float | None = None,
) -> Ablation:
    groups = tuple(adds)
    found = Ablated(
        path="data/raw",
        design=design,
        groups=groups,
        worth={str(sorted(each)): each for each in wanted(design, groups)},
        seeds={},
    )
    values: dict[str, dict[Point, float]] = {
        arm: {(("seed", seed),): 0.6 + sum(adds[group] for group in each) + luck(seed, arm) for seed in SEEDS[:seeds]}
        for arm, each in found.worth.items()
    }
    about = {group: KnownGroup(name=group, title="", files=7) for group in groups}
    return Ablation(
        experiment="ablate-data-raw",
        metric="dice",
        sign=sign,
        path="data/raw",
        word="site",
        design=design,
        drawn=False,
        empty=empty,
        whole=whole(found, values),
        groups=group_effects(found, values, {}, sign=sign, empty=empty, about=about),
        trainings=20,
    )


SITES = {"site-a": 0.03, "site-b": 0.02, "site-c": -0.04, "site-d": 0.002}


def grid(rows: tuple[str, ...], columns: tuple[str, ...], *, step: float = 0.02, joint: float = 0.0) -> Matrix:
    found = Layout(
        row_path="data/train",
        column_path="data/test",
        rows=rows,
        columns=columns,
        arms=tuple(tuple(f"{row}-on-{column}" for column in columns) for row in rows),
    )
    values: dict[str, dict[Point, float]] = {
        f"{row}-on-{column}": {
            (("seed", seed),): 0.6 + step * i - 0.05 * j + joint * i * j + luck(seed, row) + luck(seed, row, column) / 4
            for seed in SEEDS
        }
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
    }
    return answer(found, values, experiment="matrix-data", metric="dice", sign=1, trials=16)


def lines(found: Ablation | Matrix, total: int = 80) -> list[str]:
    document = ablate.document(found, SETTINGS) if isinstance(found, Ablation) else matrix.document(found, SETTINGS)
    return terminal.render(document, total=total).splitlines()


def test_left_out() -> None:
    found = ablation(SITES)
    assert ablate_words.answer(found) == ("site-c harms dice; site-a and site-b help dice; no other effect is detected")
    said = ablate_words.details(found)
    assert said[0].startswith("site-c harms: -0.04") and "(90% interval -0.0" in said[0]
    assert said[-2] == "site-d is not distinguishable from no effect"
    assert said[-1].startswith("its interval lies between -0.00")


def test_where_lower_is_better() -> None:
    said = ablate_words.answer(ablation(SITES, sign=-1))
    assert said.startswith("site-a and site-b harm dice; site-c helps dice")


def test_alone_groups_are_compared_with_each_other() -> None:
    found = ablation(SITES, Design.ALONE)
    assert "relative to the mean of the single groups: " in ablate_words.answer(found)
    assert "is worse: " in ablate_words.details(found)[0]
    assert ablate_words.meaning(found)[0].endswith("minus the mean of the single groups")


def test_alone_beside_a_declared_value() -> None:
    found = ablation(SITES, Design.ALONE, empty=0.1)
    assert ablate_words.answer(found) == "site-a, site-b, site-c and site-d help dice"
    assert ablate_words.meaning(found)[0].endswith("minus 0.1000 without data")


def test_nothing_is_seen() -> None:
    found = ablation({"a": 0.0, "b": 0.0, "c": 0.0})
    assert ablate_words.answer(found) == "no site has a detectable effect on dice"


def test_one_seed() -> None:
    found = ablation(SITES, seeds=1)
    assert ablate_words.answer(found) == "no answer: there is no estimate of the noise"
    assert ablate_words.notes(found) == ("one seed gives no estimate of the noise: --seeds 5",)


def test_what_failed_is_said() -> None:
    found = replace(ablation(SITES), failed=("without-site-b/seed-1",), missing=("all/seed-3", "all/seed-4"))
    assert ablate_words.notes(found) == (
        "without-site-b/seed-1 failed, or lacks the metric: comparisons that need it are left out",
        "2 trials are missing: ledger run ablate-data-raw",
    )


MANY = {f"hospital-of-a-rather-long-name-{number:03}": 0.01 * math.sin(number) for number in range(60)}


@pytest.mark.parametrize(
    "found",
    [
        ablation(SITES),
        ablation(SITES, Design.SHAPLEY),
        ablation(SITES, Design.ALONE),
        ablation(MANY),
        grid(("v1", "main"), ("v1", "main")),
        grid(tuple(f"week-{n}" for n in range(20)), tuple(f"week-{n}" for n in range(30))),
        grid(("a-rather-long-name-of-a-branch", "v2"), tuple(f"site-of-a-long-name-{n}" for n in range(9))),
    ],
)
def test_tables_fit_eighty_columns(found: Ablation | Matrix) -> None:
    # sentences hold names of other people's
    table = [line for line in lines(found) if "  " in line.strip() and not line.startswith(" ")]
    assert len(table) > 2
    assert [line for line in table if width(line) > 80] == []


def test_a_matrix() -> None:
    found = grid(("v1", "v2"), ("v1", "main"))
    said = matrix_words.answer(found)
    assert said[0].startswith("evaluation set main is harder than v1, for all models: -0.05")
    assert said[1].startswith("training set v2 is better than v1, on all sets: +0.01")
    assert said[1].endswith("]") and len(said) == 2


def test_a_matrix_whose_sets_move_models_apart() -> None:
    said = matrix_words.answer(grid(("v1", "v2"), ("v1", "main"), joint=0.04))
    assert said[-1].startswith("it depends: the evaluation sets do not affect all models equally (interaction p ")


def test_training_sets_that_are_not_told_apart() -> None:
    said = matrix_words.answer(grid(("v1", "v2"), ("v1", "main"), step=0.0))
    assert said[1].startswith("training sets v1 and v2: not distinguishable, ")


def test_json() -> None:
    shown = json.loads(as_json.render(ablate.document(ablation(SITES), SETTINGS).data))
    assert shown["design"] == "leave-out" and shown["groups"][2]["label"] == "harms"
    assert shown["groups"][2]["interval"][0] < shown["groups"][2]["effect"] < shown["groups"][2]["interval"][1]
    shown = json.loads(as_json.render(matrix.document(grid(("v1", "v2"), ("v1", "main")), SETTINGS).data))
    assert shown["cells"][1][0]["n"] == 4 and shown["interaction"]["p_value"] > 0.01
    assert shown["row_effects"][0] == {
        "name": "v1", "effect": 0.0, "interval": None, "p_value": None, "adjusted": None, "everywhere": False,
    }  # fmt: skip


def test_pictures_hold_what_they_show() -> None:
    svg = picture.draw(effects.of_groups(ablation(SITES)), "svg", "title").decode()
    assert all(name in svg for name in (*SITES, "adds to dice", "harms"))
    svg = picture.draw(cells.chart(grid(("v1", "v2"), ("v1", "main")), SETTINGS), "svg", "title").decode()
    assert "trained on data/train" in svg and ">0.60" in svg
    assert vl_convert.svg_to_png(svg)
