"""What somebody may have meant who typed a name that is not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from ledger.errors import LedgerError
from ledger.model.listing import listed


def near_misses(key: str, keys: Iterable[str], n: int = 3) -> list[str]:
    """At most `n` of `keys` that `key` may mean, best first: alike, or with the same last component."""
    import difflib

    def score(candidate: str) -> float:
        likeness = difflib.SequenceMatcher(None, key.lower(), candidate.lower()).ratio()
        same_end = _last(candidate) == _last(key)
        return max(likeness, 0.8 + likeness / 10) if same_end else likeness

    scored = [(score(candidate), candidate) for candidate in dict.fromkeys(keys)]
    return [candidate for value, candidate in sorted(scored, key=lambda pair: -pair[0]) if value >= 0.6][:n]


def did_you_mean(key: str, keys: Iterable[str], otherwise: str) -> str:
    """The hint for a name that is not among the keys: those that it may mean, or else what helps where none is near."""
    return either_of(near_misses(key, keys), otherwise)


def either_of(near: Collection[str], otherwise: str) -> str:
    """The same where what may be meant is known."""
    return f"did you mean {' or '.join(near)}?" if near else otherwise


def unknown_metric(name: str, known: Sequence[str], trials: str = "here", *, asked: str | None = None) -> LedgerError:
    """The refusal of a metric that none of the trials has; `asked` is the name that was typed, where it is an alias."""
    hint = did_you_mean(name, known, f"they have {listed(known, 8) or 'none'}")
    return LedgerError(f"no trial {trials} has a metric {asked or name}", hint=hint)


def _last(key: str) -> str:
    return re.split(r"[.:]", key)[-1].lower()
