"""What is asked of `ledger suggest`, and which trials it is to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.analysis.tuning.proposing import GP
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.near_misses import unknown_metric
from ledger.model.objective import Objective
from ledger.model.plan import TREATMENT
from ledger.model.space import Space, is_number
from ledger.model.space_parser import parse
from ledger.model.typed_values import format_value
from ledger.repo import histories
from ledger.repo.ledger import Ledger
from ledger.repo.targets import whole
from ledger.repo.tuning.asked import chosen, objective, plain, require_decimals, require_tunable
from ledger.repo.tuning.recorded import SpaceState, TuneTrials, gathered


@frozen
class SuggestRequest:
    """`experiments`: whose trials alone are learned from, and the first of which says on what code and data; HEAD does
    where none is named. `where` chooses among trials. `tune`: what the parameters may be, as it was typed.
    """

    experiments: Sequence[str] = ()
    where: str | None = None
    tune: Sequence[str] = ()
    objective: str | None = None
    count: int = 1
    model: str = GP


@frozen
class Ground:
    """What suggestions rest on. `start`: what `--from` is to say for the same code, None for HEAD."""

    space: Space
    objective: Objective
    gathered: TuneTrials
    source: str
    start: str | None


def ground(ledger: Ledger, asked: SuggestRequest) -> Ground:
    """The trials to learn from. Raises LedgerError where there is none, and where the space contradicts them all."""
    named = [whole(ledger, text) for text in asked.experiments]
    state, start = _state(ledger, named)
    records = list(chosen(ledger, [one.name for one in named], asked.where))
    if not asked.tune:
        raise _nothing_to_tune(records)
    space = plain(state.code, parse(asked.tune))
    require_tunable(ledger, state.code, space, records)
    require_decimals(state.code, space)
    goal = objective(ledger, asked.objective)
    found = gathered(ledger, state, space, goal.metric, records)
    _require(found, goal, asked)
    code = ledger.code.arm(state.code, {**state.overrides, **_one(space)}, state.axes, state.samples)
    return Ground(space=space, objective=goal, gathered=found, source=f"suggest {code.fingerprint}", start=start)


def _state(ledger: Ledger, named: Sequence[Experiment]) -> tuple[SpaceState, str | None]:
    """The code and data of the first experiment's leading arm, else of HEAD; and what `--from` calls it."""
    if not named:
        ref, commit = ledger.snapshot.head
        if commit is None:
            raise LedgerError("there is no commit yet", hint="commit your pipeline first: git add -A && git commit")
        here = ledger.name_of(ref)
        known = here is not None and ledger.find(here) is not None
        return SpaceState(code=ledger.code.at(commit), overrides={}, axes=(), samples={}), here if known else None
    first = named[0]
    arm = first.plan.variant(first.leading)
    if arm is None or arm.experiment is not None:
        raise LedgerError(f"{first.name} has no arm of its own", hint="name the experiment whose trials it reuses")
    commit = first.plan.commit_of(arm) or histories.tip(ledger, first)
    if commit is None or ledger.git.commit(commit) is None:
        raise LedgerError(
            f"the code of {first.name} is not in this clone", hint=f"ledger pull {first.name}, or leave it out"
        )
    code, plan = ledger.code.at(commit), first.plan
    if arm.data:
        code = ledger.datasets.applied(code, arm.data, plan.groups, base=plan.base)
    label = first.name if arm.name == TREATMENT else f"{first.name}:{arm.name}"
    axes = tuple(plan.replicates.parameters)
    return SpaceState(code=code, overrides=arm.params, axes=axes, samples=plan.replicates.samples), label


def _require(found: TuneTrials, goal: Objective, asked: SuggestRequest) -> None:
    if found.tried:
        if not any(one.values for one in found.tried) and found.metrics and goal.metric not in found.metrics:
            raise unknown_metric(goal.metric, sorted(found.metrics), "at this code and data")
        return
    if found.outside:
        one = found.outside[0]
        raise LedgerError(
            f"every trial lies outside of the space: {one.label} has {one.parameter}={_shown(one.value)}",
            hint=f"widen --tune {one.parameter}=…, or choose other trials with --where",
        )
    if found.elsewhere:
        raise LedgerError(
            f"no trial ran at this code, data and other parameters; {found.elsewhere} ran at others",
            hint="name the experiment that is to be learned from: ledger suggest EXP …",
        )
    if asked.where is not None:
        raise LedgerError("--where chooses no trial to learn from", hint="ledger table --trials lists them")
    raise LedgerError(
        "there is no trial to learn from",
        hint='begin with a few: ledger new "…" --vary NAME=VALUE,VALUE …, then ledger run',
    )


def _nothing_to_tune(records: Sequence[tuple[Experiment, Sequence[Recorded]]]) -> LedgerError:
    """An error whose hint has what the trials varied."""
    values: dict[str, list[Any]] = {}
    axes: set[str] = set()
    for experiment, own in records:
        axes |= set(experiment.plan.replicates.parameters)
        for record in own:
            for name, value in record.trial.flat_params.items():
                known = values.setdefault(name, [])
                if value not in known:
                    known.append(value)
    varied = [_range(name, own) for name, own in values.items() if len(own) > 1 and name not in axes]
    example = " ".join(f"--tune {text}" for text in varied[:4]) or "--tune train.lr=1e-5..1e-1:log"
    return LedgerError("no parameter to tune is given", hint=example)


def _range(name: str, values: Sequence[Any]) -> str:
    if all(map(is_number, values)):
        low, high = min(values), max(values)
        return f"{name}={format_value(low)}..{format_value(high)}{':log' if 0 < low <= high / 50 else ''}"
    return f"{name}={','.join(format_value(value) for value in values)}"


def _shown(value: Any) -> str:
    return "nothing" if value is None else format_value(value)


def _one(space: Space) -> Mapping[str, Any]:
    return {each.name: each.domain.levels[0] for each in space.dimensions}
