"""Pull: what a remote has of experiments comes, and the branches here go on to it.

A pull that is cut off at any moment is simply typed again. The main branch is never touched.
"""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.news import news
from ledger.errors import LedgerError
from ledger.git import transport
from ledger.git.shallow import is_shallow
from ledger.model.sharing import Pulled, Received, SharingRequest
from ledger.repo import concluded
from ledger.repo.ledger import Ledger
from ledger.repo.sharing import chosen, incoming, models, remote_refs, remotes
from ledger.repo.sharing.incoming import Coming
from ledger.run.follow import follow
from ledger.run.waiting import collect_waiting


def pull(ledger: Ledger, asked: SharingRequest) -> Pulled:
    """Bring what a remote has. Raises LedgerError: then no branch here has moved.

    Of several experiments one whose branch cannot follow keeps no other from it: its `Received` is refused.
    """
    written = chosen.to_pull(ledger, asked)
    remote = remotes.chosen(ledger, written or [""], asked.remote, pushing=False)
    there = remote_refs.read(ledger, remote)
    names = there.names if written is None else chosen.on_remote(ledger, remote.name, there, written)
    if not asked.dry_run:
        collect_waiting(ledger, names)
    changed = incoming.changed(ledger, remote, there, names)
    before = incoming.before(ledger, changed)
    tags = {name: incoming.new_tags(ledger.snapshot, there, name) for name in changed}
    promoted = models.incoming(ledger.git, there)
    wanted = [*incoming.refspecs(ledger, remote, there, names), *promoted.refspecs]
    transport.fetch(ledger.git, remote, remote_refs.unknown(ledger, there, changed) if asked.dry_run else wanted)
    ledger.refresh()
    incoming.read_at_once(ledger, changed)
    comes = [Coming(ledger, remote, there, name, before[name]) for name in changed]
    data = None
    if asked.data:
        # before the branches move, with which outputs are laid out
        from ledger.repo.sharing.data import pull_data

        known = [*incoming.readable(ledger, set(names) - set(changed)), *(e for one in comes for e in one.sides)]
        data = pull_data(ledger, known, asked.data_remote, asked.jobs, dry_run=asked.dry_run)
    done = {one.name: one.foreseen() if asked.dry_run else _follow(ledger, one) for one in comes}
    found = [replace(done[name], tags=tags[name]) if name in done else Received(experiment=name) for name in names]
    if len(found) == 1 and found[0].refused is not None:
        raise found[0].refused
    return Pulled(
        remote=remote.name,
        received=tuple(found if asked.dry_run else incoming.with_trust(ledger, found)),
        data=data,
        dry_run=asked.dry_run,
        strange=there.strange if written is None else (),
        shallow=is_shallow(ledger.git.common),
        models=promoted.new,
        models_differ=promoted.differ,
    )


def _follow(ledger: Ledger, coming: Coming) -> Received:
    """Bring the branch here on, and say what is new."""
    if coming.theirs is None:
        return coming.without_branch()
    try:
        here = ledger.branch_of(coming.name) in ledger.snapshot.refs_of(coming.name)
        moved = follow(ledger, coming.name, coming.theirs.tip, coming.tracking) if here else None
        after = ledger.find(coming.name) or coming.theirs
        told = news(coming.before, after, {} if moved is None else moved.renamed)
        outdated = concluded.outdated(ledger, after) if moved and (told.trials or moved.replayed) else None
    except LedgerError as error:
        return Received(experiment=coming.name, refused=error)
    return replace(moved or Received(experiment=coming.name), news=told, outdated=outdated)
