"""What the searches of `benchmarks/tune.py` are tried on: functions with noise, and the training of the example."""

from __future__ import annotations

import contextlib
import math
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.model.parameters import Value
from ledger.model.space import Configuration, Space
from ledger.model.space_parser import parse

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "example"
FRESH_SEEDS = range(1_000_000, 1_000_010)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is minimised. `measure`: one noisy value, NaN where the trial fails; `truth`: without the noise."""

    name: str
    space: Space
    measure: Callable[[Configuration, np.random.Generator], float]
    truth: Callable[[Configuration], float]
    cheap: bool = True


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


def problems() -> dict[str, Problem]:
    """By their names: the four that count, then those by which it is seen whether what helps there helps elsewhere."""
    return {each.name: each for each in (*_four(), *_others())}


def _four() -> Iterator[Problem]:
    yield Problem(name="Branin", space=parse(["x=-5.0..10.0", "y=0.0..15.0"]), measure=noisy(branin, 2.0), truth=branin)
    yield Problem(name="Hartmann 6", space=cube(6, 0.0, 1.0), measure=noisy(hartmann, 0.1), truth=hartmann)
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


def _others() -> Iterator[Problem]:
    for name, columns, low, high, sd, function in (
        ("Rosenbrock 4", 4, -2.0, 2.0, 5.0, rosenbrock),
        ("Ackley 4", 4, -20.0, 30.0, 0.3, ackley),
        ("Levy 4", 4, -10.0, 10.0, 1.0, levy),
        ("Griewank 3", 3, -500.0, 600.0, 0.5, griewank),
        ("Styblinski-Tang 4", 4, -5.0, 5.0, 3.0, styblinski_tang),
        ("camel", 2, -3.0, 3.0, 0.2, camel),
        ("Michalewicz 5", 5, 0.0, math.pi, 0.1, michalewicz),
    ):
        truth = partial(_of_row, function)
        yield Problem(name=name, space=cube(columns, low, high), measure=noisy(truth, sd), truth=truth)
    space = parse(["x=-5.0..10.0", "y=0.0..15.0"])
    yield Problem(name="Branin, half fails", space=space, measure=failing(noisy(branin, 1.0)), truth=branin)


def cube(columns: int, low: float, high: float) -> Space:
    """Parameters x0, x1 … of one range."""
    return parse([f"x{n}={low}..{high}" for n in range(columns)])


def _of_row(function: Callable[[Array], float], configuration: Configuration) -> float:
    return float(function(np.array([number(configuration, f"x{n}") for n in range(len(configuration))])))


def failing(measure: Callable[[Configuration, np.random.Generator], float]) -> Any:
    """Nothing where x + y > 12 or x < −4, which is half of the square."""

    def measured(configuration: Configuration, luck: np.random.Generator) -> float:
        x, y = (number(configuration, name) for name in "xy")
        return math.nan if x + y > 12 or x < -4 else measure(configuration, luck)

    return measured


def rosenbrock(x: Array) -> float:
    """0 at (1, 1 …), in a bent valley."""
    return float((100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum())


def ackley(x: Array) -> float:
    """0 at 0, and nearly flat far from it."""
    bowl = -20 * math.exp(-0.2 * math.sqrt((x * x).mean()))
    return bowl - math.exp(np.cos(2 * math.pi * x).mean()) + 20 + math.e


def levy(x: Array) -> float:
    """0 at (1, 1 …)."""
    w = 1 + (x - 1) / 4
    inner = ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(math.pi * w[:-1] + 1) ** 2)).sum()
    last = (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    return float(math.sin(math.pi * w[0]) ** 2 + inner + last)


def griewank(x: Array) -> float:
    """0 at 0: a bowl with ripples."""
    return float((x * x).sum() / 4000 - np.prod(np.cos(x / np.sqrt(np.arange(1, len(x) + 1)))) + 1)


def styblinski_tang(x: Array) -> float:
    """0 where each is −2.9035: two bowls in each direction."""
    return float((x**4 - 16 * x**2 + 5 * x).sum() / 2 + 39.16616570377142 * len(x))


def camel(x: Array) -> float:
    """The six-hump camel above its least value, −1.0316."""
    a, b = x
    return float((4 - 2.1 * a**2 + a**4 / 3) * a**2 + a * b + (4 * b**2 - 4) * b**2 + 1.031628453)


def michalewicz(x: Array) -> float:
    """In five dimensions, above its least value, −4.6877: valleys in a plain."""
    steep = np.sin(np.arange(1, len(x) + 1) * x * x / math.pi) ** 20
    return 4.687658 - float((np.sin(x) * steep).sum())
