"""Begin a bisection as an experiment, or go on with the one that asks the same."""

from __future__ import annotations

from dataclasses import replace

from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.search import Search
from ledger.repo.beginning import begin
from ledger.repo.bisection.planning import Draft
from ledger.repo.bisection.request import BisectRequest
from ledger.repo.change import Change, transact
from ledger.repo.free_names import free_name
from ledger.repo.ledger import Ledger


def same(ledger: Ledger, draft: Draft, asked: BisectRequest) -> Experiment | None:
    """The experiment of that name where it asks the same question, None where there is none of the name.

    Raises LedgerError where it asks another, or began with other settings than those that are given.
    """
    found = ledger.find(draft.plan.name)
    if found is None:
        return None
    theirs, ours = found.plan.search, draft.plan.search
    assert ours is not None
    if theirs is None or _question(theirs) != _question(ours):
        raise LedgerError(
            f"the experiment {found.name} asks something else", hint=f"another name: --name {found.name[:58]}-2"
        )
    given = {
        "--confidence": (asked.confidence, theirs.confidence),
        "--confirm": (asked.confirm, theirs.confirm.seeds if theirs.confirm else 0),
        "--seeds": (asked.seeds or None, theirs.seeds),
        "--skip": (ours.skipped or None, theirs.skipped),
        "--prior": (None if asked.prior is None else ours.weights, theirs.weights),
    }
    for option, (wanted, has) in given.items():
        if wanted is not None and wanted != has:
            raise LedgerError(
                f"{found.name} began with another {option}, and goes on with it",
                hint=f"leave {option} out, or begin anew: --name {found.name[:58]}-2",
            )
    return found


def create(ledger: Ledger, draft: Draft) -> str:
    """Commit the plan on a branch of its own; the work tree stays where it is. Returns the name."""

    def make(change: Change) -> str:
        name = free_name(ledger, draft.plan.name, draft.plan.title)
        begin(change, replace(draft.plan, name=name), draft.code, {}, switch=False)
        return name

    return transact(ledger, make)


def _question(search: Search) -> tuple[object, ...]:
    return (
        search.metric,
        search.better,
        search.versions,
        search.paths,
        search.axis,
        search.evaluation_at,
        search.evaluation_other,
    )
