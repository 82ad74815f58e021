"""Predictions: checkable inequalities on a metric, their grammar and their canonical text.

    METRIC (>= | > | <= | <) (REFERENCE [(+|-) NUMBER[%]] | NUMBER)
    METRIC within NUMBER[%] of REFERENCE

METRIC is a dotted name, in backquotes where it has other characters (a doubled backquote stands for one),
`[variant]` behind it where not the treatment is meant. REFERENCE is `baseline`, an experiment's name, or the same
METRIC with another `[variant]`. Words have spaces round them, since names hold `-`. Whether a prediction holds is for
`analysis/judge.py` to say.
"""

from __future__ import annotations

import math
import re
from enum import StrEnum
from typing import Final

from ledger.model.frozen import frozen
from ledger.model.names import NAME, reserved

BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")


class Operator(StrEnum):
    """How a metric is compared."""

    AT_LEAST = ">="
    ABOVE = ">"
    AT_MOST = "<="
    BELOW = "<"
    WITHIN = "within"


@frozen
class Metric:
    """A metric of one variant; `variant` is None for the treatment."""

    name: str
    variant: str | None = None

    def __post_init__(self) -> None:
        if not self.name or not self.name.isprintable():
            raise ValueError(f"{self.name!r} is not a metric's name: it is empty or has control characters")
        if self.variant is not None and (self.variant == "treatment" or not NAME.fullmatch(self.variant)):
            raise ValueError(f"{self.variant!r} is not a variant (None stands for the treatment)")

    def is_called(self, reference: str) -> bool:
        """Whether the reference would be the metric itself: its own name, or its variant's."""
        return reference in (self.variant, self.name)

    def __str__(self) -> str:
        bare = BARE.fullmatch(self.name) and self.name != "baseline"
        name = self.name if bare else "`" + self.name.replace("`", "``") + "`"
        return name if self.variant is None else f"{name}[{self.variant}]"


@frozen
class Margin:
    """A distance in the metric's unit, or as a fraction of the reference (`5%` is 0.05) where relative."""

    value: float
    relative: bool = False

    def __str__(self) -> str:
        return decimal(self.value, shift=2) + "%" if self.relative else decimal(self.value)


@frozen
class Prediction:
    """One inequality, against either a reference or a threshold (the other is None).

    `margin` is added to the reference; it is negative for `baseline - 0.01`, and half the width for `within`.
    Where `relative`, it is a fraction of the reference: 0.05 for `+ 5%`. `of_variant`: the reference is another variant
    of the same plan (`loss[shuffled]`), and no experiment.
    """

    metric: Metric
    operator: Operator
    reference: str | None = None
    threshold: float | None = None
    margin: float = 0.0
    relative: bool = False
    of_variant: bool = False

    def __post_init__(self) -> None:
        if (self.reference is None) == (self.threshold is None):
            raise ValueError("a prediction has a reference or a threshold")
        if not math.isfinite(self.margin) or not math.isfinite(self.threshold or 0.0):
            raise ValueError("a prediction's numbers are finite")
        if self.reference is None:
            if self.margin or self.relative or self.of_variant or self.operator is Operator.WITHIN:
                raise ValueError("a threshold has no margin")
        elif self.of_variant:
            if not NAME.fullmatch(self.reference) or self.reference == (self.metric.variant or "treatment"):
                raise ValueError(f"{self.reference!r} is not another variant")
        elif self.reference != "baseline" and (not NAME.fullmatch(self.reference) or reserved(self.reference)):
            raise ValueError(f"{self.reference!r} is not an experiment's name")
        elif self.metric.is_called(self.reference):
            raise ValueError("a metric is not compared with itself")
        if self.operator is Operator.WITHIN and self.margin < 0:
            raise ValueError("a metric is not within a negative margin")

    @property
    def higher_is_better(self) -> bool | None:
        """Whether the prediction is of a high value; None for `within`, where neither is better."""
        if self.operator is Operator.WITHIN:
            return None
        return self.operator in (Operator.AT_LEAST, Operator.ABOVE)

    def __str__(self) -> str:
        """The canonical text, which `prediction_parser.parse` reads as an equal prediction."""
        size = Margin(value=abs(self.margin), relative=self.relative)
        reference = f"{Metric(name=self.metric.name)}[{self.reference}]" if self.of_variant else self.reference
        if self.operator is Operator.WITHIN:
            return f"{self.metric} within {size} of {reference}"
        if self.reference is None:
            return f"{self.metric} {self.operator} {decimal(self.threshold or 0.0)}"
        signed = f" {'-' if self.margin < 0 else '+'} {size}" if self.margin or self.relative else ""
        return f"{self.metric} {self.operator} {reference}{signed}"


def decimal(value: float, *, shift: int = 0) -> str:
    """The shortest text of a finite number times 10**shift, exactly: `0.01`, `5`, `1e-7`."""
    mantissa, _, exponent = repr(abs(float(value))).partition("e")
    whole, _, fraction = mantissa.partition(".")
    padded = whole + fraction
    digits = padded.lstrip("0")
    point = len(whole) + int(exponent or 0) + shift - (len(padded) - len(digits))
    digits = digits.rstrip("0")
    if not digits:
        return "0"
    sign = "-" if value < 0 else ""
    if -4 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if 0 < point <= 16:
        return sign + digits[:point].ljust(point, "0") + ("." + digits[point:] if digits[point:] else "")
    return sign + digits[0] + ("." + digits[1:] if digits[1:] else "") + f"e{point - 1}"
