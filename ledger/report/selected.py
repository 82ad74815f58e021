"""What selection among arms did to the best of them, in words."""

from __future__ import annotations

import math

from ledger.analysis.selected import Selected
from ledger.model.directions import HIGHER
from ledger.model.settings import Settings
from ledger.report.numbers import digits_of, number, rough
from ledger.stats.maximum import expected_maximum


def best_of_arms(arm: str, worth: Selected, settings: Settings) -> tuple[str, ...]:
    """`lr-0-3 is the best of 6 by accuracy`, what luck adds, and what is left: a line each."""
    return f"{arm} is the best of {worth.among} by {worth.metric}", *luck(worth, precision_of(worth, settings))


def precision_of(worth: Selected, settings: Settings) -> int | None:
    """The digits behind the point: those that are set, else two of the noise of a mean."""
    known = settings.precision(worth.metric)
    return digits_of(worth.noise / math.sqrt(worth.n)) if known is None and worth.noise else known


def luck(worth: Selected, precision: int | None) -> tuple[str, ...]:
    """What being the best of several adds, by which formula, and what is left; nothing of one alone."""
    if worth.among == 1:
        return ()
    if worth.luck is None or worth.noise is None:
        return (f"the best of {worth.among} is partly the luckiest; how much is unknown without replicates",)
    factor = f"{expected_maximum(worth.among):.3f}"
    formula = f"{factor} x {rough(worth.noise)} / sqrt({worth.n})"
    said = f"being the best of {worth.among} adds {number(worth.luck, precision)} by luck alone ({formula})"
    left = worth.shrunken
    if left is None:
        return (said,)
    if (left > 0) is not (worth.better == HIGHER):
        return (said, "nothing is left of the difference: luck explains all of it")
    return (said, f"{number(abs(left), precision)} is left of the difference")
