"""How often the interval over seeds and cases covers: simulated per-case differences whose truth is known.

Called by `benchmarks/verdicts.py`. Every row is a number of seeds and the variances of what differs between seeds,
between cases, and from case to case within a seed; beside it, in italics, the interval over seeds alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ledger.stats.cases import Grid, crossed
from ledger.stats.contrast import Contrast, NoNoise, one_sample

SEEDS = (2, 3, 5, 10)
CASES = (50, 500)
# of a slice, as few as `ledger slices` looks at
FEW = 20
# seed, case, rest
VARIANCES = (
    (0, 0, 1), (1, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1), (0.02, 1, 1),
)  # fmt: skip


def drawn(luck: np.random.Generator, seeds: int, cases: int, variances: tuple[float, float, float]) -> Grid:
    """The differences of one experiment, of which the truth is that there are none."""
    seed, case, rest = np.sqrt(variances)
    found = seed * luck.normal(0, 1, (seeds, 1)) + case * luck.normal(0, 1, (1, cases)) + np.zeros((seeds, cases))
    if rest:
        found += rest * luck.normal(0, 1, (seeds, cases))
    return np.asarray(found, dtype=np.float64)


def covers(contrast: Contrast, truth: float = 0.0) -> bool:
    """Whether its 90% interval holds the truth."""
    low, high = contrast.interval(0.9)
    return low <= truth <= high


def coverage(
    luck: np.random.Generator, seeds: int, cases: int, variances: tuple[float, float, float], experiments: int
) -> tuple[float, float]:
    """How often the interval over seeds and cases covers, and how often that over seeds alone does.

    That of few cases counts their degrees of freedom, as slices do.
    """
    both = alone = 0
    for _ in range(experiments):
        differences = drawn(luck, seeds, cases, variances)
        both += covers(crossed(differences, few_cases=cases == FEW).contrast)
        try:
            alone += covers(one_sample(differences.mean(axis=1).tolist()))
        except NoNoise:
            # seeds that change nothing tell nothing: a verdict says so
            continue
    return both / experiments, alone / experiments


def rows(experiments: int, seed: int) -> Iterator[str]:
    """The table in markdown, a line as soon as it is known."""
    sizes = (*CASES, FEW)
    heads = " | ".join(f"{cases} cases | *seeds alone*" for cases in CASES)
    yield f"| seeds | variance of seed, case, rest | {heads} | a slice of {FEW} cases |"
    yield "| ---: | --- |" + " ---: |" * (2 * len(CASES) + 1)
    for number, variances in enumerate(VARIANCES):
        for seeds in SEEDS:
            cells = []
            for cases in sizes:
                luck = np.random.default_rng([seed, number, seeds, cases])
                both, alone = coverage(luck, seeds, cases, variances, experiments)
                cells += [f"{100 * both:.1f}"] if cases == FEW else [f"{100 * both:.1f}", f"*{100 * alone:.1f}*"]
            shares = ", ".join(f"{variance:g}" for variance in variances)
            yield f"| {seeds} | {shares} | {' | '.join(cells)} |"
