"""What the ledger knows of the noise, made into questions of power."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.analysis import designs
from ledger.analysis.noise import Noise, noise
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.prediction import Operator, Prediction
from ledger.model.replicates import Replicates
from ledger.stats.outlook import Question
from ledger.stats.power import WANTED

# how many experiments are asked for the noise of a metric
RECENT = 20


@frozen
class Outlook:
    """A question with what it is about: the prediction, and the experiments that the noise is of."""

    prediction: Prediction
    question: Question
    experiments: tuple[str, ...]


def outlook(
    known: Sequence[Experiment],
    prediction: Prediction,
    replicates: Replicates,
    *,
    alpha: float,
    wanted: float = WANTED,
    effect: float | None = None,
) -> Outlook | None:
    """What a prediction needs of such replicates, by the noise that the experiments show; None where they show none."""
    of_mean = prediction.reference is None
    factor = 1 + prediction.margin if prediction.relative else 1.0
    found = noise(known, prediction.metric.name, replicates, factor=factor, of_mean=of_mean)
    if found is None:
        return None
    design, _ = designs.planned(replicates)
    question = Question(
        margin=margin_of(prediction, found),
        sd=found.sd,
        df=found.df,
        alpha=alpha,
        within=prediction.operator is Operator.WITHIN,
        upward=prediction.higher_is_better is not False,
        wanted=wanted,
        design=design,
        effect=effect,
    )
    return Outlook(prediction=prediction, question=question, experiments=found.experiments)


def margin_of(prediction: Prediction, found: Noise | None) -> float:
    """What a prediction is held against, in the metric's unit. Raises LedgerError where a share needs a level."""
    if prediction.threshold is not None:
        return prediction.threshold
    if not prediction.relative:
        return prediction.margin
    if found is None:
        raise LedgerError(
            f"the margin of {prediction} depends on the level of {prediction.metric.name}, which no experiment has "
            "measured",
            hint="give the margin in the metric's unit: --margin 0.02",
        )
    return prediction.margin * found.level
