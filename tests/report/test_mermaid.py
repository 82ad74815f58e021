"""Charts that hosts draw: whatever people write, the diagram is the one that we wrote."""

from __future__ import annotations

import math
import re

import hostile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.report import mermaid

# what mermaid's own grammar takes: a title, the axes, bars and lines of plain decimal numbers
_NUMBER = r"-?\d+(?:\.\d+)?"
_TEXT = r'"[A-Za-z0-9 ._+,:-]*"'
_CHART = re.compile(
    rf"xychart-beta\n    title {_TEXT}\n"
    rf"    x-axis (?:{_TEXT} )?\[{_TEXT}(?:, {_TEXT})*\]\n"
    rf"    y-axis {_TEXT} {_NUMBER} --> {_NUMBER}\n"
    rf"    bar \[{_NUMBER}(?:, {_NUMBER})*\](?:\n    line \[{_NUMBER}(?:, {_NUMBER})*\])?"
)


def test_replicates_of_two_arms() -> None:
    values = {"seed-0": 0.61, "seed-1": 0.62, "seed-2": math.nan}
    baseline = {"seed-0": 0.59, "seed-1": 0.6, "seed-2": 0.6, "seed-3": 0.7}
    assert mermaid.by_point("dice", ("treatment", values), ("baseline", baseline)) == (
        "xychart-beta\n"
        '    title "dice - bars: treatment, line: baseline"\n'
        '    x-axis "seed" ["0", "1"]\n'
        '    y-axis "dice" 0.587 --> 0.623\n'
        "    bar [0.61, 0.62]\n"
        "    line [0.59, 0.6]"
    )


def test_means_of_arms() -> None:
    assert mermaid.by_arm("loss", {"a": 1e-9, "b": 3e-9, "c": math.inf}) == (
        "xychart-beta\n"
        '    title "loss - mean of each arm"\n'
        '    x-axis ["a", "b"]\n'
        '    y-axis "loss in 1e-9" 0.8 --> 3.2\n'
        "    bar [1, 3]"
    )


def test_fewer_than_two_numbers_are_no_chart() -> None:
    assert mermaid.by_arm("loss", {"a": 1.0, "b": math.nan}) is None
    assert mermaid.by_point("loss", ("a", {"x": 1.0}), ("b", {"x": 1.0})) is None


def test_many_points_are_cut_and_counted() -> None:
    many = {f"seed-{n}": float(n) for n in range(300)}
    chart = mermaid.by_point("loss", ("a", many), ("b", many))
    assert chart is not None and "first 20 of 300" in chart and len(chart) < 2000


@pytest.mark.parametrize("title", hostile.titles()[::2])
def test_no_name_is_more_than_a_word(title: str) -> None:
    for chart in (
        mermaid.by_point(title, (title, {title: 1.0, "b": 2.0}), ("b", {title: 1.0, "b": 2.0})),
        mermaid.by_arm(title, {title: 1.0, f"{title} ": 2.0, "line [1]": 3.0}),
    ):
        assert chart is not None and _CHART.fullmatch(chart) and "--" not in chart.replace(" --> ", "")


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=2, max_size=8))
def test_numbers_are_plain(values: list[float]) -> None:
    chart = mermaid.by_arm("m", {f"arm {at}": value for at, value in enumerate(values)})
    assert chart is None or _CHART.fullmatch(chart)
    if chart is not None:
        found = re.search(r'y-axis "[^"]*" (\S+) --> (\S+)', chart)
        assert found is not None and float(found[1]) < float(found[2])
