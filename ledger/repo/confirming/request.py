"""What `ledger confirm` is asked for."""

from __future__ import annotations

import math

from ledger.errors import LedgerError
from ledger.model import prediction_parser
from ledger.model.frozen import frozen

_EXAMPLE = 'ledger confirm grid, ledger confirm grid:lr-0-3, or ledger confirm --where "lr > 0.1" --metric dice'


@frozen
class ConfirmRequest:
    """What to confirm, and how.

    `target`: an experiment or an arm; `where`: the arms among which the best is chosen. `metric` and `better`: by what;
    None where the plan says it. `baseline`: an arm, an experiment or a revision in the baseline's role. `predictions`
    take the place of the one that is made, `margin` that of half of what is left. `seeds`: how many; None for what it
    takes.
    """

    target: str | None = None
    where: str | None = None
    metric: str | None = None
    better: str | None = None
    baseline: str | None = None
    predictions: tuple[str, ...] = ()
    margin: float | None = None
    seeds: int | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()
    switch: bool = True


def check(asked: ConfirmRequest) -> None:
    """Raise LedgerError for options that contradict each other, or are out of range."""
    if asked.target is None and asked.where is None:
        raise LedgerError("say what to confirm", hint=_EXAMPLE)
    if asked.predictions and asked.margin is not None:
        raise LedgerError("--predict already contains the margin", hint="leave --margin out")
    if asked.margin is not None and not 0 <= asked.margin < math.inf:
        raise LedgerError(
            f"--margin {asked.margin:g} is not a distance from the baseline", hint="--margin 0.01, in the metric's unit"
        )
    if asked.seeds is not None and asked.seeds < 2:
        raise LedgerError("one replicate gives no estimate of the noise", hint="--seeds 5")
    for text in asked.predictions:
        prediction_parser.parse(text)
