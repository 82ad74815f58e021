"""A command line as far as it is typed: its words, quotes and all, and which part of the last one a shell keeps."""

from __future__ import annotations

import re
from typing import Final

# quotes may open a word and not be closed yet
_WORD: Final = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"?|'[^']*'?)+""")
_QUOTING: Final = re.compile(r"""["'\\]""")


def words(line: str) -> list[str]:
    """The words of a line without their quotes; the last one is empty behind a blank."""
    return [_QUOTING.sub("", each) for each in _quoted(line)]


def kept(line: str, breaks: str) -> int:
    """How many characters of its last word bash keeps, because one of `breaks` ends a word for it.

    Within an open quote none does. Of those characters only `=`, `:` and `@` are in names, and behind `@` readline
    begins no word but before it, as before `$`.
    """
    word = _quoted(line)[-1]
    if word[:1] in ("'", '"'):
        return 0
    return max((word.rfind(mark) + (mark != "@") for mark in "=:@" if mark in breaks and mark in word), default=0)


def _quoted(line: str) -> list[str]:
    found = list(_WORD.finditer(line))
    return [each[0] for each in found] + ([""] if not found or found[-1].end() < len(line) else [])
