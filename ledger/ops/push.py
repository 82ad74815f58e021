"""Push: finished trials are collected, then branches and tags go to a remote in one atomic push.

A push that is cut off at any moment is simply typed again: what is there already does not go twice.
"""

from __future__ import annotations

from ledger.git import transport
from ledger.model.sharing import Asked, Pushed
from ledger.repo.ledger import Ledger
from ledger.repo.sharing import chosen, outgoing, remote_refs, remotes
from ledger.run.waiting import collect_waiting


def push(ledger: Ledger, asked: Asked) -> Pushed:
    """Send what a remote does not have. Raises LedgerError: then no ref has moved there."""
    names = chosen.to_push(ledger, asked)
    remote = remotes.chosen(ledger, names, asked.remote, pushing=True)
    if not asked.dry_run:
        collect_waiting(ledger, names)
    there = remote_refs.read(ledger, remote, pushing=True)
    sent = outgoing.outgoing(ledger, remote, there, names)
    updates = outgoing.updates(ledger, sent)
    if asked.dry_run or not updates:
        return Pushed(remote=remote.name, sent=tuple(sent), dry_run=asked.dry_run)
    reply = transport.push(ledger.git, remote, updates)
    outgoing.require_taken(remote, reply)
    remotes.track(ledger, remote, [one.branch for one in sent if one.branch is not None])
    ledger.refresh()
    return Pushed(remote=remote.name, sent=tuple(sent), said=reply.said)
