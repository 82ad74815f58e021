"""The expected maximum of k standard normal values, against the tables and closed forms."""

from __future__ import annotations

import math

import pytest
from scipy import integrate, stats

from ledger.stats.maximum import expected_maximum

PI = math.pi
EXACT = {
    1: 0.0,
    2: 1 / math.sqrt(PI),
    3: 3 / (2 * math.sqrt(PI)),
    4: 3 / math.sqrt(PI) * (0.5 + math.asin(1 / 3) / PI),
    5: 5 / math.sqrt(PI) * (0.25 + 3 * math.asin(1 / 3) / (2 * PI)),
}
# Harter 1961, to five digits
TABLE = {6: 1.26721, 8: 1.42360, 10: 1.53875, 20: 1.86748, 50: 2.24907, 100: 2.50759}


@pytest.mark.parametrize(("k", "value"), EXACT.items())
def test_where_there_is_a_closed_form(k: int, value: float) -> None:
    assert expected_maximum(k) == pytest.approx(value, abs=1e-10)


@pytest.mark.parametrize(("k", "value"), TABLE.items())
def test_the_tables(k: int, value: float) -> None:
    assert expected_maximum(k) == pytest.approx(value, abs=5e-6)


@pytest.mark.parametrize("k", [7, 1000, 10**6])
def test_against_another_way_to_integrate(k: int) -> None:
    def density(x: float) -> float:
        return float(x * k * stats.norm.pdf(x) * math.exp((k - 1) * stats.norm.logcdf(x)))

    other, _ = integrate.quad(density, -12, 12, points=[expected_maximum(k)], epsabs=1e-11, limit=500)
    assert expected_maximum(k) == pytest.approx(other, abs=1e-9)


def test_of_nothing_there_is_none() -> None:
    with pytest.raises(ValueError, match="none"):
        expected_maximum(0)
