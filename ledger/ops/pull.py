"""Pull: what a remote has of experiments comes, and the branches here go on to it.

A pull that is cut off at any moment is simply typed again. The main branch is never touched.
"""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.news import news
from ledger.errors import LedgerError
from ledger.git import transport
from ledger.git.transport import Remote
from ledger.model.experiment import Experiment
from ledger.model.sharing import Asked, News, Pulled, Received
from ledger.repo.ledger import Ledger
from ledger.repo.sharing import chosen, incoming, remote_refs, remotes
from ledger.repo.sharing.remote_refs import RemoteRefs
from ledger.run.follow import follow
from ledger.run.waiting import collect_waiting


def pull(ledger: Ledger, asked: Asked) -> Pulled:
    """Bring what a remote has. Raises LedgerError: then no branch here has moved.

    Of several experiments one whose branch cannot follow keeps no other from it: its `Received` is refused.
    """
    written = chosen.to_pull(ledger, asked)
    remote = remotes.chosen(ledger, written or [""], asked.remote, pushing=False)
    there = remote_refs.read(ledger, remote)
    names = there.names if written is None else chosen.on_remote(ledger, remote.name, there, written)
    if not asked.dry_run:
        collect_waiting(ledger, names)
    before = incoming.before(ledger, names)
    tags = {name: incoming.new_tags(ledger, there, name) for name in names}
    wanted = incoming.refspecs(ledger, remote, there, names)
    transport.fetch(ledger.git, remote, incoming.unknown(ledger, there, names) if asked.dry_run else wanted)
    ledger.refresh()
    found = [
        replace(
            _received(ledger, remote, there, name, before[name], dry_run=asked.dry_run),
            tags=tuple(ref.removeprefix("refs/tags/") for ref in tags[name]),
        )
        for name in names
    ]
    if len(found) == 1 and found[0].refused is not None:
        raise found[0].refused
    strange = there.strange if written is None else ()
    return Pulled(remote=remote.name, received=tuple(found), dry_run=asked.dry_run, strange=strange)


def _received(
    ledger: Ledger, remote: Remote, there: RemoteRefs, name: str, before: Experiment | None, *, dry_run: bool
) -> Received:
    tip, kept = there.branches.get(name), incoming.tracking(ledger, remote, name)
    if tip is None:
        deleted = before is not None and not before.landed and kept in ledger.snapshot.refs_of(name)
        after = None if dry_run else ledger.find(name)
        return Received(experiment=name, news=News() if after is None else news(before, after), deleted=deleted)
    try:
        theirs = incoming.at_remote(ledger, remote, name, tip)
        if dry_run:
            return incoming.foreseen(ledger, theirs, before)
        moved = follow(ledger, name, tip, kept)
        told = news(before, ledger.find(name) or theirs)
    except LedgerError as error:
        return Received(experiment=name, refused=error)
    if moved is None:
        return Received(experiment=name, news=told)
    return Received(
        experiment=name,
        news=told,
        old=moved.old,
        new=moved.new,
        commits=moved.commits,
        replayed=moved.replayed,
        rewritten=moved.rewritten,
        remarks=moved.remarks,
    )
