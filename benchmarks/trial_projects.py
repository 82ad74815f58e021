"""The repositories in which `trials.py` measures, and what their stages do."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SLEEP = """\
stages:
  train:
    cmd: "sleep 0.03 && echo '{\\"accuracy\\": 0.5}' > metrics.json"
    params: [seed]
    metrics:
      - metrics.json: {cache: false}
"""

COMPUTE = """\
stages:
  train:
    cmd: python stage.py train metrics.json
    deps: [stage.py]
    params: [seed, loops]
    metrics:
      - metrics.json: {cache: false}
"""

SHARED = """\
stages:
  prepare:
    cmd: python stage.py prepare data.json
    deps: [stage.py]
    params: [loops]
    outs: [data.json]
  train:
    cmd: "sleep 0.03 && echo '{\\"accuracy\\": 0.5}' > metrics.json"
    deps: [data.json]
    params: [seed]
    metrics:
      - metrics.json: {cache: false}
"""

# the variable by which processes of a project are known
MARK = "LEDGER_BENCHMARK"

# what it notes goes past DVC and git, so that every runner's commands are counted alike
STAGE = """\
import re, sys, time

def note(word):
    with open({marks!r}, "a") as stream:
        stream.write(f"{{sys.argv[1]}} {{word}} {{time.time()}}\\n")

note("begins")
total = 0
for number in range(int(re.search(r"loops: (\\d+)", open("params.yaml").read())[1])):
    total += number * number % 7
with open(sys.argv[2], "w") as stream:
    stream.write('{{"accuracy": 0.5}}\\n')
note("ends")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a stage noted: its name, `begins` or `ends`, and the time of day in seconds."""

    stage: str
    word: str
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A repository with a pipeline. DVC's caches for the whole machine are beside it, so each begins with none."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        """What commands get: this Python first, as in an active environment, and one shell for all."""
        own = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "SHELL": "/bin/sh",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self.root.with_suffix(".site")),
            MARK: str(self.root),
        }
        return dict(os.environ) | own

    def call(self, *command: str, check: bool = True) -> str:
        """What a command prints in the repository."""
        # into a file: what goes on in the background, as the workers of a queue do, would hold a pipe open
        with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
            code = subprocess.run(
                command, cwd=self.root, env=self.environment, stdout=printed, stderr=subprocess.STDOUT, check=False
            ).returncode
            printed.seek(0)
            text = printed.read().strip()
        if check and code != 0:
            raise SystemExit(f"{' '.join(command)} gave {code}:\n{text}")
        return text

    def marks(self) -> Sequence[Mark]:
        """What its stages have noted so far."""
        try:
            lines = self._marks.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []
        words = [line.split() for line in lines]
        return [Mark(stage=stage, word=word, time=float(moment)) for stage, word, moment in words]

    def set_seed(self, seed: int) -> None:
        """Edit the parameter as a person does."""
        path = self.root / "params.yaml"
        _, others = path.read_text("utf-8").split("\n", 1)
        path.write_text(f"seed: {seed}\n{others}", "utf-8")

    @property
    def _marks(self) -> Path:
        return self.root.with_suffix(".marks")

    def write(self, pipeline: str, *, loops: int) -> None:
        """Commit the pipeline with its parameters."""
        for path, text in {
            ".dvc/config": "[core]\n    analytics = false\n",
            ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
            ".dvcignore": "",
            ".gitignore": "/data.json\n",
            "dvc.yaml": pipeline,
            "params.yaml": f"seed: 0\nloops: {loops}\n",
            "stage.py": STAGE.format(marks=str(self._marks)),
        }.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, "utf-8")
        self.call("git", "init", "-q", "-b", "main")
        for key, value in (("user.name", "Ada Lovelace"), ("user.email", "ada@example.org")):
            self.call("git", "config", key, value)
        self.call("git", "add", "-A")
        self.call("git", "commit", "-q", "-m", "pipeline")


def loops_for(seconds: float) -> int:
    """How often the loop of STAGE turns in so many seconds on this machine, the best of three tries."""
    tries = 1_000_000
    fastest = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        total = 0
        for number in range(tries):
            total += number * number % 7
        fastest = min(fastest, time.perf_counter() - begun)
    return int(tries * seconds / fastest)
