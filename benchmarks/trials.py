"""What a trial costs beyond its commands, beside `dvc repro`, `dvc exp run` and `dvc queue` on the same pipelines.

    python benchmarks/trials.py [--trials 100] [--peers 10] [--rounds 3] [--many 500] [--parts cost many speed shared]

Parts: `cost`: a stage that sleeps for 0.03 s, a trial after the other. `many`: the same with more trials, what the
controller takes of memory, and what state the repository is in afterwards. `speed`: a stage that computes for 2 s, one
and two at a time; of the rounds the fastest counts, since whatever else the machine does makes it slower. `shared`: a
stage of 2 s that five trials have in common. Every measurement has a repository of its own (`trial_projects.py`); the
runners are in `trial_runners.py`. Prints tables in markdown. A queue that no longer gives results is left after a
minute, and the table says so.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from trial_projects import COMPUTE, SHARED, SLEEP, Project, loops_for
from trial_runners import DVC, Run, plainly, with_exp_run, with_ledger, with_queue, with_repro

PARTS = ("cost", "many", "speed", "shared")
SPEED_TRIALS, SHARED_TRIALS, SECONDS = 6, 5, 2.0


class Workshop:
    """Makes repositories below a folder, one for each measurement."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def project(self, pipeline: str, *, loops: int = 0) -> Project:
        """A new one with the pipeline."""
        project = Project(root=self._folder / f"project-{next(self._numbers)}")
        project.write(pipeline, loops=loops)
        return project


# --- cost


def cost(shop: Workshop, trials: int, peers: int) -> str:
    """The cost of a trial beyond its commands, by runner."""
    own = _command_seconds(shop.project(SLEEP))
    runs = {
        "`ledger run`": with_ledger(shop.project(SLEEP), trials, jobs=1),
        "`params.yaml` edited, `dvc repro`": with_repro(shop.project(SLEEP), peers),
        "`dvc exp run -S`": with_exp_run(shop.project(SLEEP), peers),
        "`dvc queue start -j 1`": with_queue(shop.project(SLEEP), peers, jobs=1),
        "`dvc queue start -j 2`": with_queue(shop.project(SLEEP), peers, jobs=2),
    }
    beyond = {name: [each - (run.own or own) for each in run.each] or [math.nan] for name, run in runs.items()}
    unit = statistics.median(beyond["`ledger run`"])
    lines = [
        "| trials with | trials | beyond the commands, median s | slowest s | whole, s a trial | × ledger | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for name, run in runs.items():
        median = statistics.median(beyond[name])
        lines.append(
            f"| {name} | {run.done} | {median:.3f} | {max(beyond[name]):.3f} | {run.wall / max(run.done, 1):.3f} "
            f"| {median / unit:.1f} | {run.remark} |"
        )
    return "\n".join(lines)


def _command_seconds(project: Project) -> float:
    """What the command of SLEEP takes by itself, the median of ten."""
    times = []
    for _ in range(10):
        begun = time.perf_counter()
        project.call("/bin/sh", "-c", "sleep 0.03 && echo '{}' > metrics.json")
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


# --- many


def many(shop: Workshop, counts: Sequence[int]) -> str:
    """Cost and memory by the number of trials, and what the last repository looks like afterwards."""
    lines = [
        "| trials | beyond the commands, median s | last tenth, median s | whole s | controller's peak memory, MB |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for number in counts:
        project = shop.project(SLEEP)
        run = with_ledger(project, number, jobs=1)
        beyond = [each - (run.own or 0.0) for each in run.each]
        late = beyond[-max(1, number // 10) :]
        lines.append(
            f"| {number} | {statistics.median(beyond):.3f} | {statistics.median(late):.3f} | {run.wall:.1f} "
            f"| {run.peak or 0:.1f} |"
        )
    lines += ["", f"After {counts[-1]} trials:", "", "| asked | answer |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {name} | {answer} |" for name, answer in state(project).items())])


def state(project: Project) -> Mapping[str, str]:
    """What git and DVC say of a repository, and what the ledger keeps in it."""
    common = project.root / ".git"
    folders = sorted(path for path in (common / "ledger").iterdir() if path.is_dir() and path.name != "slots")
    counts = {path.name: sum(file.is_file() for file in path.rglob("*")) for path in folders}
    objects = dict(line.split(": ") for line in project.call("git", "count-objects", "-v").splitlines())
    return {
        "`git status --porcelain`": _lines(project.call("git", "status", "--porcelain")),
        "`git fsck --no-dangling`": _lines(project.call("git", "fsck", "--no-dangling", "--no-progress", check=False)),
        "`dvc status`": _lines(project.call(DVC, "status", check=False)),
        "refs below `refs/ledger`": str(len(project.call("git", "for-each-ref", "refs/ledger").splitlines())),
        "tags": str(len(project.call("git", "for-each-ref", "refs/tags").splitlines())),
        "loose objects": f"{objects['count']} ({objects['size']} KiB)",
        "files below `.git/ledger`": ", ".join(f"{name} {number}" for name, number in counts.items() if number),
        "slots": str(sum(path.is_dir() for path in (common / "ledger" / "slots").iterdir())),
    }


def _lines(text: str) -> str:
    lines = text.splitlines() or ["nothing"]
    return lines[0] if len(lines) == 1 else f"{len(lines)} lines: {lines[0]}"


# --- speed


Runner = Callable[[Project, int, int], Run]


def speed(shop: Workshop, rounds: int) -> str:
    """How much faster two at a time are than one, by runner; the rounds go in turn."""
    loops = loops_for(SECONDS)
    runners: Mapping[str, Runner] = {
        "the commands alone": lambda project, trials, jobs: plainly(project, trials, jobs=jobs),
        "`ledger run`": lambda project, trials, jobs: with_ledger(project, trials, jobs=jobs),
        "`dvc queue`": lambda project, trials, jobs: with_queue(project, trials, jobs=jobs),
    }
    runs: dict[tuple[str, int], list[Run]] = {(name, jobs): [] for name in runners for jobs in (1, 2)}
    for _ in range(rounds):
        for (name, jobs), found in runs.items():
            found.append(runners[name](shop.project(COMPUTE, loops=loops), SPEED_TRIALS, jobs))
    lines = [
        "| trials with | whole, -j 1 s | whole, -j 2 s | faster | trials alone, -j 1 s | -j 2 s | faster | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for name in runners:
        one, two = runs[name, 1], runs[name, 2]
        whole = [min(run.wall for run in found) for found in (one, two)]
        alone = [min(run.alone for run in found) for found in (one, two)]
        remarks = "; ".join(dict.fromkeys(run.remark for run in (*one, *two) if run.remark))
        lines.append(
            f"| {name} | {whole[0]:.2f} | {whole[1]:.2f} | {whole[0] / whole[1]:.2f} "
            f"| {alone[0]:.2f} | {alone[1]:.2f} | {alone[0] / alone[1]:.2f} | {remarks} |"
        )
    return "\n".join(lines)


# --- shared


def shared(shop: Workshop) -> str:
    """How often a stage runs that the trials have in common."""
    loops = loops_for(SECONDS)
    lines = ["| trials with | whole s | `prepare` ran | |", "| --- | ---: | ---: | --- |"]
    for name, run in (
        ("`ledger run -j 2`", with_ledger(shop.project(SHARED, loops=loops), SHARED_TRIALS, jobs=2)),
        ("`dvc queue start -j 2`", with_queue(shop.project(SHARED, loops=loops), SHARED_TRIALS, jobs=2)),
    ):
        lines.append(f"| {name} | {run.wall:.2f} | {run.ran('prepare')} | {run.remark} |")
    return "\n".join(lines)


# --- all


def machine() -> str:
    """When and where this was measured."""
    memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory} GB, {platform.system()}, load "
        f"{os.getloadavg()[0]:.1f} before, Python {sys.version.split()[0]}, git {git}, "
        f"DVC {importlib.metadata.version('dvc')}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure what trials cost.")
    parser.add_argument("--trials", type=int, default=100, help="trials for the cost (100)")
    parser.add_argument("--peers", type=int, default=10, help="trials for the cost with the peers (10)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds for the speed, the fastest counts (3)")
    parser.add_argument("--many", type=int, default=500, help="trials for memory and state, after 10 and 100 (500)")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure (all)")
    given = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="ledger-trials-") as scratch:
        shop = Workshop(Path(scratch).resolve())
        measures: Mapping[str, Callable[[], str]] = {
            "cost": lambda: cost(shop, given.trials, given.peers),
            "many": lambda: many(shop, [number for number in (10, 100) if number < given.many] + [given.many]),
            "speed": lambda: speed(shop, given.rounds),
            "shared": lambda: shared(shop),
        }
        for part in PARTS:
            if part in given.parts:
                print(f"\n## {part}\n\n{measures[part]()}", flush=True)


if __name__ == "__main__":
    main()
