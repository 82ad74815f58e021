"""The plan of an experiment that puts a finding to the test: the same two arms on fresh replicates."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ledger.analysis.outlook import RECENT, outlook
from ledger.errors import LedgerError
from ledger.model import names, prediction_parser
from ledger.model import seeds as hashed
from ledger.model.confirmation import Confirmation
from ledger.model.directions import HIGHER
from ledger.model.frozen import frozen
from ledger.model.parameters import Value
from ledger.model.plan import BASE, BASELINE, TREATMENT, Confirms, Plan, Variant
from ledger.model.prediction import Metric, Operator, Prediction
from ledger.model.replicates import FOLD, REPEAT, SPLIT, Axis, Replicates
from ledger.model.settings import Settings
from ledger.model.verdict import SUPPORTED
from ledger.repo import data_arms
from ledger.repo.code import Code
from ledger.repo.confirming.baseline import Laid, laid
from ledger.repo.confirming.finding import FoundArm
from ledger.repo.confirming.request import ConfirmRequest
from ledger.repo.ledger import Ledger
from ledger.repo.plan_rules import check_parameters, check_predictions
from ledger.repo.snapshot import Snapshot
from ledger.stats.outlook import Question, needed

FEWEST = 5
MOST = 50


@frozen
class ConfirmingDraft:
    """The plan, the code that it is forked from, and the parameters of the arm, which go on the branch.

    `power`: how many replicates were asked for by the power wanted; None where the noise is not known, or no number
    does. `attempt`: the how-manieth at this arm it is.
    """

    plan: Plan
    code: Code
    overrides: dict[str, Value]
    power: int | None
    attempt: int


def draft(ledger: Ledger, found: FoundArm, asked: ConfirmRequest, *, author: str, created: datetime) -> ConfirmingDraft:
    """The plan that confirms a finding. Raises LedgerError where nothing says what to predict, or nothing is fresh.

    Its name is the one that was asked for or would do; whether it is free is not looked at.
    """
    first = found.experiment
    before = [
        one
        for one in ledger.index.confirmations()
        if (one.of.experiment, one.of.variant) == (first.name, found.variant)
    ]
    _refuse_two_at_once(before, asked)
    own = laid(ledger, first, found.variant, found.records)
    code = ledger.code.at(own.commit)
    axis = _axis(ledger.settings, found)
    predictions = _predictions(found, asked)
    # each attempt that came to a verdict was a chance to be lucky
    looks = 1 + sum(one.outcome is not None for one in before)
    title = f"{found.text} holds on fresh replicates" + (f" (attempt {len(before) + 1})" if before else "")
    count, power = _count(ledger, found, asked, predictions[0], alpha=first.plan.alpha / looks)
    source = hashed.source(own.commit, title, [str(p) for p in predictions])
    values = _fresh(ledger, found, axis, count, source)
    axes = tuple(replace(a, values=values) if a.name == axis.name else a for a in first.plan.replicates.axes)
    plan = Plan(
        title=names.check_title(title),
        name=asked.name or f"confirm-{names.slug(found.text.replace(':', '-'))}",
        author=author,
        created=created.replace(microsecond=0),
        base=own.commit,
        parent=first.name,
        confirms=Confirms(experiment=first.name, variant=found.variant, among=found.selected.among),
        predictions=predictions,
        groups={**found.baseline.laid.groups, **own.groups},
        variants=(_baseline(found.baseline.laid, own.commit), Variant(name=TREATMENT, data=own.data)),
        replicates=Replicates(axes=axes),
        seeds_from=None if axis.name == REPEAT else source,
        evaluation=first.plan.evaluation,
        alpha=first.plan.alpha,
        looks=looks,
        failures=first.plan.failures,
        deterministic=first.plan.deterministic,
        tags=names.check_tags(asked.tags),
    )
    check_predictions(ledger, predictions, plan.variants, plan.name)
    check_parameters(ledger, code, plan.replicates, [Variant(name=TREATMENT, params=own.params), *plan.variants])
    data_arms.check(ledger, code, plan)
    return ConfirmingDraft(plan=plan, code=code, overrides=dict(own.params), power=power, attempt=len(before) + 1)


def free(snapshot: Snapshot, name: str) -> str:
    """The name, or where an experiment has it the first with a number behind it that none has."""
    every = itertools.chain([name], (names.numbered(name, number) for number in itertools.count(2)))
    return next(one for one in every if one not in snapshot.sources)


def _refuse_two_at_once(before: Sequence[Confirmation], asked: ConfirmRequest) -> None:
    waiting = [one.name for one in before if one.outcome is None]
    if waiting and asked.name is None:
        raise LedgerError(
            f"{waiting[0]} already tests it, and has no verdict yet",
            hint=f"ledger run {waiting[0]}; another one at the same time: --name NAME",
        )


def _baseline(one: Laid, base: str) -> Variant:
    at = BASE if one.commit == base else one.commit
    return Variant(name=BASELINE, at=at, params=one.params, data=one.data)


def _predictions(found: FoundArm, asked: ConfirmRequest) -> tuple[Prediction, ...]:
    """What is predicted: what was asked for, else half of what is left of the estimate.

    What else the first plan predicts of the arm against the same arm, or a number, is predicted again as it is.
    """
    if asked.predictions:
        return tuple(prediction_parser.parse(text) for text in asked.predictions)
    worth = found.selected
    margin = worth.margin if asked.margin is None else asked.margin
    own = [p for p in found.predictions if found.experiment.aliases.same(p.metric.name, worth.metric)]
    others = [_again(p) for p in found.predictions if p not in own]
    if (own and own[0].reference is None) or (own and own[0].operator is Operator.WITHIN):
        # no difference was found whose size luck could have added to
        return (*map(_again, own), *others)
    if own and asked.margin is None and not margin and found.experiment.outcome == SUPPORTED and _tolerates(own[0]):
        # nothing was gained, and none was claimed: that it is no worse than so much is tried again
        return (*map(_again, own), *others)
    if margin is None:
        lacking = "the baseline has no results" if worth.estimate is None else "the noise of its arms is not known"
        better = ">= baseline +" if worth.better == HIGHER else "<= baseline -"
        raise LedgerError(
            f"what to predict about {worth.metric} does not follow from the records: {lacking}",
            hint=f"say it: --margin 0.01, or --predict '{Metric(name=worth.metric)} {better} 0.01'",
        )
    up = worth.better == HIGHER
    first = Prediction(
        metric=Metric(name=worth.metric),
        operator=Operator.AT_LEAST if up else Operator.AT_MOST,
        reference=BASELINE,
        margin=margin if up else -margin,
    )
    return (first, *others)


def _tolerates(one: Prediction) -> bool:
    """Whether it says that a metric is not worse by more than its margin, and not that it is better."""
    return one.margin < 0 if one.higher_is_better else one.margin > 0


def _again(one: Prediction) -> Prediction:
    """A prediction of the arm, which is the treatment now."""
    reference = None if one.reference is None else BASELINE
    return replace(one, metric=Metric(name=one.metric.name), reference=reference, of_variant=False)


def _count(
    ledger: Ledger, found: FoundArm, asked: ConfirmRequest, prediction: Prediction, *, alpha: float
) -> tuple[int, int | None]:
    """How many replicates, and how many the power wanted takes if what is left of the estimate is the truth."""
    first = found.experiment
    known = [first, *(one for one in ledger.recent(RECENT) if one.name != first.name)]
    seen = outlook(known, prediction, first.plan.replicates, alpha=alpha, effect=found.selected.shrunken)
    question = _by_the_arms(found, prediction, alpha) if seen is None else seen.question
    wanted = None if question is None else needed(question)
    if asked.seeds is not None:
        return asked.seeds, wanted
    return max(FEWEST, min(MOST, len(found.records) if wanted is None else wanted)), wanted


def _by_the_arms(found: FoundArm, prediction: Prediction, alpha: float) -> Question | None:
    """The question of power by what varies among the arms; None where that says nothing of pairs."""
    worth = found.selected
    if not worth.paired or not worth.noise or len(found.experiment.plan.replicates.axes) > 1 or prediction.relative:
        return None
    return Question(
        margin=prediction.margin,
        sd=math.sqrt(2) * worth.noise,
        df=None,
        alpha=alpha,
        upward=prediction.higher_is_better is not False,
        effect=worth.shrunken,
    )


def _axis(settings: Settings, found: FoundArm) -> Axis:
    """The axis that can have fresh values: seeds, repeats, random splits or samples. Raises LedgerError for none."""
    replicates = found.experiment.plan.replicates
    usable = [
        axis
        for axis in replicates.axes
        if axis.kind != FOLD and all(isinstance(v, int) and not isinstance(v, bool) for v in axis.values)
    ]
    usable.sort(key=lambda axis: axis.kind == SPLIT)
    if not usable:
        raise LedgerError(
            f"{found.text} has no replicates with fresh values: folds are parts of the same data"
            if replicates.axes
            else f"{found.text} ran once without seeds, so its noise is unknown and no seed is fresh",
            hint=f'on {settings.branch_prefix}{found.experiment.name}: ledger amend --seeds 5 -m "to see the '
            'noise", then ledger run',
        )
    return usable[0]


def _fresh(ledger: Ledger, found: FoundArm, axis: Axis, count: int, source: str) -> tuple[int, ...]:
    """So many values of the axis at which nobody has tried the arm or its baseline; seeds that nobody can pick."""
    plan = found.experiment.plan
    states = {record.trial.fingerprint for record in found.records}
    used: set[Value | None] = {value for one in plan.replicates.axes if one.name == axis.name for value in one.values}
    for record in found.experiment.trials:
        used |= {value for name, value in record.trial.point if name == axis.name}
    for state in states:
        used |= {point.get(axis.name) for _, _, point in ledger.index.at_fingerprint(state)}
    used |= {value for point in found.baseline.values or {} for name, value in point if name == axis.name}
    if axis.name == REPEAT:
        start = 1 + max((value for value in used if isinstance(value, int)), default=-1)
        return tuple(range(start, start + count))
    values = hashed.derived_seeds(source, count)
    if used.intersection(values):
        raise LedgerError(
            "the seeds that follow from the plan are not all fresh", hint="another number of them, --seeds, or --margin"
        )
    return values
