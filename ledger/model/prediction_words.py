"""The text of a prediction, word by word, and the error that points into it."""

from __future__ import annotations

from typing import Final

from ledger.errors import LedgerError

EXAMPLE: Final = "accuracy >= baseline + 0.01"


class Words:
    """A text that is read from left to right; `at` is the index that has been reached."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

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
    import unicodedata

    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
