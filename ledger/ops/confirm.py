"""`ledger confirm`: put a finding to the test by a new experiment on fresh replicates."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ledger.analysis.plans.created import Confirming, Created
from ledger.repo.beginning import begin
from ledger.repo.change import Change, transact
from ledger.repo.confirming import draft as drafts
from ledger.repo.confirming.finding import finding
from ledger.repo.confirming.request import ConfirmRequest, check
from ledger.repo.foresight import foreseen
from ledger.repo.free_names import free_name
from ledger.repo.ledger import Ledger
from ledger.report import confirm as report


def confirm(ledger: Ledger, asked: ConfirmRequest, *, now: datetime) -> Confirming:
    """Begin the experiment. Raises LedgerError, and then the repository is as it was."""
    check(asked)
    author = ledger.git.identity()

    def make(change: Change) -> Confirming:
        found = finding(ledger, asked)
        draft = drafts.draft(ledger, found, asked, author=author, created=now)
        wanted = asked.name or drafts.free(ledger.snapshot, draft.plan.name)
        plan = replace(draft.plan, name=free_name(ledger, wanted, draft.plan.title))
        made = Confirming(
            created=Created(
                plan=plan,
                branch=ledger.branch_of(plan.name).removeprefix("refs/heads/"),
                start=found.text,
                commit="",
                switched=asked.switch,
                sets=True,
                merged=None,
            ),
            finding=found.text,
            baseline=found.baseline.text,
            selected=found.selected,
            power=draft.power,
            attempt=draft.attempt,
        )
        body = report.body(made, ledger.settings)
        commit = begin(change, plan, draft.code, draft.overrides, switch=asked.switch, body=body)
        return replace(made, created=replace(made.created, commit=commit))

    made = transact(ledger, make)
    remarks, outlooks = foreseen(ledger, made.created.plan)
    return replace(made, created=replace(made.created, remarks=remarks, outlooks=outlooks))
