"""How often verdicts are right: simulated experiments whose truth is known, judged by the tests that verdicts rest on.

    python benchmarks/verdicts.py [EXPERIMENTS] [--seed SEED] [--only replicates|cases]

Every row is a design with a number of replicates and a true difference. The margin of the prediction is one standard
deviation of the differences between pairs (of the baseline, where unpaired; a relative one is of a baseline of 10 ±
1), and the true difference is at 0, at the margin itself or at twice that. Prints a table in markdown: the share of
experiments that are supported, refuted and inconclusive, and how often the 90% interval covers the truth, in percent.
At the margin "supported" may be 5% at most. The rows in italics are what verdicts do not do, and the reason. A second
table is about per-case results, see `case_verdicts.py`.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import case_verdicts
import numpy as np

from ledger.analysis.case import decide
from ledger.analysis.designs import compared
from ledger.model.replicates import FOLD, SPLIT, Axis, Point
from ledger.model.verdict import INCONCLUSIVE, REFUTED, SUPPORTED
from ledger.stats.contrast import Contrast, over_folds, paired, welch

ALPHA = 0.05
REPLICATES = (3, 5, 10)
EFFECTS = (0.0, 1.0, 2.0)
# the mean of the baseline, beside a standard deviation of 1 on each side
LEVEL = 10.0
# within each split, and as many partitions into folds
SEEDS = 5

Sides = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A way to compare. `draw` gives both sides of one experiment from luck, n and the true difference in margins.

    `test` gives the contrast and what it is compared with; `truth` what the contrast estimates.
    """

    name: str
    draw: Callable[[np.random.Generator, int, float], Sides]
    test: Callable[[Sequence[float], Sequence[float]], tuple[Contrast, float]]
    truth: Callable[[float], float]
    counter_example: bool = False
    sizes: tuple[int, ...] = REPLICATES
    effects: tuple[float, ...] = EFFECTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Shares of the experiments that had each outcome, and whose interval covered the truth."""

    supported: float
    refuted: float
    inconclusive: float
    covered: float


def pairs(luck: np.random.Generator, n: int, effect: float) -> Sides:
    """Replicates that share their seeds' luck; the differences have a standard deviation of 1."""
    shared = luck.normal(LEVEL, 1, n)
    return (shared + effect + luck.normal(0, 1, n)).tolist(), shared.tolist()


def sides(spread: float, more: int = 0) -> Callable[[np.random.Generator, int, float], Sides]:
    """Replicates that share nothing; the treatment's spread beside the baseline's, and how many more baselines."""

    def draw(luck: np.random.Generator, n: int, effect: float) -> Sides:
        return luck.normal(LEVEL + effect, spread, n).tolist(), luck.normal(LEVEL, 1, n + more).tolist()

    return draw


def folds(luck: np.random.Generator, n: int, effect: float) -> Sides:
    """Folds whose differences correlate by n_test / n, as Nadeau and Bengio assume of what shares training data."""
    share = 1 / n
    differences = effect + math.sqrt(share) * luck.normal() + math.sqrt(1 - share) * luck.normal(0, 1, n)
    baseline = luck.normal(LEVEL, 1, n)
    return (baseline + differences).tolist(), baseline.tolist()


def splits(share: float) -> Callable[[np.random.Generator, int, float], Sides]:
    """n random splits with five seeds each, whose differences owe that share of their variance to the split."""

    def draw(luck: np.random.Generator, n: int, effect: float) -> Sides:
        of_split = np.repeat(math.sqrt(share) * luck.normal(0, 1, n), SEEDS)
        differences = effect + of_split + math.sqrt(1 - share) * luck.normal(0, 1, n * SEEDS)
        baseline = luck.normal(LEVEL, 1, n * SEEDS)
        return (baseline + differences).tolist(), baseline.tolist()

    return draw


def cross_validated(luck: np.random.Generator, k: int, effect: float) -> Sides:
    """The errors of two equally good models in SEEDS real cross-validations of one small sample.

    Two linear regressions, each on a half of the features, all of which matter alike; the margin is no difference. Of
    fresh samples neither is better, though on one sample it may be, and reshuffling does not see that.
    """
    count, features = 10 * k, 4
    x = luck.normal(0, 1, (count, 2 * features))
    y = x.sum(axis=1) + luck.normal(0, 1, count)
    held = np.zeros((SEEDS * k, count))
    for again in range(SEEDS):
        for fold, part in enumerate(np.split(luck.permutation(count), k)):
            held[again * k + fold, part] = 1
    sides = []
    for half in (x[:, :features], x[:, features:]):
        kept = half[None] * (1 - held)[:, :, None]
        weights = np.linalg.solve(kept.transpose(0, 2, 1) @ half, (kept.transpose(0, 2, 1) @ y)[:, :, None])[:, :, 0]
        errors = (y - weights @ half.T) ** 2
        sides.append((errors * held).sum(axis=1) / held.sum(axis=1))
    return (sides[0] + effect - 1).tolist(), sides[1].tolist()


def ruled(axis: Axis, inner: str) -> Callable[[Sequence[float], Sequence[float]], tuple[Contrast, float]]:
    """The verdict's own rule for values on two axes, the values of `inner` fastest; the margin is 1."""

    def test(a: Sequence[float], b: Sequence[float]) -> tuple[Contrast, float]:
        points = gridded(len(a), axis, inner)
        return compared(dict(zip(points, a, strict=True)), dict(zip(points, b, strict=True)), axis)(1.0), 1.0

    return test


def gridded(count: int, axis: Axis, inner: str) -> list[Point]:
    """Points of which those of a cross-validation, or those of a split, stand together."""
    if inner == axis.name:
        return [(("seed", i // (count // SEEDS)), (axis.name, i % (count // SEEDS))) for i in range(count)]
    return [((axis.name, i // SEEDS), ("seed", i % SEEDS)) for i in range(count)]


def partitioned(rule: Axis | None) -> Callable[[Sequence[float], Sequence[float]], tuple[Contrast, float]]:
    """The test of reshuffled folds by a rule, against no difference; without one as if all were independent."""

    def test(a: Sequence[float], b: Sequence[float]) -> tuple[Contrast, float]:
        if rule is None:
            return paired(a, b), 0.0
        return ruled(rule, rule.name)(a, b)[0], 0.0

    return test


def grids() -> Iterator[Design]:
    """Replicates on two axes: splits with five seeds each, and five reshuffled cross-validations."""
    split = Axis(name="split", values=(0, 1, 2), kind=SPLIT)
    for share in (0.25, 0.5, 0.75):
        for counter in (False, True):
            yield Design(
                name=f"splits × {SEEDS} seeds, {share:.0%} of the variance the split's"
                + (", as if independent" if counter else ""),
                draw=splits(share),
                test=(lambda a, b: (paired(a, b), 1.0)) if counter else ruled(split, "seed"),
                truth=lambda e: e,
                counter_example=counter,
                sizes=(3,),
            )
    fold = Axis(name="fold", values=(0, 1), kind=FOLD)
    rules = (("", replace(fold, reshuffled_by="seed")), (", as plain folds", fold), (", as if independent", None))
    for name, rule in rules:
        yield Design(
            name=f"folds reshuffled by {SEEDS} seeds{name}",
            draw=cross_validated,
            test=partitioned(rule),
            truth=lambda e: e - 1,
            counter_example=bool(name),
            sizes=(5, 10),
            effects=(1.0,),
        )


def collapsing(share: float, depth: float) -> Callable[[np.random.Generator, int, float], Sides]:
    """Pairs of which the treatment's collapses in a share of the seeds, by so many standard deviations.

    The others are as much better as the mean difference, which is what is predicted about, is held where it is asked.
    """

    def draw(luck: np.random.Generator, n: int, effect: float) -> Sides:
        treatment, baseline = pairs(luck, n, effect + share * depth)
        return (np.array(treatment) - depth * (luck.random(n) < share)).tolist(), baseline

    return draw


def relative(percent: float, *, shared: float) -> Callable[[np.random.Generator, int, float], Sides]:
    """Sides of which the treatment is better by that many percent times the effect. `shared` is their correlation."""

    def draw(luck: np.random.Generator, n: int, effect: float) -> Sides:
        common, own = math.sqrt(shared), math.sqrt(1 - shared)
        seeds = luck.normal(0, 1, n)
        baseline = LEVEL + common * seeds + own * luck.normal(0, 1, n)
        treatment = LEVEL * (1 + effect * percent / 100) + common * seeds + own * luck.normal(0, 1, n)
        return treatment.tolist(), baseline.tolist()

    return draw


def contrast(percent: float) -> Callable[[Sequence[float], Sequence[float]], tuple[Contrast, float]]:
    """The test of a relative margin: treatment - (1 + r) * baseline against 0."""
    return lambda a, b: (paired(a, b, factor=1 + percent / 100), 0.0)


def above_margin(percent: float) -> Callable[[float], float]:
    """What that contrast estimates: how far the treatment lies above the margin."""
    return lambda effect: LEVEL * percent / 100 * (effect - 1)


def fixed(percent: float) -> Callable[[Sequence[float], Sequence[float]], tuple[Contrast, float]]:
    """The wrong test of a relative margin, which takes r percent of the observed mean for a fixed number."""
    return lambda a, b: (paired(a, b), percent / 100 * math.fsum(b) / len(b))


def designs() -> Iterator[Design]:
    """What is simulated."""
    yield Design(name="paired", draw=pairs, test=lambda a, b: (paired(a, b), 1.0), truth=lambda e: e)
    yield Design(name="Welch", draw=sides(1), test=lambda a, b: (welch(a, b), 1.0), truth=lambda e: e)
    yield Design(
        name="Welch, spread × 3, twice the baselines",
        draw=lambda luck, n, e: sides(3, more=n)(luck, n, e),
        test=lambda a, b: (welch(a, b), 1.0),
        truth=lambda e: e,
    )
    yield Design(
        name="folds",
        draw=folds,
        test=lambda a, b: (over_folds(a, b, test_share=1 / (len(a) - 1)), 1.0),
        truth=lambda e: e,
    )
    yield Design(
        name="folds, as if independent",
        draw=folds,
        test=lambda a, b: (paired(a, b), 1.0),
        truth=lambda e: e,
        counter_example=True,
    )
    for percent in (5.0, 50.0):
        yield Design(
            name=f"margin + {percent:g}%",
            draw=relative(percent, shared=0.5),
            test=contrast(percent),
            truth=above_margin(percent),
        )
    yield Design(
        name="margin + 50%, as a fixed number",
        draw=relative(50, shared=0.5),
        test=fixed(50),
        truth=lambda e: LEVEL * 0.5 * e,
        counter_example=True,
    )


def collapses() -> Iterator[Design]:
    """What few seeds do not show: that one in ten collapses."""
    yield Design(
        name="paired, one seed in ten collapses by 30 SD",
        draw=collapsing(0.1, 30.0),
        test=lambda a, b: (paired(a, b), 1.0),
        truth=lambda e: e,
        counter_example=True,
        sizes=(*REPLICATES, 20),
    )


def simulate(design: Design, n: int, effect: float, experiments: int, luck: np.random.Generator) -> Rates:
    """The rates over so many experiments."""
    counts = dict.fromkeys((SUPPORTED, REFUTED, INCONCLUSIVE), 0)
    covered = 0
    truth = design.truth(effect)
    for _ in range(experiments):
        found, margin = design.test(*design.draw(luck, n, effect))
        counts[decide(found.p_above(margin), found.p_below(margin), ALPHA)] += 1
        low, high = found.interval(1 - 2 * ALPHA)
        covered += low <= truth <= high
    return Rates(
        supported=counts[SUPPORTED] / experiments,
        refuted=counts[REFUTED] / experiments,
        inconclusive=counts[INCONCLUSIVE] / experiments,
        covered=covered / experiments,
    )


def rows(experiments: int, seed: int) -> Iterator[str]:
    """The table in markdown, a line as soon as it is known."""
    yield "| design | n | true difference | supported | refuted | inconclusive | interval covers |"
    yield "| --- | ---: | --- | ---: | ---: | ---: | ---: |"
    places = {0.0: "0", 1.0: "the margin", 2.0: "2 × the margin"}
    for number, design in enumerate((*designs(), *grids(), *collapses())):
        name = f"*{design.name}*" if design.counter_example else design.name
        for n in design.sizes:
            for effect in (1.0,) if design.counter_example else design.effects:
                # a stream of its own for every row, so that another row changes none
                luck = np.random.default_rng([seed, number, n, int(effect)])
                found = simulate(design, n, effect, experiments, luck)
                shares = (found.supported, found.refuted, found.inconclusive, found.covered)
                cells = " | ".join(f"{100 * share:.1f}" for share in shares)
                yield f"| {name} | {n} | {places[effect]} | {cells} |"


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description="Measure how often verdicts are right.")
    parser.add_argument("experiments", nargs="?", type=int, default=2000, help="how many for each row (2000)")
    parser.add_argument("--seed", type=int, default=20261120, help="of the simulated luck (20261120)")
    parser.add_argument("--only", choices=("replicates", "cases"), help="one of the two tables")
    given = parser.parse_args()
    if given.experiments < 1:
        parser.error("at least one experiment is needed")
    begun = time.perf_counter()
    for line in rows(given.experiments, given.seed) if given.only != "cases" else ():
        print(line, flush=True)
    print("\nSeeds and cases crossed: how often the 90% interval covers, in percent.\n")
    for line in case_verdicts.rows(given.experiments, given.seed) if given.only != "replicates" else ():
        print(line, flush=True)
    errors = (100 * math.sqrt(p * (1 - p) / given.experiments) for p in (0.05, 0.1, 0.5))
    print(
        "\nStandard error of the simulation: {:.2f} at 5%, {:.2f} at 10% and 90%, {:.2f} at 50%.".format(*errors),
        f"{given.experiments} experiments a row, seed {given.seed}, {time.perf_counter() - begun:.0f} s, "
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}.",
    )


if __name__ == "__main__":
    main()
