"""Copied files that no stage depends on: in no fingerprint, so trials before and after a change pass for replicates.

What they held at an experiment's trials is kept beside its logs, and not in git: such files may be secrets.
"""

from __future__ import annotations

import json

from ledger.errors import LedgerError
from ledger.model.pipeline import Pipeline, inside
from ledger.store import borrowed
from ledger.store.ledger import Ledger


def check(ledger: Ledger, experiment: str, pipeline: Pipeline) -> None:
    """Refuse where such a file has changed since the experiment's earlier trials here; else remember what it holds."""
    sources, settings = pipeline.sources(), ledger.settings
    names = [name.rstrip("/") for name in settings.copy]
    unseen = [
        name
        for name in names
        if not settings.ignores(name) and not any(inside(name, one) or inside(one, name) for one in sources)
    ]
    if not unseen:
        return
    held = {name: borrowed.content(ledger.git.root / name, ledger.place.contents) for name in unseen}
    file = ledger.place.copied / f"{experiment}.json"
    try:
        before = dict(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        before = {}
    changed = [name for name in unseen if before.get(name) not in (None, held[name])]
    if changed:
        raise LedgerError(
            f"{', '.join(changed)} (listed under `copy`) is not what it was for the trials of {experiment} so far, and "
            "no stage depends on it: they would pass for replicates of one thing",
            hint=f"list {changed[0]} under `deps:` of the stage that reads it, or, if without effect, under `ignore:` "
            "in ledger.yaml",
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(before | held), "utf-8")
