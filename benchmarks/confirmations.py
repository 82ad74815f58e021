"""How much of what is supported is false, and how much of what is confirmed, in experiments whose truth is known.

    python benchmarks/confirmations.py [EXPERIMENTS]

One experiment in five is about something true, with the effect that five pairs find with a power of 0.8; the others are
about nothing. A verdict is the paired t test of `ledger conclude`; what is supported is put to the test on fresh seeds:
as many again with the same prediction, and as `ledger confirm` does it, half of what is left of the estimate with as
many seeds as the power takes. Of eight arms one is good in one experiment of five, and the best one is judged.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from ledger.analysis.selected import best_of, selected
from ledger.model.replicates import Point
from ledger.repo.confirming.draft import FEWEST, MOST
from ledger.stats.maximum import expected_maximum
from ledger.stats.outlook import Question, needed
from ledger.stats.power import detectable

SEED = 20261129
ALPHA = 0.05
PAIRS = 5
ARMS = 8
TRUE = 0.2
# in standard deviations of the paired differences
EFFECT = detectable(PAIRS, alpha=ALPHA)

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Truths = NDArray[np.bool_]


@cache
def replicates(ratio: float) -> int:
    """How many pairs `ledger confirm` plans where half of what is left is so many standard deviations, two digits."""
    question = Question(margin=ratio, sd=1.0, df=None, alpha=ALPHA, effect=2 * ratio)
    return max(FEWEST, min(MOST, needed(question) or MOST))


def supported(
    luck: np.random.Generator, truth: Floats, n: NDArray[np.int64], margin: Floats, sd: float = 1.0
) -> Truths:
    """Which of as many paired verdicts on fresh seeds support a margin: their means and variances are drawn exactly."""
    mean = truth + luck.normal(0, 1, truth.size) * sd / np.sqrt(n)
    spread = sd * np.sqrt(luck.chisquare(n - 1) / (n - 1))
    return np.asarray(mean - stdtrit(n - 1, 1 - ALPHA) * spread / np.sqrt(n) >= margin)


def verdicts(luck: np.random.Generator, experiments: int) -> Iterator[str]:
    """The rows of single predictions."""
    true = luck.random(experiments) < TRUE
    truth = np.where(true, EFFECT, 0.0)
    differences = truth[:, None] + luck.normal(0, 1, (experiments, PAIRS))
    mean, sd = differences.mean(axis=1), differences.std(axis=1, ddof=1)
    found = mean - stdtrit(PAIRS - 1, 1 - ALPHA) * sd / np.sqrt(PAIRS) >= 0
    trials = 2 * PAIRS * experiments
    yield row("supported at once", found, true, 0, trials)
    again, first = np.flatnonzero(found), truth[found]
    same = np.full(again.size, PAIRS)
    held = supported(luck, first, same, np.zeros(again.size))
    yield row("confirmed, as many seeds again", mask(again, held, experiments), true, 2 * same.sum(), trials)
    margin = mean[found] / 2
    n = np.array([replicates(float(f"{ratio:.2g}")) for ratio in margin / sd[found]])
    held = supported(luck, first, n, margin)
    yield row("confirmed by `ledger confirm`", mask(again, held, experiments), true, 2 * n.sum(), trials)


def grids(luck: np.random.Generator, experiments: int) -> Iterator[str]:
    """The rows of the best of eight arms. The noise of an arm is 1; that of a difference is the root of two."""
    width = np.sqrt(2.0)
    true, found, margins, counts, truths, biases = [], [], [], [], [], []
    for _ in range(experiments):
        good = luck.random() < TRUE
        levels = np.zeros(ARMS)
        levels[0] = EFFECT * width if good else 0.0
        values = levels[:, None] + luck.normal(0, 1, (ARMS, PAIRS))
        baseline = luck.normal(0, 1, PAIRS)
        named: dict[str, dict[Point, float]] = {
            str(arm): {(("seed", s),): float(v) for s, v in enumerate(own)} for arm, own in enumerate(values)
        }
        best = best_of({name: float(np.mean(list(own.values()))) for name, own in named.items()}, "higher")
        worth = selected("m", "higher", best, named, {(("seed", s),): float(v) for s, v in enumerate(baseline)})
        differences = values[int(best)] - baseline
        error = differences.std(ddof=1) / np.sqrt(PAIRS)
        assert worth.shrunken is not None and worth.noise is not None and worth.margin is not None
        true.append(good and best == "0")
        truths.append(levels[int(best)])
        found.append(differences.mean() - stdtrit(PAIRS - 1, 1 - ALPHA) * error >= 0)
        biases.append((differences.mean() - levels[int(best)], worth.shrunken - levels[int(best)]))
        margins.append(worth.margin)
        counts.append(replicates(float(f"{worth.margin / (width * worth.noise):.2g}")) if worth.margin > 0 else FEWEST)
    real, held = np.array(true), np.array(found)
    trials = (ARMS + 1) * PAIRS * experiments
    yield row(f"best of {ARMS}, supported at once", held, real, 0, trials)
    again = np.flatnonzero(held)
    n, margin, truth = (np.array(values)[held] for values in (counts, margins, truths))
    kept = supported(luck, truth, n, margin, sd=width)
    yield row(
        f"best of {ARMS}, confirmed by `ledger confirm`", mask(again, kept, experiments), real, 2 * n.sum(), trials
    )
    plain, left = np.array(biases).mean(axis=0)
    yield ""
    alone = expected_maximum(ARMS) / np.sqrt(PAIRS)
    yield f"The best of {ARMS} is {plain:.3f} too good on average, and what is left of it {left:+.3f} off"
    yield f"(standard deviations of a value; c_{ARMS} / sqrt({PAIRS}) = {alone:.3f} where none is good)."


def mask(places: Counts, held: Truths, size: int) -> Truths:
    """Which of all experiments held, out of those that were tried again."""
    found = np.zeros(size, dtype=bool)
    found[places[held]] = True
    return found


def row(name: str, found: Truths, true: Truths, more: float, trials: int) -> str:
    """A line of the table."""
    false = float((found & ~true).sum() / max(found.sum(), 1))
    power = float((found & true).sum() / max(true.sum(), 1))
    return f"| {name} | {100 * false:.1f}% | {power:.2f} | {100 * more / trials:.0f}% |"


def main() -> None:
    """Print the tables."""
    experiments = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    luck = np.random.default_rng(SEED)
    print("| what | false among them | of what is true | more trials |\n| --- | ---: | ---: | ---: |")
    for line in verdicts(luck, experiments):
        print(line)
    for line in grids(luck, max(1, experiments // 10)):
        print(line)


if __name__ == "__main__":
    main()
