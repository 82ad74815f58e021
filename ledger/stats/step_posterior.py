"""What a search for a step goes by: the noise that is known, and how probable each history is.

Values alone, without numpy, which takes a tenth of a second to import: what computes them is `StepModel`.
"""

from __future__ import annotations

from ledger.model.frozen import frozen

# what is believed before any value: a step, a drift, no change
PRIOR = (0.7, 0.2, 0.1)


@frozen
class NoisePrior:
    """What is known of the standard deviation of one value before the search, and from how many degrees of freedom.

    Zero degrees of freedom: nothing is known.
    """

    sd: float
    df: float


@frozen
class StepPosterior:
    """How probable each history is, given all values. The places, the drift and none add up to 1.

    `places[k - 1]` is the probability of one step between the versions k − 1 and k.
    """

    places: tuple[float, ...]
    drift: float
    none: float

    @property
    def step(self) -> float:
        """The probability that there is one step, wherever."""
        return sum(self.places)

    @property
    def evidence(self) -> float:
        """How many times as probable any change has become beside none, by the values (a Bayes factor)."""
        change, none = sum(PRIOR[:2]), PRIOR[2]
        return (1 - self.none) / max(self.none, 1e-300) / (change / none)

    @property
    def change(self) -> int:
        """The first version after the most probable step."""
        return 1 + max(range(len(self.places)), key=self.places.__getitem__)

    def credible(self, confidence: float) -> tuple[int, ...]:
        """The fewest versions that hold the step with that probability, given that there is one; in order."""
        left = confidence * self.step
        chosen = []
        for place in sorted(range(len(self.places)), key=self.places.__getitem__, reverse=True):
            if left <= 0:
                break
            left -= self.places[place]
            chosen.append(place + 1)
        return tuple(sorted(chosen))
