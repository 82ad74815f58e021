"""At which of a sequence of versions did the mean of a metric change: the posterior, and which version to try next.

Three kinds of history are compared: a *step* (one level before a place, another from it on; every place is a hypothesis
of its own), a *drift* (the level changes by as much at every version) and *none*.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

from ledger.stats.contrast import mean
from ledger.stats.step_evidence import Floats, Ints, Sums, drift_evidence, no_change_evidence, step_evidence
from ledger.stats.step_posterior import PRIOR, NoisePrior, StepPosterior

# the versions that are weighed for the next trial: this many quantiles of where the step may be, and the ends
_CANDIDATES = 12
# how many points stand for the values that a trial may give under one kind of history
_NODES = 5
# what is no further apart, in parts of itself, is the same: rounding, which no two machines have alike, must not
# choose the next version
_TIE = 1e-9


class StepModel:
    """The hypotheses about a history of this many versions, with what is believed of them before any value.

    `weights` says how probable a step is at each version after the first, in proportion; evenly where it is not given.
    """

    def __init__(self, versions: int, noise: NoisePrior, weights: Sequence[float] | Floats | None = None) -> None:
        if versions < 2:
            raise ValueError("a step needs two versions at least")
        places = np.ones(versions - 1) if weights is None else np.asarray(weights, dtype=float)
        if places.shape != (versions - 1,) or not np.all(np.isfinite(places)) or places.min() <= 0:
            raise ValueError("one positive weight for each version after the first")
        self.versions = versions
        self._noise = noise
        self._places = places / places.sum()
        # how far along the history each version is, and what is not known of a place that stands for several
        self._along = np.arange(versions) / (versions - 1)
        self._inside = np.zeros(versions - 1)

    def _among(self, versions: Ints) -> StepModel:
        """The same hypotheses where only these versions, both ends with them, have values or will.

        No value can tell apart the places between two that follow each other: they become one.
        """
        few = StepModel(len(versions), self._noise, np.add.reduceat(self._places, versions[:-1]))
        few._along = self._along[versions]
        entropies = np.add.reduceat(-self._places * np.log(self._places), versions[:-1])
        few._inside = entropies / few._places + np.log(few._places)
        return few

    def posterior(self, values: Sequence[tuple[int, float]]) -> StepPosterior:
        """What is believed after these values, each with its version; both ends must have one."""
        chances = self._chances(Sums.of(values, self.versions))[0]
        return StepPosterior(places=tuple(map(float, chances[:-2])), drift=float(chances[-2]), none=float(chances[-1]))

    def most_telling(
        self, values: Sequence[tuple[int, float]], count: int = 1, waiting: Sequence[int] = ()
    ) -> list[int]:
        """The versions of the next trials, `count` of them: each leaves the least entropy that can be expected.

        Trials under way, of the versions in `waiting`, and those that are asked for before another are taken to give
        what they are expected to.
        """
        known = list(values)

        def take(version: int, above_the_mean: float) -> None:
            known.append((version, mean([value for _, value in known]) + above_the_mean))

        for version in waiting:
            take(version, float(self._outcomes(Sums.of(known, self.versions), np.array([version]))[2][0]))
        asked = []
        for _ in range(count):
            version, expected = self._best(Sums.of(known, self.versions))
            take(version, expected)
            asked.append(version)
        return asked

    def _worth_trying(self, sums: Sums) -> Ints:
        """The versions that are weighed: quantiles of where the step may be, the most probable place, and the ends."""
        places = self._chances(sums)[0, :-2]
        # given a step, for each version the probability that it lies at or before it
        after = np.concatenate([[0.0], np.cumsum(places) / places.sum()])
        quantiles = np.linspace(0.5, _CANDIDATES - 0.5, _CANDIDATES) / _CANDIDATES
        likely = int(np.flatnonzero(places >= places.max() * (1 - _TIE))[0])
        return np.union1d(np.searchsorted(after, quantiles - _TIE), [0, likely, likely + 1, self.versions - 1])

    def _best(self, sums: Sums) -> tuple[int, float]:
        """The version whose value is expected to tell most, and that value about the mean of all."""
        versions = self._worth_trying(sums)
        columns = np.union1d(np.flatnonzero(sums.count[0]), versions)
        few, few_sums, candidates = self._among(columns), sums.among(columns), np.searchsorted(columns, versions)
        points, shares, means = few._outcomes(few_sums, candidates)
        entropy = few._entropy(few_sums.with_one_more(candidates, points))
        expected = (entropy.reshape(points.shape) * shares).sum(axis=1)
        best = int(np.flatnonzero(expected <= expected.min() * (1 + _TIE))[-1])
        return int(versions[best]), float(means[best])

    def _entropy(self, sums: Sums) -> Floats:
        chances = self._chances(sums)
        terms = np.where(chances > 0, chances * np.log(np.maximum(chances, 1e-300)), 0.0)
        entropy: Floats = chances[:, :-2] @ self._inside - terms.sum(axis=1)
        return entropy

    def _outcomes(self, sums: Sums, candidates: Ints) -> tuple[Floats, Floats, Floats]:
        """Values that a trial of each candidate may give: points and their shares (candidate × point), and the mean.

        A mixture of four normal distributions: before the step, after it (each with the mean and the variance that it
        has over all places where the step may be), on the line of a drift, and without any change.
        """
        n = sums.n[0]
        known, df = self._noise.df * self._noise.sd**2, max(self._noise.df + n - 2, 1)
        chances = self._chances(sums)[0]
        first, second, deviation, within = (of_values[0] for of_values in sums.sides())
        variance = (known + within) / df
        is_before = candidates[:, None] < np.arange(1, self.versions)[None, :]
        parts = []
        for level, inside, size in ((deviation / first, is_before, first), (-deviation / second, ~is_before, second)):
            weights = chances[:-2] * inside
            share = weights.sum(axis=1)
            weights /= np.maximum(share, 1e-300)[:, None]
            centre = (weights * level).sum(axis=1)
            spread = (weights * (variance * (1 + 1 / size) + (level - centre[:, None]) ** 2)).sum(axis=1)
            parts.append((share, centre, spread))
        along = self._along - (sums.count[0] * self._along).sum() / n
        spread_along = (sums.count[0] * along**2).sum()
        slope = (sums.total[0] * along).sum() / spread_along
        scatter = (known + max(sums.squares[0] - slope**2 * spread_along, 0.0)) / df
        at = along[candidates]
        even = np.ones(len(candidates))
        parts.append((even * chances[-2], slope * at, scatter * (1 + 1 / n + at**2 / spread_along)))
        parts.append((even * chances[-1], even * 0, even * (known + sums.squares[0]) / df * (1 + 1 / n)))
        nodes, node_shares = hermegauss(_NODES)
        node_shares = node_shares / node_shares.sum()
        points = np.concatenate([centre[:, None] + np.sqrt(spread)[:, None] * nodes for _, centre, spread in parts], 1)
        shares = np.concatenate([share[:, None] * node_shares for share, _, _ in parts], 1)
        return points, shares, sum(share * centre for share, centre, _ in parts)

    def _chances(self, sums: Sums) -> Floats:
        """The probability of each hypothesis (places, drift, none), one row for each set of values."""
        step, drift, none = np.log(PRIOR)
        if self.versions == 2:
            # a drift over two versions is a step
            drift = -np.inf
        logs = np.concatenate(
            [
                step_evidence(sums, self._noise) + np.log(self._places) + step,
                drift_evidence(sums, self._noise, self._along)[:, None] + drift,
                no_change_evidence(sums, self._noise)[:, None] + none,
            ],
            axis=1,
        )
        logs -= logs.max(axis=1, keepdims=True)
        chances: Floats = np.exp(logs)
        chances /= chances.sum(axis=1, keepdims=True)
        return chances
