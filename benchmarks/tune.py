"""How near the best configuration a search comes: the ledger's proposer beside random search and Optuna's samplers.

    OMP_NUM_THREADS=1 python benchmarks/tune.py [RUNS] [--first SEED] [--only NAME] [--who NAME] [--to FILE] [-j N]

Each search proposes one configuration at a time and is told one noisy value of it, 50 times over; each run has noise
and luck of its own. Looked at after 20 and after 50 trials, without the noise (regret: how far the truth lies above the
least there is) and in three ways:

- `recommended`: what a search itself takes for the best. The ledger takes what its model believes to be the best of
  what was tried; the others have nothing but the values that they saw, and Optuna's `best_trial` is the best of these.
- `best seen`: the configuration with the best noisy value, of every search alike.
- `best tried`: the least truth among all that was tried, whichever it was: what can be recommended at most. Not for the
  example, where the truth of one configuration costs ten trainings.

Medians over the runs with their standard errors (bootstrap); in bold the least of each column, and what lies within one
standard error of the difference. Then the ledger beside the best of the others, run by run, and what a decision takes
after 100 trials, in processor seconds.

Functions: Branin (noise sd 2), Hartmann 6 (sd 0.1), a made-up loss over a learning rate, layers, units and an
optimiser of which one has a momentum (sd 0.02), and the training of this repository's example, 10 epochs, whose noise
is the seed: its truth is the mean over 10 fresh seeds, its regret above the best that any search came upon.
`--only others`: more functions, for whether what helps on these four helps elsewhere.

`--to FILE` keeps each run as a line; runs that it has are not made again. Optuna's GP sampler needs torch. What is not
installed is left out, and said.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import json
import math
import multiprocessing
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import numpy as np
from tune_problems import Problem, problems

from ledger.analysis.tuning.proposer import Proposer
from ledger.analysis.tuning.told import Seen
from ledger.model.parameters import Value
from ledger.model.space import Choice, Configuration, Dimension, Space

LOOKS: Final = (20, 50)
MANY: Final = 100
FOUR: Final = ("Branin", "Hartmann 6", "mixed", "example")
PARTS: Final = ("recommended", "best seen", "best tried")
OURS: Final = "ledger"

known_problems = functools.cache(problems)
Run: TypeAlias = dict[str, list[float]]  # of each part the truth at each look
Runs: TypeAlias = dict[str, dict[int, Run]]  # of each search by seed
Job: TypeAlias = tuple[str, str, int]  # a function, a search and a seed


class Search(Protocol):
    """Asked for a configuration and told its value, by turns."""

    def ask(self) -> Configuration: ...
    def tell(self, value: float) -> None: ...
    def recommended(self) -> Configuration: ...


class Ours:
    """The search of the ledger."""

    def __init__(self, space: Space, seed: int) -> None:
        self._proposer = Proposer(space, f"run {seed}")
        self.told: list[Seen] = []

    def ask(self) -> Configuration:
        (proposal,) = self._proposer.propose(self.told)
        self._asked = proposal.configuration
        return self._asked

    def tell(self, value: float) -> None:
        good = math.isfinite(value)
        self.told.append(Seen(configuration=self._asked, values=(value,) if good else (), failed=int(not good)))

    def recommended(self) -> Configuration:
        surface = self._proposer.surface(self.told)
        believed = surface.believed(surface.points)[0]
        # as `ledger suggest` does: nothing of which all failed
        top = min((n for n, one in enumerate(self.told) if one.values), key=lambda n: believed[n])
        return self.told[top].configuration


class Random:
    """Configurations drawn evenly."""

    def __init__(self, space: Space, seed: int) -> None:
        self._encoding = Proposer(space, "").encoding
        self._luck = np.random.default_rng(seed)
        self._tried: list[tuple[float, Configuration]] = []

    def ask(self) -> Configuration:
        self._asked = self._encoding.drawn(
            [float(share) for share in self._luck.random(len(self._encoding.space.names))]
        )
        return self._asked

    def tell(self, value: float) -> None:
        self._tried.append((value if math.isfinite(value) else math.inf, self._asked))

    def recommended(self) -> Configuration:
        return min(self._tried, key=lambda each: each[0])[1]


class Optuna:
    """One of Optuna's samplers, with its own defaults."""

    def __init__(self, space: Space, seed: int, *, sampler: str) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._space = space
        samplers = {
            "TPE": lambda: optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True),
            "GP": lambda: optuna.samplers.GPSampler(seed=seed),
        }
        self._study = optuna.create_study(sampler=samplers[sampler]())
        self._failed = optuna.trial.TrialState.FAIL
        self._tried: list[tuple[float, Configuration]] = []

    def ask(self) -> Configuration:
        self._trial = self._study.ask()
        self._asked = self._space.active(self._suggested)
        return self._asked

    def tell(self, value: float) -> None:
        good = math.isfinite(value)
        self._study.tell(self._trial, value if good else None, state=None if good else self._failed)
        self._tried.append((value if good else math.inf, self._asked))

    def recommended(self) -> Configuration:
        return min(self._tried, key=lambda each: each[0])[1]

    def _suggested(self, dimension: Dimension) -> Value:
        domain, name = dimension.domain, dimension.name
        if isinstance(domain, Choice):
            found: Value = self._trial.suggest_categorical(name, domain.values)
        elif domain.whole:
            found = self._trial.suggest_int(name, int(domain.low), int(domain.high), log=domain.log)
        else:
            found = self._trial.suggest_float(name, domain.low, domain.high, log=domain.log)
        return found


@functools.cache
def searches() -> dict[str, Callable[[Space, int], Search]]:
    """The ledger's and, as far as they are installed, the others."""
    found: dict[str, Callable[[Space, int], Search]] = {"ledger": Ours, "random": Random}
    if importlib.util.find_spec("optuna") is None:
        print("Optuna is not installed: its samplers are left out", file=sys.stderr)
        return found
    found["Optuna TPE"] = partial(Optuna, sampler="TPE")
    if importlib.util.find_spec("torch") is None:
        print("torch is not installed: Optuna's GP sampler is left out", file=sys.stderr)
    else:
        found["Optuna GP"] = partial(Optuna, sampler="GP")
    return found


def run(job: Job) -> tuple[Job, Run]:
    """One run to the last look."""
    warnings.simplefilter("ignore")
    name, who, seed = job
    problem = known_problems()[name]
    luck = np.random.default_rng([seed, 77])
    search = searches()[who](problem.space, seed)
    found: Run = {part: [] for part in PARTS}
    least, tried, best = math.inf, math.inf, dict[str, Value]()
    for trial in range(1, LOOKS[-1] + 1):
        configuration = dict(search.ask())
        value = problem.measure(configuration, luck)
        search.tell(value)
        if math.isfinite(value) and problem.cheap:
            tried = min(tried, problem.truth(configuration))
        if value < least or trial == 1:
            least, best = value if math.isfinite(value) else math.inf, configuration
        if trial in LOOKS:
            found["recommended"].append(problem.truth(search.recommended()))
            found["best seen"].append(problem.truth(best))
            found["best tried"].append(tried)
    return job, found if problem.cheap else {part: found[part] for part in PARTS[:2]}


def median(values: Sequence[float]) -> tuple[float, float]:
    """The median and its standard error."""
    luck = np.random.default_rng(1)
    drawn = np.median(luck.choice(np.array(values), (2000, len(values))), axis=1)
    return float(np.median(values)), float(drawn.std())


def regrets(problem: Problem, runs: Runs) -> Iterator[tuple[str, dict[str, dict[int, float]]]]:
    """Of each part and look, its name and the regret of each search by seed."""
    every = [one for each in runs.values() for one in each.values()]
    least = 0.0 if problem.cheap else min(value for one in every for part in one.values() for value in part)
    for part in every[0]:
        for look, trials in enumerate(LOOKS):
            yield (
                f"{part}, {trials}",
                {who: {seed: one[part][look] - least for seed, one in each.items()} for who, each in runs.items()},
            )


def table(problem: Problem, runs: Runs) -> Iterator[str]:
    """Lines in markdown: a row a search, and whether it is at or below the best."""
    columns = [{who: median(list(each.values())) for who, each in of.items()} for _, of in regrets(problem, runs)]
    for who in runs:
        cells = []
        for column in columns:
            middle, error = column[who]
            best, its_error = min(column.values())
            strong = "**" if middle - best <= math.hypot(error, its_error) else ""
            cells.append(f"{strong}{middle:.3g} ± {error:.2g}{strong}")
        yield f"| {problem.name} | {who} | {' | '.join(cells + [''] * (2 * len(PARTS) - len(cells)))} |"


def beside(problem: Problem, runs: Runs) -> Iterator[str]:
    """Lines in markdown: how much the ledger's regret is above that of the best of the others, run by run."""
    for name, of in regrets(problem, runs):
        rivals = {who: median(list(each.values())) for who, each in of.items() if who != OURS}
        if OURS not in of or not rivals:
            continue
        rival = min(rivals, key=lambda who: rivals[who])
        middle, error = median([value - of[rival][seed] for seed, value in of[OURS].items()])
        ahead = sum(value < of[rival][seed] for seed, value in of[OURS].items())
        yield f"| {problem.name} | {name} | {rival} | {middle:+.3g} ± {error:.2g} | {ahead} of {len(of[OURS])} |"


def decision(problem: Problem, make: Callable[[Space, int], Search]) -> float:
    """The processor seconds of a decision after MANY trials of its own: the median of five."""
    luck, search, took = np.random.default_rng(5), make(problem.space, 5), []
    for _ in range(MANY + 5):
        begun = time.process_time()
        configuration = search.ask()
        took.append(time.process_time() - begun)
        search.tell(problem.measure(configuration, luck))
    return float(np.median(took[MANY:]))


def made(jobs: Sequence[Job], file: Path | None, processes: int) -> Iterator[tuple[Job, Run]]:
    """The runs, those of the file first."""
    lines = file.read_text("utf-8").splitlines() if file is not None and file.exists() else []
    known = {(name, who, seed): one for (name, who, seed), one in map(json.loads, lines)}
    yield from ((job, known[job]) for job in jobs if job in known)
    known_problems()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        for job, one in pool.imap_unordered(run, [job for job in jobs if job not in known]):
            if file is not None:
                with file.open("a", encoding="utf-8") as out:
                    out.write(json.dumps([job, one]) + "\n")
            yield job, one


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="?", type=int, default=30)
    parser.add_argument("--first", type=int, default=1000, help="the seed of the first run")
    parser.add_argument("--only", action="append", help="one of the functions, or: others")
    parser.add_argument("--who", action="append", help="one of the searches")
    parser.add_argument(
        "--to", type=Path, help="a file to which runs are written, and from which those are that it has"
    )
    parser.add_argument("-j", type=int, default=2, help="processes")
    given = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        print("set OMP_NUM_THREADS=1: threads make small matrices slower", file=sys.stderr)
    others = [name for name in known_problems() if name not in FOUR]
    names = [n for each in given.only or FOUR for n in (others if each == "others" else [each])]
    who = [name for name in searches() if not given.who or name in given.who]
    seeds = range(given.first, given.first + given.runs)
    runs: dict[str, Runs] = {name: {each: {} for each in who} for name in names}
    for (name, each, seed), one in made([(n, w, s) for s in seeds for n in names for w in who], given.to, given.j):
        runs[name][each][seed] = one
    chosen = [known_problems()[name] for name in names]
    print(f"| function | search | {' | '.join(f'{part} at {look}' for part in PARTS for look in LOOKS)} |")
    print(f"| --- | --- |{' ---: |' * len(PARTS) * len(LOOKS)}")
    print("\n".join(line for problem in chosen for line in table(problem, runs[problem.name])))
    print("\n| function | trials | beside | ledger's regret less its | ledger is better in |")
    print("| --- | --- | --- | ---: | ---: |")
    print("\n".join(line for problem in chosen for line in beside(problem, runs[problem.name])))
    print(f"\n| a decision after {MANY} trials, processor s | {' | '.join(names)} |")
    print(f"| --- |{' ---: |' * len(names)}")
    for each in who:
        print(f"| {each} | {' | '.join(f'{decision(problem, searches()[each]):.2f}' for problem in chosen)} |")


if __name__ == "__main__":
    main()
