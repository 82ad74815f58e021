"""Copied files that no stage depends on: in no fingerprint, so trials before and after a change pass for replicates.

What they held at an experiment's trials is kept beside its logs, and not in git: such files may be secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from ledger.errors import LedgerError
from ledger.machine.state_directory import StateDirectory
from ledger.model.pipeline import Pipeline, inside
from ledger.model.trial import Trial
from ledger.repo import borrowed
from ledger.repo.ledger import Ledger

Held = Mapping[str, str | None]
"""Hashes of what the files hold, by path; None for one that is not there."""


def held(ledger: Ledger, pipeline: Pipeline) -> Held:
    """What the copied files hold now that no stage of the pipeline depends on, and that may have an effect."""
    sources, settings = pipeline.sources(), ledger.settings
    return {
        name: borrowed.content(ledger.git.root / name, ledger.state_dir.contents)
        for name in (name.rstrip("/") for name in settings.copy)
        if not settings.ignores(name) and not any(inside(name, one) or inside(one, name) for one in sources)
    }


def checked(ledger: Ledger, experiment: str, pipeline: Pipeline) -> Held:
    """The same; LedgerError where a file is another than it was for the experiment's trials that succeeded here."""
    now = held(ledger, pipeline)
    before = _remembered(ledger.state_dir, experiment)
    changed = [name for name, digest in now.items() if before.get(name) not in (None, digest)]
    if changed:
        raise LedgerError(
            f"{', '.join(changed)} (listed under `copy`) has changed since earlier trials of {experiment}, and no "
            "stage depends on it: trials before and after would count as replicates",
            hint=f"list {changed[0]} under `deps:` of the stage that reads it, or, if it has no effect, "
            "under `ignore:` in ledger.yaml",
        )
    return now


def is_known_alike(state_dir: StateDirectory, experiment: str, now: Held) -> bool:
    """Whether the trials of another experiment are known to have had the same; what is not known may differ."""
    before = _remembered(state_dir, experiment)
    return all(before.get(name) == digest for name, digest in now.items())


def remember(state_dir: StateDirectory, trial: Trial, now: Held) -> None:
    """Keep in mind what a trial that succeeded has had."""
    before = _remembered(state_dir, trial.experiment)
    if trial.succeeded and any(before.get(name) != digest for name, digest in now.items()):
        file = state_dir.copied / f"{trial.experiment}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**before, **now}), "utf-8")


def _remembered(state_dir: StateDirectory, experiment: str) -> dict[str, str | None]:
    try:
        return dict(json.loads((state_dir.copied / f"{experiment}.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
