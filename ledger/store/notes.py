"""Dated notes on an experiment."""

from __future__ import annotations

from datetime import datetime

from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, directory
from ledger.store.branch import Moved, Step, advance
from ledger.store.ledger import Ledger


def add_note(ledger: Ledger, experiment: Experiment, text: str, *, now: datetime) -> str:
    """Commit a note on the experiment's branch; returns the experiment's name."""
    git = ledger.git
    if not text.strip():
        raise LedgerError("the note is empty", hint='ledger note "what you saw"')
    ledger.require_current(experiment)
    if experiment.branch is None or not experiment.branch.startswith("refs/heads/"):
        raise LedgerError(
            f"{experiment.name} has no branch here to write a note on",
            hint=experiment.branch_hint(ledger.settings.branch_prefix),
        )
    author = git.identity().rsplit(" <", 1)[0]
    path = f"{directory(experiment.name)}/notes.md"
    with ledger.place.locked():
        for _ in range(20):
            ledger.refresh()
            at = ledger.experiment(experiment.name)
            assert at.branch is not None
            before = at.notes.rstrip()
            entry = f"## {now.astimezone():%Y-%m-%d %H:%M} {author}\n\n{text.strip()}\n"
            blob = git.blob(f"{before}\n\n{entry}".lstrip().encode())
            first = " ".join(text.split())
            subject = first if len(first) <= 60 else f"{first[:59]}…"
            commit = git.commit_tree(
                git.tree(at.tip, {path: ("100644", blob)}),
                [at.tip],
                f"note: {subject}\n\nLedger-Experiment: {at.name}\n",
            )
            try:
                advance(git, Step(ref=at.branch, old=at.tip, new=commit, reason=f"ledger note: {at.name}"))
            except Moved:
                continue
            ledger.refresh()
            return experiment.name
    raise LedgerError("the branch moves too fast to write a note", hint="try again")
