"""The configurations that were tried or are planned: what each set its parameters to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import IntEnum
from typing import Any

from ledger.model.frozen import frozen


class State(IntEnum):
    """What is known of a combination; the greatest of several trials counts."""

    MISSING = 0
    PLANNED = 1
    FAILED = 2
    SUCCEEDED = 3


@frozen
class Tried:
    """One recorded trial, or one declared arm without any (`PLANNED`), with its flat parameters."""

    params: Mapping[str, Any]
    state: State


@frozen
class Bins:
    """How numeric parameters are cut into bins: `every` of them, or one `by` its name as it was typed.

    A whole number is how many bins, a tuple their edges, None that each value stays by itself.
    """

    every: int | None = None
    each: bool = False
    by: Mapping[str, int | tuple[float, ...] | None] = field(default_factory=dict)


@frozen
class CoverageOptions:
    """What is asked. `t`: of how many parameters combinations are; None for pairs, or less where fewer varied.

    `keep` and `drop`: names or patterns of the parameters that count. `exclude`: what may not be combined, each an
    expression. `complete`: how many configurations to propose at most.
    """

    t: int | None = None
    keep: Sequence[str] = ()
    drop: Sequence[str] = ()
    bins: Bins = field(default_factory=Bins)
    exclude: Sequence[str] = ()
    complete: int | None = None
