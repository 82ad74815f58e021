"""What finding a guilty version costs with real trials: `ledger bisect` beside `git bisect run` with DVC.

    python benchmarks/bisection_trials.py [--histories 3] [--sd 0.03] [--jobs 2] [--seed 1]

Each history is a repository with 26 commits, each of which adds a file to a folder that DVC tracks; from one of them
on, drawn at random, the metric is lower by 0.08. Its stage takes 0.05 s, and its metric has the noise that its seed
gives it. Every search begins with a copy of the repository. `git bisect run` goes over the commits with 1 or 3 seeds
each, `dvc checkout` and `dvc repro`, against the middle between both ends, which it tries as often and is then told.
Trainings are counted by the stage itself, those of `ledger bisect` with the ones that confirm its answer; how many it
searched with stands beside the answer. What is beyond its stages is the time of the whole search less theirs, over
its trainings. What simulated searches need, those of `git_bayesect` too, is told by `bisection.py`.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from sandbox import Repository

VERSIONS, LEVEL, FALL, SECONDS = 26, 0.63, 0.08, 0.05

TRAIN = """\
import json, os, random, time
begun = time.perf_counter()
seed = json.load(open("params.json"))["seed"]
files = sorted(os.listdir("data/raw"))
level = {level} - sum(float(open("data/raw/" + name).read()) for name in files)
luck = random.Random(f"{{seed}} of {{len(files)}}")
value = luck.gauss(level, {sd})
json.dump({{"accuracy": value}}, open("metrics.json", "w"))
time.sleep(max(0.0, {seconds} - (time.perf_counter() - begun)))
open({marks!r}, "a").write(f"{{time.perf_counter() - begun}}\\n")
"""

PIPELINE = """\
stages:
  train:
    cmd: python -S train.py
    deps: [data/raw, train.py]
    params:
      - params.json: [seed]
    metrics:
      - metrics.json: {cache: false}
"""

# every file of its own, or two would be one to DVC
GROW = """\
import subprocess
from pathlib import Path
from dvc.repo import Repo
for number in range({versions}):
    fall = {fall} if number == {place} else 0.0
    Path(f"data/raw/week-{{number:02}}").write_text(f"{{fall + 1e-12 * number}}\\n")
    with Repo() as repo:
        repo.add(["data/raw"])
    subprocess.run(["git", "add", "-A"], check=True)
    subprocess.run(["git", "commit", "-q", "-m", f"week {{number}}"], check=True)
"""

# what a person would write for `git bisect run`
STEP = """\
import json, subprocess, sys
seeds, middle = int(sys.argv[1]), float(sys.argv[2])
subprocess.run(["dvc", "checkout", "-q"], check=True)
values = []
for seed in range(seeds):
    json.dump({"seed": seed}, open("params.json", "w"))
    subprocess.run(["dvc", "repro", "-q"], check=True)
    values.append(json.load(open("metrics.json"))["accuracy"])
subprocess.run(["git", "checkout", "-q", "--", "."], check=True)
subprocess.run(["git", "clean", "-qf"], check=True)
sys.exit(sum(values) / seeds < middle)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a search named, what it cost in trainings and in seconds, and how many of the seconds the stages took."""

    named: int | None
    said: str
    trainings: int
    seconds: float
    computing: float


class History:
    """A repository whose metric falls with version `place`."""

    def __init__(self, folder: Path, place: int, sd: float) -> None:
        self.place = place
        self.folder = folder
        self.repository = Repository(folder)
        root = self.repository.root
        for name, text in {
            "train.py": TRAIN.format(level=LEVEL, sd=sd, seconds=SECONDS, marks=str(self._marks)),
            "dvc.yaml": PIPELINE,
            "params.json": json.dumps({"seed": 0}),
            "ledger.yaml": "metrics:\n  accuracy: {direction: higher}\n",
            ".gitignore": "",
        }.items():
            (root / name).write_text(text)
        (root / "data" / "raw").mkdir(parents=True)
        grow = GROW.format(versions=VERSIONS, fall=FALL, place=place)
        self.repository.run(sys.executable, "-c", grow)
        self.commits = self.repository.git("rev-list", "--reverse", f"--max-count={VERSIONS}", "HEAD").splitlines()
        shutil.copytree(root, self._pristine)

    @property
    def _marks(self) -> Path:
        return self.folder / "trainings"

    @property
    def _pristine(self) -> Path:
        return self.folder / "pristine"

    def measured(self, search: Callable[[], tuple[int | None, str]]) -> Ended:
        """Time a search, and count what its stages noted."""
        self._marks.unlink(missing_ok=True)
        shutil.rmtree(self.repository.root)
        shutil.copytree(self._pristine, self.repository.root)
        begun = time.perf_counter()
        named, said = search()
        seconds = time.perf_counter() - begun
        took = [float(line) for line in self._marks.read_text().splitlines()]
        return Ended(named=named, said=said, trainings=len(took), seconds=seconds, computing=sum(took))

    def with_ledger(self, jobs: int) -> tuple[int | None, str]:
        """`ledger bisect`, from the first version to the last."""
        good, bad = self.commits[0], self.commits[-1]
        call = ["bisect", "accuracy", good, bad, "--path", "data/raw", "-j", str(jobs), "--json"]
        found = json.loads(self.repository.ledger(*call))
        answer = found["answer"]
        named = answer["version"] if answer["kind"] == "step" else None
        place = next((n for n, commit in enumerate(self.commits) if named and commit.startswith(named)), None)
        return place, f"{answer['kind']} after {found['trainings']}"

    def with_git(self, seeds: int) -> tuple[int | None, str]:
        """`git bisect run`, after both ends have been tried."""
        step = self.folder / "step.py"
        step.write_text(STEP)
        tried = [sys.executable, str(step), str(seeds), str(LEVEL - FALL / 2)]
        git = self.repository.git
        for end in (self.commits[0], self.commits[-1]):
            git("checkout", "-q", end)
            subprocess.run(tried, cwd=self.repository.root, env=self.repository.environment, check=False)
        git("bisect", "start", self.commits[-1], self.commits[0])
        said = git("bisect", "run", *tried)
        git("bisect", "reset")
        found = re.search(r"^([0-9a-f]{40}) is the first bad commit", said, re.MULTILINE)
        return (self.commits.index(found[1]), "step") if found else (None, "none")


def row(who: str, ended: Sequence[Ended], places: Sequence[int]) -> str:
    """One line of the table."""
    right = sum(each.named == place for each, place in zip(ended, places, strict=True))
    trainings, seconds = [each.trainings for each in ended], [each.seconds for each in ended]
    beyond = [(each.seconds - each.computing) / each.trainings for each in ended]
    return (
        f"| {who} | {right} of {len(ended)} | {statistics.mean(trainings):.1f} | {statistics.mean(seconds):.1f} "
        f"| {statistics.median(beyond):.2f} | {', '.join(each.said for each in ended)} |"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=3)
    parser.add_argument("--sd", type=float, default=0.03)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    luck = np.random.default_rng(given.seed)
    places = [int(luck.integers(1, VERSIONS)) for _ in range(given.histories)]
    ended: dict[str, list[Ended]] = {}
    for place in places:
        with tempfile.TemporaryDirectory(prefix="ledger-benchmark-") as scratch:
            history = History(Path(scratch), place, given.sd)
            searches = {
                "`ledger bisect`": partial(history.with_ledger, 1),
                f"`ledger bisect -j {given.jobs}`": partial(history.with_ledger, given.jobs),
                "`git bisect run`, 1 seed a step": partial(history.with_git, 1),
                "`git bisect run`, 3 seeds a step": partial(history.with_git, 3),
            }
            for who, search in searches.items():
                ended.setdefault(who, []).append(history.measured(search))
    print("| search | right | trainings, mean | whole, s | beyond its stages, s a training | answers |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    for who, each in ended.items():
        print(row(who, each, places), flush=True)


if __name__ == "__main__":
    main()
