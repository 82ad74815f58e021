"""Trials without a run: each arm's own code is called in this process, and its numbers are committed as records.

For what is said of numbers. DVC has no part in it, and no trial commit proves them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from conftest import Project

from ledger.model import trial as trials
from ledger.model import trial_file
from ledger.model.trial import Trial
from ledger.repo.ledger import open_ledger
from ledger.run.plan import missing
from ledger.run.spec import Spec


def trained(project: Project, name: str) -> None:
    """Record all that a run of the experiment would train; its branch is checked out then."""
    files = {}
    with open_ledger(project.root) as ledger:
        for place, spec in enumerate(missing(ledger, ledger.experiment(name), only=(), again=False)):
            record = Trial(
                experiment=name,
                variant=spec.variant,
                point=spec.point,
                attempt=spec.attempt,
                status=trials.SUCCEEDED,
                fingerprint=spec.arm.fingerprint,
                code=spec.arm.code.commit,
                started=datetime.now(UTC) + timedelta(seconds=place),
                seconds=1.0,
                params={path: json.loads(text) for path, text in spec.texts.items()},
                metrics=metrics(project, spec),
            )
            files[trials.record_path(f"experiments/{name}", record)] = trial_file.dumps(record)
    project.git("switch", "-q", f"exp/{name}")
    project.commit(f"run: {name}", files)


def metrics(project: Project, spec: Spec) -> dict[str, float]:
    """What the training of the default pipeline gives with the parameters of a trial."""
    code = project.git("show", f"{spec.arm.code.commit}:train.py")
    names: dict[str, Any] = {"open": lambda path, mode="r": StringIO(spec.texts[path] if mode == "r" else "")}
    exec(code, names)
    return dict(names["metrics"])
