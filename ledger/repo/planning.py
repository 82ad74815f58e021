"""Making a plan from what `ledger new` was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from ledger.analysis.plans.arms import arms
from ledger.analysis.plans.grid import grid
from ledger.errors import LedgerError
from ledger.model import names, prediction_parser, seeds
from ledger.model.plan import BASE, BASELINE, TREATMENT, Plan, Variant
from ledger.repo import data_arms
from ledger.repo.asked_arms import AskedArm, understood
from ledger.repo.axes import declared
from ledger.repo.code import Code
from ledger.repo.forks import Start
from ledger.repo.ledger import Ledger
from ledger.repo.plan_request import PlanRequest
from ledger.repo.plan_rules import check_alpha, check_evaluations, check_kinds, check_parameters, check_predictions
from ledger.repo.search_plan import search_plan
from ledger.repo.targets import filler
from ledger.repo.tuning.planning import tune_plan

T = TypeVar("T")


def with_plain_names(ledger: Ledger, request: PlanRequest, code: Code) -> PlanRequest:
    """The request with every parameter under its one name, and every variant and its data at full ids of commits.

    Raises LedgerError where a parameter is set twice, or is none, and where a variant's commit has no pipeline.
    """

    def on(own: Code, asked: Variant | AskedArm) -> Variant:
        given = understood(own, asked) if isinstance(asked, AskedArm) else asked
        named = replace(given, params=_plain(own, f"--variant {given.name}", given.params))
        return data_arms.resolved(ledger.git, named, request.groups)

    def variant(given: Variant | AskedArm) -> Variant:
        commit = None if given.at in (None, BASE) else _commit(ledger, given.name, str(given.at))
        if commit is None:
            return on(code, given)
        try:
            return replace(on(ledger.code.at(commit), given), at=commit)
        except LedgerError as error:
            # the parameters there may be others than those that the user has before them
            raise LedgerError(f"the variant {given.name}, at {given.at}: {error}", hint=error.hint) from None

    return replace(
        request,
        overrides=_plain(code, "-S", request.overrides),
        variants=(*map(variant, request.variants), *map(variant, request.arms)),
        arms=(),
        vary=_plain(code, "--vary", request.vary),
        axes=request.axes.plain(code),
    )


def _plain(code: Code, option: str, given: Mapping[str, T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for name, value in given.items():
        known = code.plain(name)
        if known in found:
            raise LedgerError(f"{option} is given twice for {known}", hint="leave one of them out")
        found[known] = value
    return found


def _commit(ledger: Ledger, variant: str, revision: str) -> str:
    """The full id of the commit at which a variant is to run."""
    found = ledger.git.commit(revision)
    if found is None:
        raise LedgerError(
            f"--variant {variant}: {revision} is not a commit here",
            hint="git log --all, git tag; git fetch may bring it",
        )
    if not ledger.code.has_pipeline(found):
        raise LedgerError(f"--variant {variant}: there is no dvc.yaml at {revision}", hint="name a commit that has one")
    return found


def make_plan(
    ledger: Ledger, request: PlanRequest, code: Code, start: Start, *, name: str, author: str, created: datetime
) -> Plan:
    """The plan that was asked for, with parameters under their plain names.

    Raises LedgerError for what no stage would notice, or cannot be compared.
    """
    if request.tune is not None:
        return tune_plan(ledger, request, request.tune, code, start, name=name, author=author, created=created)
    if request.search is not None:
        return search_plan(
            ledger,
            request.search,
            code,
            start,
            title=request.title,
            name=name,
            author=author,
            created=created,
            evaluation=request.evaluation,
            tags=request.tags,
        )
    predictions = tuple(prediction_parser.parse(text) for text in request.predictions)
    variants = arms(
        predictions,
        baseline=None if request.baseline is None else _filled(ledger, request.baseline),
        overrides=request.overrides,
        named=request.variants,
        built=grid(request.vary),
        branch={name: value for name, (_, value) in code.names.items()},
    )
    check_predictions(ledger, predictions, variants, name)
    source = seeds.source(start.commit, request.title, [str(p) for p in predictions])
    points = declared(ledger, code, seeds=request.seeds, source=source, axes=request.axes, repeats=request.repeats)
    setting = [Variant(name=TREATMENT, params=request.overrides), *variants]
    check_parameters(ledger, code, points, setting)
    if not request.retype:
        check_kinds(ledger, code, points.axes, setting)
    plan = Plan(
        title=request.title,
        name=name,
        author=author,
        created=created.replace(microsecond=0),
        base=start.commit,
        parent=start.parent,
        predictions=predictions,
        groups=request.groups,
        variants=variants,
        replicates=points,
        seeds_from=source if request.seeds is not None and request.seeds.hashed else None,
        evaluation=check_evaluations(code, request.evaluation),
        alpha=0.05 if request.alpha is None else check_alpha(request.alpha),
        looks=request.looks or 1,
        exploratory=not predictions,
        tags=names.check_tags(request.tags),
    )
    data_arms.check(ledger, code, plan)
    return plan


def _filled(ledger: Ledger, text: str) -> Variant:
    """The baseline that another experiment's arm fills: the one that has the trials, where that is filled itself."""
    target = ledger.target(text)
    if target.experiment is None:
        raise LedgerError(f"--baseline {text} is a git revision, not an experiment", hint=f"fork there: --from {text}")
    if target.trial is not None:
        arm = text.rpartition("/")[0]
        raise LedgerError(f"--baseline {text} is one trial; a baseline must be an arm", hint=f"--baseline {arm}")
    named = Variant(name=BASELINE, experiment=target.experiment.name, arm=target.variant)
    end = filler(ledger, named, f"--baseline {text}")
    assert end.experiment is not None
    return replace(named, experiment=end.experiment.name, arm=end.variant)
