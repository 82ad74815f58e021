"""`ledger new`: begin an experiment, with its branch, its hypothesis file and the parameters that are its treatment."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime

from ledger.analysis.plans.created import Created
from ledger.analysis.plans.grid import grid
from ledger.errors import LedgerError
from ledger.model import names
from ledger.repo import forks
from ledger.repo.beginning import begin
from ledger.repo.change import Change, transact
from ledger.repo.foresight import foreseen
from ledger.repo.free_names import free_name
from ledger.repo.known_results import to_be_left_out
from ledger.repo.ledger import Ledger
from ledger.repo.plan_request import PlanRequest
from ledger.repo.planning import make_plan, with_plain_names


def create(ledger: Ledger, request: PlanRequest, *, now: datetime) -> Created:
    """Begin an experiment. Raises LedgerError, and then the repository is as it was."""
    request = replace(request, title=names.check_title(request.title))
    author = ledger.git.identity()

    def make(change: Change) -> Created:
        name = free_name(ledger, request.name, request.title)
        start = forks.start(ledger, request.start)
        code = ledger.code.at(start.commit)
        asked = with_plain_names(ledger, request, code)
        plan = make_plan(ledger, asked, code, start, name=name, author=author, created=now)
        return Created(
            plan=plan,
            branch=ledger.branch_of(name).removeprefix("refs/heads/"),
            start=start.label,
            commit=begin(change, plan, code, asked.overrides, switch=asked.switch),
            switched=asked.switch,
            sets=bool(asked.overrides or asked.variants or asked.vary or asked.tune),
            merged=next((v.name for v in grid(asked.vary) if plan.variant(v.name) is None), None),
        )

    created = transact(ledger, make)
    remarks, outlooks = foreseen(ledger, created.plan)
    with contextlib.suppress(LedgerError):
        # what cannot run yet is for `run` to refuse
        remarks += tuple(to_be_left_out(ledger, ledger.experiment(created.plan.name)))
    return replace(created, remarks=remarks, outlooks=outlooks)
