"""Archiving: a finished branch goes, and a tag holds its tip, so that nothing of it is lost.

`ledger show`, `log`, `table`, `diff` and `verify` read the experiment from the tag; `dvc gc --all-commits` keeps its
checkpoints, since it follows tags.
"""

from __future__ import annotations

from ledger.errors import LedgerError
from ledger.git.refs import RefChange
from ledger.model.changes import Archived, BroughtBack
from ledger.model.experiment import Experiment
from ledger.repo import histories, sources
from ledger.repo.archivable import require_archivable
from ledger.repo.change import Change, transact
from ledger.repo.ledger import Ledger
from ledger.repo.tip_tag import rebuilt_tip, tip_tag


def archive(ledger: Ledger, experiment: Experiment, *, force: bool) -> Archived:
    """Put a finished branch away. Raises LedgerError, and then nothing has moved; `force` takes an unfinished one."""
    ledger.git.identity()
    name = experiment.name

    def make(change: Change) -> Archived:
        at = ledger.experiment(name)
        branch, short = ledger.branch_of(name), at.branch_name
        older = require_archivable(ledger, at, force=force)
        tag, made = tip_tag(ledger.git, name, at.tip)
        change.move([*made, RefChange(ref=branch, old=at.tip, new=None)], f"ledger archive: {name}")
        remotes = sources.on_remotes(ledger.git, name, ledger.settings.branch_prefix)
        remote = remotes[0].removeprefix("refs/remotes/") if remotes else None
        return Archived(experiment=name, branch=short, tag=tag, remote=remote, older=older)

    return transact(ledger, make)


def bring_back(ledger: Ledger, experiment: Experiment) -> BroughtBack:
    """Make the branch of an archived experiment again. The tag stays, as all tags do."""
    name, branch = experiment.name, ledger.branch_of(experiment.name)
    short = branch.removeprefix("refs/heads/")

    def make(change: Change) -> BroughtBack:
        at = ledger.experiment(name)
        if ledger.git.refs(branch):
            raise LedgerError(f"{name} is not archived: the branch {short} exists", hint=f"git switch {short}")
        if at.branch is not None and histories.kept_tip(ledger, at) is None:
            remote = at.branch.removeprefix("refs/remotes/")
            raise LedgerError(f"{name} is not archived: its branch is {remote}", hint=f"git switch {short}")
        # with what was done after it had landed
        tip = (at.landed and at.branch is None and histories.kept_tip(ledger, at)) or histories.tip(ledger, at)
        if at.deleted and tip == at.tip:
            tip = rebuilt_tip(ledger.git, at)
        if tip is None:
            raise LedgerError(f"no tag here holds the tip of {name}", hint=f"ledger pull {name}")
        change.move([RefChange(ref=branch, old=None, new=tip)], f"ledger archive: {name} brought back")
        # no tag was made for the tip of a branch that was deleted
        return BroughtBack(experiment=name, branch=short, whole=not at.deleted)

    return transact(ledger, make)
