"""What is doubtful about the noise that a comparison rests on, though it could be tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.model.remarks import Kind, Remark
from ledger.stats.contrast import Contrast

# differences that spread by less than this share of the values may be rounding of 32-bit numbers
_DUST = 1e-6


def variation(metric: str, found: Contrast, sides: Mapping[str, Sequence[float]]) -> list[Remark]:
    """The doubts. `sides` holds the values that were compared, by the side's label."""
    said = [
        Remark.of(Kind.CONSTANT_SIDE, arm=label, metric=metric)
        for label, values in sides.items()
        if len(set(values)) == 1
    ]
    if min(found.n, found.n if found.n_baseline is None else found.n_baseline) == 2:
        said.append(Remark.of(Kind.TWO_REPLICATES))
    if found.sd < _DUST * max(abs(value) for values in sides.values() for value in values):
        said.append(Remark.of(Kind.ROUNDING, metric=metric))
    return said
