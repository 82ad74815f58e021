"""A repository whose whole history was filtered: records name commits by ids that none has any more."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.git.git import Git
from ledger.model.experiment import Experiment


def filtered(git: Git, experiment: Experiment, commits: Mapping[str, str]) -> bool:
    """Whether no ref reaches the experiment's base, and every trial commit stands on other code than its record names.

    One forged trial is no filter, nor is a clone that lacks the history. `commits`: the trial commits by record.
    """
    held = [(commits[r.path], r.trial.code) for r in experiment.trials if r.path in commits]
    if not held or any(git.objects.parents(commit) == (code,) for commit, code in held):
        return False
    if git.text("rev-parse", "--is-shallow-repository").strip() == "true":
        return False
    base = experiment.plan.base
    places = ("refs/heads", "refs/tags", "refs/remotes")
    here = git.objects.read(f"{base}^{{commit}}") is not None
    return not here or not git.text("for-each-ref", "--count=1", f"--contains={base}", *places).strip()
