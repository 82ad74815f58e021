"""Which arm an adoption brings to the main branch, and the commit that has its parameters."""

from __future__ import annotations

from ledger.analysis.looks import predicted_arms
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.formats import trailers
from ledger.model.hypothesis import TREATMENT, Variant
from ledger.repo import canonical, histories
from ledger.repo.ledger import Ledger


def adopted(experiment: Experiment, wanted: str | None) -> Variant:
    """The arm that is `wanted`, or that the predictions are about, else the only one.

    Raises LedgerError where there are several.
    """
    name, plan = experiment.name, experiment.plan
    about = predicted_arms(plan)
    if not plan.predictions and plan.leading != TREATMENT:
        # the first of them is none that anything speaks for
        about = tuple(v.name for v in plan.variants if not v.at_base and v.experiment is None) or about
    if wanted is None and len(about) > 1:
        has = "predicts about" if plan.predictions else "has"
        raise LedgerError(
            f"{name} {has} several arms ({', '.join(about)}), so it is not plain whose change is adopted",
            hint=f"say which: {' or '.join(f'ledger land --adopt {name}:{arm}' for arm in about)}; "
            f"or ledger land {name} --record",
        )
    arm = plan.variant(wanted or about[0])
    if arm is None:
        raise LedgerError(f"the plan of {name} has no variant {wanted or about[0]}", hint=f"ledger show {name}")
    if arm.filled_by is not None:
        raise LedgerError(
            f"{name}:{arm.name} is filled by {arm.filled_by}, and brings no change of its own",
            hint=f"ledger land --adopt {arm.filled_by}",
        )
    if arm.at_base:
        raise LedgerError(
            f"{name}:{arm.name} runs the base, so it has no change to adopt", hint=f"ledger land {name} --record"
        )
    return arm


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
