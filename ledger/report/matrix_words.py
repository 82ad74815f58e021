"""What a matrix found, in sentences: each with its uncertainty, and nothing beyond what the numbers show."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ledger.analysis.matrix.answer import ALPHA, Matrix, SideEffect
from ledger.model.listing import listed
from ledger.report import numbers
from ledger.report.numbers import p_stated, signed
from ledger.stats.contrast import CONFIDENCE

_FEW = 4


def title(found: Matrix) -> str:
    """What the picture and the page are about."""
    return f"{found.metric}: trained on {found.row_path} (rows), measured on {found.column_path} (columns)"


def answer(found: Matrix) -> tuple[str, ...]:
    """A sentence for each column and each row beside the first, of many for those that differ most; then whether they
    act together.
    """
    lines = [_column(found, one) for one in _largest(found.column_effects)]
    lines += [_row(found, one) for one in _largest(found.row_effects)]
    if not lines:
        return (f"no answer yet: {len(found.missing)} trials are missing" if found.missing else "no answer",)
    if found.interaction is not None and found.interaction <= ALPHA:
        lines.append(
            "it depends: the evaluation sets do not affect all models equally (interaction "
            f"{p_stated(found.interaction)})"
        )
    return tuple(lines)


def notes(found: Matrix) -> tuple[str, ...]:
    """What else is to be known of the answer."""
    said = []
    if found.failed:
        it = "its cell is" if len(found.failed) == 1 else "their cells are"
        said.append(f"{listed(found.failed, _FEW)} failed, or lacks the metric: at its seed {it} left out")
    if found.missing and found.trials:
        trials = "1 trial is" if len(found.missing) == 1 else f"{len(found.missing)} trials are"
        said.append(f"{trials} missing: ledger run {found.experiment}")
    return tuple(said)


def meaning(found: Matrix) -> tuple[str, ...]:
    """What the effects are."""
    test = "interaction not tested" if found.interaction is None else f"interaction {p_stated(found.interaction)}"
    return (
        "effect: relative to the first, averaged over the other side, paired by seed",
        f"p after Holm's correction; {CONFIDENCE:.0%} intervals, uncorrected; {test}",
    )


def effect(found: Matrix, one: SideEffect) -> str:
    """`-0.031`, as fine as the intervals are; "" of the first."""
    return "" if one.effect is None or not one.each else signed(one.effect, _fineness(found))


def interval(found: Matrix, one: SideEffect) -> str:
    """`-0.042 to -0.020`; "" without an estimate of the noise."""
    return numbers.signed_bounds(one.interval, _fineness(found))


def _largest(effects: Sequence[SideEffect]) -> list[SideEffect]:
    """Those that have a sentence, in their own order; the table has all."""
    known = [one for one in effects[1:] if one.effect is not None]
    chosen = sorted(known, key=lambda one: -abs(one.effect or 0.0))[:_FEW]
    return [one for one in known if one in chosen]


def _column(found: Matrix, one: SideEffect) -> str:
    first, sets = found.columns[0], "evaluation set"
    if one.contrast is None or not one.told:
        return f"{sets}s {first} and {one.name}: {_untold(found, one)}"
    word = "harder" if found.sign * one.contrast.estimate < 0 else "easier"
    over = "" if len(found.rows) == 1 else ", for all models" if one.everywhere else ", on average"
    return f"{sets} {one.name} is {word} than {first}{over}: {_with_interval(one)}"


def _row(found: Matrix, one: SideEffect) -> str:
    first, sets = found.rows[0], "training set"
    if one.contrast is None or not one.told:
        return f"{sets}s {first} and {one.name}: {_untold(found, one)}"
    word = "better" if found.sign * one.contrast.estimate > 0 else "worse"
    over = "" if len(found.columns) == 1 else ", on all sets" if one.everywhere else ", on average"
    return f"{sets} {one.name} is {word} than {first}{over}: {_with_interval(one)}"


def _untold(found: Matrix, one: SideEffect) -> str:
    if one.contrast is None:
        return f"{effect(found, one)}, with no estimate of the noise"
    return f"not distinguishable, {_with_interval(one)}"


def _with_interval(one: SideEffect) -> str:
    low, high = one.interval or (math.nan, math.nan)
    fine = numbers.fine(one.interval)
    return f"{signed(one.effect, fine)} [{signed(low, fine)}, {signed(high, fine)}]"


def _fineness(found: Matrix) -> int | None:
    return numbers.fine(*(one.interval for one in (*found.row_effects, *found.column_effects)))
