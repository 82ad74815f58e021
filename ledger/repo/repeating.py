"""Which parameters only repeat: what they are set to is no choice of anybody's, and no configuration differs by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ledger.model.replicates import REPEAT
from ledger.model.row import Row
from ledger.model.trial_names import last_word
from ledger.repo.axes import SEED_NAMES


def repeats(trials: Iterable[Row], seed: str | None) -> Callable[[str], bool]:
    """Whether a parameter is a replicate axis of some trial, the `seed` of the settings, or is called like one."""
    axes = {axis for row in trials for axis in row.replicate or () if axis != REPEAT}
    axes |= {axis.rpartition(":")[2] for axis in axes} | ({seed} if seed is not None else set())
    return lambda name: name in axes or name.rpartition(":")[2] in axes or last_word(name) in SEED_NAMES
