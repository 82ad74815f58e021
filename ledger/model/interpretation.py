"""What the author of a verdict makes of it: the part of `verdict.md` below what was computed."""

from __future__ import annotations

from typing import Final

HEADING: Final = "## Interpretation"
PLACEHOLDER: Final = "<!-- What do you make of it? -->"


def interpretation_of(text: str) -> str:
    """The author's interpretation in the text of a `verdict.md`, "" where there is none."""
    return text.partition(f"\n{HEADING}\n")[2].replace(PLACEHOLDER, "").strip()
