"""A plan that a command has made: begin it as an experiment, or continue with the one that asks the same."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

from ledger.analysis.outlook import RECENT
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.names import numbered
from ledger.model.plan import Plan
from ledger.model.remarks import Remark
from ledger.repo import data_arms
from ledger.repo.beginning import begin as begin_branch
from ledger.repo.change import Change, transact
from ledger.repo.code import Code
from ledger.repo.free_names import free_name
from ledger.repo.ledger import Ledger
from ledger.repo.plan_rules import check_parameters
from ledger.report.drafts import Expected
from ledger.stats.contrast import mean


@frozen
class Draft:
    """A plan that is not an experiment yet, and the code that it runs on. `trainings`: the models that it trains.

    `named`: its name was asked for, so that no other will do.
    `notes` are said before anything runs. `parts` are what it is made of: a group and its files, or a version.
    """

    plan: Plan
    code: Code
    trainings: int
    named: bool
    notes: tuple[Remark, ...] = ()
    parts: tuple[tuple[str | int, ...], ...] = ()


@frozen
class Begun:
    """The experiment that answers; `anew`: it has been made for it."""

    experiment: Experiment
    anew: bool
    notes: tuple[Remark, ...]


def begin(ledger: Ledger, draft: Draft, *, again: Callable[[str], str]) -> Begun:
    """The experiment that asks the same where there is one, else a new one on a branch of its own.

    Where others have the name that was made, it gets a number. The work tree stays where it is. `again` words the
    command that shows the answer of an experiment. Raises LedgerError where a name that was asked for is taken by
    another question, or the same one began elsewhere or with other seeds, and then nothing has changed.
    """
    plan = draft.plan
    others = (numbered(draft.plan.name, number) for number in itertools.count(2))
    for name in itertools.chain([plan.name], others):
        plan = replace(draft.plan, name=name)
        known = ledger.find(name)
        if known is None:
            break
        if draft.named or _arms(known.plan) == _arms(plan):
            _require_same(known.plan, plan, again)
            return Begun(experiment=known, anew=False, notes=draft.notes)

    def make(change: Change) -> None:
        free_name(ledger, plan.name, plan.title)
        begin_branch(change, plan, draft.code, {}, switch=False)

    transact(ledger, make)
    return Begun(experiment=ledger.experiment(plan.name), anew=True, notes=draft.notes)


def checked(ledger: Ledger, draft: Draft) -> Draft:
    """The draft itself. Raises LedgerError for data that are not there and for seeds that no stage reads."""
    check_parameters(ledger, draft.code, draft.plan.replicates, draft.plan.variants)
    data_arms.check(ledger, draft.code, draft.plan)
    return draft


def expected(ledger: Ledger, draft: Draft, *, head: tuple[str, str]) -> Expected:
    """What a draft would train, its parts below the words of `head`; changes nothing."""
    return Expected(
        plan=draft.plan,
        trainings=draft.trainings,
        trial_seconds=seconds_a_trial(ledger),
        head=head,
        parts=draft.parts,
        notes=draft.notes,
    )


def seconds_a_trial(ledger: Ledger) -> float | None:
    """How long the trials that were recorded last have taken, in the mean; None where there is none."""
    recent = (record.trial for one in ledger.recent(RECENT) for record in one.trials)
    taken = [trial.seconds for trial in recent if trial.succeeded and trial.seconds is not None]
    return mean(taken) if taken else None


def _arms(plan: Plan) -> tuple[object, ...]:
    return plan.variants, plan.groups, plan.tags


def _require_same(theirs: Plan, ours: Plan, again: Callable[[str], str]) -> None:
    other = numbered(ours.name, 2)
    if _arms(theirs) != _arms(ours):
        raise LedgerError(
            f"the experiment {theirs.name} asks a different question", hint=f"another name: --name {other}"
        )
    if theirs.base != ours.base:
        raise LedgerError(
            f"{theirs.name} began at {theirs.base[:10]}, and this would begin at {ours.base[:10]}",
            hint=f"{again(theirs.name)} shows its answer; --name {other} starts over",
        )
    if theirs.replicates != ours.replicates:
        raise LedgerError(
            f"{theirs.name} began with other seeds, and continues with them",
            hint=f"leave --seeds out, or start over: --name {other}",
        )
