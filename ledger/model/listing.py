"""Names and numbers of things in a sentence: names in one order and with the right verb."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set


def listed(names: Iterable[str], most: int | None = None, *, word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; of more than `most` the first ones: `a, b and 3 more`; "" of none.

    One more than `most` is shown too: its name takes hardly more room than to count it.
    What has no order of its own, as a set, is sorted. `word` stands before the last: `a, b or c`.
    """
    known = sorted(names) if isinstance(names, Set) else list(names)
    if most is not None and len(known) > most + 1:
        return f"{', '.join(known[:most])} {word} {len(known) - most} more"
    return f" {word} ".join([", ".join(known[:-1]), known[-1]] if len(known) > 1 else known)


def are(names: Iterable[str], most: int | None = None, *, one: str = "is", many: str = "are") -> str:
    """The same with the verb that agrees: `a is`, `a and b are`."""
    known = list(names) if not isinstance(names, Set) else sorted(names)
    return f"{listed(known, most)} {one if len(known) == 1 else many}"


def some(names: Sequence[str], most: int = 5) -> str:
    """`a, b, c`; of more than `most` the first ones: `a, b and 3 more`. Verdicts store it so, and `verify` compares."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def counted(number: int, thing: str) -> str:
    """`1 trial`, `2 trials`, `0 trials`; for things whose plural ends in s."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
