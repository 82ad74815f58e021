"""Parts of a data set: some of its groups, or all but some, and a sample of its files.

A listing has the files of a folder by their path in it, each with what names its content: DVC's md5, or git's id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

Listing = Mapping[str, str]


def only(listing: Listing, group_of: Mapping[str, str], groups: Collection[str]) -> dict[str, str]:
    """The files of these groups. `group_of` has the group of every file of the listing."""
    return {path: content for path, content in listing.items() if group_of[path] in groups}


def without(
    listing: Listing,
    group_of: Mapping[str, str],
    groups: Collection[str],
    *,
    before: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The files of the other groups, and `before`, what files of the groups left out were earlier."""
    kept = {path: content for path, content in listing.items() if group_of[path] not in groups}
    return kept if before is None else {**kept, **before}


def sample(listing: Listing, keep: float, draw: int) -> dict[str, str]:
    """A share `keep` of the files, above 0 and at most 1: exactly `size_of_sample` of them.

    Every file has a rank that follows from `draw` and its own path alone, and the first ranks are kept. So a smaller
    share is part of a larger one; and two arms whose files differ by some keep the same of those that they share, but
    for the few at the end of the ranking that the exact count moves.
    """
    kept = size_of_sample(len(listing), keep)
    if kept == len(listing):
        return dict(listing)
    chosen = set(sorted(listing, key=lambda path: (_rank(draw, path), path))[:kept])
    return {path: content for path, content in listing.items() if path in chosen}


def size_of_sample(count: int, keep: float) -> int:
    """How many of `count` files a share is: the nearest whole number, halves upwards."""
    return int(keep * count + 0.5)


def _rank(draw: int, path: str) -> bytes:
    # surrogates stand for bytes that are no UTF-8, in file names of git's
    return hashlib.sha256(f"{draw}\0{path}".encode("utf-8", "surrogateescape")).digest()
