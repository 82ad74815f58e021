"""Reads a `--where` expression by recursive descent; the grammar is in `where.py`."""

from __future__ import annotations

from typing import Final

from ledger.errors import LedgerError
from ledger.model.where import All, Any, Compare, IsNull, Literal, Name, Not, OneOf, Where, begins_a_number
from ledger.model.where_words import WHERE, Word, WordKind, error, words

MAX_DEPTH: Final = 50


def parse(text: str, option: str = WHERE) -> Where:
    """The expression that a text states; `str` is the inverse. A LedgerError points at the first mistake.

    The text was given behind that `option`.
    """
    return _Parser(text, option).whole()


class _Parser:
    """Reads words from left to right; each method returns what it has read."""

    def __init__(self, text: str, option: str) -> None:
        self.text = text
        self.option = option
        self.words = words(text, option)
        self.index = 0
        self.depth = 0

    @property
    def word(self) -> Word:
        return self.words[self.index]

    def whole(self) -> Where:
        if len(self.words) == 1:
            raise self.error("there is nothing to read")
        found = self.expression()
        if self.word.kind is not WordKind.END:
            raise self.error(f"`and`, `or` or the end was expected, not {self.word.said}")
        return found

    def expression(self) -> Where:
        parts = [self.conjunction()]
        while self.taken(WordKind.KEYWORD, "or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Any(parts=tuple(parts))

    def conjunction(self) -> Where:
        parts = [self.factor()]
        while self.taken(WordKind.KEYWORD, "and"):
            parts.append(self.factor())
        return parts[0] if len(parts) == 1 else All(parts=tuple(parts))

    def factor(self) -> Where:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(
                f"it is nested more than {MAX_DEPTH} levels deep", hint="write it flatter, with `in (a, b)`"
            )
        found: Where
        if self.taken(WordKind.KEYWORD, "not"):
            found = Not(part=self.factor())
        elif self.taken(WordKind.SIGN, "("):
            found = self.expression()
            self.expect(WordKind.SIGN, ")")
        else:
            found = self.comparison()
        self.depth -= 1
        return found

    def comparison(self) -> Where:
        name = self.name()
        if self.taken(WordKind.KEYWORD, "is"):
            negated = self.taken(WordKind.KEYWORD, "not")
            self.expect(WordKind.KEYWORD, "null")
            return Not(part=IsNull(name=name)) if negated else IsNull(name=name)
        if self.taken(WordKind.KEYWORD, "not"):
            self.expect(WordKind.KEYWORD, "in")
            return Not(part=OneOf(name=name, values=self.values()))
        if self.taken(WordKind.KEYWORD, "in"):
            return OneOf(name=name, values=self.values())
        sign = self.word
        if sign.kind is not WordKind.SIGN or sign.text in "(),":
            raise self.error(
                f"an operator was expected after {name}, not {sign.said}", hint=f"such as {name} = …, {name} is null"
            )
        self.index += 1
        negative = {"!=": "=", "!~": "~"}.get(sign.text)
        compare = Compare(name=name, operator=negative or sign.text, value=self.value())
        return Not(part=compare) if negative else compare

    def name(self) -> Name:
        word = self.word
        if word.kind is WordKind.TEXT:
            raise self.error("a name was expected, not a text", hint=f"a name stands in backquotes: `{word.text}`")
        if word.kind not in (WordKind.NAME, WordKind.WORD) or not word.text:
            raise self.error(f"a name was expected, not {word.said}")
        if word.kind is WordKind.WORD and begins_a_number(word.text):
            raise self.error(f"a name was expected, not {word.said}", hint="the name comes first: accuracy > 0.95")
        self.index += 1
        return Name(text=word.text, at=word.at)

    def values(self) -> tuple[Literal, ...]:
        self.expect(WordKind.SIGN, "(")
        found = [self.value()]
        while self.taken(WordKind.SIGN, ","):
            found.append(self.value())
        self.expect(WordKind.SIGN, ")")
        return tuple(found)

    def value(self) -> Literal:
        word = self.word
        if word.kind is WordKind.KEYWORD and word.text == "null":
            raise self.error("nothing is equal to null", hint="write: is null, or is not null")
        if word.kind not in (WordKind.WORD, WordKind.TEXT):
            raise self.error(f"a value was expected, not {word.said}", hint="put quotes around a string: = 'and so on'")
        self.index += 1
        return Literal(text=word.text, bare=word.kind is WordKind.WORD, at=word.at)

    def taken(self, kind: WordKind, text: str) -> bool:
        found = self.word.kind is kind and self.word.text == text
        self.index += found
        return found

    def expect(self, kind: WordKind, text: str) -> None:
        if not self.taken(kind, text):
            raise self.error(f"`{text}` was expected, not {self.word.said}")

    def error(self, reason: str, *, hint: str | None = None) -> LedgerError:
        return error(self.text, self.word.at, reason, hint, option=self.option)
