"""What an experiment's commits say of the order of its plan and its trials."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from ledger.analysis.gathered import OrderInGit, PlanHistory
from ledger.git.git import Git
from ledger.model import hypothesis as hypotheses
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.plan import Plan
from ledger.repo import histories, plan_order
from ledger.repo.ledger import Ledger
from ledger.repo.proof.trees import Trees


def order_of(trees: Trees, order: plan_order.PlanOrder, record: Recorded) -> OrderInGit:
    """What commits say of one trial."""
    trial = record.trial
    held = trees.plan(trial.code, trial.experiment)
    file = f"{directory(trial.experiment)}/hypothesis.md"
    unreadable = held is None and trees.ledger.git.objects.read(f"{trial.code}:{file}") is not None
    return OrderInGit(held=held, unreadable=unreadable, under=order.under(record), written=order.written(record))


def plan_history(ledger: Ledger, experiment: Experiment, trees: Trees, held: Iterable[Plan]) -> PlanHistory:
    """What the history says of the plan; `held` are the plans in the code of its trials."""
    tip = histories.tip(ledger, experiment)
    present = hypotheses.to_mapping(experiment.plan)
    amended = any(hypotheses.to_mapping(plan) != present for plan in held)
    return PlanHistory(
        base_made=_committed(ledger.git.objects.header(experiment.plan.base, "committer")),
        versions=_versions(ledger.git, experiment, trees, tip or experiment.tip),
        whole=tip is not None,
        complete=not amended or (tip is not None and not _lost_amendments(ledger, experiment)),
    )


def _lost_amendments(ledger: Ledger, experiment: Experiment) -> bool:
    """Whether amendments may have gone with a history that was rewritten."""
    return histories.rewritten(ledger, experiment) and not plan_order.set_back(ledger, experiment)


def _versions(git: Git, experiment: Experiment, trees: Trees, tip: str) -> tuple[Plan, ...]:
    """Every plan in the experiment's own history, or where that is gone in what the main branch has of it."""
    commits = histories.changes_of(git, tip, experiment.name, "hypothesis.md")
    plans = (trees.plan(commit, experiment.name) for commit, _ in commits)
    return tuple(plan for plan in plans if plan is not None)


def _committed(header: str | None) -> datetime | None:
    """The date in a commit's header, None where there is none."""
    seconds = (header or "").rpartition("> ")[2].partition(" ")[0]
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
