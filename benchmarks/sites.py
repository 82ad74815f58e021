"""How long a site takes to build, and how large its pages are.

    python benchmarks/sites.py N [N…] [--steps 50] [--jobs 2]

For every N a repository of N experiments of 5 trials is made (`histories.py`), whose trials wrote two files of curves
of so many steps. The site is built from nothing, then again after one experiment more, each as a whole process. Prints
a table in markdown: seconds of wall and CPU, the peak memory of all processes together in MB, and the largest pages in
KB as a web host sends them (gzip), without the scripts that all pages share.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from peers import BINARIES

LEDGER: Final = str(BINARIES / "ledger")
BUILDER: Final = str(Path(__file__).with_name("histories.py"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One build: seconds of wall and CPU, and the peak memory of its processes together in MB."""

    wall: float
    cpu: float
    memory: float


def build(root: Path, output: Path, jobs: int) -> Run:
    """Build the site in a process of its own."""
    command = [LEDGER, "site", "-o", str(output), "-j", str(jobs)]
    before, began = os.times(), time.monotonic()
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    _, errors = process.communicate()
    after, ended = os.times(), time.monotonic()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: {errors.decode()}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(wall=ended - began, cpu=cpu, memory=peak[0])


def _watch(pid: int, peak: list[float]) -> None:
    """Keep the largest sum of what the process and its children have for themselves."""
    while True:
        try:
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
            # what forks share with their parent is counted once
            own = sum(one.memory_full_info().uss for one in family) / 1e6
        except psutil.Error:
            if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return
            continue
        peak[0] = max(peak[0], own)
        time.sleep(0.2)


def sizes(output: Path) -> tuple[float, float, float]:
    """The overview, the largest page of an experiment with its data, and the data of the table, in KB compressed."""

    def size(*files: Path) -> float:
        return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files if file.exists()) / 1000

    pages = sorted((output / "experiments").iterdir(), key=lambda file: -file.stat().st_size)[:20]
    largest = max(size(page, output / "data" / f"{page.stem}.js") for page in pages)
    return size(output / "index.html"), largest, size(output / "data/table-experiments.js")


def main(arguments: Sequence[str]) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="How long a site takes to build.")
    parser.add_argument("experiments", type=int, nargs="+")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args(arguments)
    print("| experiments | build | CPU | memory | one added | overview | largest page | table's data |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for count in given.experiments:
        with tempfile.TemporaryDirectory() as scratch:
            root, output = Path(scratch, "repository"), Path(scratch, "site")
            make = [sys.executable, BUILDER, str(root), str(count), "--steps", str(given.steps)]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
            whole = build(root, output, given.jobs)
            subprocess.run([sys.executable, BUILDER, str(root), str(count), "--extend"], check=True)
            more = build(root, output, given.jobs)
            overview, page, table = sizes(output)
            print(
                f"| {count:,} | {whole.wall:.1f} s | {whole.cpu:.1f} s | {whole.memory:.0f} MB | {more.wall:.1f} s "
                f"| {overview:.0f} KB | {page:.0f} KB | {table:.0f} KB |",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
