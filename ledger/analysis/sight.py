"""What could this many replicates have told, and how many would decide?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ledger.analysis import designs
from ledger.model.prediction import Operator, Prediction
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Axis
from ledger.stats.contrast import Contrast
from ledger.stats.power import SIDES, WANTED, noncentrality, replicates_needed


def sight(
    prediction: Prediction, gaps: Sequence[Contrast], parts: Axis | None, *, alpha: float, tests: int
) -> list[Remark]:
    """What a number of replicates, as noisy as these, could have told, and how many would tell what was observed.

    `gaps` say how far the estimate lies above each bound of what is predicted; `tests` counts the plan's predictions.
    """
    near = min(gaps, key=lambda gap: abs(gap.estimate))
    of = "mean" if prediction.threshold is not None else "difference"
    units, more = designs.units(parts)
    design = designs.design_of(near, parts)
    inside = _on_the_claims_side(prediction, gaps)
    alpha = alpha if inside else alpha / tests
    effects = sorted(abs(gap.estimate) / gap.sd for gap in gaps)
    if prediction.operator is Operator.WITHIN and inside:
        # both bounds must be cleared: at no difference each with half of what may be missed
        least = noncentrality(near.df, alpha=alpha, wanted=(1 + WANTED) / 2) * near.error
        told = Remark.of(Kind.CAN_EQUATE, n=near.n, units=units, least=least, power=WANTED)
        other = effects[-1]
    else:
        least = noncentrality(near.df, alpha=alpha) * near.error
        told = Remark.of(Kind.CAN_TELL, n=near.n, units=units, of=of, least=least, power=WANTED)
        other = math.inf
    needed = replicates_needed(effects[0], alpha=alpha, design=design, other=other)
    if needed is None:
        return [told, Remark.of(Kind.TOO_NEAR, of=of, units=more)]
    would, per_side = "support" if inside else "refute", design == SIDES
    count = math.ceil(needed)
    return [
        told,
        Remark.of(Kind.NEEDED, of=of, count=count, units=more, per_side=per_side, would=would, power=WANTED),
    ]


def _on_the_claims_side(prediction: Prediction, gaps: Sequence[Contrast]) -> bool:
    if prediction.operator is Operator.WITHIN:
        lower, upper = gaps
        return lower.estimate >= 0 >= upper.estimate
    (gap,) = gaps
    return gap.estimate >= 0 if prediction.higher_is_better else gap.estimate <= 0
