"""What somebody may have meant who typed a name that is not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable


def near_misses(key: str, keys: Iterable[str], n: int = 3) -> list[str]:
    """At most `n` of `keys` that `key` may mean, best first: alike, or with the same last component."""
    import difflib

    def score(candidate: str) -> float:
        likeness = difflib.SequenceMatcher(None, key.lower(), candidate.lower()).ratio()
        same_end = _last(candidate) == _last(key)
        return max(likeness, 0.8 + likeness / 10) if same_end else likeness

    scored = [(score(candidate), candidate) for candidate in dict.fromkeys(keys)]
    return [candidate for value, candidate in sorted(scored, key=lambda pair: -pair[0]) if value >= 0.6][:n]


def did_you_mean(near: Collection[str], otherwise: str) -> str:
    """The hint for a name that is not there: what may have been meant, or else what helps where nothing is near."""
    return f"did you mean {' or '.join(near)}?" if near else otherwise


def _last(key: str) -> str:
    return re.split(r"[.:]", key)[-1].lower()
