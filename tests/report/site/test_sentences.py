"""Verdicts in plain words."""

from __future__ import annotations

import pytest

from ledger.model.prediction_parser import parse
from ledger.model.verdict import Judged
from ledger.report.site.sentences import found, wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dice >= baseline + 0.01", "at least 0.01 higher"),
        ("dice > baseline + 0.01", "more than 0.01 higher"),
        ("dice >= baseline", "at least as high"),
        ("dice > baseline", "higher"),
        ("dice >= baseline - 0.02", "at most 0.02 lower"),
        ("dice > baseline - 0.02", "less than 0.02 lower"),
        ("loss <= baseline - 5%", "at least 5% lower"),
        ("loss < baseline - 0.1", "more than 0.1 lower"),
        ("loss <= baseline", "at most as high"),
        ("loss < baseline", "lower"),
        ("latency <= baseline + 5%", "at most 5% higher"),
        ("loss within 5% of baseline", "a difference within 5%"),
        ("dice >= 0.9", "at least 0.9"),
        ("loss < 0.25", "less than 0.25"),
    ],
)
def test_what_a_prediction_asks_for(text: str, said: str) -> None:
    assert wanted(parse(text)) == said


def judged(text: str, estimate: float | None, *interval: float, baseline: bool = True) -> Judged:
    ends = (interval[0], interval[1]) if interval else None
    return Judged(
        text=text,
        outcome="supported",
        estimate=estimate,
        interval=ends,
        confidence=0.9,
        n=5,
        n_baseline=5 if baseline else None,
    )


def test_what_was_found() -> None:
    said = found(judged("dice >= baseline + 0.01", 0.0211, 0.012, 0.0302))
    assert said == (
        "dice is 0.0211 higher than the baseline's (90% interval +0.0120 to +0.0302, n = 5); at least 0.01 higher was "
        "predicted."
    )
    assert "0.50 lower than that of deeper" in found(judged("loss <= deeper", -0.5, -0.9, -0.1))
    assert "is the same as" in found(judged("loss <= baseline", 0.0))
    assert found(judged("dice >= 0.9", 0.95, 0.94, 0.96, baseline=False)).startswith("dice is 0.950 (90%")
    assert found(judged("dice >= baseline", None)) == ("dice cannot be judged; at least as high was predicted.")


def test_a_verdict_that_nobody_can_parse_is_shown_as_it_is() -> None:
    assert found(judged("<b>nonsense", 1.0)) == "<b>nonsense."
