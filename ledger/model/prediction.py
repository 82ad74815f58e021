"""Predictions: checkable inequalities on a metric, their grammar and their canonical text.

    METRIC (>= | > | <= | <) (REFERENCE [(+|-) NUMBER[%]] | NUMBER)
    METRIC within NUMBER[%] of REFERENCE

METRIC is a dotted name, in backquotes where it has other characters (a doubled backquote stands for one),
`[variant]` behind it where not the treatment is meant. REFERENCE is `baseline` or an experiment's name. Words
have spaces round them, since names hold `-`. Whether a prediction holds is for `analysis/judge.py` to say.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.errors import LedgerError
from ledger.model.names import NAME, reserved

EXAMPLE: Final = "accuracy >= baseline + 0.01"

_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
# The exponent's length is bounded because int() refuses very long digits.
_NUMBER: Final = re.compile(r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,6}))?(%?)")
_NOT_FINITE: Final = re.compile(r"[+-]?(?:nan|inf|infinity)%?", re.IGNORECASE)
_OPERATOR_LIKE: Final = re.compile(r"[<>=≥≤⩾⩽!≈]+")
_REPLACEMENTS: Final = {"=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "⩾": ">=", "⩽": "<="}


class Operator(StrEnum):
    """How a metric is compared."""

    AT_LEAST = ">="
    ABOVE = ">"
    AT_MOST = "<="
    BELOW = "<"
    WITHIN = "within"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric of one variant; `variant` is None for the treatment."""

    name: str
    variant: str | None = None

    def __post_init__(self) -> None:
        if not self.name or not self.name.isprintable():
            raise ValueError(f"{self.name!r} is not a metric's name: it is empty or has control characters")
        if self.variant is not None and (self.variant == "treatment" or not NAME.fullmatch(self.variant)):
            raise ValueError(f"{self.variant!r} is not a variant (None stands for the treatment)")

    def __str__(self) -> str:
        bare = _BARE.fullmatch(self.name) and self.name != "baseline"
        name = self.name if bare else "`" + self.name.replace("`", "``") + "`"
        return name if self.variant is None else f"{name}[{self.variant}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """A distance in the metric's unit, or as a fraction of the reference (`5%` is 0.05) where relative."""

    value: float
    relative: bool = False

    def __str__(self) -> str:
        return decimal(self.value, shift=2) + "%" if self.relative else decimal(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One inequality, against either a reference or a threshold (the other is None).

    `margin` is added to the reference; it is negative for `baseline - 0.01`, and half the width for `within`.
    Where `relative`, it is a fraction of the reference: 0.05 for `+ 5%`.
    """

    metric: Metric
    operator: Operator
    reference: str | None = None
    threshold: float | None = None
    margin: float = 0.0
    relative: bool = False

    def __post_init__(self) -> None:
        if (self.reference is None) == (self.threshold is None):
            raise ValueError("a prediction has a reference or a threshold")
        if not math.isfinite(self.margin) or not math.isfinite(self.threshold or 0.0):
            raise ValueError("a prediction's numbers are finite")
        if self.reference is None:
            if self.margin or self.relative or self.operator is Operator.WITHIN:
                raise ValueError("a threshold has no margin")
        elif self.reference != "baseline" and (not NAME.fullmatch(self.reference) or reserved(self.reference)):
            raise ValueError(f"{self.reference!r} is not an experiment's name")
        elif _is_same(self.metric, self.reference):
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
        """The canonical text, which `parse` reads as an equal prediction."""
        size = Margin(value=abs(self.margin), relative=self.relative)
        if self.operator is Operator.WITHIN:
            return f"{self.metric} within {size} of {self.reference}"
        if self.reference is None:
            return f"{self.metric} {self.operator} {decimal(self.threshold or 0.0)}"
        signed = f" {'-' if self.margin < 0 else '+'} {size}" if self.margin or self.relative else ""
        return f"{self.metric} {self.operator} {self.reference}{signed}"


def parse(text: str) -> Prediction:
    """The prediction that a text states; a LedgerError that points at the first mistake if not."""
    return _Parser(text).prediction()


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


def _is_same(metric: Metric, reference: str) -> bool:
    return reference in (metric.variant, metric.name)


class _Parser:
    """Reads a prediction from left to right; `at` is the index that has been reached."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def prediction(self) -> Prediction:
        metric = self.metric()
        operator = self.operator()
        reference, threshold, sign, size = None, None, "", Margin(value=0.0)
        if operator is Operator.WITHIN:
            size = self.margin("within")
            self.keyword_of()
            reference = self.reference(metric, *self.word())
        else:
            start, word = self.word()
            if number := _NUMBER.fullmatch(word):
                threshold = self.threshold(start, number)
            else:
                reference = self.reference(metric, start, word)
                sign = self.sign()
                size = self.margin(sign) if sign else size
        self.end()
        return Prediction(
            metric=metric,
            operator=operator,
            reference=reference,
            threshold=threshold,
            margin=-size.value if sign == "-" else size.value,
            relative=size.relative,
        )

    # The words of the grammar, in the order in which they come.

    def metric(self) -> Metric:
        self.skip()
        start = self.at
        if start == len(self.text):
            raise self.error("it is empty", start)
        name = self.quoted() if self.text[start] == "`" else self.bare()
        behind = self.at
        self.skip()
        if self.text.startswith("[", self.at):
            return Metric(name=name, variant=self.variant())
        if behind == self.at and behind < len(self.text):
            raise self.glued(start)
        return Metric(name=name)

    def quoted(self) -> str:
        start = self.at
        match = re.compile(r"`((?:[^`]|``)*)`(?!`)").match(self.text, start)
        if match is None:
            raise self.error("the backquote is never closed", start, "write for example: `val/acc` >= 0.9")
        self.at = match.end()
        name = match[1].replace("``", "`")
        if not name:
            raise self.error("the metric between the backquotes is empty", start)
        if not name.isprintable():
            raise self.error("the metric has a control character", start, "leave invisible characters out")
        return name

    def bare(self) -> str:
        match = _BARE.match(self.text, self.at)
        if match and match[0] != "baseline":
            self.at = match.end()
            return match[0]
        found = self.word_at(self.at)
        reason = f"a metric was expected, which begins with a letter, not {found!r}"
        if match or found[0] in "0123456789+-.":
            raise self.error(reason, self.at, f"the metric goes first: {EXAMPLE}")
        raise self.error(reason, self.at, "put other names in backquotes: `5-shot/acc` >= 0.9")

    def glued(self, start: int) -> LedgerError:
        """The error of something that stands right behind the metric."""
        name, at = self.text[start : self.at], self.at
        if match := _OPERATOR_LIKE.match(self.text, at):
            good = f"{name} {_REPLACEMENTS.get(match[0], match[0])} {self.text[match.end() :].strip()}"
            return self.error("the operator needs spaces round it", at, f"write: {good}")
        if name.startswith("`"):
            return self.error("a space is missing behind the backquote", at)
        whole = re.split(r"[<>=≥≤\[]", self.word_at(start))[0]
        self.at = start + len(whole)
        quoted = "`" + whole.replace("`", "``") + "`"
        hint = f"put a name with such characters in backquotes: {self.replaced(start, quoted)}"
        return self.error(f"{self.text[at]!r} does not belong in a bare name", at, hint)

    def variant(self) -> str | None:
        start = self.at
        example = "write for example: dice[no-augment] >= baseline"
        close = self.text.find("]", start)
        if close < 0:
            raise self.error("the bracket is never closed", start, example)
        name = self.text[start + 1 : close].strip()
        if not NAME.fullmatch(name):
            reason = f"{name!r} is not a variant's name" if name else "the brackets are empty"
            raise self.error(reason, start + 1, example)
        self.at = close + 1
        if self.at < len(self.text) and not self.text[self.at].isspace():
            raise self.error("a space is missing behind the bracket", self.at, example)
        return None if name == "treatment" else name

    def operator(self) -> Operator:
        start, word = self.word()
        if word in set(Operator):
            return Operator(word)
        if not word:
            raise self.error("an operator is missing", start, f"use >=, >, <=, < or within: {EXAMPLE}")
        if good := _REPLACEMENTS.get(word):
            reason = f"the operator is written {good}, not {word}"
            raise self.error(reason, start, f"write: {self.replaced(start, good)}")
        if word in ("=", "==", "≈", "~", "~=", "is", "equals"):
            reason = f"{word!r} is not an operator: measured values are never equal"
            raise self.error(reason, start, "say how near: accuracy within 0.01 of baseline")
        match = _OPERATOR_LIKE.match(word)
        symbol = _REPLACEMENTS.get(match[0], match[0]) if match else ""
        if match and symbol in set(Operator):
            good = f"{symbol} {word[match.end() :]}"
            hint = f"write: {self.replaced(start, good)}"
            raise self.error("the operator needs spaces round it", start, hint)
        raise self.error(f"{word!r} is not an operator", start, f"use >=, >, <=, < or within: {EXAMPLE}")

    def threshold(self, start: int, number: re.Match[str]) -> float:
        value = self.finite(start, number)
        after = self.word_at(self.at)
        if number[4] or after == "%":
            hint = f"write a number such as 0.9, or a reference: baseline + {number[0].strip('+-%')}%"
            raise self.error("a percentage needs a reference that it is a part of", start, hint)
        return value

    def reference(self, metric: Metric, start: int, word: str) -> str:
        if not word:
            raise self.error("a reference or a number is missing", start)
        self.check_finite(start, word)
        glued = re.fullmatch(r"([a-z][a-z0-9-]*?)([+-])([0-9.][0-9.eE+-]*%?)", word)
        if glued and _NUMBER.fullmatch(glued[3]) and (glued[1] == "baseline" or not NAME.fullmatch(word)):
            hint = f"write: {self.replaced(start, ' '.join(glued.groups()))}"
            raise self.error(f"{glued[2]!r} needs spaces round it", start + glued.start(2), hint)
        if _NUMBER.fullmatch(word):
            hint = f"state both bounds as two predictions: {metric} >= 0.89 and {metric} <= 0.91"
            raise self.error(f"a reference was expected, not the number {word}", start, hint)
        if word[0] in "0123456789+-.−":
            raise self.error(f"{word!r} is not a number", start, "write it such as 0.01, -3 or 1e-3")
        if word != word.lower() and NAME.fullmatch(word.lower()):
            hint = f"write: {self.replaced(start, word.lower())}"
            raise self.error(f"{word!r} has capital letters", start, hint)
        if "[" in word:
            raise self.error("a reference takes no brackets", start + word.index("["))
        if not NAME.fullmatch(word):
            hint = f"use baseline or an experiment's name, such as focal-loss: {EXAMPLE}"
            raise self.error(f"{word!r} is not a reference", start, hint)
        if word != "baseline" and (reason := reserved(word)):
            raise self.error(f"no experiment is named {word!r}: {reason}", start)
        if _is_same(metric, word):
            hint = f"write for example: {Metric(name=metric.name)} >= baseline + 0.01"
            raise self.error(f"{metric} would be compared with itself", start, hint)
        return word

    def sign(self) -> str:
        """`+`, `-`, or nothing at the end."""
        start, word = self.word()
        if word in ("", "+", "-"):
            return word
        if word[0] in "+-" and _NUMBER.fullmatch(word):
            hint = f"write: {self.replaced(start, f'{word[0]} {word[1:]}')}"
            raise self.error(f"{word[0]!r} needs spaces round it", start, hint)
        raise self.trailing(start, word)

    def margin(self, behind: str) -> Margin:
        start, word = self.word()
        if not word:
            raise self.error(f"a number is missing behind {behind!r}", start)
        self.check_finite(start, word)
        number = _NUMBER.fullmatch(word)
        if number is None:
            hint = "write it such as 0.01, 5% or 1e-3"
            raise self.error(f"a number was expected behind {behind!r}, not {word!r}", start, hint)
        if number[1]:
            hint = "write the margin without a sign: baseline + 0.01, baseline - 0.01, within 0.01 of baseline"
            raise self.error(f"{word[1:]} has a sign of its own", start, hint)
        return Margin(value=self.finite(start, number), relative=bool(number[4]))

    def keyword_of(self) -> None:
        start, word = self.word()
        if word == "%":
            raise self.trailing(start, word)
        if word != "of":
            reason = f"'of' was expected, not {word!r}" if word else "'of' and a reference are missing"
            raise self.error(reason, start, "write for example: accuracy within 0.01 of baseline")

    def end(self) -> None:
        start, word = self.word()
        if word:
            raise self.trailing(start, word)

    # What words are made of, and what is said where they are wrong.

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def word(self) -> tuple[int, str]:
        """Index and text of the next word, which is empty at the end."""
        self.skip()
        start = self.at
        self.at += len(self.word_at(start))
        return start, self.text[start : self.at]

    def word_at(self, index: int) -> str:
        words = self.text[index:].split(maxsplit=1)
        return words[0] if words else ""

    def finite(self, start: int, number: re.Match[str]) -> float:
        # The exponent is shifted, rather than the value divided by 100: 7% is then 0.07 to the last bit.
        sign, mantissa, exponent, percent = number.groups()
        value = float(f"{sign}{mantissa}e{int(exponent or 0) - (2 if percent else 0)}")
        if not math.isfinite(value):
            raise self.error(f"{number[0]} is too large", start, "write a number below 1e308")
        return value

    def check_finite(self, start: int, word: str) -> None:
        if _NOT_FINITE.fullmatch(word):
            raise self.error(f"{word!r} is not a finite number", start)

    def trailing(self, start: int, word: str) -> LedgerError:
        """The error of a word behind what could have been the end."""
        if word == "%":
            good = self.text[:start].rstrip() + self.text[start:]
            return self.error("no space goes before '%'", start, f"write: {good.strip()}")
        hint = "end the prediction before it"
        if word in ("−", "–", "—"):
            hint = f"write: {self.replaced(start, '-')}"
        elif word in ("*", "×", "x", "/"):
            hint = "write a relative margin as a percentage: baseline + 5%"
        elif word[0] == "±":
            hint = "write for example: accuracy within 0.01 of baseline"
        elif word in ("and", "or", "&", "&&", ",", ";"):
            hint = "state one inequality a prediction, and give several predictions"
        elif word in ("+", "-"):
            hint = f"the reference goes first and takes one margin: {EXAMPLE}"
        return self.error(f"{word!r} is not expected here", start, hint)

    def replaced(self, start: int, good: str) -> str:
        """The text with `good` for what has been read from `start` on."""
        return (self.text[:start] + good + self.text[self.at :]).strip()

    def error(self, reason: str, at: int, hint: str = f"write for example: {EXAMPLE}") -> LedgerError:
        line = _printable(self.text)
        caret = " " * sum(_cells(c) for c in line[:at]) + "^"
        message = f"cannot read the prediction, column {at + 1}: {reason}\n  {line}\n  {caret}"
        return LedgerError(message, hint=_printable(hint))


def _printable(text: str) -> str:
    """The text with a space for every character that would move a terminal's cursor or not be seen."""
    return "".join(c if c.isprintable() else " " for c in text)


def _cells(char: str) -> int:
    """How many cells a terminal gives to a character."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
