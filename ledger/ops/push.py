"""Push: finished trials are collected, data goes to DVC's remote, then branches and tags in one atomic push to git's.

A push that is cut off at any moment is simply typed again: what is there already does not go twice, and no ref is there
before the data that its records name.
"""

from __future__ import annotations

from dataclasses import replace

from ledger.git import transport
from ledger.model.sharing import Pushed, SharingRequest
from ledger.repo.ledger import Ledger
from ledger.repo.sharing import chosen, incoming, outgoing, remote_refs, remotes
from ledger.run.waiting import collect_waiting


def push(ledger: Ledger, asked: SharingRequest) -> Pushed:
    """Send what the remotes do not have. Raises LedgerError: then no ref has moved on git's."""
    names = chosen.to_push(ledger, asked)
    remote = remotes.chosen(ledger, names, asked.remote, pushing=True)
    if not asked.dry_run:
        collect_waiting(ledger, names)
    there = remote_refs.read(ledger, remote, pushing=True)
    sent = outgoing.outgoing(ledger, remote, there, names)
    data = None
    if asked.data:
        # imported late: it reads what every trial names
        from ledger.repo.sharing.data import push_data

        known = list(incoming.readable(ledger, names))
        data = push_data(ledger, known, asked.data_remote, asked.jobs, dry_run=asked.dry_run)
    ahead = outgoing.main_ahead(ledger, there, names)
    done = Pushed(remote=remote.name, sent=tuple(sent), data=data, dry_run=asked.dry_run, main_ahead=ahead)
    updates = outgoing.updates(ledger, sent)
    if asked.dry_run or not updates:
        return done
    reply = transport.push(ledger.git, remote, updates)
    outgoing.require_taken(remote, reply)
    remotes.track(ledger.git, remote, [one.branch for one in sent if one.branch is not None])
    ledger.refresh()
    return replace(done, said=reply.said)
