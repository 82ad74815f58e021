"""How often the interval of a group's effect covers the truth: simulated ablations whose truth is known.

    python benchmarks/ablations.py [EXPERIMENTS] [--seed SEED]

Every row is a design, a kind of data and a number of seeds. What a coalition of groups is worth is drawn anew for each
experiment: the groups add up; two of them help or hinder each other; more data help less and less; three of them work
together; or every coalition is worth anything. Each training adds noise, each seed some that its trainings share.
Prints a table in markdown: the share of 90% intervals that cover the truth, and their mean half-width in standard
deviations of a training.
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from collections.abc import Callable

import numpy as np

from ledger.analysis.ablation.design import Ablated, Design, drawn, wanted
from ledger.analysis.ablation.effects import effects
from ledger.model.replicates import Point
from ledger.stats.contrast import CONFIDENCE, paired
from ledger.stats.shapley import Coalition, coalitions, exact

SEEDS = (3, 5, 10)
EMPTY: Coalition = frozenset()

Luck = np.random.Generator
Worth = dict[Coalition, float]


def additive(luck: Luck, groups: list[str]) -> Worth:
    """Each group adds the same to any other."""
    own = dict(zip(groups, luck.normal(0, 1, len(groups)), strict=True))
    return {each: math.fsum(own[group] for group in each) for each in coalitions(groups)}


def saturating(luck: Luck, groups: list[str]) -> Worth:
    """The more data there are, the less a group adds."""
    own = dict(zip(groups, np.abs(luck.normal(2, 1, len(groups))), strict=True))
    return {each: 4 * math.log1p(math.fsum(own[group] for group in each)) for each in coalitions(groups)}


def interacting(size: int, scale: float) -> Callable[[Luck, list[str]], Worth]:
    """So many groups at a time add something that none of them adds alone."""

    def make(luck: Luck, groups: list[str]) -> Worth:
        joint = {frozenset(each): luck.normal(0, scale) for each in itertools.combinations(groups, size)}
        return {
            each: value + math.fsum(extra for some, extra in joint.items() if some <= each)
            for each, value in additive(luck, groups).items()
        }

    return make


def arbitrary(luck: Luck, groups: list[str]) -> Worth:
    """Every coalition is worth anything."""
    return {each: luck.normal(0, 1) for each in coalitions(groups)}


KINDS: dict[str, Callable[[Luck, list[str]], Worth]] = {
    "additive": additive,
    "saturating": saturating,
    "pairs interact": interacting(2, 0.5),
    "threes interact": interacting(3, 0.3),
    "arbitrary": arbitrary,
}


def trial(luck: Luck, design: Design, kind: str, count: int, seeds: int, pairs: int) -> tuple[float, float]:
    """The share of the groups whose interval covers the truth, and the mean half-width, of one ablation."""
    groups = [f"g{number}" for number in range(count)]
    truth = KINDS[kind](luck, groups)
    truth[EMPTY] = math.fsum(truth[frozenset({group})] for group in groups) / count
    known: dict[Point, Worth] = {}
    orders = {}
    for seed in range(seeds):
        point: Point = (("seed", seed),)
        shared = luck.normal(0, 1)
        asked = list(wanted(design, groups)) if not pairs else []
        if pairs:
            orders[point], asked = drawn(groups, pairs, f"{luck.integers(2**62)}", seed)
        known[point] = {each: truth[each] + shared + luck.normal(0, 0.5) for each in asked}
    found = Ablated(path="data", design=design, groups=tuple(groups), worth={}, seeds={})
    truths = effects_of(truth, design, groups)
    covered, widths = [], []
    for group, values in effects(found, known, orders, empty=None).items():
        contrast = paired([a for a, _ in values.values()], [b for _, b in values.values()])
        low, high = contrast.interval(CONFIDENCE)
        covered.append(low <= truths[group] <= high)
        widths.append((high - low) / 2 / 0.5)
    return sum(covered) / count, sum(widths) / count


def effects_of(truth: Worth, design: Design, groups: list[str]) -> dict[str, float]:
    """What each group adds without any noise."""
    whole = frozenset(groups)
    if design is Design.LEAVE_OUT:
        return {group: truth[whole] - truth[whole - {group}] for group in groups}
    if design is Design.ALONE:
        return {group: truth[frozenset({group})] - truth[EMPTY] for group in groups}
    return exact(truth, groups)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("experiments", nargs="?", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    designs = [
        ("leave-out, 5 groups", Design.LEAVE_OUT, 5, 0),
        ("alone, 5 groups", Design.ALONE, 5, 0),
        ("shapley, exact, 4 groups", Design.SHAPLEY, 4, 0),
        ("shapley, 2 pairs of orders a seed, 8 groups", Design.SHAPLEY, 8, 2),
    ]
    started = time.monotonic()
    print("| design | worth of coalitions |", " | ".join(f"n = {n}" for n in SEEDS), "| half-width, n = 5 |")
    print("| --- | --- |", " | ".join("---:" for _ in SEEDS), "| ---: |")
    shares = []
    for name, design, count, pairs in designs:
        for kind in KINDS:
            luck = np.random.default_rng(asked.seed)
            cells, width = [], 0.0
            for seeds in SEEDS:
                results = [trial(luck, design, kind, count, seeds, pairs) for _ in range(asked.experiments)]
                cells.append(sum(share for share, _ in results) / len(results))
                width = sum(each for _, each in results) / len(results) if seeds == 5 else width
            shares += cells
            print(f"| {name} | {kind} |", " | ".join(f"{100 * cell:.1f}%" for cell in cells), f"| {width:.2f} |")
    print(f"\n{min(shares):.1%} to {max(shares):.1%}; {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
