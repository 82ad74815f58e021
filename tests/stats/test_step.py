"""The place of a step: marginal likelihoods beside scipy's multivariate t, and choices that follow from them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import helmert
from scipy.stats import multivariate_t

from ledger.stats import step_evidence
from ledger.stats.step import StepModel
from ledger.stats.step_posterior import PRIOR, NoisePrior

NOISE = NoisePrior(sd=0.7, df=5)
values_at = st.lists(st.tuples(st.integers(0, 5), st.floats(-50, 50).map(lambda x: round(x, 3))), max_size=12).map(
    lambda inside: [(0, 1.0), (5, -1.0), *inside]
)


def by_multivariate_t(values: list[tuple[int, float]], versions: int, noise: NoisePrior) -> list[float]:
    """The same probabilities from the joint density of all contrasts that leave out the common mean."""
    at = np.array([version for version, _ in values])
    n = len(values)
    contrasts = helmert(n)
    given_values = contrasts @ np.array([value for _, value in values])

    def density(effect: np.ndarray, size: float) -> float:
        shape = noise.sd**2 * (np.eye(n - 1) + size**2 * contrasts @ effect @ contrasts.T)
        return float(multivariate_t(shape=shape, df=noise.df).logpdf(given_values))

    def averaged(effect: np.ndarray) -> float:
        return math.log(np.mean([math.exp(density(effect, size)) for size in step_evidence.SIZES]))

    logs = []
    for place in range(1, versions):
        sides = np.stack([at < place, at >= place]).astype(float)
        logs.append(averaged(sides.T @ sides / 2) + math.log(PRIOR[0] / (versions - 1)))
    along = at / (versions - 1)
    logs += [averaged(np.outer(along, along)) + math.log(PRIOR[1]), density(np.zeros((n, n)), 0)]
    logs[-1] += math.log(PRIOR[2])
    chances = np.exp(np.array(logs) - max(logs))
    return list(chances / chances.sum())


@given(values_at)
def test_the_posterior_is_that_of_the_joint_density(values: list[tuple[int, float]]) -> None:
    found = StepModel(6, NOISE).posterior(values)
    expected = by_multivariate_t(values, 6, NOISE)
    assert [*found.places, found.drift, found.none] == pytest.approx(expected, abs=1e-9)


@given(values_at, st.floats(0.01, 100), st.floats(-1000, 1000))
def test_the_unit_of_the_metric_does_not_matter(values: list[tuple[int, float]], scale: float, shift: float) -> None:
    there = StepModel(6, NoisePrior(sd=NOISE.sd * scale, df=5)).posterior([(at, y * scale + shift) for at, y in values])
    assert there.places == pytest.approx(StepModel(6, NOISE).posterior(values).places, rel=1e-6, abs=1e-9)


def test_a_step_without_noise_is_found_as_bisection_finds_it() -> None:
    values = [(0, 0.63), (99, 0.55)] * 2
    model = StepModel(100, NoisePrior(sd=0, df=0))
    while max((posterior := model.posterior(values)).places) < 0.95:
        version = model.most_telling(values)[0]
        values.append((version, 0.63 if version < 41 else 0.55))
    assert posterior.change == 41
    # seven halvings, and what shows that the levels are no drift
    assert len(values) <= 4 + 12


def test_the_history_that_the_values_show_is_preferred() -> None:
    steps = [(v, (0.0 if v < 7 else 3.0) + n) for v in range(12) for n in (-0.5, 0.5)]
    drift = [(v, v / 2 + n) for v in range(12) for n in (-0.5, 0.5)]
    none = [(v, n) for v in range(12) for n in (-0.5, 0.5)] * 8
    model = StepModel(12, NoisePrior(sd=0.5, df=10))
    assert model.posterior(steps).places[6] > 0.95
    assert model.posterior(drift).drift > 0.95
    assert model.posterior(none).none > 0.5


def test_a_version_that_brought_more_files_is_suspected_sooner() -> None:
    posterior = StepModel(4, NOISE, weights=[1, 98, 1]).posterior([(0, 0.0), (3, 5.0), (0, 0.2), (3, 5.1)])
    assert posterior.places[1] / posterior.step == pytest.approx(0.98)
    assert posterior.credible(0.95) == (2,)
    assert posterior.credible(0.985) == (1, 2)


def test_places_between_tried_versions_may_be_taken_together() -> None:
    values = [(0, 0.0), (40, -2.0), (0, 0.4), (40, -2.2), (20, 0.1), (30, -1.7)]
    model = StepModel(41, NOISE, weights=list(range(1, 41)))
    sums = step_evidence.Sums.of(values, 41)
    few = np.array([0, 20, 30, 40])
    assert model._among(few)._entropy(sums.among(few)) == pytest.approx(model._entropy(sums))


def test_several_are_asked_at_once_and_at_different_places() -> None:
    values = [(0, 0.0), (63, -3.0), (0, 0.4), (63, -3.2), (0, -0.4), (63, -2.8)]
    model = StepModel(64, NOISE)
    asked = model.most_telling(values, 3)
    assert asked[:1] == model.most_telling(values)
    assert len(set(asked)) == 3
    assert all(0 < version < 63 for version in asked)


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [1.0, math.nan], [1.0, 2.0, 3.0]])
def test_weights_that_are_none_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="one positive weight"):
        StepModel(3, NOISE, weights)


def test_both_ends_need_a_value() -> None:
    with pytest.raises(ValueError, match="both ends"):
        StepModel(3, NOISE).posterior([(0, 1.0), (1, 2.0)])
