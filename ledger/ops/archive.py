"""Archiving: a finished branch goes, and a tag holds its tip, so that nothing of it is lost.

`ledger show`, `log`, `table`, `diff` and `verify` read the experiment from the tag; `dvc gc --all-commits` keeps its
checkpoints, since it follows tags.
"""

from __future__ import annotations

from ledger.errors import LedgerError
from ledger.git import work_trees
from ledger.git.branch import holders
from ledger.git.refs import RefChange
from ledger.model.changes import Archived, BroughtBack
from ledger.model.experiment import Experiment
from ledger.repo import histories, sources
from ledger.repo.change import Change, require_branch, require_collected, transact
from ledger.repo.ledger import Ledger
from ledger.repo.tip_tag import rebuilt_tip, tip_tag


def archive(ledger: Ledger, experiment: Experiment, *, force: bool) -> Archived:
    """Put a finished branch away. Raises LedgerError, and then nothing has moved; `force` takes an unfinished one."""
    ledger.git.identity()
    name = experiment.name

    def make(change: Change) -> Archived:
        at = ledger.experiment(name)
        require_branch(ledger, at)
        branch, short = ledger.branch_of(name), at.branch_name
        if at.outcome is None and not force:
            raise LedgerError(
                f"{name} is not finished: it has no verdict",
                hint=f"ledger conclude {name}, or archive it as it is: ledger archive {name} --force",
            )
        older = histories.older_on_main(ledger, at)
        if older is not None and not force:
            raise LedgerError(
                f"{name} has changed since it landed, and {older} has the older record",
                hint=f"ledger land {name} --record first, or archive it as it is: ledger archive {name} --force",
            )
        # a trial that ends now could not come onto the branch any more
        require_collected(ledger, name)
        running = ledger.state_dir.running(name)
        if running:
            raise LedgerError(f"a trial of {name} is running: {running[0]}", hint="let it end first")
        trees = holders(work_trees.listed(ledger.git), branch)
        if trees:
            elsewhere = ledger.snapshot.main or "--detach"
            raise LedgerError(f"{short} is checked out in {trees[0]}", hint=f"git switch {elsewhere} there first")
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
            raise LedgerError(f"{name} is not archived: {short} is here", hint=f"git switch {short}")
        if at.branch is not None and histories.kept_tip(ledger, at) is None:
            remote = at.branch.removeprefix("refs/remotes/")
            raise LedgerError(f"{name} is not archived: its branch is {remote}", hint=f"git switch {short}")
        # with what was done after it had landed
        tip = (at.landed and at.branch is None and histories.kept_tip(ledger, at)) or histories.tip(ledger, at)
        if at.deleted and tip == at.tip:
            tip = rebuilt_tip(ledger.git, at)
        if tip is None:
            raise LedgerError(f"no tag here holds the tip of {name}", hint="git fetch --tags")
        change.move([RefChange(ref=branch, old=None, new=tip)], f"ledger archive: {name} brought back")
        # no tag was made for the tip of a branch that was deleted
        return BroughtBack(experiment=name, branch=short, whole=not at.deleted)

    return transact(ledger, make)
