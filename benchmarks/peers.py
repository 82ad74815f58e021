"""The peers that `history.py` measures beside `ledger`: how they are filled and asked, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BINARIES = Path(sys.executable).parent

DVC: Sequence[str] = (str(BINARIES / "dvc"), "exp", "show", "--all-branches", "--csv")

# one run an experiment, with as many parameters and metrics as its trials have
MLFLOW_FILL = """\
import random, sys
from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

client = MlflowClient(sys.argv[1])
experiment = client.create_experiment("history")
luck = random.Random(0)
for number in range(int(sys.argv[2])):
    run = client.create_run(experiment)
    metrics = [Metric(name, luck.random(), 0, 0) for name in ("accuracy", "f1", "loss", "latency_ms")]
    params = [Param(f"param_{n}", str(luck.random())) for n in range(8)]
    client.log_batch(run.info.run_id, metrics=metrics, params=params)
    client.set_terminated(run.info.run_id)
"""

MLFLOW_ASK = """\
import sys
from mlflow.tracking import MlflowClient

client = MlflowClient(sys.argv[1])
experiment = client.get_experiment_by_name("history").experiment_id
token, seen = None, 0
while True:
    page = client.search_runs([experiment], max_results=1000, page_token=token)
    for run in page:
        print(run.info.run_id, run.data.metrics, run.data.params)
    seen, token = seen + len(page), page.token
    if not token:
        break
assert seen == int(sys.argv[2]), seen
"""


def mlflow_version(python: str) -> str | None:
    """The version of mlflow that an interpreter has, None where it has none."""
    asked = [python, "-c", "import mlflow; print(mlflow.__version__)"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None if done.returncode == 0 else None


def fill_mlflow(python: str, store: str, runs: int) -> None:
    """Make a store with so many runs."""
    command = [python, "-c", MLFLOW_FILL, store, str(runs)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def ask_mlflow(python: str, store: str, runs: int) -> Sequence[str]:
    """The command that reads all runs with their metrics and parameters."""
    return (python, "-c", MLFLOW_ASK, store, str(runs))
