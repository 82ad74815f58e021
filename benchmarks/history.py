"""How fast a long history is read: `ledger` beside git's floor, `dvc exp show` and mlflow, on repositories made for it.

    python benchmarks/history.py N [N…] [--rounds 5] [--peers-all] [--mlflow PYTHON]

For every N, and for 10 beside them, a repository of N experiments of 5 trials is built (`histories.py`). Each command
runs as a whole process. Prints a table in markdown: the median in seconds, and for `ledger` and its peers the peak
memory of the largest process. A command that fails is skipped, and the table says so. The caches of the operating
system are warm throughout; "cold" is without `ledger`'s index, or DVC's caches.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from peers import BINARIES, DVC, ask_mlflow, fill_mlflow, mlflow_version

LEDGER = str(BINARIES / "ledger")
BUILDER = str(Path(__file__).with_name("histories.py"))

FEW = 10
PEERS_UP_TO = 1000
# a command that takes longer than this is not run again
PATIENCE = 10.0

ONE_FILE = "git for-each-ref --format='%(objectname):params.yaml' refs/heads | git cat-file --batch"
ALL_BLOBS = "git for-each-ref && git cat-file --batch < "


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A command to measure. `before` is called before each run, and is not counted; `warm`: one run goes before."""

    name: str
    command: Sequence[str]
    before: Callable[[], object] | None = None
    warm: bool = True
    memory: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One call: wall time, peak memory in MB, and where it failed what it said last."""

    seconds: float
    peak: float
    failure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A repository with the means to measure in it."""

    root: Path
    scratch: Path
    experiments: int
    compared: Sequence[str]
    environment: Mapping[str, str]

    @property
    def blobs(self) -> Path:
        """The list of the blobs that the index must read."""
        return self.scratch / "blobs"


def call(command: Sequence[str], bench: Bench) -> Run:
    """Run a command to its end, without its output."""
    with tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=bench.root, env=bench.environment, stdout=subprocess.DEVNULL, stderr=errors
        )
        # the usage of the process and of those that it waited for
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - begun
        code = process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = [line.strip(" │") for line in errors.read().decode(errors="replace").splitlines()]
    words = [line for line in said if any(character.isalpha() for character in line)]
    failure = f"exit {code}: {words[0] if words else ''}" if code else None
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Run(seconds=taken, peak=usage.ru_maxrss / unit, failure=failure)


def measure(row: Row, bench: Bench, rounds: int) -> tuple[str, str | None]:
    """The cell of a row, and why there is none."""
    runs: list[Run] = []
    for number in range(rounds + row.warm):
        if row.before is not None:
            row.before()
        run = call(row.command, bench)
        if run.failure is not None:
            return "-", run.failure
        # what is slow is measured at once: its own start matters no more
        if number or not row.warm or run.seconds > PATIENCE:
            runs.append(run)
        if run.seconds > PATIENCE:
            break
    median = statistics.median(run.seconds for run in runs)
    digits = 3 if median < 1 else 2 if median < 10 else 1
    memory = f", {max(run.peak for run in runs):.0f} MB" if row.memory else ""
    return f"{median:.{digits}f}{memory}", None


def rows(bench: Bench, given: argparse.Namespace) -> Iterator[Row]:
    """What is measured in one repository."""
    shell = ("sh", "-c")
    yield Row(name="git: one file on each branch", command=(*shell, ONE_FILE), memory=False)
    yield Row(name="git: all refs and every blob", command=(*shell, f"{ALL_BLOBS}'{bench.blobs}'"), memory=False)
    yield Row(name="ledger table, cold", command=(LEDGER, "table"), before=lambda: forget(bench), warm=False)
    yield Row(name="ledger table, warm", command=(LEDGER, "table"))
    numbers = iter(range(added(bench.experiments), 10**9, 20))
    yield Row(
        name="ledger table, one experiment added",
        command=(LEDGER, "table"),
        before=lambda: add(bench, next(numbers)),
    )
    yield Row(name="ledger log -n 20", command=(LEDGER, "log", "-n", "20"))
    yield Row(name="ledger show", command=(LEDGER, "show", bench.compared[0]))
    yield Row(name="ledger diff", command=(LEDGER, "diff", *bench.compared))
    new = (LEDGER, "new", "Another one", "--name", "another", "--no-switch", "--predict", "accuracy >= 0.9")
    yield Row(name="ledger new", command=(*new, "--seeds", "5"), before=lambda: undo_new(bench))
    if bench.experiments <= PEERS_UP_TO or given.peers_all:
        undo_new(bench)
        yield Row(name="dvc exp show, cold", command=DVC, before=lambda: forget_dvc(bench), warm=False)
        yield Row(name="dvc exp show, warm", command=DVC)
        if mlflow_version(given.mlflow) is not None:
            store = f"sqlite:///{bench.scratch / 'mlflow.db'}"
            fill_mlflow(given.mlflow, store, bench.experiments)
            yield Row(name="mlflow search_runs", command=ask_mlflow(given.mlflow, store, bench.experiments))


# --- what goes before a run


def forget(bench: Bench) -> None:
    """Remove the index."""
    for path in (bench.root / ".git/ledger").glob("index.db*"):
        path.unlink()


def added(experiments: int) -> int:
    """The first number from there on that makes an experiment of a plain branch, without a parent; 20 on the next."""
    return next(n for n in range(experiments, experiments + 100) if n % 20 == 10)


def add(bench: Bench, number: int) -> None:
    """Add an experiment with its trials."""
    command = [sys.executable, BUILDER, str(bench.root), str(number), "--extend"]
    subprocess.run(command, check=True, env=bench.environment)


def undo_new(bench: Bench) -> None:
    """Delete the branch that the last `ledger new` made."""
    command = ["git", "update-ref", "-d", "refs/heads/exp/another"]
    subprocess.run(command, cwd=bench.root, check=True, env=bench.environment)


def forget_dvc(bench: Bench) -> None:
    """Remove DVC's caches."""
    for folder in (bench.root / ".dvc/tmp", bench.scratch / "dvc"):
        shutil.rmtree(folder, ignore_errors=True)


# --- the whole


def built(scratch: Path, experiments: int) -> tuple[Bench, float]:
    """A repository in a folder, and how many seconds building it took.

    It is built by another process: a child's peak memory is at least that of the process that starts it.
    """
    environment = dict(os.environ)
    environment |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_PAGER": "cat",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(scratch / "dvc"),
        "COLUMNS": "160",
    }
    scratch.mkdir(parents=True, exist_ok=True)
    root = scratch / "repository"
    command = [sys.executable, BUILDER, str(root), str(experiments), "--blobs", str(scratch / "blobs")]
    begun = time.perf_counter()
    said = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE).stdout
    taken = time.perf_counter() - begun
    bench = Bench(
        root=root,
        scratch=scratch,
        experiments=experiments,
        compared=json.loads(said)["compared"],
        environment=environment,
    )
    return bench, taken


def table(columns: Mapping[int, Mapping[str, str]]) -> str:
    """A row a command, a column a size."""
    names = list(dict.fromkeys(name for cells in columns.values() for name in cells))
    lines = ["| seconds (and peak memory) | " + " | ".join(f"{n:,}" for n in columns) + " |"]
    lines.append("| --- |" + " ---: |" * len(columns))
    for name in names:
        lines.append(f"| {name} | " + " | ".join(cells.get(name, "-") for cells in columns.values()) + " |")
    return "\n".join(lines)


def machine(python_of_mlflow: str) -> str:
    """The date, the machine's size, and the versions of what was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    git = subprocess.run(["git", "--version"], check=True, capture_output=True, text=True).stdout.split()[2]
    dvc = subprocess.run([DVC[0], "--version"], check=False, capture_output=True, text=True).stdout.strip()
    parts = [
        f"{datetime.now(UTC):%Y-%m-%d}",
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, git {git}, DVC {dvc or 'not installed'}",
        f"mlflow {mlflow_version(python_of_mlflow) or 'not installed'}",
    ]
    return "; ".join(parts)


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description="Measure how fast a long history is read.")
    parser.add_argument("experiments", nargs="+", type=int, metavar="N", help="how many experiments")
    parser.add_argument("--rounds", type=int, default=5, help="how often each command is called (5)")
    parser.add_argument("--peers-all", action="store_true", help=f"peers beyond {PEERS_UP_TO} experiments too")
    parser.add_argument("--mlflow", metavar="PYTHON", default=sys.executable, help="an interpreter that has mlflow")
    parser.add_argument("--scratch", type=Path, help="where to build the repositories, which are kept there")
    given = parser.parse_args()
    if min(given.experiments) < FEW or given.rounds < 1:
        parser.error(f"at least {FEW} experiments and one round are needed")
    columns: dict[int, dict[str, str]] = {}
    skipped: dict[str, str] = {}
    building = []
    with tempfile.TemporaryDirectory(prefix="ledger-history-") as temporary:
        for size in sorted({FEW, *given.experiments}):
            bench, taken = built((given.scratch or Path(temporary)).resolve() / str(size), size)
            building.append(f"{size:,} in {taken:.1f} s")
            columns[size] = {}
            for row in rows(bench, given):
                print(f"{size:,}: {row.name}", file=sys.stderr, flush=True)
                columns[size][row.name], failure = measure(row, bench, given.rounds)
                if failure is not None:
                    skipped[row.name] = failure
    print(f"{machine(given.mlflow)}.")
    print(f"Medians of {given.rounds} runs, of one where a run takes more than {PATIENCE:g} s.")
    print(f"Building: {', '.join(building)}.\n")
    print(table(columns))
    for name, failure in skipped.items():
        print(f"\nskipped: {name} ({failure})")


if __name__ == "__main__":
    main()
