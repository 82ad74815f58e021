"""Plots as text and as pictures."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import sys
from typing import Any

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from ledger.analysis.bands import Band, BandLine, Bands, Facet, StepBand
from ledger.analysis.parallel import Parallel, Path, Scale
from ledger.analysis.plots import Plot
from ledger.analysis.points import Distribution, Dot, Mean, Scatter, Strip
from ledger.errors import LedgerError
from ledger.model.settings import MetricSettings, Settings
from ledger.report.plots import canvas, coordinates, kinds, picture
from ledger.report.plots.canvas import Canvas, Range, around
from ledger.report.plots.style import MOST_ARMS, PALETTE
from ledger.report.text import width
from ledger.stats.summary import summarise

SETTINGS = Settings(metrics={"loss": MetricSettings(unit="nats", direction="lower", precision=2)})
HOSTILE = "</script><script>alert(1)</script>\x1b[2J\u202e 学習率"


def line(arm: str, values: list[float], *, trials: int = 3, n: int | None = None) -> BandLine:
    """An arm's line from step 0 on, its band one to both sides."""
    levels = [StepBand(x=x, n=n or trials, mean=y, low=y - 1, high=y + 1) for x, y in enumerate(values)]
    return BandLine(arm=arm, trial=None, trials=trials, levels=tuple(levels))


def curves(*lines: BandLine, metrics: tuple[str, ...] = ("loss",)) -> Bands:
    facets = [Facet(metric=m, x="epoch", x_label=None, y_label=None, lines=lines) for m in metrics]
    return Bands(arms=tuple(each.arm for each in lines), band=Band.SD, facets=tuple(facets), notes=())


FLAT = tuple(StepBand(x=x, n=3, mean=0.4, low=0.4, high=0.4) for x in range(2))
CURVES = curves(line("baseline", [9, 5, 3, 2, 2]), line("treatment", [9, 4, 2, 1, 0]))
STRIP = Strip(arm="a", values=(("e:a/0", 1.0), ("e:a/1", 2.0)), summary=summarise([1.0, 2.0]), box=None)
SPREAD = Distribution(metric="loss", strips=(STRIP,), notes=())
AGAINST = Scatter(
    metric="loss",
    against="lr",
    categories=(),
    log=True,
    groups=("e", "f"),
    dots=tuple(Dot(group=g, trial=f"{g}:v/{i}", x=x, y=i) for g in "ef" for i, x in enumerate((1e-4, 1e-2, 1.0))),
    means=tuple(
        Mean(group=g, experiment=g, data=None, x=x, summary=summarise([i]))
        for g in "ef"
        for i, x in enumerate((1e-4, 1e-2, 1.0))
    ),
    notes=(),
)
OVER_ALL = Parallel(
    metric="loss",
    scales=(
        Scale(name="lr", ticks=((0.0, "0.1"), (1.0, "0.2")), log=False),
        Scale(name="loss", ticks=((0.0, "1"), (1.0, "2")), log=False),
    ),
    paths=(
        Path(arm="e:a", positions=(0.0, 1.0), labels=("0.1", "2"), values=(0.1,), value=2.0),
        Path(arm="e:b", positions=(None, 0.0), labels=("-", "1"), values=(None,), value=1.0),
    ),
    notes=(),
)
ALL = (CURVES, SPREAD, AGAINST, OVER_ALL)


def text(plot: Plot, total: int = 80, *, colour: bool = False) -> str:
    return kinds.text(plot, SETTINGS, "e: a title", total=total, colour=colour)


GOLDEN = """\
e: a title
line: mean of n = 3 trials; dots: mean ± 1 standard deviation
a baseline (n=3)   b treatment (n=3)

"""


def test_curves_in_the_terminal() -> None:
    lines = text(CURVES).splitlines()

    assert "\n".join(lines[:4]) + "\n" == GOLDEN
    assert lines[4].strip() == "loss (nats)"
    assert lines[-2].split() == ["0", "1", "2", "3", "4"]
    assert lines[-1].strip() == "epoch"
    body = "".join(lines[5:-3])
    assert "a" in body
    assert "b" in body


@pytest.mark.parametrize("plot", ALL, ids=lambda plot: type(plot).__name__)
@pytest.mark.parametrize("total", [80, 160])
def test_text_fits_its_width(plot: Plot, total: int) -> None:
    assert max(map(width, text(plot, total).splitlines())) <= total
    assert "\x1b" not in text(plot, total)
    assert "\x1b[38;5;" in text(plot, total, colour=True)


def test_two_facets_stand_side_by_side_where_there_is_room() -> None:
    both = curves(line("a", [1, 2]), metrics=("loss", "accuracy"))

    assert any("loss" in row and "accuracy" in row for row in text(both, 160).splitlines())
    assert not any("loss" in row and "accuracy" in row for row in text(both, 80).splitlines())


def test_trials_in_one_cell_are_counted() -> None:
    many = Strip(arm="a", values=tuple((f"t{i}", 1.0) for i in range(4)), summary=summarise([1.0] * 4), box=None)

    assert "4" in text(Distribution(metric="loss", strips=(many, STRIP), notes=())).splitlines()[3].partition("│")[2]


FINITE = st.floats(-1e300, 1e300)


@given(st.lists(st.tuples(FINITE, FINITE), min_size=1, max_size=8), st.booleans())
def test_any_points_can_be_drawn(points: list[tuple[float, float]], log: bool) -> None:
    x = around([x for x, _ in points], log=log, margin=0.02)
    y = around([y for _, y in points], margin=0.02)
    plane = Canvas(30, 8, x, y)
    drawable = [(a, b) for a, b in points if a > 0 or not x.log]
    plane.line(drawable, None)
    plane.dots(drawable, None)

    rows = canvas.framed(plane, title="t", x_title="x")

    assert len(rows) == 12


@given(FINITE, FINITE, st.integers(1, 12))
def test_ticks_are_within_the_range(a: float, b: float, count: int) -> None:
    low, high = min(a, b), max(a, b)
    ticks = Range(low=low, high=high).ticks(count)

    slack = (high - low) * 1e-6 if math.isfinite(high - low) else 0
    assert all(low - slack <= tick <= high + slack for tick in ticks)
    assert len(ticks) <= 1.6 * count + 2
    assert len({label for _, label in canvas.labelled(ticks)}) == len(ticks) or high - low < 1e-6 * abs(high)


def test_ticks_are_round() -> None:
    assert [label for _, label in canvas.labelled(Range(low=0, high=1).ticks(2))] == ["0.0", "0.5", "1.0"]
    assert [label for _, label in canvas.labelled(Range(low=0, high=30).ticks(6))] == [
        "0",
        "5",
        "10",
        "15",
        "20",
        "25",
        "30",
    ]
    assert [label for _, label in canvas.labelled(Range(low=1e-4, high=1, log=True).ticks(5))] == [
        "0.0001", "0.001", "0.01", "0.1", "1",
    ]  # fmt: skip


# --- pictures


def specification(plot: Plot, title: str = "t") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kinds.file(plot, SETTINGS, title, "json"))
    return found


def colours(value: object) -> list[str]:
    """Every list of colours in a specification, flat."""
    if isinstance(value, dict):
        own = value.get("range", [])
        here = [c for c in own if isinstance(c, str)] if isinstance(own, list) else []
        return here + [c for inner in value.values() for c in colours(inner)]
    return [c for inner in value for c in colours(inner)] if isinstance(value, list) else []


@pytest.mark.parametrize("plot", ALL, ids=lambda plot: type(plot).__name__)
def test_every_picture_can_be_drawn(plot: Plot) -> None:
    assert kinds.file(plot, SETTINGS, "t", "png").startswith(b"\x89PNG")
    assert kinds.file(plot, SETTINGS, "t", "svg").startswith(b"<svg")


def test_axes_have_units_and_colours_are_of_the_palette() -> None:
    made = specification(CURVES)

    assert "loss (nats)" in json.dumps(made)
    assert set(colours(made)) <= set(PALETTE)


def test_a_parameter_over_decades_has_a_logarithmic_axis() -> None:
    assert '"type": "log"' in json.dumps(specification(AGAINST))


def test_where_replicates_end_early_their_number_is_drawn() -> None:
    falling = curves(line("a", [1, 2], trials=3, n=2))

    assert '"field": "n"' in json.dumps(specification(falling)["vconcat"][1]["encoding"]["y"])
    assert "vconcat" not in specification(CURVES)


def test_more_arms_than_can_be_told_apart_are_left_out() -> None:
    many = curves(*(line(f"arm-{i}", [1, 2]) for i in range(MOST_ARMS + 3)))

    assert "3 more arms are not drawn" in json.dumps(specification(many))


def test_a_single_facet_names_its_metric_beside_its_axis() -> None:
    """Above it is the legend, over which a heading would be printed."""
    labelled = dataclasses.replace(CURVES.facets[0], y_label="Cross-entropy")

    made = json.dumps(specification(dataclasses.replace(CURVES, facets=(labelled,))))
    two = json.dumps(specification(dataclasses.replace(CURVES, facets=(labelled, labelled))))

    assert "loss: Cross-entropy (nats)" in made
    assert "fontWeight" not in made.replace("titleFontWeight", "")
    assert '"fontWeight": "bold"' in two


def test_a_single_arm_is_named() -> None:
    lone = curves(line("baseline", [1, 2]))

    assert "arm: baseline" in specification(lone)["title"]["subtitle"]
    assert "arm: baseline" in text(lone)
    assert "arm:" not in text(CURVES)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_lines_stand_apart_at_names_alone_and_within_their_axis(axis: int) -> None:
    count = 40
    ends = ((0.0, "a"), (1.0, "b"))
    scales = tuple(Scale(name=name, ticks=ends, log=False) for name in ("optimiser", "lr", "loss"))
    paths = tuple(
        Path(
            arm=f"e:{i}", positions=(i % 2, i % 2, i % 2), labels=("a", "0", "0"), values=("ab"[i % 2], i % 2), value=i
        )
        for i in range(count)
    )

    places = coordinates.spread(Parallel(metric="loss", scales=scales, paths=paths, notes=()), axis)

    assert all(0 <= at <= 1 for at in places)
    assert max(abs(at - i % 2) for i, at in enumerate(places)) < 0.1
    assert len(set(places)) == (count if axis == 0 else 2)


@pytest.mark.parametrize(
    "plot",
    [
        curves(
            BandLine(
                arm="a",
                trial=None,
                trials=3,
                levels=tuple(StepBand(x=x, n=3, mean=0.4, low=0.4, high=0.4) for x in range(2)),
            )
        ),
        dataclasses.replace(
            AGAINST,
            dots=tuple(dataclasses.replace(dot, y=0.4) for dot in AGAINST.dots),
            means=tuple(dataclasses.replace(mean, summary=summarise([0.4])) for mean in AGAINST.means),
        ),
        dataclasses.replace(
            SPREAD,
            strips=(
                dataclasses.replace(STRIP, values=(("e:a/0", 0.4), ("e:a/1", 0.4)), summary=summarise([0.4, 0.4])),
            ),
        ),
    ],
    ids=["curves", "scatter", "distribution"],
)
def test_an_axis_over_one_value_is_labelled_with_it(plot: Plot) -> None:
    svg = kinds.file(plot, Settings(), "Alike", "svg").decode()
    labels = [float(text) for text in re.findall(r">(-?[0-9.]+)</text>", svg)]
    assert 0.4 in labels


def test_a_legend_over_one_value_is_none() -> None:
    alike = dataclasses.replace(OVER_ALL, paths=tuple(dataclasses.replace(path, value=0.4) for path in OVER_ALL.paths))
    assert "the darker" in kinds.file(OVER_ALL, Settings(), "Over all", "svg").decode()
    assert "the darker" not in kinds.file(alike, Settings(), "Over all", "svg").decode()


def test_a_curve_of_one_step_has_its_spread() -> None:
    one = BandLine(arm="a", trial=None, trials=3, levels=(StepBand(x=0, n=3, mean=0.4, low=0.3, high=0.5),))
    spec = json.loads(kinds.file(curves(one), Settings(), "One", "json"))
    rule = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "rule")
    assert (rule["encoding"]["y"]["field"], rule["encoding"]["y2"]["field"]) == ("low", "high")
    assert [row["high"] for row in spec["datasets"][rule["data"]["name"]]] == [0.5]


def test_letters_without_a_font_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    plot = curves(line("学習", [1, 2]), line("b", [1, 2]))
    # this script comes with the library
    assert picture.unseen("потеря é") == ""

    # a machine with a font for one of the letters
    monkeypatch.setattr(vl_convert, "svg_to_png", lambda svg: b"a letter" if "学" in svg else b"a box")

    assert kinds.unseen(plot, "率 é 学率") == "率習"


def test_a_page_needs_no_network_and_holds_hostile_text_as_text() -> None:
    plot = curves(line(HOSTILE, [1, 2]), line("b", [1, 2]), metrics=(HOSTILE,))

    page = kinds.file(plot, SETTINGS, HOSTILE, "html").decode()

    assert "<script>alert" not in page
    assert page.count("</script>") == 3
    assert "<script src" not in page
    assert "<link" not in page
    held = page.split('<script id="spec" type="application/json">')[1].split("</script>")[0]
    assert "</script><script>alert(1)</script>" in json.dumps(json.loads(held), ensure_ascii=False)


def test_hostile_text_does_not_reach_the_terminal() -> None:
    plot = curves(line(HOSTILE, [1, 2]), line("b", [1, 2]), metrics=(HOSTILE,))

    shown = kinds.text(plot, SETTINGS, HOSTILE, total=80, colour=False)

    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)

    with pytest.raises(LedgerError) as wrong:
        kinds.file(CURVES, SETTINGS, "t", "png")

    assert wrong.value.hint is not None
    assert "pip install 'experiment-ledger[plot]'" in wrong.value.hint
    assert text(CURVES)


@pytest.mark.parametrize("name", ["plot", "plot.gif", ".png/plot", "a.b/plot"])
def test_the_ending_says_the_format(name: str) -> None:
    with pytest.raises(LedgerError):
        picture.suffix(name)


def test_json_holds_what_was_drawn() -> None:
    assert kinds.shape(CURVES)["metrics"][0]["lines"][1]["points"][-1] == {
        "x": 4, "n": 3, "mean": 0, "low": -1, "high": 1,
    }  # fmt: skip
    assert kinds.shape(AGAINST)["trials"][0] == {"trial": "e:v/0", "x": 1e-4, "y": 0}
    assert kinds.shape(SPREAD)["arms"][0]["n"] == 2
    assert kinds.shape(OVER_ALL)["arms"][1] == {"arm": "e:b", "params": {"lr": None}, "mean": 1.0}
