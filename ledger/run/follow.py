"""Bringing an experiment's branch here to where a remote's is, ours on top of theirs where both went on."""

from __future__ import annotations

import os

from ledger.errors import LedgerError
from ledger.git.branch import Step
from ledger.git.git import Git
from ledger.git.process import call
from ledger.model.sharing import Received
from ledger.repo.change import Change, transact
from ledger.repo.ledger import Ledger
from ledger.repo.sharing.outgoing import records
from ledger.repo.sharing.replay import replay
from ledger.repo.trust import links
from ledger.run.moving import advance_shown


def follow(ledger: Ledger, name: str, theirs: str, tracking: str) -> Received | None:
    """Bring the branch here to `theirs`, the remote's commit that the ref `tracking` keeps.

    Returns what became of it, without its news: None where there is no branch here, or it has all of it. Raises
    LedgerError, and then nothing has moved.
    """

    def make(change: Change) -> Received | None:
        git, at = ledger.git, ledger.here(name)
        if at is None or at.branch != ledger.branch_of(name):
            return None
        short = tracking.removeprefix("refs/remotes/")
        done = replay(ledger, at, theirs, remote=short, before=_known(git, at.tip, tracking))
        if done.tip == at.tip:
            return None
        if done.rewritten:
            _require_all(git, name, at.tip, done.tip, short)
        _require_no_new_links(ledger, at.tip, done.tip)
        came = int(git.text("rev-list", "--count", f"{at.tip}..{theirs}"))
        # by this it is known later that the commits above theirs are ours
        reason = f"ledger pull: {name} onto {theirs}"
        step = Step(ref=at.branch, old=at.tip, new=done.tip, reason=reason, also=done.also)
        remarks = advance_shown(change, at, step, made_of=[at.tip, theirs])
        return Received(
            experiment=name,
            old=at.tip,
            new=done.tip,
            commits=came,
            replayed=done.commits,
            renamed=done.renamed,
            rewritten=done.rewritten,
            remarks=remarks,
        )

    return transact(ledger, make)


def _known(git: Git, ours: str, tracking: str) -> str | None:
    """The last commit of ours that the remote's branch is known to have been at, as its reflog here has it."""
    done = call(["merge-base", "--fork-point", tracking, ours], cwd=git.root)
    return os.fsdecode(done.stdout).strip() or None


def _require_all(git: Git, name: str, ours: str, new: str, remote: str) -> None:
    """Raise LedgerError where a trial that is here would be gone: whoever rewrote the branch there has left it out."""
    kept = set(records(git, new, name).values())
    lost = sorted(trial for trial, oid in records(git, ours, name).items() if oid not in kept)
    if lost:
        raise LedgerError(
            f"{remote} was rewritten, and lacks {len(lost)} of the trials that are here: {lost[0]}",
            hint=f"git log {remote} shows what it is now; nothing has moved here",
        )


def _require_no_new_links(ledger: Ledger, ours: str, new: str) -> None:
    """Raise LedgerError where a link came through which DVC would write outputs elsewhere: they are laid out here."""
    found = links.on_the_way(ledger, new)
    if found:
        objects = ledger.git.objects
        before, now, known = objects.files(ours), objects.files(new), set(links.on_the_way(ledger, ours))
        if any(path not in known or before.get(path) != now[path] for path in found):
            links.require_no_links(ledger, new)
