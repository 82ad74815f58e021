"""How often `ledger importance` calls a parameter important that has no effect, how often one that has, and how well
its intervals cover: simulated configurations whose truth is known.

    python benchmarks/importances.py [SIMULATIONS]

Of the parameters of each space some move the metric and others do nothing. "called" counts simulations in which any
parameter without an effect is called important (after Holm's correction), "found" how often each of the others is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ledger.stats.multiple import holm
from ledger.stats.ped_anova import Divergence, Levels, importances

SEED = 20261129
TOP = 0.25

Space = Callable[[np.random.Generator, int], tuple[list[Levels], NDArray[np.float64], list[int]]]


def column(values: NDArray[np.float64] | NDArray[np.int64] | NDArray[np.number], *, ordered: bool = True) -> Levels:
    """The column of one parameter."""
    _, levels = np.unique(values, return_inverse=True)
    return Levels(levels=tuple(map(int, levels)), ordered=ordered)


def mixed(luck: np.random.Generator, size: int) -> tuple[list[Levels], NDArray[np.float64], list[int]]:
    """A random search: a rate with an optimum and a choice have an effect, a rate on a log scale and two more none."""
    rate, choice = luck.random(size), luck.integers(0, 3, size)
    others = [luck.random(size), luck.integers(0, 2, size), 10 ** luck.uniform(-5, -1, size)]
    values = -6 * (rate - 0.6) ** 2 + 0.4 * (choice == 1) + luck.normal(0, 0.3, size)
    columns = [column(rate), column(choice, ordered=False)]
    return [*columns, column(others[0]), column(others[1], ordered=False), column(others[2])], values, [0, 1]


def grid(luck: np.random.Generator, size: int) -> tuple[list[Levels], NDArray[np.float64], list[int]]:
    """A grid of 4 x 3 x `size`/12: the first parameter has an effect, the others none."""
    first, second, third = (one.ravel() for one in np.meshgrid(range(4), range(3), range(size // 12), indexing="ij"))
    values = 0.5 * first + luck.normal(0, 0.5, first.size)
    return [column(first), column(second, ordered=False), column(third)], values, [0]


def noise(luck: np.random.Generator, size: int) -> tuple[list[Levels], NDArray[np.float64], list[int]]:
    """Eight parameters without any effect; the metric has long tails."""
    columns = [column(luck.random(size)) for _ in range(4)]
    columns += [column(luck.integers(0, 4, size), ordered=False) for _ in range(4)]
    return columns, luck.standard_t(2, size), []


def tuned(luck: np.random.Generator, size: int) -> tuple[list[Levels], NDArray[np.float64], list[int]]:
    """A search that has narrowed down on the best rate; the other two have no effect."""
    rate = np.clip(np.concatenate([luck.random(size // 3), luck.normal(0.6, 0.1, size - size // 3)]), 0, 1)
    values = -6 * (rate - 0.6) ** 2 + luck.normal(0, 0.1, size)
    return [column(rate), column(luck.random(size)), column(luck.integers(0, 3, size), ordered=False)], values, [0]


def found(luck: np.random.Generator, space: Space, size: int, **given: int) -> tuple[tuple[Divergence, ...], list[int]]:
    """What is made of one simulation, and which parameters have an effect."""
    columns, values, real = space(luck, size)
    seed = int(luck.integers(1 << 30))
    return importances(columns, values.tolist(), share=TOP, higher=True, seed=seed, **given), real


def main() -> None:
    """Print the tables."""
    simulations = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    luck = np.random.default_rng(SEED)
    print("| space | configurations | called without an effect | found |\n| --- | ---: | ---: | --- |")
    for space, sizes in ((mixed, (30, 100, 300)), (grid, (36, 96)), (noise, (30, 100)), (tuned, (60,))):
        for size in sizes:
            called, hits = 0, np.zeros(2)
            for _ in range(simulations):
                result, real = found(luck, space, size, permutations=199, resamples=2)
                adjusted = holm([one.p_value for one in result])
                called += any(p <= 0.05 for at, p in enumerate(adjusted) if at not in real)
                hits[: len(real)] += [adjusted[at] <= 0.05 for at in real]
            shown = ", ".join(f"{share:.0%}" for share in hits[: len(real)] / simulations) or "-"
            print(f"| {space.__name__} | {size} | {called / simulations:.1%} | {shown} |")
    columns, values, _ = mixed(luck, 20_000)
    whole = importances(columns, values.tolist(), share=TOP, higher=True, permutations=20, resamples=2)
    truth = [one.share for one in whole]
    print("\n| configurations | 90% intervals that hold the truth (the two that have an effect) |\n| ---: | --- |")
    for size in (30, 100, 300):
        held = np.zeros(2)
        for _ in range(simulations // 4):
            result, _ = found(luck, mixed, size, permutations=99, resamples=200)
            held += [result[at].interval[0] <= truth[at] <= result[at].interval[1] for at in range(2)]
        print(f"| {size} | {', '.join(f'{share:.0%}' for share in held / (simulations // 4))} |")
    for size in (100, 1000, 10_000):
        columns = [column(luck.random(size)) for _ in range(12)]
        begun = time.perf_counter()
        importances(columns, luck.random(size).tolist(), share=TOP, higher=True)
        print(f"\n{size} configurations with 12 parameters: {time.perf_counter() - begun:.2f} s")


if __name__ == "__main__":
    main()
