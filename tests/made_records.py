"""Records for tests, from raw values: those of trials that never ran."""

from __future__ import annotations

from datetime import UTC, datetime

from ledger.model import trial as trials
from ledger.model import trial_file
from ledger.model.experiment import directory
from ledger.model.trial import Trial


def record_of(experiment: str, seed: int, **params: int) -> tuple[str, str]:
    """The path and the text of a sound record; `params` are in `params.json`."""
    record = Trial(
        experiment=experiment,
        variant="treatment",
        point=(("seed", seed),),
        attempt=1,
        status=trials.SUCCEEDED,
        fingerprint="f" * 32,
        code="c" * 40,
        started=datetime(2026, 11, 20, 10, tzinfo=UTC),
        seconds=1.0,
        params={"params.json": params} if params else {},
        metrics={"accuracy": 0.5 + seed / 10},
    )
    return trials.record_path(directory(experiment), record), trial_file.dumps(record)
