"""How often a search for the guilty version is right, and what it costs: simulated histories whose truth is known.

    python benchmarks/bisection.py [HISTORIES] [--seed SEED]

The search is the one that `ledger` uses (`analysis/search/step.py`): it is told the noise as pooled from 8 degrees of
freedom, tests whether the metric fell at all, and then seeks the place. Beside it, on the same histories: bisection by
hand with 1, 3 and 5 seeds a version against the middle between both ends (which it is told), and `git_bayesect` on the
metric cut at that same middle, where it is installed. Trials count from the first, those of both ends too. Prints
tables in markdown: mean and median trials, how often the answer is right, and of the places that were named how many.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ledger.analysis.search.step import Measured, SearchEnd, StepSearch, advance
from ledger.model.finding import Answer
from ledger.stats.step_posterior import NoisePrior

CONFIDENCE = 0.95
KNOWN_FROM = 8
# nobody goes on for ever
BUDGET = 200

Trial = Callable[[int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a search said, and after how many trials."""

    answer: Answer
    place: int | None
    trials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Levels of a metric over versions; `place` is the first version after the step, None where there is none."""

    levels: Sequence[float]
    place: int | None
    sd: float


def ours(history: History, luck: np.random.Generator) -> Ended:
    """The search of the ledger."""
    known = history.sd * math.sqrt(luck.chisquare(KNOWN_FROM) / KNOWN_FROM)
    search = StepSearch(
        versions=len(history.levels),
        sign=1,
        noise=NoisePrior(sd=known, df=KNOWN_FROM),
        confidence=CONFIDENCE,
        budget=BUDGET,
    )
    tried: list[Measured] = []
    while not isinstance(answer := advance(search, tried), SearchEnd):
        for wanted in answer:
            value = float(history.levels[wanted.version] + history.sd * luck.standard_normal())
            tried.append(Measured(version=wanted.version, number=wanted.number, value=value))
    return Ended(answer=answer.answer, place=answer.places[0] if answer.places else None, trials=len(tried))


def by_hand(seeds: int) -> Callable[[History, np.random.Generator], Ended]:
    """Bisection with so many seeds a version, and both ends tried as often."""

    def search(history: History, luck: np.random.Generator) -> Ended:
        middle = (history.levels[0] + history.levels[-1]) / 2
        good, bad, trials = 0, len(history.levels) - 1, 2 * seeds
        while bad - good > 1:
            tried = (good + bad) // 2
            trials += seeds
            mean = history.levels[tried] + history.sd * luck.standard_normal(seeds).mean()
            good, bad = (tried, bad) if mean >= middle else (good, tried)
        return Ended(answer=Answer.STEP, place=bad, trials=trials)

    return search


def bayesect(history: History, luck: np.random.Generator) -> Ended:
    """`git_bayesect`, told of each trial whether it lies below the middle."""
    from git_bayesect import Bisector  # type: ignore[import-not-found]

    middle = (history.levels[0] + history.levels[-1]) / 2
    # it counts from the newest version back, and seeks the last one that is still bad
    bisector = Bisector(np.ones(len(history.levels) - 1))
    trials = 0
    while bisector.distribution.max() < CONFIDENCE and trials < BUDGET:
        index = int(bisector.select())
        version = len(history.levels) - 1 - index
        bisector.record(index, bool(history.levels[version] + history.sd * luck.standard_normal() < middle))
        trials += 1
    place = len(history.levels) - 1 - int(bisector.distribution.argmax())
    answer = Answer.STEP if bisector.distribution.max() >= CONFIDENCE else Answer.OPEN
    return Ended(answer=answer, place=place, trials=trials)


def step(versions: int, fall: float, sd: float) -> Callable[[np.random.Generator], History]:
    """One level before a version that is drawn, another from it on."""

    def draw(luck: np.random.Generator) -> History:
        place = int(luck.integers(1, versions))
        return History(levels=[0.0 if v < place else -fall for v in range(versions)], place=place, sd=sd)

    return draw


def drift(versions: int, fall: float, sd: float) -> Callable[[np.random.Generator], History]:
    """As much lower at every version."""
    levels = [-fall * v / (versions - 1) for v in range(versions)]
    return lambda luck: History(levels=levels, place=None, sd=sd)


def none(versions: int, sd: float) -> Callable[[np.random.Generator], History]:
    """No change at all."""
    return lambda luck: History(levels=[0.0] * versions, place=None, sd=sd)


def row(
    what: str,
    who: str,
    draw: Callable[[np.random.Generator], History],
    search: Callable[[History, np.random.Generator], Ended],
    *,
    histories: int,
    seed: int,
) -> str:
    """One line of the table."""
    luck = np.random.default_rng(seed)
    trials, right, said = [], 0, Counter[str]()
    for _ in range(histories):
        history = draw(luck)
        ended = search(history, luck)
        trials.append(ended.trials)
        said[ended.answer] += 1
        right += ended.answer == Answer.STEP and ended.place == history.place
    named = said[Answer.STEP]
    share = f"{right / named:.3f}" if named else ""
    answers = ", ".join(f"{answer} {said[answer] / histories:.3f}" for answer in Answer if said[answer])
    return (
        f"| {what} | {who} | {np.mean(trials):.1f} | {np.median(trials):.0f} | {right / histories:.3f} | {share} "
        f"| {answers} |"
    )


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("histories", nargs="?", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    others = {f"by hand, {n} a version": by_hand(n) for n in (1, 3, 5)}
    if importlib.util.find_spec("git_bayesect"):
        others = {"git_bayesect": bayesect, **others}
    print("| history | search | mean | median | right | right where named | answers |")
    print("| --- | --- | ---: | ---: | ---: | ---: | --- |")
    cases = [(f"64 versions, step of {size} sd", step(64, size, 1.0)) for size in (1.5, 2.0, 3.0)]
    cases += [(f"26 versions, step of .08, sd {sd}", step(26, 0.08, sd)) for sd in (0.01, 0.02, 0.03, 0.04, 0.06)]
    cases += [(f"26 versions, drift of .08, sd {sd}", drift(26, 0.08, sd)) for sd in (0.02, 0.04)]
    cases += [("26 versions, no change", none(26, 0.03))]
    for what, draw in cases:
        for who, search in {"ledger": ours, **others}.items():
            print(row(what, who, draw, search, histories=given.histories, seed=given.seed), flush=True)
    print()
    luck = np.random.default_rng(given.seed)
    tried = [
        Measured(version=int(v), number=n, value=float(luck.standard_normal() - 2 * (v >= 170)))
        for n, v in enumerate([0, 499, *luck.integers(0, 500, 198)])
    ]
    large = StepSearch(versions=500, sign=1, noise=NoisePrior(sd=1.0, df=KNOWN_FROM), confidence=1.1, budget=1000)
    took = []
    for _ in range(20):
        begun = time.perf_counter()
        advance(large, tried)
        took.append(time.perf_counter() - begun)
    print(f"Next trial among 500 versions with 200 records: {1000 * float(np.median(took)):.0f} ms (median of 20)")


if __name__ == "__main__":
    main()
