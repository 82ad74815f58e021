"""Dated notes on an experiment."""

from __future__ import annotations

from datetime import datetime, timedelta

from ledger.errors import LedgerError
from ledger.git.branch import Moved, Step, advance
from ledger.model.experiment import Experiment, directory
from ledger.repo.ledger import Ledger

# a note's date has no seconds
_MEANWHILE = (timedelta(0), timedelta(minutes=1))


def add_note(ledger: Ledger, experiment: Experiment, text: str, *, now: datetime) -> bool:
    """Commit a note on the experiment's branch.

    False where the last note is the same, by the same author, of this minute or the one before: a command that was
    killed behind its commit is typed again.
    """
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
            entry, *others = [_entry(text, author, at=now - ago) for ago in _MEANWHILE]
            if any(f"\n{before}\n".endswith(f"\n{other}") for other in (entry, *others)):
                return False
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
            return True
    raise LedgerError("the branch moves too fast to write a note", hint="try again")


def _entry(text: str, author: str, *, at: datetime) -> str:
    return f"## {at.astimezone():%Y-%m-%d %H:%M} {author}\n\n{text.strip()}\n"
