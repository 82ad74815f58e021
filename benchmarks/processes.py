"""How many git processes each command starts, and what it takes of the processor with all that it starts.

    python benchmarks/processes.py [--list COMMAND]

One round of the loop in a small repository: an experiment is begun, run, recorded, concluded, verified and landed, and
looked at between. Git itself counts its processes (`GIT_TRACE2_EVENT`). Prints a table in markdown; `--list` prints the
command lines of the git processes of the commands whose line begins with that instead.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sandbox import Repository

LEDGER = str(Path(sys.executable).parent / "ledger")

# as people type them, one after another; what does not begin with `ledger` is not measured
LOOP = (
    ("ledger", "new", "Rate", "--name", "rate", "-S", "name=b", "--predict", "accuracy >= baseline", "--seeds", "2"),
    ("ledger", "status"),
    ("ledger", "run"),
    ("ledger", "status"),
    ("ledger", "log"),
    ("ledger", "table"),
    ("ledger", "show"),
    ("ledger", "diff", "rate:baseline", "rate"),
    ("ledger", "note", "a note"),
    ("ledger", "amend", "-m", "one seed more", "--seeds", "3"),
    ("sed", "-i", 's/"seed": 0/"seed": 2/', "params.json"),
    ("dvc", "repro", "-q"),
    ("ledger", "record"),
    ("ledger", "run"),
    ("ledger", "conclude", "-m", "as it is"),
    ("ledger", "verify"),
    ("ledger", "show"),
    ("git", "checkout", "-q", "main"),
    ("ledger", "status"),
    ("ledger", "land", "rate", "--record"),
    ("ledger", "archive", "rate"),
    ("ledger", "verify"),
)  # fmt: skip


def git_lines(folder: Path) -> list[str]:
    """The command lines of all git processes that left their trace in the folder, in the order of their starts."""
    found = []
    for file in folder.iterdir():
        for line in file.read_text("utf-8", "replace").splitlines():
            event = json.loads(line)
            if event["event"] == "start":
                found.append((event["time"], " ".join(event["argv"])))
    return [said for _, said in sorted(found)]


def measure(repository: Repository, line: Sequence[str]) -> tuple[list[str], float]:
    """The git processes that a command starts, and the seconds of the processor that it takes with all its children."""
    with tempfile.TemporaryDirectory() as traces:
        environment = repository.environment | {"GIT_TRACE2_EVENT": traces}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        called = [LEDGER, *line[1:]] if line[0] == "ledger" else line
        done = subprocess.run(called, cwd=repository.root, env=environment, capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(line)}: {done.stderr}")
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return git_lines(Path(traces)), used


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Count the git processes of each command.")
    parser.add_argument("--list", metavar="COMMAND", help="print the git command lines of such commands: 'ledger run'")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ledger-processes-") as scratch:
        repository = Repository(Path(scratch))
        if not given.list:
            print("| command | git processes | processor, s |\n| --- | ---: | ---: |")
        for line in LOOP:
            lines, used = measure(repository, line)
            said = " ".join(word if " " not in word else f'"{word}"' for word in line)
            if line[0] != "ledger":
                continue
            if not given.list:
                print(f"| `{said}` | {len(lines)} | {used:.2f} |", flush=True)
            elif said.startswith(given.list):
                print(f"{said}: {len(lines)}", *lines, sep="\n    ")


if __name__ == "__main__":
    os.environ.pop("GIT_TRACE2_EVENT", None)
    main()
