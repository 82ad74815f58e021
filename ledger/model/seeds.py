"""Seeds that nobody can pick: they follow from what was predicted, of what.

They are derived from the base commit, the title and the predictions, as these were first written, so that to begin
the experiment again draws the same. Older plans name the commit that held the prediction instead.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.model.replicates import Replicates

_FROM_PLAN = "plan:"


def source(base: str, title: str, predictions: Sequence[str]) -> str:
    """What a plan's `seeds_from` says: a digest of what its seeds follow from."""
    text = json.dumps([base, title, list(predictions)], ensure_ascii=False)
    return _FROM_PLAN + hashlib.sha256(text.encode()).hexdigest()


def source_of(plan: Mapping[str, Any]) -> str:
    """The same of a plan's front matter."""
    return source(str(plan.get("base")), str(plan.get("title")), list(plan.get("predictions") or ()))


def of_a_plan(seeds_from: str) -> bool:
    """Whether the seeds follow from a plan, and not from a commit as those of older versions do."""
    return seeds_from.startswith(_FROM_PLAN)


def follow(seeds_from: str, replicates: Replicates) -> bool:
    """Whether one of the axes has the seeds that are derived."""
    return any(list(axis.values) == list(derived_seeds(seeds_from, len(axis.values))) for axis in replicates.axes)


def derived_seeds(source: str, count: int) -> tuple[int, ...]:
    """So many different seeds from 0 to 2**31 - 1 that follow from a text; fewer are the first of more."""
    found: dict[int, None] = {}
    number = 0
    while len(found) < count:
        digest = hashlib.sha256(f"{source}:{number}".encode()).digest()
        found[int.from_bytes(digest[:4], "big") >> 1] = None
        number += 1
    return tuple(found)


def fills_in_seeds(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a change of the front matter does nothing but write down the seeds that a commit's id gives."""
    asked, commit = str(before.get("seeds_from")), str(after.get("seeds_from"))
    if not asked.startswith("hashed:") or commit.startswith("hashed:"):
        return False
    seeds = list(derived_seeds(commit, int(asked.removeprefix("hashed:"))))
    others = {key: value for key, value in before.items() if key not in ("replicates", "seeds_from")}
    same = all(after.get(key) == value for key, value in others.items())
    axes = dict(after.get("replicates") or {})
    return same and list(axes.pop(next(iter(axes), ""), ())) == seeds and axes == dict(before.get("replicates") or {})
