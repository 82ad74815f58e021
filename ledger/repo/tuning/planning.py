"""The plan of a search for the best parameters: its space, its replicates, and what is known when it begins."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ledger.analysis.tuning.proposing import require
from ledger.errors import LedgerError
from ledger.model import names, seeds
from ledger.model.experiment import Experiment, Recorded
from ledger.model.objective import Objective
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Replicates
from ledger.model.settings import Settings
from ledger.model.space import Configuration, Space
from ledger.model.space_parser import parse
from ledger.model.tune_search import Earlier, TuneSearch, nameable
from ledger.repo.axes import Seeds, declared, likely_seed
from ledger.repo.code import Code
from ledger.repo.forks import Start
from ledger.repo.ledger import Ledger
from ledger.repo.plan_request import PlanRequest, TuneRequest
from ledger.repo.plan_rules import check_evaluations, check_kinds, check_parameters
from ledger.repo.tuning.asked import chosen, objective, plain, require_decimals, require_tunable
from ledger.repo.tuning.recorded import SpaceState, gathered
from ledger.stats.contrast import mean

_BUDGET: Final = 40
_SEEDS: Final = 3
# a model of more takes seconds a decision
_MOST_EARLIER: Final = 300


def tune_plan(
    ledger: Ledger,
    request: PlanRequest,
    asked: TuneRequest,
    code: Code,
    start: Start,
    *,
    name: str,
    author: str,
    created: datetime,
) -> Plan:
    """The plan that was asked for. Raises LedgerError for a space that no stage would notice, or that says nothing."""
    _refuse_others(request)
    require(asked.model)
    records = list(chosen(ledger, [], None))
    space = plain(code, parse(asked.space))
    if not nameable(space):
        raise LedgerError("the space has more configurations than can be named", hint="fewer parameters")
    source = seeds.source(start.commit, request.title, [])
    wanted = _seeds(ledger.settings, code, request)
    points = declared(ledger, code, seeds=wanted, source=source, axes=request.axes, repeats=request.repeats)
    _check(ledger, request, code, space, points)
    require_tunable(ledger, code, space, records)
    goal = objective(ledger, asked.objective)
    state = SpaceState(code=code, overrides=request.overrides, axes=tuple(points.parameters), samples=points.samples)
    present = {name: value for name, (_, value) in code.names.items()} | dict(request.overrides)
    search = TuneSearch(
        metric=goal.metric,
        better=goal.better,
        space=space,
        current=_current(space, present),
        model=asked.model,
        budget=asked.budget or _BUDGET,
        earlier=_earlier(ledger, state, space, goal, records) if asked.earlier else (),
    )
    return Plan(
        title=request.title,
        name=name,
        author=author,
        created=created.replace(microsecond=0),
        base=start.commit,
        parent=start.parent,
        replicates=points,
        seeds_from=source if wanted is not None and wanted.hashed else None,
        search=search,
        evaluation=check_evaluations(code, request.evaluation),
        exploratory=True,
        tags=names.check_tags(request.tags),
    )


def _refuse_others(request: PlanRequest) -> None:
    """Raise LedgerError for what declares arms, or predicts of them: a search makes its own."""
    given: dict[str, object] = {
        "--predict": request.predictions,
        "--baseline": request.baseline,
        "--variant": [*request.variants, *request.arms],
        "--vary": request.vary,
        "--alpha": request.alpha,
        "--looks": request.looks,
    }
    for option, value in given.items():
        if value:
            raise LedgerError(
                f"{option} has no meaning beside --tune: the search chooses its arms, and predicts nothing of them",
                hint="leave it out; ledger confirm puts the best to the test, with a prediction",
            )


def _seeds(settings: Settings, code: Code, request: PlanRequest) -> Seeds | None:
    """The seeds that were asked for, else a few where the pipeline has one and nothing else repeats."""
    if request.seeds is not None or request.axes or request.repeats is not None:
        return request.seeds
    return None if likely_seed(settings, code) is None else Seeds(count=_SEEDS)


def _check(ledger: Ledger, request: PlanRequest, code: Code, space: Space, points: Replicates) -> None:
    """Refuse parameters that are set twice, that no stage reads, and that would become another kind of value."""
    twice = [name for name in space.names if name in request.overrides]
    if twice:
        raise LedgerError(f"{twice[0]} is both set by -S and tuned", hint="choose one of the two")
    ends = [
        Variant(name=f"{dimension.name}={level}", params={dimension.name: level})
        for dimension in space.dimensions
        for level in (dimension.domain.levels[0], dimension.domain.levels[-1])
    ]
    check_parameters(ledger, code, points, [Variant(name="-S", params=request.overrides), *ends])
    if not request.retype:
        check_kinds(ledger, code, points.axes, ends)
        require_decimals(code, space)


def _current(space: Space, present: Mapping[str, Any]) -> Configuration | None:
    found, outside = space.within(present)
    return found if outside is None else None


def _earlier(
    ledger: Ledger,
    state: SpaceState,
    space: Space,
    goal: Objective,
    records: Sequence[tuple[Experiment, Sequence[Recorded]]],
) -> tuple[Earlier, ...]:
    """What was tried at this code and data; of very many configurations the best."""
    known = [
        Earlier(configuration=one.configuration, values=one.values, failed=one.failed, arm=one.labels[0])
        for one in gathered(ledger, state, space, goal.metric, records).tried
    ]
    kept = sorted(known, key=lambda one: goal.sign * mean(one.values) if one.values else math.inf)[:_MOST_EARLIER]
    return tuple(one for one in known if one in kept)
