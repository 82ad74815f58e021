"""Whether a branch may be put away."""

from __future__ import annotations

from ledger.errors import LedgerError
from ledger.git import work_trees
from ledger.git.branch import holders
from ledger.model.experiment import Experiment
from ledger.repo import histories
from ledger.repo.change import require_branch, require_collected
from ledger.repo.ledger import Ledger


def require_archivable(ledger: Ledger, experiment: Experiment, *, force: bool) -> str | None:
    """Raise LedgerError where the branch is still needed; `force` takes an unfinished one.

    Returns the main branch where that has an older record of the experiment, else None.
    """
    require_branch(ledger, experiment)
    name, short = experiment.name, experiment.branch_name
    if experiment.outcome is None and not force:
        raise LedgerError(
            f"{name} is not finished: it has no verdict",
            hint=f"ledger conclude {name}, or archive it as it is: ledger archive {name} --force",
        )
    older = histories.older_on_main(ledger, experiment)
    if older is not None and not force:
        raise LedgerError(
            f"{name} has changed since it landed, and {older} has the older record",
            hint=f"ledger land {name} --record first, or archive it as it is: ledger archive {name} --force",
        )
    # a trial that ends now could not come onto the branch any more
    require_collected(ledger.snapshot, name)
    running = ledger.state_dir.running(name)
    if running:
        raise LedgerError(f"a trial of {name} is running: {running[0]}", hint="wait until it has ended")
    trees = holders(work_trees.listed(ledger.git), ledger.branch_of(name))
    if trees:
        elsewhere = ledger.snapshot.main or "--detach"
        raise LedgerError(f"{short} is checked out in {trees[0]}", hint=f"git switch {elsewhere} there first")
    return older
