"""Which values of a metric are better, as far as settings and predictions tell."""

from __future__ import annotations

import pytest

from ledger.analysis.direction import agreed, of_plan
from ledger.model.prediction_parser import parse


@pytest.mark.parametrize(
    ("texts", "direction"),
    [
        (("m >= baseline + 0.01",), "higher"),
        (("m > 0.9",), "higher"),
        (("m >= baseline - 0.01",), "higher"),
        (("m <= baseline + 0.01",), "lower"),
        (("m <= baseline + 5%",), "lower"),
        # a hoped-for fall, or the harm of an ablation
        (("m <= baseline - 0.05",), "unclear"),
        (("m < baseline",), "unclear"),
        (("m <= 0.5",), "unclear"),
        (("m <= baseline - 0.05", "m >= baseline - 0.1"), "higher"),
        (("m <= baseline + 0.01", "m >= baseline - 0.01"), "unclear"),
    ],
)
def test_what_predictions_tell(texts: tuple[str, ...], direction: str) -> None:
    assert of_plan(map(parse, texts)) == {"m": direction}


def test_within_tells_nothing_and_unclear_contradicts_nothing() -> None:
    assert of_plan([parse("m within 0.1 of baseline")]) == {}
    assert agreed(["unclear", "lower"]) == "lower"
    assert agreed(["higher", "lower"]) == agreed([]) == "unclear"
