"""`ledger bisect`: begin a search between two ends or continue with it, run it, and say what it has found."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ledger.analysis.bisection.answer import Bisection
from ledger.analysis.bisection.expected import Cost, expected
from ledger.model.formats import searches
from ledger.model.search import STEP
from ledger.ops.amend import amend
from ledger.ops.new import create
from ledger.repo.amending import PlanEdits
from ledger.repo.bisection import continued, planning, reading
from ledger.repo.bisection.planning import SearchDraft
from ledger.repo.bisection.request import BisectRequest
from ledger.repo.diagnosis.drafts import Begun, seconds_a_trial
from ledger.repo.ledger import Ledger


def begin(ledger: Ledger, asked: BisectRequest, *, now: datetime) -> Begun:
    """The experiment that asks this, made where there is none, with the budget that was asked for.

    Raises LedgerError for what cannot be searched, and then nothing has changed.
    """
    draft = planning.draft(ledger, asked)
    known = continued.same(ledger, draft, asked)
    if known is None:
        created = create(ledger, draft.request, now=now)
        remarks = (*draft.remarks, *created.remarks)
        return Begun(experiment=ledger.experiment(created.plan.name), anew=True, notes=remarks)
    search = known.plan.search
    assert search is not None and search.kind == STEP
    if asked.budget is not None and asked.budget != search.budget:
        wanted = searches.to_mapping(replace(search, budget=asked.budget))
        reason = f"bisect: a budget of {asked.budget} trainings"
        amend(ledger, known, PlanEdits(keys={"search": wanted}), reason=reason)
    return Begun(experiment=ledger.experiment(known.name), anew=False, notes=())


def expect(ledger: Ledger, asked: BisectRequest) -> Cost:
    """What it would search, and what that may cost; changes nothing."""
    return _cost(ledger, planning.draft(ledger, asked))


def answer(ledger: Ledger, name: str) -> Bisection:
    """What the records of the experiment say."""
    ledger.refresh()
    return reading.read(ledger, ledger.experiment(name))


def _cost(ledger: Ledger, draft: SearchDraft) -> Cost:
    """The cost of a plan that is not an experiment yet; a training takes as long as those recorded last have."""
    return Cost(
        name=draft.request.name or "",
        search=draft.search,
        places=draft.places,
        expected=expected(draft.search),
        seconds=seconds_a_trial(ledger),
        remarks=draft.remarks,
    )
