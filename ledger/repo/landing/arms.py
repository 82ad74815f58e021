"""The commit that an adoption merges: one that has what the arm runs with."""

from __future__ import annotations

from ledger.model.experiment import Experiment
from ledger.model.formats import trailers
from ledger.model.hypothesis import Variant
from ledger.repo import canonical, histories
from ledger.repo.ledger import Ledger


def commit_of(ledger: Ledger, experiment: Experiment, arm: Variant) -> str:
    """The branch's tip where it has what the arm runs with, else a commit on top that has.

    With its parameters the commit has the lock and the results of the arm's canonical trial, where that one's commit is
    here, so that nothing has to be reproduced.
    """
    if not arm.params:
        return experiment.tip
    present = ledger.arm(experiment, arm)
    record = canonical.record_of(experiment, arm.name, present)
    held = None if record is None else histories.trial_commits(ledger, experiment.name).get(record.trial.id)
    if record is not None and held is not None:
        changes = canonical.shown(ledger, experiment, present, record, held)
    else:
        changes = canonical.parameter_files(ledger, present, ())
    if not changes:
        return experiment.tip
    told = [(trailers.EXPERIMENT, experiment.name)]
    message = trailers.compose(f"adopt: the parameters of {arm.name}", trailers=told)
    return ledger.git.commit_tree(ledger.git.tree(experiment.tip, changes), [experiment.tip], message)


def adoption(ledger: Ledger, name: str, main: str) -> str | None:
    """The merge that last brought an arm's change to the main branch, None where there is none."""
    named = ("--grep", f"^{trailers.EXPERIMENT}: {name}$", "--grep", f"^{trailers.LANDED}: adopt$", "--all-match")
    return ledger.git.text("log", "-1", "--merges", "--first-parent", *named, "--format=%H", main, "--").strip() or None
