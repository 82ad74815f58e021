"""A repository for a test, the pipeline in it, and commands that are run in it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from launcher import Launcher

from ledger.cli.main import main

launcher = Launcher()

# what the stages run, in a hundredth of a second, twice that with the module `json`, and half more with `random`:
# thousands run. What `random` is made on draws the same numbers where the seed is a number, and not where it is a text.
TRAIN = """\
from _random import Random

random = Random()
params = eval(open("params.json").read(), {"true": True, "false": False, "null": None})
random.seed(params["seed"])
accuracy = 0.5 + params["train"]["lr"] + random.random() / 100
metrics = {"accuracy": accuracy, "loss": 1 - accuracy}
open("metrics.json", "w").write(str(metrics).replace("'", '"'))
open("model.txt", "w").write(str(accuracy))
"""


# it is `_sha2` from Python 3.12 on; `hashlib` would take as long as `random`
SHA512 = """\
try:
    from _sha512 import sha512
except ImportError:
    from _sha2 import sha512
"""


def noisy(seed: str) -> str:
    """The same with noise that is drawn from a text, given as Python: the numbers that `random` draws from it."""
    drawn = TRAIN.replace("from _random import Random\n", f"from _random import Random\n{SHA512}", 1)
    number = 'int.from_bytes(text + sha512(text).digest(), "big")'
    return drawn.replace('random.seed(params["seed"])', f"text = ({seed}).encode()\nrandom.seed({number})")


# every change draws it anew, so that differences vary too
NOISY = noisy("""str(params).replace("'", '"')""")

PARAMS = {"seed": 0, "train": {"lr": 0.1, "layers": [4, 2], "name": "small"}}

# without `site`, which is a third of what python takes to start
COMMAND = "python -S train.py"

PIPELINE = f"""\
stages:
  train:
    cmd: {COMMAND}
    deps: [train.py]
    params:
      - params.json: [seed, train]
    outs: [model.txt]
    metrics:
      - metrics.json: {{cache: false}}
"""

DVC_FILES = {
    ".dvc/config": "[core]\n    analytics = false\n",
    ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
    ".dvcignore": "",
}


def default_files() -> dict[str, str]:
    """A one-stage pipeline whose accuracy follows the learning rate and, a little, the seed."""
    return {
        "train.py": TRAIN,
        "params.json": json.dumps(PARAMS, indent=2) + "\n",
        "dvc.yaml": PIPELINE,
        ".gitignore": "/model.txt\n",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command did: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer, parsed."""
        return json.loads(self.out)


class Project:
    """A repository for a test, and commands run in it."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def ledger(self, *arguments: str, cwd: Path | None = None, code: int | None = 0) -> Answer:
        """Run a command in this process; it must end with `code`, unless that is None."""
        self._monkeypatch.chdir(cwd or self.root)
        self._capsys.readouterr()
        got = main(list(arguments))
        printed = self._capsys.readouterr()
        answer = Answer(code=got, out=printed.out, err=printed.err)
        if code is not None:
            assert answer.code == code, f"ledger {' '.join(arguments)} gave {answer.code}\n{answer.out}\n{answer.err}"
        return answer

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        """What git prints; it must succeed."""
        done = subprocess.run(["git", *arguments], cwd=cwd or self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def shell(self, command: str, *, cwd: Path | None = None, code: int | None = 0) -> str:
        """What a shell command prints, errors too."""
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=cwd or self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if code is not None:
            assert done.returncode == code, f"{command}: {done.stdout}"
        return done.stdout

    def dvc(self, *arguments: str, cwd: Path | None = None) -> str:
        """What DVC's command line prints; it must succeed."""
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            code = launcher.dvc(arguments, cwd or self.root, out, err)
            for said in (out, err):
                said.seek(0)
            assert code == 0, f"dvc {' '.join(arguments)}: {out.read()}{err.read()}"
            return out.read()

    def write(self, files: Mapping[str, str]) -> None:
        """Write files below the root."""
        for path, text in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, "utf-8")

    def commit(self, message: str, files: Mapping[str, str] | None = None) -> str:
        """Write files, commit everything, return the commit."""
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def state(self) -> tuple[str, str, str]:
        """What must not change when a command refuses: refs, the index with the work tree, and its diff."""
        return (
            self.git("for-each-ref", "--format=%(refname) %(objectname)"),
            self.git("status", "--porcelain=v1", "--branch"),
            self.git("diff", "HEAD", "--"),
        )


def difference(diff: dict[str, Any]) -> float:
    """By how much the accuracy differs, as `ledger diff --json` says."""
    return float(next(m["difference"] for m in diff["metrics"] if m["name"] == "accuracy"))


MakeProject = Callable[..., Project]
Build = Callable[[Project], None]
Shelved = Callable[..., Project]
Once = Callable[[Callable[[], Any]], Any]
