"""What it would take to tell where the trials of an experiment did not."""

from __future__ import annotations

import math

from ledger.model.prediction import Operator, Prediction
from ledger.model.verdict import Judged
from ledger.stats import contrast
from ledger.stats.outlook import Question, needed
from ledger.stats.power import PAIRS, SIDES


def replicates_to_tell(judged: Judged, prediction: Prediction) -> int | None:
    """How many replicates would tell with a chance of 80% whether the prediction holds, if the true difference is the
    one that was measured and the noise as it was.

    Where the measured one lies beyond the margin they would support the prediction, else refute it. None where the
    verdict does not say what that takes: without an interval of a t test, for a margin that is a share of a level, of
    `within`, and where the measured difference is the margin itself.
    """
    estimate, n = judged.estimate, judged.n
    margin = prediction.margin if prediction.threshold is None else prediction.threshold
    design = {contrast.PAIRED: PAIRS, contrast.ONE_SAMPLE: PAIRS, contrast.WELCH: SIDES}.get(judged.test or "")
    if (
        estimate is None or judged.interval is None or judged.confidence is None or design is None or n < design.fewest
        or prediction.relative or prediction.operator is Operator.WITHIN or estimate == margin
    ):  # fmt: skip
        return None
    alpha = (1 - judged.confidence) / 2
    low, high = judged.interval
    # the interval is the estimate with so many standard errors on either side
    error = (high - low) / 2 / _quantile(1 - alpha, design.df(n))
    sd = error / design.errors(n)
    if not (math.isfinite(sd) and sd > 0):
        return None
    asked = Question(
        margin=margin, sd=sd, df=None, alpha=alpha, upward=estimate > margin, design=design, effect=estimate
    )
    return needed(asked) or None


def _quantile(share: float, df: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(df, share))
