"""`ledger coverage` on many trials: the whole command, and the count alone beside plain sets.

    python benchmarks/coverage.py [--trials 10000] [--rounds 5] [--parts commands counts]

The command runs as a whole process on a repository with so many recorded trials of 12 parameters in 100 experiments;
"cold" is without the index. The count is beside the same by Python's sets and itertools. Prints tables in markdown.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from ledger.analysis.coverage.answer import Coverage, coverage
from ledger.analysis.coverage.tried import CoverageOptions, State, Tried
from ledger.model import trial as trials
from ledger.model import trial_file
from ledger.model.experiment import directory
from ledger.model.hypothesis import Hypothesis, render
from ledger.model.parameters import unflatten
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Axis, Replicates
from ledger.model.trial import Trial

LEDGER = str(Path(sys.executable).with_name("ledger"))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
EXPERIMENTS = 100
PARTS = ("commands", "counts")

PARAMETERS: Mapping[str, Sequence[Any]] = {
    "model.layers": (2, 4, 8, 12),
    "model.width": (64, 128, 256, 512),
    "model.dropout": (0.0, 0.1, 0.2, 0.5),
    "model.activation": ("relu", "gelu", "silu"),
    "model.norm": ("batch", "layer", "none"),
    "train.lr": tuple(round(10 ** (-5 + at / 50), 8) for at in range(200)),
    "train.batch": (16, 32, 64, 128),
    "train.optimizer": ("sgd", "adam", "adamw", "lion"),
    "train.decay": (0.0, 1e-5, 1e-4, 1e-2),
    "train.warmup": (0, 100, 500, 1000),
    "data.augment": (True, False),
    "data.crop": (128, 192, 224, 256, 320),
}


def configurations(count: int) -> list[dict[str, Any]]:
    """So many, drawn around a favourite, as people search: half of the values are those of the favourite."""
    luck = random.Random(0)
    favourite = {name: luck.choice(values) for name, values in PARAMETERS.items()}
    return [
        {name: favourite[name] if luck.random() < 0.5 else luck.choice(values) for name, values in PARAMETERS.items()}
        for _ in range(count)
    ]


# --- the whole command


def repository(root: Path, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """A repository in which experiments with a record a configuration have landed; the environment to read it in."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "DVC_"))}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "COLUMNS": "80", "GIT_PAGER": "cat"}

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        subprocess.run(["git", *who, *arguments], cwd=root, env=environment, check=True, stdout=subprocess.DEVNULL)

    if root.exists():
        return environment
    root.mkdir()
    git("init", "-q", "-b", "main")
    each = -(-len(rows) // EXPERIMENTS)
    for number in range(EXPERIMENTS):
        own = rows[number * each : (number + 1) * each]
        write(root, f"sweep-{number:03}", BEGIN + timedelta(hours=number), own)
    git("add", "-A")
    git("commit", "-qm", "experiments")
    return environment


def write(root: Path, name: str, created: datetime, rows: Sequence[Mapping[str, Any]]) -> None:
    """The files of one experiment, an arm a configuration."""
    plan = Plan(
        title=f"Sweep {name}",
        name=name,
        author="Ada Lovelace <ada@example.org>",
        created=created,
        base="b" * 40,
        variants=tuple(Variant(name=f"arm-{at}", params=row) for at, row in enumerate(rows)),
        replicates=Replicates(axes=(Axis(name="seed", values=(0,)),)),
        exploratory=True,
    )
    folder = root / directory(name)
    folder.mkdir(parents=True)
    (folder / "hypothesis.md").write_text(render(Hypothesis(plan=plan, body="## Hypothesis\n")), "utf-8")
    for at, row in enumerate(rows):
        record = Trial(
            experiment=name,
            variant=f"arm-{at}",
            point=(("seed", 0),),
            attempt=1,
            status=trials.SUCCEEDED if at % 20 else trials.FAILED,
            fingerprint=f"{at:032x}",
            code="c" * 40,
            started=created + timedelta(minutes=at),
            seconds=60.0,
            params={"params.yaml": unflatten({"seed": 0, **row})},
            metrics={"accuracy": 0.9, "loss": 0.1} if at % 20 else {},
        )
        path = root / trials.record_path(directory(name), record)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(trial_file.dumps(record), "utf-8")


def commands(root: Path, environment: Mapping[str, str], rounds: int) -> list[tuple[str, float, float, float]]:
    """Each command with its median and its longest time, and the median of what it took of a processor."""

    def run(*arguments: str, cold: bool = False) -> list[tuple[float, float]]:
        taken = []
        for at in range(rounds + (not cold)):
            if cold:
                for file in (root / ".git/ledger").glob("index.db*"):
                    file.unlink()
            begun, used = time.perf_counter(), processor()
            subprocess.run([LEDGER, *arguments], cwd=root, env=environment, check=True, stdout=subprocess.DEVNULL)
            # one goes before where the index is to be there
            taken += [(time.perf_counter() - begun, processor() - used)] if cold or at else []
        return taken

    asked = {
        "`ledger query 'SELECT count(*) FROM trials'` (warm)": ("query", "SELECT count(*) FROM trials"),
        "`ledger coverage` (warm)": ("coverage",),
        "`ledger coverage -t 3` (warm)": ("coverage", "-t", "3"),
        "`ledger coverage -t 4` (warm)": ("coverage", "-t", "4"),
        "`ledger coverage --complete 10` (warm)": ("coverage", "--complete", "10"),
        "`ledger coverage --json` (warm)": ("coverage", "--json"),
    }
    found = {name: run(*arguments) for name, arguments in asked.items()}
    found["`ledger coverage` (cold)"] = run("coverage", cold=True)
    return [
        (name, statistics.median(t for t, _ in taken), max(t for t, _ in taken), statistics.median(p for _, p in taken))
        for name, taken in found.items()
    ]


def processor() -> float:
    """The seconds that the children which have ended took of processors."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# --- the count


def by_sets(rows: Sequence[Mapping[str, Any]], t: int) -> tuple[int, int]:
    """How many combinations of t values rows have, and how many there are, as one writes it down first."""
    names = list(PARAMETERS)
    values = {name: {row[name] for row in rows} for name in names}
    had = total = 0
    for chosen in itertools.combinations(names, t):
        had += len({tuple(row[name] for name in chosen) for row in rows})
        product = 1
        for name in chosen:
            product *= len(values[name])
        total += product
    return had, total


def by_ledger(rows: Sequence[Mapping[str, Any]], t: int) -> Coverage:
    """The same by `ledger`, from the parameters of trials."""
    tried = [Tried(params=row, state=State.SUCCEEDED) for row in rows]
    return coverage(tried, CoverageOptions(t=t), lambda name: False)


def timed(action: Callable[[], Any], rounds: int) -> tuple[Any, float]:
    """What it returns, and the median of the seconds that it took of a processor."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        found = action()
        taken.append(time.process_time() - begun)
    return found, statistics.median(taken)


def measure_commands(rows: Sequence[Mapping[str, Any]], rounds: int, at: Path | None) -> None:
    """Print the table of whole commands; `at`: a folder in which the repository is kept."""
    with tempfile.TemporaryDirectory(prefix="ledger-coverage-") as folder:
        root = at or Path(folder) / "project"
        environment = repository(root, rows)
        head = f"{len(rows):,} trials of {len(PARAMETERS)} parameters"
        print(f"| {head} | median s | longest s | of a processor, s |\n| --- | ---: | ---: | ---: |")
        for name, median, longest, used in commands(root, environment, rounds):
            print(f"| {name} | {median:.2f} | {longest:.2f} | {used:.2f} |", flush=True)


def measure_counts(rows: Sequence[Mapping[str, Any]], rounds: int) -> None:
    """Print the table of counts."""
    # without the one that becomes bins, so that both count the same
    plain = [{**row, "train.lr": row["data.crop"]} for row in rows]
    print("\nSeconds of a processor:\n")
    print("| t | tried, of all | `ledger` | sets and itertools |\n| ---: | --- | ---: | ---: |")
    for t in (1, 2, 3, 4):
        found, own = timed(partial(by_ledger, plain, t), rounds)
        sets, theirs = timed(partial(by_sets, plain, t), 1)
        assert sets == (found.combinations.covered, found.combinations.total)
        print(f"| {t} | {sets[0]:,} of {sets[1]:,} | {own:.2f} | {theirs:.2f} |", flush=True)


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description="Measure `ledger coverage`.")
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--at", type=Path, help="where the repository is kept, and taken from where it is there")
    given = parser.parse_args()
    rows = configurations(given.trials)
    print(f"{datetime.now(UTC):%Y-%m-%d}; {os.cpu_count()} cores; Python {platform.python_version()}.\n")
    if "commands" in given.parts:
        measure_commands(rows, given.rounds, given.at)
    if "counts" in given.parts:
        measure_counts(rows, given.rounds)


if __name__ == "__main__":
    main()
