"""What is doubtful about the noise that a comparison rests on, though it could be tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.stats.contrast import Contrast

# differences that spread by less than this share of the values may be rounding of 32-bit numbers
_DUST = 1e-6


def variation(metric: str, found: Contrast, sides: Mapping[str, Sequence[float]]) -> list[str]:
    """The doubts, as remarks. `sides` holds the values that were compared, by the side's label."""
    said = [
        f"every replicate of {label} has the same {metric}: do they change anything?"
        for label, values in sides.items()
        if len(set(values)) == 1
    ]
    if min(found.n, found.n if found.n_baseline is None else found.n_baseline) == 2:
        said.append("two replicates: the estimate of the noise is itself nearly a guess")
    if found.sd < _DUST * max(abs(value) for values in sides.values() for value in values):
        said.append(f"{metric} varies by less than a millionth of its size: this may be the rounding of 32-bit numbers")
    return said
