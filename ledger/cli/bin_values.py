"""Parse how numbers are cut into bins: `5`, `each`, `lr=5`, `lr=0.001,0.01,0.1`, `lr=each`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

from ledger.analysis.coverage.tried import Bins
from ledger.cli.values import once
from ledger.errors import LedgerError

_EACH = "each"
_HINT = "--bins 5 (for every parameter), --bins lr=5, --bins lr=0.001,0.01,0.1 (edges), --bins lr=each"


def bins(texts: Iterable[str] | None) -> Bins:
    """How all parameters are cut, and how single ones. Raises LedgerError."""
    given = list(texts or ())
    general = [text for text in given if "=" not in text]
    if len(general) > 1:
        raise LedgerError(f"--bins {general[0]} and --bins {general[1]} both apply to all parameters", hint=_HINT)
    every = _cut(general[0], general[0]) if general else None
    if isinstance(every, tuple):
        raise LedgerError(f"--bins {general[0]}: edges need the name of a parameter", hint=f"--bins lr={general[0]}")
    single = once("--bins", (_own(text) for text in given if "=" in text))
    return Bins(every=every, each=bool(general) and every is None, by=single)


def _own(text: str) -> tuple[str, int | tuple[float, ...] | None]:
    name, _, cut = text.rpartition("=")
    return name.strip(), _cut(text, cut)


def _cut(text: str, cut: str) -> int | tuple[float, ...] | None:
    """A number of bins, their edges, or None for each value by itself."""
    if cut.strip() == _EACH:
        return None
    try:
        if "," not in cut and cut.strip().isdecimal():
            count = int(cut)
            if count < 1:
                raise ValueError
            return count
        edges = tuple(float(edge) for edge in cut.split(","))
    except ValueError:
        raise LedgerError(f"--bins {text} is neither a number of bins nor edges", hint=_HINT) from None
    if not all(map(math.isfinite, edges)) or any(a >= b for a, b in pairwise(edges)):
        raise LedgerError(f"--bins {text}: edges must be finite numbers in increasing order", hint=_HINT)
    return edges
