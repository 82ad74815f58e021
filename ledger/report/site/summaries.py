"""The numbers behind the table's metrics, from which a page computes intervals.

They are more exact than what is shown, and stand in files of their own, which a page asks for once rows are compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ledger.analysis.columns import EXPERIMENTS
from ledger.analysis.fields import METRICS, Fields
from ledger.model.plan import TREATMENT
from ledger.model.row import Row
from ledger.model.settings import Settings
from ledger.model.summary import Summary

# significant digits of a standard deviation, and of a value without one; a mean has as many of its deviation's
_DIGITS: Final = 6
_ALONE: Final = 12


def numbers(rows: Sequence[Row], level: str, settings: Settings, *, code: bool) -> dict[str, Any]:
    """By the id of a metric's column `n`, `mean` and `sd` of every row, and the `precision` that is set for it.

    `parts`: by the row's place what its replicates are parts of, `fold` or `split`, where they are not independent.
    `arms`: in the same way of an experiment whose row is that of another arm than its treatment, which commands take
    otherwise, that arm. `code`: whether the page names commands.
    """
    return {
        "metrics": {
            METRICS + name: _columns([row.metrics.get(name) for row in rows], settings.precision(name))
            for name in Fields(rows).metrics
        },
        "parts": {str(at): row.parts for at, row in enumerate(rows) if row.parts is not None and row.trial is None},
        "arms": {
            str(at): row.variant for at, row in enumerate(rows) if level == EXPERIMENTS and row.variant != TREATMENT
        },
        "commands": code,
    }


def _columns(of: Sequence[Summary | None], precision: int | None) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "n": [0 if one is None else one.n for one in of],
        "mean": [None if one is None else _mean(one) for one in of],
    }
    if any(one is not None and one.sd is not None for one in of):
        found["sd"] = [None if one is None or one.sd is None else _rounded(one.sd, _DIGITS) for one in of]
    return found if precision is None else found | {"precision": precision}


def _mean(one: Summary) -> float | None:
    """The mean to a hundred-thousandth of the deviation: of two that are far from zero the difference counts."""
    if one.mean is None or not one.sd:
        return None if one.mean is None else _rounded(one.mean, _ALONE)
    places = _DIGITS - 1 - math.floor(math.log10(one.sd))
    return one.mean if places > 300 else round(one.mean, places)


def _rounded(value: float, digits: int) -> float | None:
    """None where it is beyond the numbers of JSON."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None
