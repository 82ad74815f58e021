"""The words of a `--where` expression, each with its place, and the error that points at one.

A word is all that stands between blanks, operators, brackets, commas and quotes, so `params.yaml:train.lr`,
`data/raw`, `-1e-3` and `2026-11-01T10:00` are one word each. Quotes hold a text, backquotes a name; in both, the mark
is doubled to stand for itself, and a backslash is no more than itself, since regular expressions are full of them.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.pointer import pointed, printable

WHERE: Final = "--where"
EXCLUDE: Final = "--exclude"
"""The options that are written in this language; errors name the one that was."""

EXAMPLES: Final = {
    WHERE: "metrics.accuracy > 0.95 and params.train.lr < 0.1",
    EXCLUDE: "optimizer = adam and train.lr > 0.1",
}

MAX_LENGTH: Final = 250_000
"""Of an expression, in characters."""
MAX_WORDS: Final = 25_000
"""Names, operators, values, brackets and commas: so many are read in well under a second."""

_TOKEN: Final = re.compile(
    r"""(?P<blank>\s+)
    |(?P<sign><=|>=|==|!=|<>|!~|[=<>~(),])
    |'(?P<single>(?:[^']|'')*)'
    |"(?P<double>(?:[^"]|"")*)"
    |`(?P<name>(?:[^`]|``)*)`
    |(?P<word>[^\s<>=!~(),'"`]+)""",
    re.VERBOSE,
)
WORD: Final = re.compile(r"""[^\s<>=!~(),'"`]+""")

KEYWORDS: Final = frozenset({"and", "or", "not", "in", "is", "null"})


class WordKind(StrEnum):
    """What a word is."""

    KEYWORD = "keyword"
    WORD = "word"
    TEXT = "text"
    NAME = "name"
    SIGN = "sign"
    END = "end"


@frozen
class Word:
    """One word; `text` is without its quotes, and in lower case for a keyword. `at` is the index of its beginning."""

    kind: WordKind
    text: str
    at: int

    @property
    def said(self) -> str:
        """The word as an error names it."""
        return (
            "the end" if self.kind is WordKind.END else printable(self.text) if self.text.strip() else "an empty text"
        )


def words(text: str, option: str = WHERE) -> list[Word]:
    """The words of an expression, with an END behind them. Raises LedgerError, which names the `option`."""
    if len(text) > MAX_LENGTH:
        raise error(text, MAX_LENGTH, f"it has more than {MAX_LENGTH} characters", option=option)
    found: list[Word] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            reason = _UNCLOSED if text[at] in "'\"`" else f"{text[at]!r} means nothing here"
            raise error(text, at, reason, option=option)
        kind, said = str(match.lastgroup), match[0]
        if kind == "sign":
            found.append(Word(kind=WordKind.SIGN, text={"==": "=", "<>": "!="}.get(said, said), at=at))
        elif kind == "word" and said.lower() in KEYWORDS:
            found.append(Word(kind=WordKind.KEYWORD, text=said.lower(), at=at))
        elif kind == "word":
            found.append(Word(kind=WordKind.WORD, text=said, at=at))
        elif kind != "blank":
            inner = said[1:-1].replace(said[0] * 2, said[0])
            found.append(Word(kind=WordKind.NAME if kind == "name" else WordKind.TEXT, text=inner, at=at))
        if len(found) > MAX_WORDS:
            hint = "narrow the rows down with `in (a, b)` or ~"
            raise error(text, at, f"it has more than {MAX_WORDS} words", hint, option=option)
        at = match.end()
    return [*found, Word(kind=WordKind.END, text="", at=len(text.rstrip()))]


_UNCLOSED: Final = "the quote is never closed"


def error(text: str, at: int, reason: str, hint: str | None = None, *, option: str = WHERE) -> LedgerError:
    """The error that points at a place of the expression behind an `option`."""
    message = f"cannot read {option}, column {at + 1}: {printable(reason)}\n{pointed(text, at)}"
    return LedgerError(message, hint=printable(hint or f"write for example: {EXAMPLES[option]}"))
