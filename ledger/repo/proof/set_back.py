"""A branch that was set back past a run (`git reset --hard`): what to type so that its records are there again."""

from __future__ import annotations

import shlex
from collections.abc import Collection

from ledger.analysis.gathered_tags import Run
from ledger.git.git import Git
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import trailers


def mending(git: Git, experiment: Experiment, runs: Collection[Run], gone: Collection[str]) -> str | None:
    """The commands that bring records back which tags hold and the branch has not; None where there are none.

    `gone` are the paths of the records. The run's own commit goes back onto the branch while git has it; what `git gc`
    has taken is copied from the run's tag.
    """
    if experiment.branch is None or not experiment.branch.startswith("refs/heads/"):
        return None
    held = [(run, sum(git.objects.at(run.commit, path) is not None for path in gone)) for run in runs]
    # a run's tree has the records of those before it
    best = max(held, key=lambda one: (one[1], one[0].last is not None and one[0].last.timestamp()), default=None)
    if best is None or not best[1]:
        return None
    switch = f"git switch {shlex.quote(experiment.branch.removeprefix('refs/heads/'))}"
    named = trailers.value(git.objects.message(best[0].commit), trailers.RUN)
    commit = git.commit(named) if named else None
    if commit is None:
        folders = [f"{directory(experiment.name)}/{name}" for name in ("trials", "environments")]
        there = [folder for folder in folders if git.objects.at(best[0].commit, folder) is not None]
        back = f"git checkout {shlex.quote(best[0].name)} -- {' '.join(there)}"
        return f'{switch} && {back} && git commit -m "the records of {best[0].name} again"'
    if git.is_ancestor(commit, experiment.tip):
        # the run is on the branch, and a later commit took records away: to merge it would do nothing
        return None
    how = "--ff-only" if git.is_ancestor(experiment.tip, commit) else "--no-edit"
    return f"{switch} && git merge {how} {commit[:10]}"
