"""How few configurations `ledger coverage --complete` proposes, beside covertable and allpairspy.

    python benchmarks/coverage_peers.py [--histories 60]

From an empty history all combinations of spaces that are known from the literature; and from random histories with
trials in them, where covertable has these as presets and its rows are completed and rid of idle ones as our own are.
Peers that are not installed are left out. Seconds are those of a processor. Prints tables in markdown.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ledger.analysis.coverage.combinations import Combinations, counted
from ledger.analysis.coverage.greedy import Open, Row, drawn, greedy, without_idle
from ledger.analysis.coverage.parameters import Codes
from ledger.analysis.coverage.tried import State

SPACES: Sequence[tuple[str, Sequence[int], int]] = (
    ("3^4", (3,) * 4, 2),
    ("3^13", (3,) * 13, 2),
    ("10^6", (10,) * 6, 2),
    ("5^12", (5,) * 12, 2),
    ("5^6", (5,) * 6, 3),
    ("3^10", (3,) * 10, 3),
)


def of_trials(codes: Codes, sizes: Sequence[int], t: int) -> Combinations:
    """What trials with these levels have covered."""
    return counted(codes, np.full(len(codes), State.SUCCEEDED, np.uint8), sizes, (), t)


def ours(found: Combinations, sizes: Sequence[int]) -> int:
    """How many configurations `ledger` proposes."""
    return min(len(without_idle(found, rows)) for rows in drawn(found, sizes, (), Open(found).count))


def from_nothing(sizes: Sequence[int], t: int) -> int:
    """The same where nothing was tried."""
    return ours(of_trials(np.full((1, len(sizes)), -1), sizes, t), sizes)


def library(name: str) -> Any:
    """The module, None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def by_covertable(sizes: Sequence[int], t: int, presets: Sequence[Row] = ()) -> list[Row]:
    """The rows of covertable, the presets among them."""
    values = [list(range(size)) for size in sizes]
    return [tuple(row) for row in library("covertable").make(values, strength=t, presets=list(map(list, presets)))]


def by_allpairspy(sizes: Sequence[int], t: int) -> int | None:
    """How many rows allpairspy needs; it promises no more than pairs."""
    values = [list(range(size)) for size in sizes]
    return len(list(library("allpairspy").AllPairs(values, n=t))) if t == 2 else None


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    """What it returns, and the seconds of a processor that it took."""
    begun = time.process_time()
    return action(), time.process_time() - begun


def telling(found: Combinations, codes: Codes) -> list[Row]:
    """The trials that have a combination which none before them had: each preset costs covertable time."""
    seen: set[tuple[tuple[int, ...], Row]] = set()
    rows = []
    for code in dict.fromkeys(map(tuple, codes.tolist())):
        own = {(table.places, tuple(code[place] for place in table.places)) for table in found.tables}
        if not own <= seen:
            rows.append(code)
        seen |= own
    return rows


def completed(found: Combinations, codes: Codes, sizes: Sequence[int]) -> int:
    """How many configurations it takes to complete what covertable adds to the trials."""
    presets = telling(found, codes)
    known = set(presets)
    added = [row for row in by_covertable(sizes, found.t, presets) if row not in known]
    return len(without_idle(found, greedy(found, sizes, (), len(added) + Open(found).count, begun=added)))


def measure_spaces() -> None:
    """Print how many configurations cover everything."""
    peers: dict[str, Callable[[Sequence[int], int], int | None]] = {"`ledger`": from_nothing}
    if library("covertable") is not None:
        peers["covertable"] = lambda sizes, t: len(by_covertable(sizes, t))
    if library("allpairspy") is not None:
        peers["allpairspy"] = by_allpairspy
    print("| values^parameters | t | " + " | ".join(peers) + " |\n| --- | ---: |" + " ---: |" * len(peers))
    for name, sizes, t in SPACES:
        cells = []
        for make in peers.values():
            count, seconds = timed(partial(make, sizes, t))
            cells.append("-" if count is None else f"{count} ({seconds:.2f} s)")
        print(f"| {name} | {t} | " + " | ".join(cells) + " |", flush=True)


def measure_histories(histories: int) -> None:
    """Print who needs fewer from random histories: 3 to 8 parameters of 2 to 6 values, up to 40 trials."""
    chance = np.random.default_rng(0)
    fewer, sums, seconds = [0, 0, 0], [0, 0], [0.0, 0.0]
    for number in range(histories):
        count = int(chance.integers(3, 9))
        sizes = chance.integers(2, 7, count).tolist()
        t = 2 if number % 3 else min(3, count)
        trials = max(1, int(chance.integers(0, 40)))
        codes = np.stack([chance.integers(0, size, trials) for size in sizes], axis=1)
        found = of_trials(codes, sizes, t)
        if not Open(found).count:
            continue
        (own, a), (theirs, b) = timed(partial(ours, found, sizes)), timed(partial(completed, found, codes, sizes))
        fewer[(own > theirs) - (own < theirs) + 1] += 1
        sums = [sums[0] + own, sums[1] + theirs]
        seconds = [seconds[0] + a, seconds[1] + b]
    print(f"\n{sum(fewer)} random histories: `ledger` needs fewer in {fewer[0]}, as many in {fewer[1]},")
    print(f"more in {fewer[2]}; ", end="")
    print(f"{sums[0]:,} configurations to {sums[1]:,} in all, {seconds[0]:.1f} s to {seconds[1]:.1f} s.")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure how few configurations are proposed.")
    parser.add_argument("--histories", type=int, default=60)
    given = parser.parse_args()
    measure_spaces()
    if library("covertable") is not None:
        measure_histories(given.histories)


if __name__ == "__main__":
    main()
