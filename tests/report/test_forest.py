"""Intervals drawn in characters, on one scale."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from ledger.report import forest
from ledger.report.forest import WIDTH, ForestScale, Whisker

NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.none()


def test_a_line_has_its_interval_its_estimate_zero_and_what_was_predicted() -> None:
    lines = [
        Whisker(estimate=0.021, interval=(0.012, 0.03), margins=(0.01,)),
        Whisker(estimate=-0.001, interval=(-0.012, 0.01)),
        Whisker(estimate=0.025, interval=(0.02, 0.9), margins=(-0.005, 0.005)),
        Whisker(estimate=0.02),
        Whisker(estimate=0.5, interval=(0.3, 0.7)),
    ]
    scale = forest.scale(lines[:2], lines[2:])
    assert [scale.head, *(forest.drawn(line, scale) for line in lines)] == [
        "-1.5%    0              +3%",
        "         │    ┊ ├────●────┤",
        "  ├─────●┼────┤            ",
        "      ┊  │  ┊       ├──●──>",
        "         │          ●      ",
        "         │                >",
    ]


def test_what_is_no_number_is_not_drawn_and_what_has_no_end_goes_on() -> None:
    scale = ForestScale(low=-1.0, high=1.0)
    assert forest.drawn(Whisker(estimate=None), scale) == ""
    assert forest.drawn(Whisker(estimate=math.nan), scale) == ""
    assert forest.drawn(Whisker(estimate=0.0, interval=(math.nan, 1.0)), scale) == ""
    assert forest.drawn(Whisker(estimate=0.0, interval=(-math.inf, 0.5)), scale) == "<────────────●──────┤      "
    assert forest.drawn(Whisker(estimate=math.inf), scale) == "             │            >"
    assert (
        forest.drawn(Whisker(estimate=-1e300, interval=(-math.inf, math.inf)), scale) == "<────────────┼────────────>"
    )
    assert forest.drawn(Whisker(estimate=0.0, interval=(0.0, 0.0)), scale) == "             ●             "


def test_a_scale_of_nothing_is_still_one() -> None:
    for lines in ([], [Whisker(estimate=0.0)], [Whisker(estimate=None, interval=None)], [Whisker(estimate=math.nan)]):
        assert forest.scale(lines) == ForestScale(low=-1.0, high=1.0)


@given(st.lists(st.tuples(NUMBERS, st.none() | st.tuples(NUMBERS, NUMBERS), st.lists(NUMBERS, max_size=2)), max_size=5))
def test_whatever_the_numbers_are_each_line_has_one_width(
    found: list[tuple[float | None, object, list[float]]],
) -> None:
    lines = []
    for estimate, pair, margins in found:
        ends = sorted(end for end in pair if end is not None) if isinstance(pair, tuple) else []
        interval = (ends[0], ends[1]) if len(ends) == 2 else None
        lines.append(Whisker(estimate=estimate, interval=interval, margins=tuple(m for m in margins if m is not None)))
    scale = forest.scale(lines[:2], lines[2:])
    assert scale.low <= 0 <= scale.high
    assert len(scale.head) == WIDTH
    assert all(len(forest.drawn(line, scale)) in {0, WIDTH} for line in lines)
    assert set("".join(forest.drawn(line, scale) for line in lines)) <= set(" │┊●─├┤┼<>")
