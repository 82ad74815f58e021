"""A repository for a benchmark: sealed from the machine's configuration, with one stage that takes no time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

# nothing is imported but the standard library, so that it runs in 0.03 s
TRAIN = """\
import json, random, time

params = json.load(open("params.json"))
random.seed(json.dumps(params))
time.sleep(params["seconds"])
accuracy = random.random()
json.dump({"accuracy": accuracy}, open("metrics.json", "w"))
open("model.txt", "w").write(str(accuracy))
"""

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - params.json: [seed, seconds, name]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
"""


class Repository:
    """A git repository with DVC and the stage on `main`, below a folder that is the home of all that runs in it."""

    def __init__(self, folder: Path, *, seconds: float = 0.0) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        home = folder / "home"
        home.mkdir()
        config = home / "gitconfig"
        config.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "DVC_", "LEDGER_"))}
        self.environment = inherited | {
            "HOME": str(home),
            "GIT_CONFIG_GLOBAL": str(config),
            "GIT_CONFIG_NOSYSTEM": "1",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(home / "dvc-site"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        self.git("init", "-q")
        (self.root / ".dvc").mkdir()
        files = {
            # as `dvc init` leaves them
            ".dvc/config": "",
            ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
            ".dvcignore": "",
            "train.py": TRAIN,
            "dvc.yaml": PIPELINE,
            "params.json": json.dumps({"seed": 0, "seconds": seconds, "name": "x"}),
            ".gitignore": "/model.txt\n/ignored.txt\n",
        }
        for name, text in files.items():
            (self.root / name).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a pipeline")

    def run(self, *command: str) -> str:
        """What a command prints; it must succeed."""
        done = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def git(self, *arguments: str) -> str:
        """What git prints."""
        return self.run("git", *arguments)

    def ledger(self, *arguments: str) -> str:
        """What a command of the ledger answers."""
        return self.run(sys.executable, "-m", "ledger", *arguments)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command of the ledger, under way."""
        return subprocess.Popen(
            [sys.executable, "-m", "ledger", *arguments],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def recorded(self, name: str) -> list[str]:
        """The trials whose records are on an experiment's branch."""
        tree = f"exp/{name}:experiments/{name}"
        listed = self.git("ls-tree", "-r", "--name-only", tree).splitlines()
        return [p.removeprefix("trials/").removesuffix(".yaml") for p in listed if re.match(r"trials/.*\.yaml$", p)]

    def tagged(self, name: str) -> list[str]:
        """The trials whose commits an experiment's tags hold."""
        return self.git("log", "--format=%(trailers:key=Ledger-Trial,valueonly)", f"--tags=ledger/{name}/*").split()

    def problems(self, *, untracked: str = "") -> list[str]:
        """What git and DVC find wrong; `untracked` is what `git status` may say."""
        found = []
        said = self.git("fsck", "--strict", "--no-dangling")
        found += [f"git fsck: {said}"] if said else []
        said = self.git("status", "--porcelain")
        found += [f"git status: {said}"] if said != untracked else []
        said = self.run(sys.executable, "-m", "dvc", "status")
        found += [f"dvc status: {said}"] if "up to date" not in said else []
        return found
