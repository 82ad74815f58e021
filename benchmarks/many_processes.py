"""Eight processes that record into one repository at once: how many records come of it, and how long that takes.

    python benchmarks/many_processes.py [PROCESSES] [TRIALS]

Each process runs an experiment of its own with so many trials (8 and 50 without arguments). Prints the records on the
branches and under tags, the time, and what git and DVC say of the repository afterwards. Exits with 1 where a record
is missing or too many, or where anything is not clean.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sandbox import Repository


def main() -> int:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("processes", nargs="?", type=int, default=8)
    parser.add_argument("trials", nargs="?", type=int, default=50)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ledger-benchmark-") as folder:
        repository = Repository(Path(folder))
        names = [f"e{number}" for number in range(wanted.processes)]
        for name in names:
            options = ("--name", name, "--over", f"seed=0..{wanted.trials - 1}", "--no-switch")
            repository.ledger("new", f"Eight at once: {name}", *options, "-S", f"name={name}")
        started = time.monotonic()
        runs = [repository.start("run", name) for name in names]
        said = [run.communicate()[1] for run in runs]
        seconds = time.monotonic() - started
        for run, text in zip(runs, said, strict=True):
            if run.returncode != 0:
                print(text, file=sys.stderr)
        found: Counter[str] = Counter()
        for name in names:
            found["on the branches"] += len(repository.recorded(name))
            found["under tags"] += len(repository.tagged(name))
        total = wanted.processes * wanted.trials
        print(f"{wanted.processes} processes, {wanted.trials} trials each, {seconds:.1f} s")
        for place, count in found.items():
            print(f"{count} of {total} records {place}")
        repository.git("switch", "-q", f"exp/{names[0]}")
        repository.run(sys.executable, "-m", "dvc", "checkout", "-q")
        problems = repository.problems()
        print("\n".join(problems) or "git fsck, git status and dvc status are clean")
        failed = any(run.returncode != 0 for run in runs)
        return int(failed or bool(problems) or any(count != total for count in found.values()))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stderr}")
