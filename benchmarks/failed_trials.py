"""What `ledger importance` finds where trials fail: counted as bad, as it does, or left out, as Optuna does.

    python benchmarks/failed_trials.py [SIMULATIONS]

Each simulation is a random search of 60 configurations of five parameters, of which some fail: beyond a rate, with many
layers, or 30% of them by chance. "found" is how often the parameter that decides whether a configuration is good is
called important (after Holm's correction), "called" in how many simulations one is that has no effect on the metric,
and none on what fails.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np

from ledger.analysis.importance import Configuration, importance

SEED = 20261129
SIZE = 60

Luck = np.random.Generator


def tried(
    luck: Luck, *, rate: float, choice: float, fails: Callable[[Luck, dict[str, object]], bool]
) -> list[Configuration]:
    """A random search: an optimum of the rate and one of three choices move the metric by so much, noise by 0.08."""
    found = []
    for _ in range(SIZE):
        params: dict[str, object] = {
            "rate": 10 ** luck.uniform(-5, 0),
            "decay": 10 ** luck.uniform(-6, -1),
            "choice": str(luck.choice(["a", "b", "c"])),
            "layers": int(luck.integers(1, 8)),
            "flag": bool(luck.integers(2)),
        }
        power = math.log10(float(str(params["rate"])))
        value = -rate * (power + 3) ** 2 + choice * (params["choice"] == "a") + luck.normal(0, 0.08)
        failed = fails(luck, params)
        found.append(
            Configuration(params=params, value=None if failed else value, n=int(not failed), failed=int(failed))
        )
    return found


def diverges(luck: Luck, params: dict[str, object]) -> bool:
    """Beyond a rate of 10^-1.5, 30% of the range."""
    return float(str(params["rate"])) > 10**-1.5


def is_full(luck: Luck, params: dict[str, object]) -> bool:
    """With six layers or seven."""
    return int(str(params["layers"])) >= 6


def by_chance(luck: Luck, params: dict[str, object]) -> bool:
    """30% of all."""
    return bool(luck.random() < 0.3)


# what decides, by the name of the row: how much the rate and the choice move, what fails, the parameter looked for
ROWS = {
    "a rate with an optimum; high rates fail": (0.1, 0.05, diverges, "rate"),
    "a rate that does nothing else; high rates fail": (0.0, 0.05, diverges, "rate"),
    "a rate with an optimum; many layers fail": (0.1, 0.05, is_full, "layers"),
    "a rate with an optimum; 30% fail by chance": (0.1, 0.05, by_chance, "rate"),
    "nothing; 30% fail by chance": (0.0, 0.0, by_chance, None),
}


def main() -> None:
    """Print the table."""
    simulations = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print("| what moves the metric; what fails | looked for | found: left out | as bad | called: left out | as bad |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for name, (rate, choice, fails, wanted) in ROWS.items():
        luck, hits, called = np.random.default_rng(SEED), [0, 0], [0, 0]
        for _ in range(simulations):
            every = tried(luck, rate=rate, choice=choice, fails=fails)
            for at, chosen in enumerate(([one for one in every if one.value is not None], every)):
                result = importance(chosen, "metric", "higher")
                important = {one.name for one in result.parameters if one.important}
                hits[at] += wanted in important
                idle = {"decay", "flag"} | ({"rate", "choice", "layers"} if wanted is None else set())
                called[at] += bool(idle & important)
        shown = ("-", "-") if wanted is None else tuple(f"{one / simulations:.0%}" for one in hits)
        others = " | ".join(f"{one / simulations:.1%}" for one in called)
        print(f"| {name} | {wanted or '-'} | {shown[0]} | {shown[1]} | {others} |", flush=True)


if __name__ == "__main__":
    main()
