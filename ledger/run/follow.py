"""Bringing an experiment's branch here to where a remote's is."""

from __future__ import annotations

import os

from ledger.errors import LedgerError
from ledger.git.branch import Step
from ledger.git.git import Git
from ledger.git.process import call
from ledger.model.frozen import frozen
from ledger.model.remarks import Remark
from ledger.repo.change import Change, transact
from ledger.repo.ledger import Ledger
from ledger.repo.sharing.outgoing import records
from ledger.run.moving import advance_shown


@frozen
class Followed:
    """Where the branch was and is; `replayed`: so many commits of ours stand on the remote's now.

    `rewritten`: the remote's branch was, and ours followed it. `commits`: so many came.
    """

    old: str
    new: str
    commits: int
    replayed: int = 0
    rewritten: bool = False
    remarks: tuple[Remark, ...] = ()


def follow(ledger: Ledger, name: str, theirs: str, tracking: str) -> Followed | None:
    """Bring the branch here to `theirs`, the remote's commit that the ref `tracking` keeps.

    None where there is no branch here, or it has all of it. Raises LedgerError, and then nothing has moved.
    """

    def make(change: Change) -> Followed | None:
        git, at = ledger.git, ledger.here(name)
        if at is None or at.branch != ledger.branch_of(name) or git.is_ancestor(theirs, at.tip):
            return None
        rewritten = False
        if not git.is_ancestor(at.tip, theirs):
            _require_followable(git, name, at.tip, theirs, tracking)
            rewritten = True
        step = Step(ref=at.branch, old=at.tip, new=theirs, reason=f"ledger pull: {name}")
        remarks = advance_shown(change, at, step)
        commits = int(git.text("rev-list", "--count", f"{at.tip}..{theirs}"))
        return Followed(old=at.tip, new=theirs, commits=commits, rewritten=rewritten, remarks=remarks)

    return transact(ledger, make)


def _require_followable(git: Git, name: str, ours: str, theirs: str, tracking: str) -> None:
    """Raise LedgerError where the branch here has something that the remote's does not have and never had."""
    short = tracking.removeprefix("refs/remotes/")
    # the last commit of ours that the remote's branch is known to have been at
    fork = os.fsdecode(call(["merge-base", "--fork-point", tracking, ours], cwd=git.root).stdout).strip()
    if fork != ours:
        raise LedgerError(
            f"both {short} and the branch here have commits that the other has not",
            hint=f"git rebase {short} {short.partition('/')[2]}",
        )
    lost = records(git, ours, name).keys() - records(git, theirs, name).keys()
    if lost:
        raise LedgerError(
            f"{short} was rewritten, and lacks {len(lost)} of the trials that are here: {min(lost)}",
            hint=f"git log {short} shows what it is now; nothing has moved here",
        )
