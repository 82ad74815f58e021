"""An ablation as an experiment: the groups of a path, the arms that lack some, and what their records say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ledger.analysis.ablation.answer import Ablation, KnownGroup, group_effects, whole
from ledger.analysis.ablation.design import (
    MAX_EXACT,
    TAG,
    Ablated,
    Design,
    ablated,
    drawn,
    drawn_by,
    orders_of,
    pairs_within,
    wanted,
)
from ledger.analysis.datasets.groups import NONE, Groups
from ledger.analysis.plans import ablation as builder
from ledger.errors import LedgerError, NotHere
from ledger.model import seeds as seed_sources
from ledger.model.data_change import ADDITION, Grouping
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.names import slug
from ledger.model.plan import Plan, Variant
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Replicates
from ledger.repo import forks
from ledger.repo.axes import AskedAxes, Seeds, declared
from ledger.repo.diagnosis.drafts import Draft, checked
from ledger.repo.diagnosis.results import results
from ledger.repo.ledger import Ledger

# as many coalitions as the exact values of six groups take
_COALITIONS = 63
_SEEDS = 5
_SHORT = 8

MAX_ARMS = 1000


@frozen
class AblationRequest:
    """What `ledger ablate` is asked to make. `budget`: trainings at most, where orders are drawn."""

    path: str
    by: Grouping
    design: Design = Design.LEAVE_OUT
    seeds: Seeds | None = None
    budget: int | None = None
    start: str | None = None
    name: str | None = None


def draft(ledger: Ledger, asked: AblationRequest, *, author: str, created: datetime) -> Draft:
    """The plan that was asked for. Raises LedgerError for groups that cannot be told apart, and for data not here."""
    start = forks.start(ledger, asked.start)
    code = ledger.code.at(start.commit)
    groups = ledger.datasets.groups(code, asked.path, asked.by)
    named = _required(groups, asked)
    names = [ledger.git.commit(name) or name if asked.by.by == ADDITION else name for name in named]
    title = f"What does each {asked.by.word} of {asked.path} do?"
    source = seed_sources.source(start.commit, title, [])
    seeds = asked.seeds or Seeds(count=_SEEDS)
    axes = declared(ledger, code, seeds=seeds, source=source, axes=AskedAxes(), repeats=None)
    variants, points = _arms(asked, names, axes, start.commit)
    kind = "" if asked.design is Design.LEAVE_OUT else f"-{asked.design}"
    plan = Plan(
        title=title,
        name=asked.name or f"ablate-{slug(f'{asked.path} {asked.by.word}')}{kind}",
        author=author,
        created=created.replace(microsecond=0),
        base=start.commit,
        parent=start.parent,
        groups={asked.path: asked.by},
        variants=variants,
        replicates=points,
        seeds_from=source if seeds.hashed else None,
        exploratory=True,
        tags=(TAG, asked.design.value),
    )
    trainings = len(variants) * len(points.points())
    parts = tuple((" ".join(filter(None, (name, groups.titles.get(name)))), groups.sizes[name]) for name in named)
    return checked(
        ledger,
        Draft(
            plan=plan,
            code=code,
            trainings=trainings,
            named=asked.name is not None,
            notes=_notes(groups, asked),
            parts=parts,
        ),
    )


def read(
    ledger: Ledger, experiment: Experiment, metric: str, *, sign: int, design: Design | None, empty: float | None
) -> Ablation:
    """What the records say. Raises LedgerError where the experiment is no ablation, or lacks the arms of the design."""
    found = ablated(experiment.plan, design)
    orders = orders_of(experiment.plan, found) if found.seeds else {}
    _require_arms(experiment, found)
    known = results(ledger, experiment, metric)
    by = experiment.plan.groups[found.path]
    return Ablation(
        experiment=experiment.name,
        metric=known.metric,
        sign=sign,
        path=found.path,
        word=by.word,
        design=found.design,
        drawn=bool(orders),
        empty=empty,
        whole=whole(found, known.values),
        groups=group_effects(
            found, known.values, orders, sign=sign, empty=empty, about=_about(ledger, experiment, found, by)
        ),
        trainings=known.recorded,
        failed=known.failed,
        missing=known.missing,
    )


def _required(groups: Groups, asked: AblationRequest) -> list[str]:
    names = list(groups.sizes)
    if len(names) > 1:
        return names
    only = f", {names[0]}" if names else ""
    hint = "--by addition, or a pattern of its folders: --by '{site}/**'"
    if names == [NONE]:
        raise LedgerError(f"{asked.by.by} matches no file of {asked.path}", hint=hint)
    raise LedgerError(f"all of {asked.path} is one {asked.by.word}{only}: nothing is left without it", hint=hint)


def _arms(
    asked: AblationRequest, names: list[str], axes: Replicates, base: str
) -> tuple[tuple[Variant, ...], Replicates]:
    (axis,) = axes.axes
    count = len(axis.values)
    if asked.design is not Design.SHAPLEY or len(names) <= MAX_EXACT:
        arms = wanted(asked.design, names)
        if asked.budget is not None and len(arms) * count > asked.budget:
            raise _over_budget(asked, len(arms), count)
        _require_few(len(arms))
        return builder.arms(asked.design, asked.path, names), axes
    most = max(_COALITIONS, len(drawn(names, 1, "", 0)[1])) if asked.budget is None else asked.budget // count
    pairs = pairs_within(names, most)
    if not pairs:
        raise _over_budget(asked, len(drawn(names, 1, "", 0)[1]), count)
    arms_ = builder.drawn_arms(
        asked.path, names, pairs=pairs, source=drawn_by(base, asked.path), axis=axis.name, seeds=axis.values
    )
    _require_few(len(arms_))
    # each seed has arms of its own, which set it
    return arms_, Replicates()


def _over_budget(asked: AblationRequest, coalitions: int, seeds: int) -> LedgerError:
    return LedgerError(
        f"--budget {asked.budget} is too small: {coalitions} trainings a seed at least, {coalitions * seeds} in all",
        hint=f"--budget {coalitions * seeds}, fewer seeds, or --design leave-out",
    )


def _require_few(arms: int) -> None:
    if arms > MAX_ARMS:
        raise LedgerError(
            f"{arms} arms are too many: a plan can have at most {MAX_ARMS}",
            hint="fewer groups (--by), --design leave-out, or with shapley fewer seeds or a --budget",
        )


def _notes(groups: Groups, asked: AblationRequest) -> tuple[Remark, ...]:
    stray = groups.sizes.get(NONE, 0)
    if not stray or asked.by.by == ADDITION:
        return ()
    return (Remark.of(Kind.STRAY_FILES, count=stray, word=asked.by.word, by=asked.by.by, group=NONE),)


def _require_arms(experiment: Experiment, found: Ablated) -> None:
    """Refuse to read a design of which the plan does not have the coalitions."""
    if found.seeds and found.design is Design.SHAPLEY:
        return
    there = set(found.worth.values())
    if not set(wanted(found.design, found.groups)) <= there or found.seeds:
        raise LedgerError(
            f"{experiment.name} does not have the arms of --design {found.design}",
            hint="leave --design out: it is read as it was made",
        )


def _about(ledger: Ledger, experiment: Experiment, found: Ablated, by: Grouping) -> Mapping[str, KnownGroup]:
    """What groups are called and how many files they have, as far as the data set is here."""
    short = {name: name[:_SHORT] if by.by == ADDITION else name for name in found.groups}
    try:
        code = ledger.code.at(experiment.plan.base)
        groups = ledger.datasets.groups(code, found.path, by)
        short = {name: groups.named([name], found.path)[0] for name in found.groups}
    except (LedgerError, NotHere):
        return {name: KnownGroup(name=shown) for name, shown in short.items()}
    return {
        name: KnownGroup(name=shown, title=groups.titles.get(shown, ""), files=groups.sizes[shown])
        for name, shown in short.items()
    }
