"""The text of a prediction, word by word, and the error that points into it."""

from __future__ import annotations

from typing import Final

from ledger.errors import LedgerError
from ledger.model.pointer import pointed, printable

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
        message = f"cannot read the prediction, column {at + 1}: {reason}\n{pointed(self.text, at)}"
        return LedgerError(message, hint=printable(hint))
