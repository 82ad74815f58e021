"""Numbers for people: as many digits as mean something, and never a spread that looks like none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.model.summary import Summary
from ledger.report.numbers import number, spread


@pytest.mark.parametrize(
    ("mean", "sd", "text"),
    [
        (0.6123, 0.0081, "0.6123 ± 0.0081"),
        (12.3, 4.5, "12.3 ± 4.5"),
        (3.1e-8, 3e-9, "3.10e-08 ± 0.30e-08"),
        (-1e-10, 1.2e-11, "-1.00e-10 ± 0.12e-10"),
        (0.0, 2e-9, "0.0e-09 ± 2.0e-09"),
        (0.0123, 1e-12, "0.0123 ± 1e-12"),
        (1e300, 1e298, "1.000e+300 ± 0.010e+300"),
        (3.311e-8, 0.0, "3.311e-08 ± 0"),
        (0.5, 0.0, "0.5000 ± 0"),
    ],
)
def test_mean_and_spread(mean: float, sd: float, text: str) -> None:
    assert spread(Summary(n=3, mean=mean, sd=sd)) == text


@given(
    st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
    st.floats(min_value=1e-300, max_value=1e300),
)
def test_no_spread_is_written_as_none(mean: float, sd: float) -> None:
    shown, written = spread(Summary(n=3, mean=mean, sd=sd)).split(" ± ")
    assert float(written) > 0
    assert float(written) == pytest.approx(sd, rel=0.1)
    assert len(shown) <= 30


@pytest.mark.parametrize(
    ("value", "precision", "text"),
    [(-1e-5, 4, "0.0000"), (-0.0, 2, "0.00"), (-6e-5, 4, "-0.0001"), (-0.0, None, "0"), (-1e-9, None, "-1e-09")],
)
def test_what_the_digits_do_not_show_has_no_sign(value: float, precision: int | None, text: str) -> None:
    assert number(value, precision) == text
