"""How fast the versions of models are told, from a bare clone, beside GTO on the same tags.

    python benchmarks/models.py [N] [--experiments M] [--rounds 5]

A repository of M experiments of 5 trials is built (`histories.py`), and N versions of 50 models are tagged on their
trials as `ledger promote` tags them; every second model has had its versions in the stage `prod`. Each command runs as
a whole process, in a bare clone, but for GTO, which needs a work tree. Prints a table in markdown: the median and the
slowest in seconds, and the seconds of processors, which other work on the machine lengthens less. Both must tell the
same versions and stages.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fast_import import FastImport
from histories import build
from made_up import AUTHORS, BEGIN
from peers import BINARIES

from ledger.analysis.promotable import standing
from ledger.model import gto, promotion
from ledger.model.promotion import Promotion
from ledger.repo import histories
from ledger.repo.ledger import open_ledger

LEDGER: Final = str(BINARIES / "ledger")
GTO: Final = str(BINARIES / "gto")
MODELS: Final = 50


def promoted(root: Path, count: int) -> Iterator[tuple[str, Promotion]]:
    """So many trials with a checkpoint, as commits with what their tags say, one an experiment as far as there are."""
    with open_ledger(root) as ledger:
        commits = histories.all_trial_commits(ledger)
        experiments = ledger.experiments()
        rounds = max(len(one.trials) for one in experiments)
        found = (
            (commits[one.name][record.trial.id], one, record.trial)
            for at in range(rounds)
            for one in experiments
            for record in one.trials[at : at + 1]
            if record.trial.outs and record.trial.id in commits.get(one.name, {})
        )
        for (commit, one, trial), _ in zip(found, range(count), strict=False):
            path, pin = next(iter(trial.outs.items()))
            said = standing(one)
            why = "" if said == "supported" else "a benchmark"
            yield commit, Promotion(
                experiment=one.name, trial=trial.id, outcome=said, path=path, md5=pin.md5 or "",
                metrics=dict(trial.metrics), why=why,
            )  # fmt: skip


def tag(root: Path, count: int) -> tuple[int, datetime]:
    """Tag so many versions, an hour apart; returns how many there are, and when half of them were there."""
    made = list(promoted(root, count))
    begin = BEGIN + timedelta(days=400)
    with FastImport(root) as stream:
        counts: dict[str, int] = {}
        for at, (commit, claim) in enumerate(made):
            model = f"model-{at % MODELS:02}"
            version = f"v0.{at // MODELS}.0"
            when = begin + timedelta(hours=at)
            text = promotion.message(f"{model} {version}: {claim.experiment}", "", claim)
            stream.tag(gto.version_tag(model, version), commit, text, author=AUTHORS[0], when=when)
            if at % 2:
                counts[model] = counts.get(model, 0) + 1
                said = promotion.remark(f"{model} {version} is prod", claim.experiment, f"{model}@{version}", "")
                name = gto.stage_tag(model, "prod", counts[model])
                stream.tag(name, commit, said, author=AUTHORS[0], when=when + timedelta(minutes=1))
    subprocess.run(["git", "pack-refs", "--all"], cwd=root, check=True)
    return len(made), begin + timedelta(hours=len(made) // 2)


def timed(command: Sequence[str], cwd: Path, rounds: int, *, cold: bool = False) -> list[tuple[float, float]]:
    """The seconds of each run, and those of processors, with the processes that it waited for; `cold`: no index."""
    found = []
    for _ in range(rounds):
        if cold:
            shutil.rmtree(cwd / "ledger", ignore_errors=True)
        begun = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, command
        found.append((taken, usage.ru_utime + usage.ru_stime))
    return found


def answered(command: Sequence[str], cwd: Path) -> Any:
    """What a command prints as JSON."""
    return json.loads(subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout)


def check(root: Path, bare: Path) -> None:
    """Both tell the same: of every model its highest version, and which is in production."""
    ours: dict[str, dict[str, Any]] = {}
    for one in answered((LEDGER, "models", "--json"), bare):
        model = ours.setdefault(one["name"], {"version": one["version"], "stage": {}})
        model["stage"] |= dict.fromkeys(one["stages"], one["version"])
    theirs = answered((GTO, "show", "--json"), root)
    gtos = {
        name: {"version": one["version"], "stage": {stage: at for stage, at in one["stage"].items() if at is not None}}
        for name, one in theirs.items()
    }
    assert ours == gtos, [(name, ours.get(name), one) for name, one in gtos.items() if ours.get(name) != one][:3]


def run(count: int, experiments: int, rounds: int) -> None:
    """Build, measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        root, bare = Path(folder, "made"), Path(folder, "bare")
        build(root, experiments=experiments)
        versions, then = tag(root, count)
        subprocess.run(["git", "clone", "-q", "--bare", str(root), str(bare)], check=True)
        check(root, bare)
        at = ("--at", then.isoformat())
        rows = [
            ("ledger models --at DATE --stage prod, cold", (LEDGER, "models", *at, "--stage", "prod"), bare, True),
            ("ledger models --at DATE --stage prod", (LEDGER, "models", *at, "--stage", "prod"), bare, False),
            ("ledger models --json", (LEDGER, "models", "--json"), bare, False),
            ("ledger models model-07", (LEDGER, "models", "model-07"), bare, False),
            ("gto show", (GTO, "show"), root, False),
            ("gto show model-07", (GTO, "show", "model-07"), root, False),
            ("gto history model-07", (GTO, "history", "model-07"), root, False),
        ]
        print(f"{versions} versions of {MODELS} models, from {experiments} experiments of 5 trials\n")
        print("| command | median s | slowest s | of processors, median s |\n|---|--:|--:|--:|")
        for name, command, cwd, cold in rows:
            if not cold:
                timed(command, cwd, 1)
            took, spent = zip(*timed(command, cwd, rounds, cold=cold), strict=True)
            middle = statistics.median(took), max(took), statistics.median(spent)
            print(f"| `{name}` |", *(f"{one:.2f} |" for one in middle), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", type=int, nargs="?", default=1000)
    parser.add_argument("--experiments", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    run(given.versions, given.experiments, given.rounds)


if __name__ == "__main__":
    main()
