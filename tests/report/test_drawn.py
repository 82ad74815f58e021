"""Drawings as files: everything in them is seen, in light and in dark, by programs that know no pages."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from made_coverage import never, of
from test_svg import EVIL, drawn, texts

from ledger.analysis.coverage.answer import Coverage, coverage
from ledger.analysis.coverage.tried import CoverageOptions, State, Tried
from ledger.analysis.importance import Importance, Parameter
from ledger.errors import LedgerError
from ledger.report import coverage as report
from ledger.report import importance as importances
from ledger.report.drawn import content, form_of
from ledger.report.numbers import percent
from ledger.report.svg.image import file
from ledger.report.svg.importance import importance as importance_picture
from ledger.report.svg.pairs import pairs

ROWS = [{"opt": "adam", "lr": 0.1}, {"opt": "sgd", "lr": 0.2}, {"opt": "a-longer-name", "lr": 0.3}]


def states() -> Coverage:
    """Cells of every kind."""
    rows = [*ROWS, {"opt": "adam", "lr": 0.2}, {"opt": "adam", "lr": 0.3}]
    became = [*[State.SUCCEEDED] * 3, State.FAILED, State.PLANNED]
    tried = [Tried(params=row, state=state) for row, state in zip(rows, became, strict=True)]
    return coverage(tried, CoverageOptions(exclude=("opt = sgd and lr > 0.2",)), never)


def kinds(svg: str) -> dict[str, int]:
    """How many shapes there are of each class."""
    found = [each.attrib.get("class", "") for each in drawn(svg).iter()]
    return {kind: found.count(kind) for kind in found}


def test_each_kind_of_cell_is_told_without_its_colour() -> None:
    svg = pairs(states(), "pairs")
    assert svg is not None
    found = kinds(svg)
    # one of each is in the legend
    assert found["combination tried"] == 3 + 1
    assert found["combination missing"] == 3 + 1
    for kind in ("failed", "planned", "excluded"):
        assert found[f"combination {kind}"] == 1 + 1
        assert found[f"sign {kind}"] == 1 + 1
    assert "sign tried" not in found and "sign missing" not in found
    assert {"tried", "only failed", "planned", "never tried", "excluded"} <= set(texts(drawn(svg)))


def test_without_tooltips_the_cells_of_a_kind_are_one_shape() -> None:
    svg = pairs(states(), "pairs", each=False)
    assert svg is not None
    root = drawn(svg)
    (tried,) = [each for each in root.iter("path") if each.attrib["class"] == "combination tried"]
    assert tried.attrib["d"].count("M") == 3
    assert len(list(root.iter("title"))) == 1
    # 10 x 10 x 3 cells
    many = of([{"a": n % 10, "b": n // 10 % 10, "c": n * 7 % 10} for n in range(100)])
    assert len(pairs(many, "pairs", each=False) or "") < 20_000 < len(pairs(many, "pairs") or "")


def test_names_and_values_have_room() -> None:
    rows = [{"b": value, "the-optimiser": str(value), "the-schedule": value} for value in (True, False)]
    svg = pairs(of([*rows, rows[0] | {"the-schedule": 3}]), "pairs")
    assert svg is not None
    root = drawn(svg)
    heads = [each for each in root.iter("text") if each.attrib["class"] == "head" and each.attrib["y"] == "12"]
    ends = [float(each.attrib["x"]) + 6.5 * len(each.text or "") for each in heads]
    assert ends[0] <= float(heads[1].attrib["x"]), "narrow blocks make room for their names"
    for text in root.iter("text"):
        if "transform" not in text.attrib and text.attrib["text-anchor"] == "start":
            assert float(text.attrib["x"]) + 6.5 * len(text.text or "") <= float(root.attrib["width"]) + 2


def test_a_file_brings_its_paper_its_title_and_plain_colours() -> None:
    found = report.drawn(states())
    svg = content(found, "svg", report.document(states())).decode()
    root = ElementTree.fromstring(svg)
    style = next(each.text or "" for each in root.iter() if each.tag.endswith("style"))
    assert "var(" not in style and "font:" not in style
    light, dark = style.split("@media screen and (prefers-color-scheme: dark)")
    for rules in (light, dark):
        (paper,) = re.findall(r"\.plot \.paper\{fill: (#\w+)", rules)
        (ink,) = re.findall(r"\.plot text\{fill: (#\w+)", rules)
        assert paper != ink
    assert ".plot .paper{fill: #ffffff}" in light and ".plot .paper{fill: #101418}" in dark
    assert ".heat" not in style, "what is not in the picture has no rule"
    # in the order of the sheet, since a later rule outdoes an earlier one
    assert re.findall(r"[^{}]+(?={)", light) == re.findall(r"[^{}]+(?={)", dark.strip("{}"))
    said = " ".join(each.text or "" for each in root.iter() if each.tag.endswith("text"))
    assert "Tried and never tried: opt and lr" in said
    assert "4 of 8 pairs tried (50.0%), in 4 trials; 1 only in trials that failed, 1 planned, 1 excluded." in said
    # whoever cannot see it is told its name first
    assert root[0].tag.endswith("title")
    box = list(map(float, root.attrib["viewBox"].split()))
    rect = next(each.attrib for each in root.iter() if each.attrib.get("class") == "paper")
    assert [float(rect[name]) for name in ("x", "y", "width", "height")] == box
    assert "prefers-color-scheme" not in file(pairs(states(), "x") or "", "x", "y", dark=False)


def test_other_peoples_text_in_a_file() -> None:
    svg = file(pairs(of([{EVIL: EVIL, "b": 1}, {EVIL: "x", "b": 2}]), EVIL) or "", EVIL, EVIL)
    root = ElementTree.fromstring(svg)
    assert not [each for each in root.iter() if each.tag.endswith("script")]
    assert "\u202e" not in svg


def test_png_and_page() -> None:
    pytest.importorskip("vl_convert")
    found = report.drawn(states())
    png = content(found, "png", report.document(states()))
    assert png.startswith(b"\x89PNG")
    # twice the resolution of a screen
    wide = int.from_bytes(png[16:20], "big")
    size = re.search(r'width="([\d.]+)"', content(found, "svg", report.document(states())).decode())
    assert size is not None and abs(wide - 2 * float(size.group(1))) <= 2
    page = content(found, "html", report.document(states())).decode()
    assert page.startswith("<!doctype html>") and "data:image/svg+xml;base64," in page


@pytest.mark.parametrize("path", ["x.json", "x", "x.pdf", "x.svg.gz"])
def test_the_ending_says_the_format(path: str) -> None:
    with pytest.raises(LedgerError, match="the extension must say the format") as refused:
        form_of(path)
    assert "one of png, svg, html" in (refused.value.hint or "")


def test_where_there_is_nothing_to_draw() -> None:
    ones = report.drawn(of(ROWS, t=1))
    many = report.drawn(of([{"a": f"v{n}", "b": f"w{n}"} for n in range(130)]))
    for found, said in ((ones, "a picture shows pairs of values"), (many, "260 values are too many for a picture")):
        with pytest.raises(LedgerError, match=said):
            content(found, "svg", report.document(of(ROWS)))
    # of three at a time the pairs are drawn
    triples = report.drawn(of([{"a": n % 2, "b": n % 3, "c": n % 5} for n in range(7)], t=3))
    assert triples.svg is not None and "pairs of values tried, in 7 trials." in triples.said


def test_bars_with_intervals() -> None:
    def parameter(name: str, share: float, adjusted: float) -> Parameter:
        interval = (max(0, share - 0.1), min(1, share + 0.2))
        return Parameter(
            name=name, values=3, share=share, interval=interval, p_value=adjusted, adjusted=adjusted, among_best="1"
        )

    rows = (parameter("lr", 0.9, 0.01), parameter(EVIL, 0.1, 0.6))
    found = Importance(
        metric="dice", better="higher", top=0.25, configurations=40, trials=80, parameters=rows, fixed=(), notes=()
    )
    svg = importances.drawn(found).svg
    assert svg is not None
    bars = [each for each in drawn(svg).iter("rect") if each.attrib["class"].startswith("part")]
    assert [each.attrib["class"] for each in bars] == ["part", "part none"]
    wide = [float(each.attrib["width"]) for each in bars]
    assert wide[0] == pytest.approx(9 * wide[1], rel=0.02)
    ranges = [each.attrib for each in drawn(svg).iter("line") if each.attrib["class"] == "range"]
    low, high = (float(ranges[0][name]) - float(bars[0].attrib["x"]) for name in ("x1", "x2"))
    assert (low / wide[0], high / wide[0]) == pytest.approx((0.8 / 0.9, 1 / 0.9), rel=0.01)
    assert "100%" in texts(drawn(svg))
    # where nothing is important a page has no picture, and a file has one
    chance = Importance(
        metric="dice", better="higher", top=0.25, configurations=40, trials=80, parameters=rows[1:], fixed=(), notes=()
    )
    assert importance_picture(chance) is None
    assert importances.drawn(chance).svg is not None


def test_the_whole_is_a_hundred_percent() -> None:
    assert [percent(value) for value in (0.0012, 0.5, 0.994, 0.999, 1.0, 1.204, -1.0)] == [
        "0.12%",
        "50%",
        "99%",
        "> 99%",
        "100%",
        "120%",
        "-100%",
    ]
