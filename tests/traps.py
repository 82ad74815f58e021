"""A pipeline whose accuracy tells which code ran, and what commands say that refuse."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import PIPELINE, Project, default_files

# accuracy comes from the code that `lib` is, so that a test sees which code ran
USES_LIB = """\
import json, sys

sys.path.insert(0, "src")
import lib

json.dump({"accuracy": lib.accuracy()}, open("metrics.json", "w"))
open("model.txt", "w").write(str(lib.accuracy()))
"""


def lib(accuracy: float) -> str:
    """A module that says what the accuracy is."""
    return f"def accuracy():\n    return {accuracy}\n"


def with_lib(*, deps: str) -> dict[str, str]:
    """The default project with its accuracy in `src/lib.py`, and the dependencies that its stage declares."""
    pipeline = PIPELINE.replace("deps: [train.py]", f"deps: [{deps}]")
    return default_files() | {"train.py": USES_LIB, "src/lib.py": lib(0.5), "dvc.yaml": pipeline}


def measured(project: Project, cwd: Path | None = None) -> float:
    """The accuracy in the metrics file of a work tree."""
    return float(json.loads(((cwd or project.root) / "metrics.json").read_text())["accuracy"])


def accuracies(project: Project, experiment: str | None = None) -> dict[str, float]:
    """The recorded accuracy by trial."""
    shown = project.ledger("show", *([experiment] if experiment else []), "--json").json
    return {trial["id"]: trial["metrics"]["accuracy"] for trial in shown["trials"]}


def refused(project: Project, *arguments: str) -> str:
    """What a command says that refuses; nothing may have changed."""
    before = project.state()
    answer = project.ledger(*arguments, code=2)
    assert project.state() == before
    assert answer.err.startswith("error: ") and "\nhint: " in answer.err
    return answer.err
