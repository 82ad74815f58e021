"""How long commands take to start, beside `git --version`, `dvc --version` and an empty Python program.

    python benchmarks/startup.py [ROUNDS] [--repository PATH]

Each command is run as a whole process, once a round, all in turn, so that what else the machine does meets all of them
alike. What it takes of the processor, with the processes that it starts, says more than the clock where other programs
are busy. Prints a table in markdown: the median and the least of that, the median's ratio to `python -c pass`, and the
median by the clock. A first round is not counted: in it Python compiles what has changed, also where the environment
forbids that (`PYTHONDONTWRITEBYTECODE`), as `scripts/setup` does. Without `--repository` a small one is made, with one
experiment.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

BINARIES = Path(sys.executable).parent

COMMANDS: Mapping[str, Sequence[str]] = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "git --version": ("git", "--version"),
    "ledger --help": (str(BINARIES / "ledger"), "--help"),
    "ledger status": (str(BINARIES / "ledger"), "status"),
    "ledger log": (str(BINARIES / "ledger"), "log"),
    "dvc --version": (str(BINARIES / "dvc"), "--version"),
}

YARDSTICK = "python -c pass"

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params: [seed]
    metrics:
      - metrics.json: {cache: false}
"""


def seconds(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """What one call, which must succeed, takes of the processor with its children, and by the clock."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ended - begun


def measure(folder: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """The times of every command by its name, after one round that is not counted."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, command in COMMANDS.items():
            taken = seconds(command, folder)
            if number:
                times[name].append(taken)
    return times


def table(times: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """The medians in milliseconds, the least that a call took, and the ratios of the medians."""
    unit = statistics.median(used for used, _ in times[YARDSTICK])
    rows = [
        "| command | processor, median ms | least ms | × python | clock, median ms |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, values in times.items():
        median = statistics.median(used for used, _ in values)
        least, clock = min(used for used, _ in values), statistics.median(clock for _, clock in values)
        rows.append(f"| `{name}` | {median * 1e3:.0f} | {least * 1e3:.0f} | {median / unit:.1f} | {clock * 1e3:.0f} |")
    return "\n".join(rows)


def make_repository(root: Path) -> Path:
    """A repository with a pipeline and one experiment, which is checked out."""
    for path, text in {
        ".dvc/config": "[core]\n    analytics = false\n",
        ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
        "dvc.yaml": PIPELINE,
        "params.yaml": "seed: 0\n",
        "train.py": "print()\n",
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, "utf-8")
    author = ("-c", "user.name=Ada Lovelace", "-c", "user.email=ada@example.org")
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), (*author, "commit", "-q", "-m", "pipeline")):
        subprocess.run(["git", *arguments], cwd=root, check=True)
    for key, value in (("user.name", "Ada Lovelace"), ("user.email", "ada@example.org")):
        subprocess.run(["git", "config", key, value], cwd=root, check=True)
    begin = [str(BINARIES / "ledger"), "new", "Another seed changes nothing", "--seeds", "2"]
    subprocess.run(begin, cwd=root, check=True, stdout=subprocess.DEVNULL)
    return root


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure how long commands take to start.")
    parser.add_argument("rounds", nargs="?", type=int, default=20, help="how often each is called (20)")
    parser.add_argument("--repository", type=Path, help="where to call them, instead of a repository made for it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ledger-startup-") as scratch:
        folder = given.repository or make_repository(Path(scratch))
        print(f"{given.rounds} rounds, {os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
        print(table(measure(folder, given.rounds)))


if __name__ == "__main__":
    main()
