"""What all of a plan's searches have alike: trials that follow from trials, by a rule and within a budget."""

from __future__ import annotations

from typing import Final

STEP: Final = "step"
"""At which version did a metric change? (`ledger.model.version_search`)"""
TUNE: Final = "tune"
"""Which parameters are the best? (`ledger.model.tune_search`)"""
KINDS: Final = (STEP, TUNE)

RULE: Final = 1
"""By which rule trials follow from trials: raised whenever others would follow from the same records."""

MAX_BUDGET: Final = 1000

OPEN_KEYS: Final = ("budget", "confidence")
"""What may change openly after results: how much the search may cost, and how sure it must be."""
