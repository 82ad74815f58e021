"""A plan that a command has made: begin it as an experiment, or go on with the one that asks the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ledger.analysis.outlook import RECENT
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.hypothesis import Plan
from ledger.repo import data_arms
from ledger.repo.beginning import begin as begin_branch
from ledger.repo.change import Change, transact
from ledger.repo.code import Code
from ledger.repo.free_names import free_name
from ledger.repo.ledger import Ledger
from ledger.repo.plan_rules import check_parameters
from ledger.stats.contrast import mean


@frozen
class Draft:
    """A plan that is not an experiment yet, and the code that it runs on. `trainings`: the models that it trains.

    `notes` are said before anything runs. `parts` are what it is made of: a group and its files, or a version.
    """

    plan: Plan
    code: Code
    trainings: int
    notes: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()


@frozen
class Begun:
    """The experiment that answers; `anew`: it has been made for it."""

    experiment: Experiment
    anew: bool
    notes: tuple[str, ...]


def begin(ledger: Ledger, draft: Draft, *, again: Callable[[str], str]) -> Begun:
    """The experiment of the draft's name where it asks the same, else a new one on a branch of its own.

    The work tree stays where it is. `again` words the command that shows the answer of an experiment. Raises
    LedgerError where the name is taken by another question, and then nothing has changed.
    """
    known = ledger.find(draft.plan.name)
    if known is not None:
        _require_same(known.plan, draft.plan, again)
        return Begun(experiment=known, anew=False, notes=draft.notes)

    def make(change: Change) -> str:
        name = free_name(ledger, draft.plan.name, draft.plan.title)
        begin_branch(change, replace(draft.plan, name=name), draft.code, {}, switch=False)
        return name

    name = transact(ledger, make)
    return Begun(experiment=ledger.experiment(name), anew=True, notes=draft.notes)


def checked(ledger: Ledger, draft: Draft) -> Draft:
    """The draft itself. Raises LedgerError for data that are not there and for seeds that no stage reads."""
    check_parameters(ledger, draft.code, draft.plan.replicates, draft.plan.variants)
    data_arms.check(ledger, draft.code, draft.plan)
    return draft


def seconds_a_trial(ledger: Ledger) -> float | None:
    """How long the trials that were recorded last have taken, in the mean; None where there is none."""
    recent = (record.trial for one in ledger.recent(RECENT) for record in one.trials)
    taken = [trial.seconds for trial in recent if trial.succeeded and trial.seconds is not None]
    return mean(taken) if taken else None


def _require_same(theirs: Plan, ours: Plan, again: Callable[[str], str]) -> None:
    other = f"{ours.name[:58]}-2"
    if theirs.base != ours.base and theirs.title == ours.title:
        raise LedgerError(
            f"{theirs.name} began at {theirs.base[:10]}, and this would begin at {ours.base[:10]}",
            hint=f"{again(theirs.name)} shows its answer; --name {other} begins anew",
        )
    if (theirs.variants, theirs.groups) != (ours.variants, ours.groups):
        raise LedgerError(f"the experiment {theirs.name} asks something else", hint=f"another name: --name {other}")
    if theirs.replicates != ours.replicates:
        raise LedgerError(
            f"{theirs.name} began with other seeds, and goes on with them",
            hint=f"leave --seeds out, or begin anew: --name {other}",
        )
