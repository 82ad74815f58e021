"""The options of `ledger power` as questions about predictions, replicates and noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ledger.analysis import designs
from ledger.analysis.outlook import Outlook
from ledger.errors import LedgerError
from ledger.model import prediction_parser
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.plan import BASELINE
from ledger.model.prediction import Metric, Operator, Prediction
from ledger.model.replicates import FOLD, SEED, Axis, Replicates
from ledger.stats.outlook import COUNTS, Question, needed
from ledger.stats.power import MAX_REPLICATES, SIDES, WANTED

_NAMELESS = "metric"


@frozen
class PowerOptions:
    """The options of `ledger power`; None where they were not given."""

    experiment: str | None = None
    predict: str | None = None
    metric: str | None = None
    sd: float | None = None
    df: float | None = None
    margin: float | None = None
    within: float | None = None
    effect: float | None = None
    alpha: float | None = None
    wanted: float | None = None
    folds: int | None = None
    unpaired: bool = False
    counts: tuple[int, ...] = ()

    @property
    def alone(self) -> bool:
        """Whether the numbers given are enough, without any repository."""
        return self.sd is not None and self.experiment is None


@frozen
class PowerTable:
    """The questions to tabulate, the replicates that they are about, and for which n."""

    outlooks: tuple[Outlook, ...]
    replicates: Replicates
    counts: tuple[int, ...]


def check(asked: PowerOptions) -> None:
    """Raise LedgerError for options that contradict each other, or are out of range."""
    if asked.within is not None and (asked.margin is not None or asked.predict is not None):
        raise LedgerError("--within is already a margin", hint="leave the other one out")
    if asked.predict is not None and (asked.margin is not None or asked.metric is not None):
        raise LedgerError("--predict already contains the metric and the margin", hint="leave them out")
    if asked.folds is not None and asked.unpaired:
        raise LedgerError("folds are always paired", hint="leave --unpaired or --folds out")
    if asked.unpaired and asked.sd is None:
        raise LedgerError("--unpaired needs the sd of one side", hint="--unpaired --sd 0.02")
    if asked.df is not None and asked.sd is None:
        raise LedgerError("--df needs --sd", hint="--sd 0.02 --df 4")
    positive = {"--sd": asked.sd, "--df": asked.df, "--within": asked.within}
    wrong = [name for name, value in positive.items() if value is not None and not 0 < value < math.inf]
    shares = {"--alpha": (asked.alpha, 0.5), "--power": (asked.wanted, 1.0)}
    wrong += [name for name, (value, most) in shares.items() if value is not None and not 0 < value < most]
    numbers = {"--margin": asked.margin, "--effect": asked.effect}
    wrong += [name for name, value in numbers.items() if value is not None and not math.isfinite(value)]
    if wrong:
        raise LedgerError(f"{wrong[0]} is out of range", hint="--sd 0.02 --df 4 --margin 0.01 --alpha 0.05 --power 0.8")
    if any(not 1 <= n <= MAX_REPLICATES for n in asked.counts):
        raise LedgerError(f"--n is not from 1 to {MAX_REPLICATES}", hint="--n 3,5,10")


def predictions(asked: PowerOptions, chosen: Experiment | None) -> list[Prediction]:
    """The predictions in question: the experiment's, or the one that the options state."""
    known = [] if chosen is None else list(chosen.plan.predictions)
    if asked.metric is not None and chosen is not None:
        known = [one for one in known if chosen.aliases.same(one.metric.name, asked.metric)]
    if asked.predict is not None or asked.margin is not None or asked.within is not None or not known:
        if asked.predict is None and asked.metric is None and not known:
            raise LedgerError("the experiment predicts nothing", hint="--metric NAME, or --sd NUMBER alone")
        return [_prediction(replace(asked, metric=asked.metric or (known[0].metric.name if known else None)))]
    return known


def _prediction(asked: PowerOptions) -> Prediction:
    if asked.predict is not None:
        return prediction_parser.parse(asked.predict)
    try:
        metric = Metric(name=asked.metric or _NAMELESS)
    except ValueError as error:
        raise LedgerError(str(error), hint="--metric accuracy") from None
    if asked.within is not None:
        return Prediction(metric=metric, operator=Operator.WITHIN, reference=BASELINE, margin=asked.within)
    return Prediction(metric=metric, operator=Operator.AT_LEAST, reference=BASELINE, margin=asked.margin or 0.0)


def from_numbers(asked: PowerOptions) -> Outlook:
    """The question that the given numbers pose, without an experiment. Raises LedgerError for a relative margin."""
    one = _prediction(asked)
    assert asked.sd is not None
    if one.relative:
        raise LedgerError(f"{one} has a relative margin, which needs a level", hint="--margin in the metric's unit")
    design, _ = designs.planned(replicates(asked))
    question = Question(
        margin=one.margin if one.threshold is None else one.threshold,
        sd=asked.sd,
        df=asked.df,
        alpha=0.05 if asked.alpha is None else asked.alpha,
        within=one.operator is Operator.WITHIN,
        upward=one.higher_is_better is not False,
        wanted=asked.wanted or WANTED,
        design=SIDES if asked.unpaired else design,
        effect=asked.effect,
    )
    return Outlook(prediction=one, question=question, experiments=())


def replicates(asked: PowerOptions) -> Replicates:
    """Seeds, or reshuffled folds: one partition is a plain cross-validation."""
    seeds = Axis(name=SEED, values=(0, 1))
    if asked.folds is None:
        return Replicates(axes=(seeds,))
    folds = Axis(name=FOLD, values=tuple(range(asked.folds)), kind=FOLD, reshuffled_by=SEED)
    return Replicates(axes=(folds, seeds))


def counted(asked: PowerOptions, found: Sequence[Outlook], replicates: Replicates, own: int | None) -> PowerTable:
    """The questions, for the counts asked for; else for the usual ones, the `own` and those that are needed."""
    extra = [own, *(needed(one.question) for one in found)]
    counts = asked.counts or tuple(sorted({*COUNTS, *(n for n in extra if n is not None)}))
    return PowerTable(outlooks=tuple(found), replicates=replicates, counts=counts)
