"""The tags that keep what a branch was and what it is now, when its commits are made anew on another clone's."""

from __future__ import annotations

from ledger.git.git import Git
from ledger.git.refs import RefChange
from ledger.model.experiment import Experiment
from ledger.model.formats import trailers
from ledger.repo.sources import LINE_OF, TAGS, TRIALS_OF


def line(git: Git, experiment: Experiment) -> tuple[RefChange, ...]:
    """A tag on the branch as it was: what a verdict was computed from has to be there whenever it is computed again."""
    message = f"{LINE_OF}{experiment.name}: as it was before it was made anew"
    return _tag(git, experiment.name, experiment.tip, message)


def trials(git: Git, name: str, run: str) -> tuple[RefChange, ...]:
    """A tag that holds the files of a commit with the records of both sides, as that of a run does.

    Where the branch is deleted its tags speak for it, and no run has them all.
    """
    told = [(trailers.EXPERIMENT, name), (trailers.RUN, run)]
    message = trailers.compose(f"{TRIALS_OF}{name}", trailers=told)
    tree = git.objects.held(f"{run}^{{tree}}").oid
    # those of the runs hold the trial commits
    commit = git.commit_tree(tree, [], message, sign=False)
    return _tag(git, name, commit, f"{TRIALS_OF}{name}: those of two clones together")


def _tag(git: Git, name: str, commit: str, message: str) -> tuple[RefChange, ...]:
    tag = f"ledger/{name}/{commit[:10]}"
    ref = f"{TAGS}/{name}/{commit[:10]}"
    if ref in git.refs(ref):
        return ()
    return (RefChange(ref=ref, old=None, new=git.annotated_tag(tag, commit, message)),)
