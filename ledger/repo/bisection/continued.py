"""The experiment that asks the same already, which a bisection continues with."""

from __future__ import annotations

from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.names import numbered
from ledger.model.search import STEP
from ledger.model.version_search import VersionSearch
from ledger.repo.bisection.planning import SearchDraft
from ledger.repo.bisection.request import BisectRequest
from ledger.repo.ledger import Ledger


def same(ledger: Ledger, draft: SearchDraft, asked: BisectRequest) -> Experiment | None:
    """The experiment of that name where it asks the same question, None where there is none of the name.

    Raises LedgerError where it asks another, or began with other settings than those that are given.
    """
    found = ledger.find(draft.request.name or "")
    if found is None:
        return None
    theirs, ours = found.plan.search, draft.search
    if theirs is None or theirs.kind != STEP or _question(theirs) != _question(ours):
        raise LedgerError(
            f"the experiment {found.name} asks a different question",
            hint=f"another name: --name {numbered(found.name, 2)}",
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
                f"{found.name} began with another {option}, and continues with it",
                hint=f"leave {option} out, or start over: --name {numbered(found.name, 2)}",
            )
    return found


def _question(search: VersionSearch) -> tuple[object, ...]:
    return (
        search.metric,
        search.better,
        search.versions,
        search.paths,
        search.axis,
        search.evaluation_at,
        search.evaluation_other,
    )
