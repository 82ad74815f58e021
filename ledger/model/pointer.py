"""Points at a place in a text that a user typed, for the errors of small languages."""

from __future__ import annotations

# so much of a long text is shown round the place
_SHOWN = 70


def pointed(text: str, at: int) -> str:
    """Two lines: the text, on one line, and a caret below its character `at`; of a long text the part round it."""
    # takes long to import, and most commands meet no such error
    from wcwidth import wcswidth

    start = max(0, at - _SHOWN // 2) if len(text) > _SHOWN + 10 else 0
    end = start + _SHOWN if len(text) > _SHOWN + 10 else len(text)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    line = before + printable(text[start:end]) + after
    place = wcswidth(line[: at - start + len(before)])
    return f"  {line}\n  {' ' * place}^"


def printable(text: str) -> str:
    """The text with a space for every character that would move a terminal's cursor or not be seen."""
    return "".join(c if c.isprintable() else " " for c in text)
