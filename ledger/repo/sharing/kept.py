"""The tags that keep what a branch was and what it is now, when its commits are made anew on another clone's."""

from __future__ import annotations

from ledger.git.refs import RefChange
from ledger.model.experiment import Experiment
from ledger.model.formats import trailers
from ledger.repo.ledger import Ledger
from ledger.repo.sources import LINE_OF, TAGS, TRIALS_OF


def line(ledger: Ledger, experiment: Experiment) -> tuple[RefChange, ...]:
    """A tag on the branch as it was: what a verdict was computed from has to be there whenever it is computed again."""
    message = f"{LINE_OF}{experiment.name}: as it was before it was made anew"
    return _tag(ledger, experiment.name, experiment.tip, message)


def trials(ledger: Ledger, name: str, run: str) -> tuple[RefChange, ...]:
    """A tag that holds the files of a commit with the records of both sides, as that of a run does.

    Where the branch is deleted its tags speak for it, and no run has them all.
    """
    told = [(trailers.EXPERIMENT, name), (trailers.RUN, run)]
    message = trailers.compose(f"{TRIALS_OF}{name}", trailers=told)
    tree = ledger.git.objects.held(f"{run}^{{tree}}").oid
    # those of the runs hold the trial commits
    commit = ledger.git.commit_tree(tree, [], message, sign=False)
    return _tag(ledger, name, commit, f"{TRIALS_OF}{name}: those of two clones together")


def _tag(ledger: Ledger, name: str, commit: str, message: str) -> tuple[RefChange, ...]:
    tag = f"ledger/{name}/{commit[:10]}"
    ref = f"{TAGS}/{name}/{commit[:10]}"
    if ref in ledger.git.refs(ref):
        return ()
    return (RefChange(ref=ref, old=None, new=ledger.git.annotated_tag(tag, commit, message)),)
