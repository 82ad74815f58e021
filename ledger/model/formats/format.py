"""What a format of parameter files is: two functions, and what their modules share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeAlias, cast

Path: TypeAlias = tuple[object, ...]
"""The keys and list indices that lead to a value."""


class TextFormat(Protocol):
    """A format; the modules `…_text` beside this one are what there is."""

    def read(self, text: str, /) -> object:
        """What the text holds, None where it is empty; `Unreadable` where it is not of the format."""

    def edit(self, text: str, where: Path, changed: object, /) -> str:
        """The text, rewritten so that the place holds what it holds in the tree `changed`.

        Whether nothing else has changed is for the caller to check. Any ValueError, TypeError or LookupError where
        the text cannot hold the value.
        """


class Unreadable(ValueError):
    """A text that is not of the format; `line` and `column` count from 1, where known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def at(tree: object, where: Path) -> object:
    """What stands at a place of a tree."""
    for key in where:
        tree = cast("dict[object, object]", tree)[key]
    return tree


def replace(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """The text with each stretch, given by start and end, replaced."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text
