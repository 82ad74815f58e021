"""Pictures of what searches and weighings of the data found: whole whatever the values, and true to them."""

from __future__ import annotations

import math
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_bisect_shown import HISTORY, STEP, version
from test_diagnosis_shown import SITES, ablation, grid
from test_svg import EVIL, drawn, texts

from ledger.analysis.ablation.answer import GroupEffect, Label
from ledger.analysis.bisection.answer import Fate
from ledger.analysis.matrix.answer import Matrix
from ledger.model.finding import Answer
from ledger.model.settings import MetricSettings, Settings
from ledger.report.svg import cells, effects, versions
from ledger.stats.summary import summarise

SETTINGS = Settings()
Element = ElementTree.Element


def of(root: Element, kind: str) -> list[Element]:
    """The shapes of a class."""
    return [each for each in root.iter() if kind in each.attrib.get("class", "").split()]


def said(each: Element) -> str:
    """A shape's tooltip."""
    return next((child.text or "" for child in each if child.tag == "title"), "")


def picture(svg: str | None) -> Element:
    assert svg is not None
    return drawn(svg)


# --- versions


def test_a_step_is_where_its_version_is_and_as_probable() -> None:
    root = picture(versions.versions(STEP, SETTINGS))
    (bar,) = of(root, "bar")
    assert said(bar) == "000000c week 12: 97%"
    (found,) = of(root, "found")
    middle = float(bar.attrib["x"]) + float(bar.attrib["width"]) / 2
    assert float(found.attrib["x"]) < middle < float(found.attrib["x"]) + float(found.attrib["width"])
    assert float(bar.attrib["height"]) == pytest.approx(0.97 * 60, abs=0.1)
    marks = of(root, "mark")
    assert len(marks) == sum(len(each.values) for each in HISTORY)
    guilty = [each for each in marks if said(each).startswith("000000c")]
    assert [abs(float(each.attrib["cx"]) - middle) < 0.2 for each in guilty] == [True, True]
    assert {"dice", "000000c", "0000000", "0000019", "26 versions of the data, the oldest first"} <= set(texts(root))
    assert versions.meaning(STEP).endswith("the metric changed with that addition.")


def test_fresh_seeds_and_versions_without_a_value_have_marks_of_their_own() -> None:
    history = list(HISTORY)
    history[12] = replace(history[12], fresh=(0.53, math.inf))
    history[20] = replace(history[20], state=Fate.FAILED)
    found = replace(STEP, versions=tuple(history), paths=())
    root = picture(versions.versions(found, SETTINGS))
    assert len(of(root, "arm-3")) == 1 and texts(root).count("×") == 1
    assert versions.meaning(found).startswith("Each dot is a trial, a diamond one with a fresh seed, × a version")
    assert "26 commits, the oldest first" in texts(root)


def test_before_there_is_a_value_there_is_no_picture_and_before_an_answer_no_place() -> None:
    nothing = replace(STEP, versions=tuple(replace(each, values=()) for each in HISTORY), places=(), answer=None)
    assert versions.versions(nothing, SETTINGS) is None
    root = picture(versions.versions(replace(STEP, answer=None, places=(), posterior=None), SETTINGS))
    assert not of(root, "found") and not of(root, "level")
    assert "bars" not in versions.meaning(replace(STEP, posterior=None))


@given(st.lists(st.lists(st.floats(), max_size=3), min_size=2, max_size=6), st.floats(0, 1), st.data())
def test_versions_of_any_values(values: list[list[float]], posterior: float, data: st.DataObject) -> None:
    history = tuple(replace(version(at, *each, posterior=posterior), subject=EVIL) for at, each in enumerate(values))
    places = data.draw(st.sampled_from([(), (1,), (len(history) - 1,), tuple(range(1, len(history)))]))
    answer = data.draw(st.sampled_from([None, *Answer]))
    svg = versions.versions(replace(STEP, versions=history, places=places, answer=answer), SETTINGS)
    finite = [value for each in values for value in each if math.isfinite(value)]
    assert (svg is None) is (not finite)
    if svg is not None:
        assert len(of(drawn(svg), "mark")) == len(finite)


# --- effects


def test_each_group_has_its_effect_its_interval_and_a_mark_that_needs_no_colour() -> None:
    found = ablation(SITES)
    root = picture(effects.effects(found))
    assert [each.text for each in of(root, "label")] == list(SITES)
    assert [said(each).split(", ")[-1] for each in of(root, "mark")] == [
        "helps",
        "helps",
        "harms",
        "not distinguishable from no effect",
    ]
    shapes = {each.attrib["class"]: (each.tag, each.attrib.get("d", "").count("L")) for each in of(root, "mark")}
    assert len(set(shapes.values())) == 3, "by shape"
    zero = float(of(root, "zero")[0].attrib["x1"])
    lines = [each for each in of(root, "range") if each.attrib["y1"] == each.attrib["y2"]]
    beside = [(float(each.attrib["x1"]) - zero, float(each.attrib["x2"]) - zero) for each in lines]
    assert [low > 0 for low, _ in beside] == [True, True, False, False]
    assert [high < 0 for _, high in beside] == [False, False, True, False]
    for one in found.groups:
        assert any(text.lstrip("+-") == f"{abs(one.effect or 0):.4f}" for text in texts(root))


def test_of_many_groups_the_largest_are_drawn_and_without_any_effect_nothing_is() -> None:
    many = ablation({f"part-{at:02}": (-1) ** at * at / 500 for at in range(40)})
    root = picture(effects.effects(many))
    assert [each.text for each in of(root, "label")] == [f"part-{at:02}" for at in range(10, 40)]
    assert effects.meaning(many).endswith("10 groups of smaller effects are only in the table.")
    assert effects.effects(replace(many, groups=tuple(replace(one, effect=None) for one in many.groups))) is None


@given(st.lists(st.tuples(st.text(max_size=60), st.none() | st.floats(), st.sampled_from(Label)), max_size=5))
def test_effects_of_any_values(rows: list[tuple[str, float | None, Label]]) -> None:
    groups = tuple(
        GroupEffect(name=name, title=EVIL, files=1, n=3, effect=effect, contrast=None, adjusted=None, label=label)
        for name, effect, label in rows
    )
    svg = effects.effects(replace(ablation(SITES), groups=groups))
    known = [effect for _, effect, _ in rows if effect is not None and math.isfinite(effect)]
    assert (svg is None) is (not known)
    if svg is not None:
        assert len(of(drawn(svg), "mark")) == len(known)


# --- cells


def shades(root: Element) -> list[int]:
    """Of each cell how strong its colour is."""
    kinds = [each.attrib["class"].split()[-1] for each in of(root, "heat")]
    return [int(kind.removeprefix("heat-")) for kind in kinds if kind != "none"]


def test_the_better_a_cell_the_stronger_its_colour_and_each_has_its_number() -> None:
    found = grid(("v12", "v18"), ("v12", "main"))
    root = picture(cells.cells(found, SETTINGS))
    means = [cell.mean or 0.0 for row in found.cells for cell in row]
    assert sorted(range(4), key=lambda at: means[at]) == sorted(range(4), key=lambda at: shades(root)[at])
    assert [shades(root)[means.index(each)] for each in (min(means), max(means))] == [0, cells.SHADES - 1]
    worse = picture(cells.cells(replace(found, sign=-1), SETTINGS))
    assert shades(worse) == [cells.SHADES - 1 - shade for shade in shades(root)]
    assert {said(each).partition(":")[0] for each in of(root, "heat")} == {
        f"trained on {row}, measured on {column}" for row in ("v12", "v18") for column in ("v12", "main")
    }
    two = picture(cells.cells(found, Settings(metrics={"dice": MetricSettings(precision=2)})))
    assert {f"{mean:.2f}" for mean in means} <= set(texts(two))


def test_a_cell_without_a_value_and_cells_that_are_all_alike() -> None:
    found = grid(("v12", "v18"), ("v12", "main"))
    empty, same = summarise([]), summarise([0.5, 0.5])
    root = picture(cells.cells(replace(found, cells=((empty, same), (same, same))), SETTINGS))
    assert len(set(shades(root))) == 1 and len(of(root, "none")) == 1 and "-" in texts(root)
    assert cells.cells(replace(found, cells=((empty, empty), (empty, empty))), SETTINGS) is None


def test_of_many_rows_and_columns_the_newest_are_drawn_by_names_that_differ() -> None:
    columns = tuple(f"data/test/of the clinic/site-{at:02}" for at in range(14))
    found = grid(tuple(f"week-{at}" for at in range(30)), columns)
    root = picture(cells.cells(found, SETTINGS))
    labels = [each.text or "" for each in of(root, "label")]
    assert len(labels) == len(set(labels)) == cells.MOST_ROWS + cells.MOST_COLUMNS
    assert labels[0].endswith("-02") and labels[-1] == "week-29"
    assert cells.meaning(found).endswith(
        "6 rows before these are only in the table; 2 columns before these are only in the table."
    )


@given(st.lists(st.lists(st.floats(), max_size=3), min_size=4, max_size=4), st.sampled_from([1, -1]))
def test_cells_of_any_values(values: list[list[float]], sign: int) -> None:
    summaries = [summarise(each) for each in values]
    found: Matrix = replace(
        grid(("a", EVIL), ("a", "b")), cells=(tuple(summaries[:2]), tuple(summaries[2:])), sign=sign
    )
    svg = cells.cells(found, SETTINGS)
    finite = [each for each in summaries if each.mean is not None and math.isfinite(each.mean)]
    assert (svg is None) is (not finite)
    if svg is not None:
        assert len(shades(drawn(svg))) == len(finite)
