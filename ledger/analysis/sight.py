"""What could so many replicates have told, and how many would decide?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ledger.analysis import designs
from ledger.model.prediction import Operator, Prediction
from ledger.model.replicates import Axis
from ledger.stats.contrast import Contrast
from ledger.stats.power import SIDES, WANTED, noncentrality, replicates_needed


def sight(
    prediction: Prediction, gaps: Sequence[Contrast], parts: Axis | None, *, alpha: float, tests: int
) -> list[str]:
    """What so many replicates, as noisy as these, could have told, and how many would tell what was observed.

    `gaps` say how far the estimate lies above each bound of what is predicted; `tests` counts the plan's predictions.
    """
    near = min(gaps, key=lambda gap: abs(gap.estimate))
    of_mean = prediction.threshold is not None
    thing, margin = ("mean", "threshold") if of_mean else ("difference", "margin")
    units, more = designs.units(parts)
    design = designs.design_of(near, parts)
    inside = _on_the_claims_side(prediction, gaps)
    alpha = alpha if inside else alpha / tests
    effects = sorted(abs(gap.estimate) / gap.sd for gap in gaps)
    other = math.inf
    if prediction.operator is Operator.WITHIN and inside:
        # both bounds must be cleared: at no difference each with half of what may be missed
        least = noncentrality(near.df, alpha=alpha, wanted=(1 + WANTED) / 2) * near.error
        told = f"can establish equivalence only for margins of {least:.3g} or more"
        other = effects[-1]
    else:
        least = noncentrality(near.df, alpha=alpha) * near.error
        told = f"tell a true {thing} from the {margin} where they are {least:.3g} or more apart"
    said = f"{near.n} {units} as noisy as these {told} (power {WANTED:g})"
    needed = replicates_needed(effects[0], alpha=alpha, design=design, other=other)
    if needed is None:
        outlook = f"the observed {thing} is so near to the {margin} that 10,000 {more} would not tell them apart"
    else:
        count = f"{math.ceil(needed)} {more}{' a side' if design == SIDES else ''}"
        would = "support" if inside else "refute"
        outlook = (
            f"were the observed {thing} the true one, about {count} would {would} the prediction (power {WANTED:g})"
        )
    return [said, outlook]


def _on_the_claims_side(prediction: Prediction, gaps: Sequence[Contrast]) -> bool:
    if prediction.operator is Operator.WITHIN:
        lower, upper = gaps
        return lower.estimate >= 0 >= upper.estimate
    (gap,) = gaps
    return gap.estimate >= 0 if prediction.higher_is_better else gap.estimate <= 0
