"""Did the plan come first? What an experiment's commits say of it, beside what its records do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from ledger.analysis import plan_checks
from ledger.analysis.findings import PLAN, Finding
from ledger.model import hypothesis as hypotheses
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.hypothesis import Plan
from ledger.repo import histories, plan_order
from ledger.repo.ledger import Ledger
from ledger.repo.proof.witness import Trees

# by how much the clocks of two machines may differ
_CLOCKS = timedelta(days=1)


class Ordered:
    """The plan of one experiment under proof."""

    def __init__(self, ledger: Ledger, experiment: Experiment, trees: Trees) -> None:
        self._ledger = ledger
        self._experiment = experiment
        self._trees = trees
        self._objects = ledger.git.objects
        self._file = f"{directory(experiment.name)}/hypothesis.md"
        self._order = plan_order.Order(ledger, experiment)

    def begun(self) -> Iterator[Finding]:
        """Whether the plan can be as old as it says: it names the commit that it starts from."""
        plan = self._experiment.plan
        made = _committed(self._objects.header(plan.base, "committer"))
        if made is not None and plan.created < made - _CLOCKS:
            message = (
                f"{self._file}: `created` is {plan.created.isoformat()}, before its base {plan.base[:10]} was made"
            )
            yield Finding(check=PLAN, message=f"{message} ({made.isoformat()})")

    def trial(self, record: Recorded) -> Iterator[Finding]:
        """Whether a trial of an arm that is predicted about ran under the plan, or under one that was amended."""
        plan, trial = self._experiment.plan, record.trial
        variant = plan.variant(trial.variant)
        elsewhere = (variant is not None and variant.at is not None) or trial.reused is not None
        if not plan.predictions or (elsewhere and trial.variant not in plan.predicted):
            return
        held = self._trees.plan(trial.code, self._experiment.name)
        restored = any(run.cached for run in trial.stages.values())
        # a plan that the code held, or under which the trial was committed, proves the order: a clock may be behind
        under = held is not None or (trial.reused is None and self._order.under(record) in self._digests)
        written = self._order.written(record)
        late = plan.created - _CLOCKS if under else written if elsewhere else plan.created
        # what is repeated in the second in which the plan was written was there before: nothing is reused then
        too_soon = trial.started < late or (trial.reused is not None and trial.started == late)
        if too_soon and not trial.by_hand and not restored:
            message = f"{record.path}: it started {trial.started.isoformat()}, before the plan was written"
            yield Finding(check=PLAN, trial=trial.id, message=f"{message} ({late.isoformat()})")
        if elsewhere:
            return
        code = trial.code[:10]
        if self._objects.read(f"{trial.code}^{{commit}}") is None:
            message = f"its code {code} is not in this clone, so the plan that it held is unknown"
            yield Finding(check=PLAN, trial=trial.id, message=message, problem=False)
            return
        if held is None and self._objects.at(trial.code, self._file) is not None:
            message = f"{self._file} cannot be read at {code}, the code that ran"
            yield Finding(check=PLAN, trial=trial.id, message=message, problem=False)
            return
        yield from plan_checks.ordered(trial, _mapping(held), self._history(held))

    def seeds(self) -> list[Finding]:
        """Whether derived seeds are those that follow from a version of the plan."""
        plan = self._experiment.plan
        if plan.seeds_from is None:
            return []
        versions = [hypotheses.to_mapping(plan), *map(hypotheses.to_mapping, self._versions)]
        return plan_checks.seeds_follow(plan, versions, self._file, whole=self._whole)

    def _history(self, held: Plan | None) -> plan_checks.PlanHistory:
        present = hypotheses.to_mapping(self._experiment.plan)
        amended = held is not None and _mapping(held) != present
        verdict = self._experiment.verdict
        return plan_checks.PlanHistory(
            file=self._file,
            present=present,
            versions=list(map(hypotheses.to_mapping, self._versions)) if amended else (),
            whole=not amended or not self._dropped,
            listed=None if verdict is None else {key for change in verdict.amendments for key in change.changed},
        )

    @cached_property
    def _whole(self) -> bool:
        return histories.tip(self._ledger, self._experiment) is not None

    @cached_property
    def _dropped(self) -> bool:
        """Whether amendments may have gone with a history that was rewritten."""
        rewritten = histories.rewritten(self._ledger, self._experiment)
        return not self._whole or (rewritten and not plan_order.set_back(self._ledger, self._experiment))

    @cached_property
    def _digests(self) -> set[str]:
        return {hypotheses.digest(plan) for plan in (self._experiment.plan, *self._versions)}

    @cached_property
    def _versions(self) -> list[Plan]:
        """Every plan in the experiment's own history, or where that is gone in what the main branch has of it."""
        tip = histories.tip(self._ledger, self._experiment) or self._experiment.tip
        commits = self._ledger.git.text("log", "--format=%H", "--no-renames", tip, "--", self._file).split()
        plans = [self._trees.plan(commit, self._experiment.name) for commit in commits]
        return [plan for plan in plans if plan is not None]


def _mapping(plan: Plan | None) -> Mapping[str, Any] | None:
    return None if plan is None else hypotheses.to_mapping(plan)


def _committed(header: str | None) -> datetime | None:
    """The date in a commit's header, None where there is none."""
    seconds = (header or "").rpartition("> ")[2].partition(" ")[0]
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
