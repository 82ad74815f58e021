"""Which values of a metric are better: decided here alone, for the table, the plots and the index.

The settings say it. Without them the predictions do, where all that tell agree: a rise (`m >= baseline + 0.01`) is
taken for hoped for, and a rise that is tolerated (`m <= baseline + 0.01`) means that lower is better. A fall
(`m <= baseline - 0.05`) may be that of a loss or the harm of an ablation, and so may a ceiling (`m <= 0.5`): they tell
nothing, and neither does `within`. Where nothing tells, nothing is called better.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from ledger.model.aliases import NONE, Aliases
from ledger.model.directions import HIGHER, LOWER
from ledger.model.prediction import Operator, Prediction
from ledger.model.row import Row
from ledger.model.settings import Settings

UNCLEAR: Final = "unclear"


def of_prediction(prediction: Prediction) -> str:
    """`higher`, `lower`, or `unclear` where the inequality may state a harm."""
    if prediction.operator in (Operator.AT_LEAST, Operator.ABOVE):
        return HIGHER
    tolerated = prediction.reference is not None and prediction.margin > 0
    return LOWER if tolerated and prediction.operator is not Operator.WITHIN else UNCLEAR


def of_plan(predictions: Iterable[Prediction], aliases: Aliases = NONE) -> dict[str, str]:
    """The direction of every metric that an inequality names, `unclear` where none tells or two disagree.

    By the metrics' present names, as `aliases` has them.
    """
    said: dict[str, list[str]] = {}
    for prediction in predictions:
        if prediction.operator is not Operator.WITHIN:
            said.setdefault(aliases.now(prediction.metric.name), []).append(of_prediction(prediction))
    return {name: agreed(directions) for name, directions in said.items()}


def agreed(directions: Iterable[str]) -> str:
    """The one direction that is told, `unclear` where none or both are."""
    told = set(directions) - {UNCLEAR}
    return told.pop() if len(told) == 1 else UNCLEAR


def direction(name: str, rows: Sequence[Row], settings: Settings) -> str | None:
    """Whether `higher` or `lower` is better: by the settings, else where all predictions that tell agree."""
    return _told(name, (row.better[name] for row in rows if name in row.better), settings)


def of_metric(name: str, predictions: Iterable[Prediction], settings: Settings) -> str | None:
    """The same for one plan's predictions."""
    return _told(name, (found for metric, found in of_plan(predictions).items() if metric == name), settings)


def _told(name: str, predicted: Iterable[str], settings: Settings) -> str | None:
    known = settings.metric(name)
    if known is not None and known.direction is not None:
        return known.direction
    found = agreed(predicted)
    return None if found == UNCLEAR else found
