"""Pictures for pages: whole whatever the values, and text that is nothing but text."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.analysis.bands import Band, BandLine, Bands, Facet, StepBand
from ledger.model.prediction_parser import parse
from ledger.model.settings import Settings
from ledger.model.verdict import Judged
from ledger.report.svg.best import best
from ledger.report.svg.curves import curves
from ledger.report.svg.distribution import distribution
from ledger.report.svg.interval import interval
from ledger.report.svg.lineage import Node, lineage

EVIL = "<script>x</script>\"'&\u202e]]>"


def drawn(svg: str) -> ElementTree.Element:
    """The picture, parsed: no script, no style of its own, all coordinates finite."""
    root = ElementTree.fromstring(svg)
    for each in root.iter():
        assert each.tag in {"svg", "title", "desc", "line", "rect", "path", "circle", "text", "a"}
        assert not [name for name in each.attrib if name.startswith("on") or name == "style"]
        for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"):
            assert math.isfinite(float(each.attrib.get(name, 0)))
        assert not re.search(r"nan|inf", each.attrib.get("d", ""))
    return root


def texts(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.iter() if each.tag == "text"]


def bands(values: list[float], *, log: bool = False, arm: str = "treatment") -> Bands:
    levels = tuple(StepBand(x=float(x), n=3, mean=value, low=value, high=value) for x, value in enumerate(values))
    lines = (BandLine(arm=arm, trial=None, trials=3, levels=levels),)
    return Bands(
        arms=(arm,),
        band=Band.SD,
        facets=(Facet(metric=EVIL, x="step", x_label=None, y_label=None, lines=lines),),
        notes=(),
    )


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, min_size=1, max_size=20), st.booleans())
@example([-1.634266486238469e308], False)
def test_curves_of_any_values(values: list[float], log: bool) -> None:
    (svg,) = curves(bands(values), Settings(), log=log)
    assert texts(drawn(svg))[0].startswith("<script>")


def test_many_decades_are_drawn_on_a_logarithmic_axis() -> None:
    (svg,) = curves(bands([1e-6, 1e-3, 1.0, 1e3]), Settings(), log=True)
    assert {"1e-6", "0.001", "1"} <= set(texts(drawn(svg))) or {"0.001", "1"} <= set(texts(drawn(svg)))
    assert curves(bands([math.nan]), Settings()) and "no finite value" in curves(bands([math.nan]), Settings())[0]


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=30), st.dictionaries(st.text(max_size=5), st.floats(), max_size=5), max_size=12
    )
)
def test_distributions_of_any_values(arms: dict[str, dict[str, float]]) -> None:
    svg = distribution(EVIL, arms, paired=len(arms) == 2)
    shown = [v for of in list(arms.values())[:8] for v in of.values() if math.isfinite(v)]
    assert (svg is None) is (not shown)
    if svg is not None:
        marks = [each for each in drawn(svg).iter() if "mark" in each.attrib.get("class", "")]
        assert len(marks) == len(shown)


@given(finite, finite, finite, st.sampled_from(["dice >= baseline + 0.01", "loss within 5% of baseline", "dice < 0.5"]))
def test_intervals_of_any_values(estimate: float, a: float, b: float, text: str) -> None:
    judged = Judged(text=text, outcome="refuted", estimate=estimate, interval=(min(a, b), max(a, b)), confidence=0.9)
    svg = interval(judged, parse(text), 0.5)
    assert svg is not None
    drawn(svg)


def test_an_interval_shows_where_the_prediction_holds() -> None:
    judged = Judged(
        text="dice >= baseline + 0.01", outcome="supported", estimate=0.02, interval=(0.015, 0.03), confidence=0.9
    )
    svg = interval(judged, parse(judged.text), None)
    assert svg is not None
    root = drawn(svg)
    holds = next(each for each in root.iter() if each.attrib.get("class") == "holds")
    estimate = next(each for each in root.iter() if each.attrib.get("class") == "estimate")
    assert float(holds.attrib["x"]) < float(estimate.attrib["cx"])
    assert float(holds.attrib["x"]) + float(holds.attrib["width"]) == pytest.approx(382, abs=1)
    assert root[0].text == "dice >= baseline + 0.01: supported"
    assert interval(Judged(text="x", outcome="inconclusive"), None, None) is None


def test_the_best_so_far_links_to_who_set_it() -> None:
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    steps = [(begin, 0.5, EVIL, "experiments/a.html"), (begin + timedelta(days=3), 0.7, "b", "experiments/b.html")]
    root = drawn(best(EVIL, steps, begin + timedelta(days=9)))
    assert [each.attrib["href"] for each in root.iter() if each.tag == "a"] == [
        "experiments/a.html",
        "experiments/b.html",
    ]
    drawn(best("loss", steps[:1], begin))


def test_a_lineage_has_every_experiment_once_even_where_plans_go_in_a_circle() -> None:
    nodes = {
        name: Node(name=name, title=EVIL, kind="refuted", state="refuted", address=f"{name}.html") for name in "abcd"
    }
    root = drawn(lineage(["a"], nodes, {"a": ["b", "c"], "b": ["d"], "d": ["a"]}))
    assert sorted(each.attrib["href"] for each in root.iter() if each.tag == "a") == [f"{name}.html" for name in "abcd"]
    assert len([each for each in root.iter() if each.attrib.get("class") == "edge"]) == 3


def test_arms_are_named_whole_on_several_lines_and_spreads_are_within() -> None:
    arms = {f"lr-0-{n}1-decay-{word}": {"seed-0": 0.5, "seed-1": 0.9} for n in range(3) for word in ("false", "true")}
    svg = distribution("dice", arms, paired=False)
    assert svg is not None
    root = drawn(svg)
    said = texts(root)
    for name in arms:
        assert "".join(said).count(name) == 1, "its lines stand one below the other"
    tops = [float(each.attrib["y1"]) for each in root.iter() if each.attrib.get("class", "").startswith("range")]
    # mean 0.7, spread 0.28: beyond both values
    assert min(tops) > 24 and len(set(tops)) > 1
    assert float(root.attrib["height"]) > 210
    long = distribution("dice", {"x" * 90: {"a": 1.0}, "y" * 90: {"a": 1.0}}, paired=False)
    assert long is not None and float(drawn(long).attrib["height"]) == 210
