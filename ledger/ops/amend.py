"""Changing a plan openly: the commit says why, and which trials were known by then."""

from __future__ import annotations

from ledger.analysis.metric_names import corrections
from ledger.errors import LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model.changes import Amended
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import trailers
from ledger.model.hypothesis import Hypothesis
from ledger.repo.amending import PlanEdits, amended
from ledger.repo.change import Change, require_branch, transact
from ledger.repo.ledger import Ledger
from ledger.repo.plan_order import known_now


def amend(ledger: Ledger, experiment: Experiment, asked: PlanEdits, *, reason: str) -> Amended:
    """Change keys of the plan openly. Raises LedgerError where that would be no plan, or the same."""
    ledger.git.identity()
    require_branch(ledger, experiment)
    if not reason.strip():
        raise LedgerError("say why the plan changes", hint='ledger amend … -m "why"')
    path = f"{directory(experiment.name)}/hypothesis.md"

    def make(change: Change) -> Amended:
        at = change.experiment(experiment.name)
        plan = amended(ledger, at, asked)
        keys = hypotheses.changed_keys(hypotheses.to_mapping(at.plan), hypotheses.to_mapping(plan))
        told = [(trailers.EXPERIMENT, at.name), *((trailers.KNOWN, trial) for trial in known_now(ledger.state_dir, at))]
        results = [r.trial for r in at.trials if r.trial.succeeded]
        renamed = corrections(at.plan, plan, results) if results else {}
        if renamed:
            told.append((trailers.CORRECTS, ", ".join(f"{old} to {new}" for old, new in renamed.items())))
        text = hypotheses.render(Hypothesis(plan=plan, body=at.hypothesis.body))
        message = trailers.compose(f"amend: {', '.join(keys)}", reason, trailers=told)
        commit = change.write(at, {path: change.file(text)}, message)
        return Amended(plan=plan, keys=tuple(keys), commit=commit, after_results=bool(results), corrects=renamed)

    return transact(ledger, make)
