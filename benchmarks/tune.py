"""How near the best configuration a search comes: the ledger's proposer beside random search and Optuna's samplers.

    OMP_NUM_THREADS=1 python benchmarks/tune.py [RUNS] [--only NAME] [--who NAME]

Each search proposes one configuration at a time and is told one noisy value of it, 50 times over; each run has noise
and luck of its own. What it would recommend after 20 and after 50 trials is held against the truth: the ledger
recommends what its model believes to be the best of what was tried, the others have no model of the noise and recommend
the best value that they saw. `tried` is the regret of the best configuration among those that it tried, whatever it
recommends. Medians over the runs with their standard errors (bootstrap); in bold the least of each column, and what
lies within one standard error of the difference. Then what a decision takes after 100 trials, in processor seconds.

Functions: Branin (noise sd 2), Hartmann 6 (sd 0.1), a made-up loss over a learning rate, layers, units and an
optimiser of which one has a momentum (sd 0.02), and the training of this repository's example, 10 epochs, whose noise
is the seed: its truth is the mean over 10 fresh seeds, its regret above the best that any search has recommended.

Optuna's GP sampler needs torch. What is not installed is left out, and said.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import math
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ledger.analysis.tuning.proposer import Proposer
from ledger.analysis.tuning.told import Told
from ledger.model.parameters import Value
from ledger.model.space import Choice, Configuration, Dimension, Space
from ledger.model.space_parser import parse

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "example"
LOOKS = (20, 50)
FRESH_SEEDS = range(1_000_000, 1_000_010)
MANY = 100

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is minimised. `measure`: one noisy value, NaN where the trial fails; `truth`: without the noise."""

    name: str
    space: Space
    measure: Callable[[Configuration, np.random.Generator], float]
    truth: Callable[[Configuration], float]
    cheap: bool = True


class Search(Protocol):
    """Asked for a configuration and told its value, by turns."""

    def ask(self) -> Configuration: ...
    def tell(self, value: float) -> None: ...
    def recommended(self) -> Configuration: ...


class Ours:
    """The search of the ledger."""

    def __init__(self, space: Space, seed: int) -> None:
        self._proposer = Proposer(space, f"run {seed}")
        self.told: list[Told] = []

    def ask(self) -> Configuration:
        (proposal,) = self._proposer.propose(self.told)
        self._asked = proposal.configuration
        return self._asked

    def tell(self, value: float) -> None:
        good = math.isfinite(value)
        self.told.append(Told(configuration=self._asked, values=(value,) if good else (), failed=int(not good)))

    def recommended(self) -> Configuration:
        surface = self._proposer.surface(self.told)
        return self.told[int(surface.believed(surface.points)[0].argmin())].configuration


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


def number(configuration: Configuration, name: str) -> float:
    """A value that is a number."""
    value = configuration[name]
    assert isinstance(value, int | float)
    return value


def branin(configuration: Configuration) -> float:
    """Above its least value, 0.397887."""
    x, y = (number(configuration, name) for name in "xy")
    bowl = (y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6) ** 2
    return bowl + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10 - 0.397887


HARTMANN_A = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
HARTMANN_P = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)


def hartmann(configuration: Configuration) -> float:
    """Above its least value, −3.32237."""
    x = np.array([number(configuration, f"x{n}") for n in range(6)])
    peaks = np.exp(-(HARTMANN_A * (x - HARTMANN_P) ** 2).sum(axis=1))
    return 3.32237 - float(np.array([1, 1.2, 3, 3.2]) @ peaks)


def mixed(configuration: Configuration) -> float:
    """A loss whose best is 0: sgd with a rate of 10^−1.5, a momentum of 0.9, 4 layers and 2^6.5 units."""
    optimiser = str(configuration["opt"])
    rate, least = {"adam": (-3.0, 0.05), "sgd": (-1.5, 0.0), "rmsprop": (-3.5, 0.1)}[optimiser]
    off = math.log10(number(configuration, "lr")) - rate
    if optimiser == "sgd":
        lack = number(configuration, "momentum") - 0.9
        off, least = off + lack, least + 0.6 * lack**2
    layers, units = number(configuration, "layers") - 4, math.log2(number(configuration, "units")) - 6.5
    return least + 0.15 * off**2 + 0.02 * layers**2 + 0.03 * units**2


def noisy(truth: Callable[[Configuration], float], sd: float) -> Callable[[Configuration, np.random.Generator], float]:
    """One value with normal noise."""
    return lambda configuration, luck: truth(configuration) + sd * float(luck.standard_normal())


class Digits:
    """The training of the example, called in this process: the loss on its validation images after 10 epochs."""

    def __init__(self) -> None:
        sys.path.insert(0, str(EXAMPLE))
        import prepare  # type: ignore[import-not-found]
        import train  # type: ignore[import-not-found]
        import yaml

        self._train = train.train
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
            with contextlib.chdir(folder), contextlib.redirect_stdout(None):
                prepare.main()
            with np.load(Path(folder, "data/prepared.npz")) as prepared:
                self._data = dict(prepared)
        self._params: dict[str, Any] = {
            **yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["train"],
            "epochs": 10,
        }
        self.truth = cache(self._truth)

    def loss(self, configuration: Configuration, seed: int) -> float:
        """NaN where it diverges."""
        with np.errstate(all="ignore"):
            _, curve = self._train(self._data, {**self._params, **configuration}, seed)
        return float(curve[-1][2])

    def measure(self, configuration: Configuration, luck: np.random.Generator) -> float:
        """With a seed of its own."""
        return self.loss(configuration, int(luck.integers(1_000_000)))

    def of(self, configuration: Configuration) -> float:
        """The mean over fresh seeds."""
        return self.truth(tuple(sorted(configuration.items())))

    def _truth(self, items: tuple[tuple[str, Value], ...]) -> float:
        return float(np.mean([self.loss(dict(items), seed) for seed in FRESH_SEEDS]))


def problems() -> Iterator[Problem]:
    """The four of them."""
    yield Problem(name="Branin", space=parse(["x=-5.0..10.0", "y=0.0..15.0"]), measure=noisy(branin, 2.0), truth=branin)
    cube = parse([f"x{n}=0.0..1.0" for n in range(6)])
    yield Problem(name="Hartmann 6", space=cube, measure=noisy(hartmann, 0.1), truth=hartmann)
    texts = [
        "lr=1e-5..1.0:log",
        "layers=1..8",
        "units=8..512:log",
        "opt=adam,sgd,rmsprop",
        "momentum=0.0..0.99 if opt = sgd",
    ]
    yield Problem(name="mixed", space=parse(texts), measure=noisy(mixed, 0.02), truth=mixed)
    texts = ["learning_rate=1e-3..1.0:log", "momentum=0.0..0.99", "weight_decay=1e-6..1e-1:log", "hidden=4..64:log",
             "dropout=0.0..0.6", "label_smoothing=0.0..0.3", "batch_size=16,32,64"]  # fmt: skip
    digits = Digits()
    yield Problem(name="example", space=parse(texts), measure=digits.measure, truth=digits.of, cheap=False)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of a search recommended at each look, and the best truth among what it had tried by then."""

    recommended: tuple[float, ...]
    tried: tuple[float, ...]


def run(problem: Problem, make: Callable[[Space, int], Search], seed: int) -> Run:
    """One run to the last look."""
    luck = np.random.default_rng([seed, 77])
    search = make(problem.space, seed)
    recommended, tried, best = [], [], math.inf
    for trial in range(1, LOOKS[-1] + 1):
        configuration = search.ask()
        search.tell(problem.measure(configuration, luck))
        if problem.cheap:
            best = min(best, problem.truth(configuration))
        if trial in LOOKS:
            recommended.append(problem.truth(search.recommended()))
            tried.append(best)
    return Run(recommended=tuple(recommended), tried=tuple(tried))


def median(values: Sequence[float]) -> tuple[float, float]:
    """The median and its standard error."""
    luck = np.random.default_rng(1)
    drawn = np.median(luck.choice(np.array(values), (2000, len(values))), axis=1)
    return float(np.median(values)), float(drawn.std())


def table(problem: Problem, runs: dict[str, list[Run]]) -> Iterator[str]:
    """Lines in markdown: a row a search, and whether the ledger is at or below the best."""
    least = 0.0 if problem.cheap else min(value for each in runs.values() for one in each for value in one.recommended)
    columns: list[dict[str, tuple[float, float]]] = []
    for part in ("recommended", "tried") if problem.cheap else ("recommended",):
        for look in range(len(LOOKS)):
            columns.append(
                {who: median([getattr(one, part)[look] - least for one in each]) for who, each in runs.items()}
            )
    for who in runs:
        cells = []
        for column in columns:
            middle, error = column[who]
            best, its_error = min(column.values())
            strong = "**" if middle - best <= math.hypot(error, its_error) else ""
            cells.append(f"{strong}{middle:.4g} ± {error:.2g}{strong}")
        yield f"| {problem.name} | {who} | {' | '.join(cells + [''] * (4 - len(cells)))} |"


def decision(problem: Problem, make: Callable[[Space, int], Search]) -> float:
    """The processor seconds of a decision after MANY trials, which were drawn at random: the median of five."""
    luck, drawn = np.random.default_rng(5), Random(problem.space, 5)
    took = []
    search = make(problem.space, 5)
    assert isinstance(search, Ours)
    for _ in range(MANY):
        search._asked = drawn.ask()
        search.tell(problem.measure(search._asked, luck))
    for _ in range(5):
        begun = time.process_time()
        search.ask()
        took.append(time.process_time() - begun)
    return float(np.median(took))


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="?", type=int, default=30)
    parser.add_argument("--only", help="one of the functions")
    parser.add_argument("--who", help="one of the searches")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    if os.environ.get("OMP_NUM_THREADS") != "1":
        print("set OMP_NUM_THREADS=1: threads make small matrices slower", file=sys.stderr)
    chosen = [each for each in problems() if given.only in (None, each.name)]
    who = {name: make for name, make in searches().items() if given.who in (None, name)}
    heads = [f"{what} at {look}" for what in ("recommended", "tried") for look in LOOKS]
    print(f"| function | search | {' | '.join(heads)} |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for problem in chosen:
        done = {}
        for name, make in who.items():
            begun = time.monotonic()
            done[name] = [run(problem, make, seed) for seed in range(given.runs)]
            print(f"{problem.name}, {name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
        for line in table(problem, done):
            print(line, flush=True)
    print(f"\nA decision after {MANY} trials, in processor seconds:", end=" ")
    print(", ".join(f"{problem.name} {decision(problem, Ours):.2f}" for problem in chosen))


if __name__ == "__main__":
    main()
