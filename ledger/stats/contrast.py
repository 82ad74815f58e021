"""Estimates of a difference with their uncertainty: paired, unpaired, over folds, against a number.

Callers state the design; the test follows from it and not from the numbers. Every result is t distributed around the
estimate, so one value, `Contrast`, answers all questions: intervals, one- and two-sided p-values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from ledger.model.frozen import frozen
from ledger.model.remarks import Kind

# a spread this small beside the values is what rounding leaves of none at all
_ROUNDING = 1e-12
# beyond this sums and deviations are no longer numbers
_LARGEST = 1e300

PAIRED = "paired t"
WELCH = "Welch's t"
FOLDS = "corrected resampled t"
RESHUFFLED = "corrected resampled t, reshuffled folds"
ONE_SAMPLE = "one-sample t"
OVER_SPLITS = " over splits"

CONFIDENCE: Final = 0.9
"""Of the intervals that are shown: those of a verdict at α = 0.05, one-sided."""


@frozen
class Contrast:
    """An estimate with its standard error and degrees of freedom. `sd` is that of the differences (or of the values).

    `n` and `n_baseline` count the values on both sides; a contrast with a number has no baseline.
    """

    estimate: float
    error: float
    df: float
    test: str
    n: int
    n_baseline: int | None
    sd: float

    @property
    def paired(self) -> bool:
        """Whether each value was compared with its own partner."""
        return self.n_baseline is not None and not self.test.startswith(WELCH)

    def interval(self, confidence: float) -> tuple[float, float]:
        """The two-sided interval of that confidence, such as 0.9."""
        from scipy.special import stdtrit

        half = float(stdtrit(self.df, 0.5 + confidence / 2)) * self.error
        return self.estimate - half, self.estimate + half

    def statistic(self, value: float = 0.0) -> float:
        """The t statistic against a true difference of `value`."""
        return (self.estimate - value) / self.error

    def p_above(self, value: float) -> float:
        """One-sided p of "the difference is at most `value`": small where it is greater."""
        from scipy.special import stdtr

        return float(stdtr(self.df, -self.statistic(value)))

    def p_below(self, value: float) -> float:
        """One-sided p of "the difference is at least `value`": small where it is less."""
        from scipy.special import stdtr

        return float(stdtr(self.df, self.statistic(value)))

    def p_two_sided(self, value: float = 0.0) -> float:
        """Two-sided p against a true difference of `value`."""
        return 2 * min(self.p_above(value), self.p_below(value))


@frozen
class Contrasted:
    """What has a `contrast`: the difference with its uncertainty, None where there is no estimate of the noise."""

    contrast: Contrast | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval of the difference: its own, without a correction."""
        return None if self.contrast is None else self.contrast.interval(CONFIDENCE)

    @property
    def p_value(self) -> float | None:
        """Two-sided p against no difference."""
        return None if self.contrast is None else self.contrast.p_two_sided()


class NoNoise(ValueError):
    """There is no estimate of the noise: too few values, or values that do not vary at all. `kind` says which."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind)
        self.kind = kind


class NoVariation(NoNoise):
    """The values do not vary but for rounding: a t test would find any difference at all certain (p = 0)."""


def paired(treatment: Sequence[float], baseline: Sequence[float], *, factor: float = 1.0) -> Contrast:
    """The contrast treatment - factor * baseline, pair by pair (Student 1908).

    A relative margin r% is tested with `factor` 1 + r/100: to take r% of the observed mean for a fixed number would
    inflate the error. Raises NoNoise under two pairs, NoVariation where the differences do not vary.
    """
    differences = [t - factor * b for t, b in zip(treatment, baseline, strict=True)]
    n = len(differences)
    centre, sd = _moments(differences, [*treatment, *baseline])
    return Contrast(estimate=centre, error=sd / math.sqrt(n), df=n - 1, test=PAIRED, n=n, n_baseline=n, sd=sd)


def welch(treatment: Sequence[float], baseline: Sequence[float], *, factor: float = 1.0) -> Contrast:
    """The same of two independent samples (Welch 1947), with Satterthwaite's degrees of freedom.

    `sd` is the root of the mean variance of a side. Raises NoNoise where a side has under two values, NoVariation
    where neither side varies.
    """
    scaled = [factor * b for b in baseline]
    if min(len(treatment), len(scaled)) < 2:
        raise NoNoise(Kind.SMALL_SIDE)
    _require_finite([*treatment, *scaled])
    left, right = sd(treatment), sd(scaled)
    _require_variation(max(left, right), [*treatment, *scaled], Kind.NO_SIDE_VARIES)
    a, b = left / math.sqrt(len(treatment)), right / math.sqrt(len(scaled))
    error = math.hypot(a, b)
    # shares of the variance: squares of the errors themselves would overflow or vanish at extreme scales
    df = 1 / ((a / error) ** 4 / (len(treatment) - 1) + (b / error) ** 4 / (len(scaled) - 1))
    return Contrast(
        estimate=mean(treatment) - mean(scaled),
        error=error,
        df=df,
        test=WELCH,
        n=len(treatment),
        n_baseline=len(scaled),
        sd=math.hypot(left, right) / math.sqrt(2),
    )


def over_folds(
    treatment: Sequence[float],
    baseline: Sequence[float] | None,
    *,
    test_share: float,
    factor: float = 1.0,
    test: str = FOLDS,
) -> Contrast:
    """The contrast over cross-validation folds, whose training sets overlap (Nadeau & Bengio 2003).

    `test_share` is n_test / n_train: 1 / (k - 1) for k folds. The variance of the mean is s² (1/n + test_share).
    Without a baseline it is the mean of the treatment, to be compared with a number: its folds overlap just so.
    With the k·r values of r cross-validations, each of a new partition, it is the test of Bouckaert & Frank (2004).
    """
    partners = [0.0] * len(treatment) if baseline is None else baseline
    differences = [t - factor * b for t, b in zip(treatment, partners, strict=True)]
    n = len(differences)
    centre, sd = _moments(differences, [*treatment, *partners])
    error = sd * math.sqrt(1 / n + test_share)
    sides = None if baseline is None else n
    return Contrast(estimate=centre, error=error, df=n - 1, test=test, n=n, n_baseline=sides, sd=sd)


def one_sample(values: Sequence[float]) -> Contrast:
    """The mean of the values, to be compared with a number. Raises NoNoise under two values, or without variation."""
    n = len(values)
    centre, sd = _moments(values, values)
    return Contrast(estimate=centre, error=sd / math.sqrt(n), df=n - 1, test=ONE_SAMPLE, n=n, n_baseline=None, sd=sd)


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean, without the rounding of a running sum; of equal numbers exactly that number."""
    if all(value == values[0] for value in values):
        return float(values[0])
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return math.fsum(value / len(values) for value in values)


def sd(values: Sequence[float]) -> float:
    """The sample standard deviation of two or more values. (`hypot` neither overflows nor vanishes, as squares do.)"""
    centre = mean(values)
    return math.hypot(*(value - centre for value in values)) / math.sqrt(len(values) - 1)


def _moments(values: Sequence[float], around: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation; `around` are the numbers whose rounding the values carry."""
    if len(values) < 2:
        raise NoNoise(Kind.ONE_REPLICATE if values else Kind.NO_REPLICATES)
    _require_finite(values)
    spread = sd(values)
    _require_variation(spread, around, Kind.NO_VARIATION)
    return mean(values), spread


def _require_finite(values: Sequence[float]) -> None:
    if not all(abs(value) < _LARGEST for value in values):
        raise NoNoise(Kind.TOO_LARGE)


def _require_variation(spread: float, around: Sequence[float], otherwise: Kind) -> None:
    if spread <= _ROUNDING * max(abs(value) for value in around):
        raise NoVariation(otherwise)
