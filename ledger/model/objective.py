"""What a search for the best parameters is after: `max dice`, `min loss`."""

from __future__ import annotations

from typing import Final

from ledger.errors import LedgerError
from ledger.model.directions import HIGHER, LOWER
from ledger.model.frozen import frozen

_WORDS: Final = {
    "max": HIGHER,
    "maximise": HIGHER,
    "maximize": HIGHER,
    "min": LOWER,
    "minimise": LOWER,
    "minimize": LOWER,
}


@frozen
class Objective:
    """A metric, and whether a `higher` or a `lower` value of it is better."""

    metric: str
    better: str

    @property
    def sign(self) -> int:
        """What a value is multiplied by so that lower is better."""
        return -1 if self.better == HIGHER else 1

    def __str__(self) -> str:
        return f"{'max' if self.better == HIGHER else 'min'} {self.metric}"


def parse(text: str) -> tuple[str, str | None]:
    """The metric, and whether `higher` or `lower` is better, None where the text is the metric alone.

    Raises LedgerError.
    """
    words = text.split()
    if len(words) == 1 and words[0].lower() not in _WORDS:
        return words[0], None
    better = _WORDS.get(words[0].lower()) if len(words) == 2 else None
    if better is None:
        raise LedgerError(
            f"--objective {text!r} is not a direction and a metric", hint='--objective "max dice", "min loss"'
        )
    return words[1].strip("`"), better
