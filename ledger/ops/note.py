"""Dated notes on an experiment."""

from __future__ import annotations

from datetime import datetime, timedelta

from ledger.errors import LedgerError
from ledger.model.changes import Noted
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import trailers
from ledger.repo.change import Change, require_branch, transact
from ledger.repo.ledger import Ledger

# a note's date has no seconds
_MEANWHILE = (timedelta(0), timedelta(minutes=1))


def path_of(name: str) -> str:
    """Where the notes on an experiment are."""
    return f"{directory(name)}/notes.md"


def add_note(ledger: Ledger, experiment: Experiment, text: str, *, now: datetime) -> Noted:
    """Commit a note on the experiment's branch.

    There is no commit where the last note is the same, by the same author, of this minute or the one before: a command
    that was killed behind its commit is typed again.
    """
    if not text.strip():
        raise LedgerError("the note is empty", hint='ledger note "what you saw"')
    require_branch(ledger, experiment)
    author = ledger.git.identity().rsplit(" <", 1)[0]
    path = path_of(experiment.name)
    entry, *others = [_entry(text, author, at=now - ago) for ago in _MEANWHILE]
    first = " ".join(text.split())
    subject = first if len(first) <= 60 else f"{first[:59]}…"

    def make(change: Change) -> Noted:
        at = change.experiment(experiment.name)
        before = at.notes.rstrip()
        if any(f"\n{before}\n".endswith(f"\n{known}") for known in (entry, *others)):
            return Noted(experiment=at.name, path=path, commit=None)
        message = trailers.compose(f"note: {subject}", trailers=[(trailers.EXPERIMENT, at.name)])
        commit = change.write(at, {path: change.file(f"{before}\n\n{entry}".lstrip())}, message)
        return Noted(experiment=at.name, path=path, commit=commit)

    return transact(ledger, make)


def _entry(text: str, author: str, *, at: datetime) -> str:
    return f"## {at.astimezone():%Y-%m-%d %H:%M} {author}\n\n{text.strip()}\n"
