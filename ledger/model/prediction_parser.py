"""The parser of predictions, which points at the first mistake and says what to write; `prediction` has the grammar."""

from __future__ import annotations

import math
import re
from typing import Final

from ledger.errors import LedgerError
from ledger.model.names import NAME, reserved
from ledger.model.patterns import pattern
from ledger.model.prediction import BARE, Margin, Metric, Operator, Prediction
from ledger.model.prediction_words import EXAMPLE, Words

# The exponent's length is bounded because int() refuses very long digits.
_NUMBER: Final = pattern(r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,6}))?(%?)")
# Strings, not patterns: what is looked for only where there is a mistake, or may be one.
_NOT_FINITE: Final = r"[+-]?(?:nan|inf|infinity)%?"
_OPERATOR_LIKE: Final = r"[<>=≥≤⩾⩽!≈]+"
_REPLACEMENTS: Final = {"=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "⩾": ">=", "⩽": "<="}


def parse(text: str) -> Prediction:
    """The prediction that a text states; `str` is the inverse. A LedgerError points at the first mistake."""
    return _Parser(text).prediction()


class _Parser(Words):
    """Reads a prediction from left to right, one word of the grammar a method."""

    def prediction(self) -> Prediction:
        metric = self.metric()
        operator = self.operator()
        reference, threshold, sign, size, of_variant = None, None, "", Margin(value=0.0), False
        if operator is Operator.WITHIN:
            size = self.margin("within")
            self.keyword_of()
            of_variant = self.names_variant()
            reference = self.other_variant(metric) if of_variant else self.reference(metric, *self.word())
        elif of_variant := self.names_variant():
            reference = self.other_variant(metric)
        else:
            start, word = self.word()
            if number := _NUMBER.fullmatch(word):
                threshold = self.threshold(start, number)
            else:
                reference = self.reference(metric, start, word)
        if reference is not None and operator is not Operator.WITHIN:
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
            of_variant=of_variant,
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
        match = BARE.match(self.text, self.at)
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
        if match := re.compile(_OPERATOR_LIKE).match(self.text, at):
            good = f"{name} {_REPLACEMENTS.get(match[0], match[0])} {self.text[match.end() :].strip()}"
            return self.error("the operator needs spaces around it", at, f"write: {good}")
        if name.startswith("`"):
            return self.error("a space is missing after the backquote", at)
        whole = re.split(r"[<>=≥≤\[]", self.word_at(start))[0]
        self.at = start + len(whole)
        quoted = "`" + whole.replace("`", "``") + "`"
        # the reference may be the same metric of another variant
        good = re.sub(rf"(?<=\s){re.escape(whole)}(?=\[)", lambda _: quoted, self.replaced(start, quoted))
        hint = f"put a name with such characters in backquotes: {good}"
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
            # as a grid names its arms
            plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
            meant = f"{self.text[: start + 1]}{plain}{self.text[close:]}"
            raise self.error(reason, start + 1, f"try {meant}" if NAME.fullmatch(plain) else example)
        self.at = close + 1
        if self.at < len(self.text) and not self.text[self.at].isspace():
            raise self.error("a space is missing after the bracket", self.at, example)
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
        match = re.match(_OPERATOR_LIKE, word)
        symbol = _REPLACEMENTS.get(match[0], match[0]) if match else ""
        if match and symbol in set(Operator):
            good = f"{symbol} {word[match.end() :]}"
            hint = f"write: {self.replaced(start, good)}"
            raise self.error("the operator needs spaces around it", start, hint)
        raise self.error(f"{word!r} is not an operator", start, f"use >=, >, <=, < or within: {EXAMPLE}")

    def threshold(self, start: int, number: re.Match[str]) -> float:
        value = self.finite(start, number)
        after = self.word_at(self.at)
        if number[4] or after == "%":
            hint = f"write a number such as 0.9, or a reference: baseline + {number[0].strip('+-%')}%"
            raise self.error("a percentage needs a reference, as in baseline + 5%", start, hint)
        return value

    def reference(self, metric: Metric, start: int, word: str) -> str:
        if not word:
            raise self.error("a reference or a number is missing", start)
        if word == "baseline" and not metric.is_called(word):  # most are: none of what follows is the matter
            return word
        self.check_finite(start, word)
        glued = re.fullmatch(r"([a-z][a-z0-9-]*?)([+-])([0-9.][0-9.eE+-]*%?)", word)
        if glued and _NUMBER.fullmatch(glued[3]) and (glued[1] == "baseline" or not NAME.fullmatch(word)):
            hint = f"write: {self.replaced(start, ' '.join(glued.groups()))}"
            raise self.error(f"{glued[2]!r} needs spaces around it", start + glued.start(2), hint)
        if _NUMBER.fullmatch(word):
            hint = f"state both bounds as two predictions: {metric} >= 0.89 and {metric} <= 0.91"
            raise self.error(f"a reference was expected, not the number {word}", start, hint)
        if word[0] in "0123456789+-.−":
            raise self.error(f"{word!r} is not a number", start, "write it such as 0.01, -3 or 1e-3")
        if word != word.lower() and NAME.fullmatch(word.lower()):
            hint = f"write: {self.replaced(start, word.lower())}"
            raise self.error(f"{word!r} has capital letters", start, hint)
        if not NAME.fullmatch(word):
            hint = f"use baseline or an experiment's name, such as focal-loss: {EXAMPLE}"
            raise self.error(f"{word!r} is not a reference", start, hint)
        if word != "baseline" and (reason := reserved(word)):
            raise self.error(f"no experiment is named {word!r}: {reason}", start)
        if metric.is_called(word):
            hint = f"write for example: {Metric(name=metric.name)} >= baseline + 0.01"
            raise self.error(f"{metric} would be compared with itself", start, hint)
        return word

    def names_variant(self) -> bool:
        """Whether a metric follows with a variant in brackets, instead of a reference's name."""
        self.skip()
        return re.compile(r"(?:`(?:[^`]|``)*`|[^\s\[`]*)\s*\[").match(self.text, self.at) is not None

    def other_variant(self, metric: Metric) -> str:
        start = self.at
        if self.text.startswith("baseline", start):
            bracket = self.text.index("[", start)
            hint = f"write: {self.text[:start]}{Metric(name=metric.name)}{self.text[bracket:]}"
            raise self.error("baseline takes no brackets", bracket, hint)
        other = self.metric()
        variant = other.variant or "treatment"
        if other.name != metric.name:
            good = Metric(name=metric.name)
            hint = f"compare the same metric of both: {good}[{variant}]"
            raise self.error(f"{other.name} is another metric than {metric.name}", start, hint)
        if other.variant == metric.variant:
            raise self.error(f"{metric} would be compared with itself", start, "name another variant")
        return variant

    def sign(self) -> str:
        """`+`, `-`, or nothing at the end."""
        start, word = self.word()
        if word in ("", "+", "-"):
            return word
        if word[0] in "+-" and _NUMBER.fullmatch(word):
            hint = f"write: {self.replaced(start, f'{word[0]} {word[1:]}')}"
            raise self.error(f"{word[0]!r} needs spaces around it", start, hint)
        raise self.trailing(start, word)

    def margin(self, behind: str) -> Margin:
        start, word = self.word()
        if not word:
            raise self.error(f"a number is missing after {behind!r}", start)
        number = _NUMBER.fullmatch(word)
        if number is None:
            self.check_finite(start, word)
            hint = "write it such as 0.01, 5% or 1e-3"
            raise self.error(f"a number was expected after {behind!r}, not {word!r}", start, hint)
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

    # What numbers are made of, and what is said where something is too much.

    def finite(self, start: int, number: re.Match[str]) -> float:
        # The exponent is shifted, rather than the value divided by 100: 7% is then 0.07 to the last bit.
        sign, mantissa, exponent, percent = number.groups()
        value = float(f"{sign}{mantissa}e{int(exponent or 0) - (2 if percent else 0)}")
        if not math.isfinite(value):
            raise self.error(f"{number[0]} is too large", start, "write a number below 1e308")
        return value

    def check_finite(self, start: int, word: str) -> None:
        if re.fullmatch(_NOT_FINITE, word, re.IGNORECASE):
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
