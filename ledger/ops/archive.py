"""Archiving: a finished branch goes, and a tag holds its tip, so that nothing of it is lost.

`ledger show`, `log`, `table`, `diff` and `verify` read the experiment from the tag; `dvc gc --all-commits` keeps its
checkpoints, since it follows tags.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import LedgerError
from ledger.git import work_trees
from ledger.git.branch import holders
from ledger.git.refs import RefChange
from ledger.model.experiment import Experiment
from ledger.model.formats import trailers
from ledger.repo import histories, sources
from ledger.repo.change import Change, transact
from ledger.repo.ledger import Ledger
from ledger.repo.sources import TIP


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What was done: the short name of the branch, and the tag that holds its tip. `remote`: it is there as well."""

    branch: str
    tag: str
    remote: str | None = None


def tip_tag(ledger: Ledger, name: str, tip: str) -> tuple[str, tuple[RefChange, ...]]:
    """The name of the tag that holds the tip of an experiment's branch, and what makes it where there is none yet."""
    git = ledger.git
    for tag in (f"ledger/{name}/{tip[:10]}", f"ledger/{name}/{tip}"):
        ref = f"refs/tags/{tag}"
        if not git.refs(ref):
            made = git.annotated_tag(tag, tip, f"{TIP}{name}")
            return tag, (RefChange(ref=ref, old=None, new=made),)
        if git.commit(ref) == tip and (git.objects.tag_message(ref) or "").startswith(TIP):
            return tag, ()
    raise LedgerError(
        f"the tag {tag} is there already, and is none of ledger's", hint=f"git tag -d {tag}, or rename it"
    )


def archive(ledger: Ledger, experiment: Experiment, *, force: bool) -> Archived:
    """Put a finished branch away. Raises LedgerError, and then nothing has moved; `force` takes an unfinished one."""
    ledger.git.identity()
    name = experiment.name

    def make(change: Change) -> Archived:
        at = ledger.experiment(name)
        branch = _require_branch(ledger, at)
        short = branch.removeprefix("refs/heads/")
        if at.outcome is None and not force:
            raise LedgerError(
                f"{name} is not finished: it has no verdict",
                hint=f"ledger conclude {name}, or put it away as it is: ledger archive {name} --force",
            )
        _require_rest(ledger, name)
        trees = holders(work_trees.listed(ledger.git), branch)
        if trees:
            elsewhere = ledger.snapshot.main or "--detach"
            raise LedgerError(f"{short} is checked out in {trees[0]}", hint=f"git switch {elsewhere} there first")
        tag, made = tip_tag(ledger, name, at.tip)
        change.move([*made, RefChange(ref=branch, old=at.tip, new=None)], f"ledger archive: {name}")
        return Archived(branch=short, tag=tag, remote=_remote(ledger, name))

    return transact(ledger, make)


def bring_back(ledger: Ledger, experiment: Experiment) -> str:
    """Make the branch of an archived experiment again; returns its short name. The tag stays, as all tags do."""
    name, branch = experiment.name, ledger.branch_of(experiment.name)
    short = branch.removeprefix("refs/heads/")

    def make(change: Change) -> str:
        at = ledger.experiment(name)
        if ledger.git.refs(branch):
            raise LedgerError(f"{name} is not archived: {short} is here", hint=f"git switch {short}")
        if at.branch is not None and histories.kept_tip(ledger, at) is None:
            remote = at.branch.removeprefix("refs/remotes/")
            raise LedgerError(f"{name} is not archived: its branch is {remote}", hint=f"git switch {short}")
        tip = histories.tip(ledger, at)
        if at.deleted and tip == at.tip:
            tip = _linear(ledger, at)
        if tip is None:
            raise LedgerError(f"no tag here holds the tip of {name}", hint="git fetch --tags")
        change.move([RefChange(ref=branch, old=None, new=tip)], f"ledger archive: {name} brought back")
        return short

    return transact(ledger, make)


def _linear(ledger: Ledger, experiment: Experiment) -> str | None:
    """A commit for a branch whose own commits git has no more: on the code that ran last, with all the records."""
    git = ledger.git
    codes = [r.trial.code for r in sorted(experiment.trials, key=lambda r: r.trial.started) if r.trial.reused is None]
    last = next((code for code in reversed(codes) if git.commit(code) is not None), None)
    if last is None:
        return None
    told = [(trailers.EXPERIMENT, experiment.name)]
    message = trailers.compose("run: brought back from its trials", trailers=told)
    return git.commit_tree(git.text("rev-parse", f"{experiment.tip}^{{tree}}"), [last], message)


def _require_branch(ledger: Ledger, experiment: Experiment) -> str:
    name, branch = experiment.name, ledger.branch_of(experiment.name)
    ledger.require_current(experiment)
    if experiment.branch == branch:
        return branch
    if experiment.archived:
        raise LedgerError(f"{name} is archived already", hint=f"ledger archive {name} --undo brings its branch back")
    if experiment.deleted:
        hint = experiment.branch_hint(ledger.settings.branch_prefix)
        raise LedgerError(f"the branch of {name} is not in this clone", hint=hint)
    if experiment.branch is not None:
        short = branch.removeprefix("refs/heads/")
        raise LedgerError(f"{name} has no branch here, only on a remote", hint=f"git switch {short}")
    raise LedgerError(f"{name} has landed, and its branch is gone already", hint=f"ledger show {name} shows its record")


def _require_rest(ledger: Ledger, name: str) -> None:
    """Refuse while trials are under way or wait to be collected: they could not come onto the branch any more."""
    waiting = ledger.snapshot.pending.get(name)
    if waiting:
        raise LedgerError(
            f"{len(waiting)} finished trial{'s' if len(waiting) > 1 else ''} of {name} "
            f"{'are' if len(waiting) > 1 else 'is'} not on its branch yet",
            hint=f"ledger run {name} collects them",
        )
    running = ledger.state_dir.running(name)
    if running:
        raise LedgerError(f"a trial of {name} is running: {running[0]}", hint="let it end first")


def _remote(ledger: Ledger, name: str) -> str | None:
    """The branch on a remote, which archiving leaves alone."""
    branches = sources.on_remotes(ledger.git, name, ledger.settings.branch_prefix)
    return branches[0].removeprefix("refs/remotes/") if branches else None
