"""The words for which values of a metric are better."""

from __future__ import annotations

from typing import Final

HIGHER: Final = "higher"
LOWER: Final = "lower"
