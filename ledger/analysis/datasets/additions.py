"""Additions: which version of a data set brought each of its files, or changed it last.

A version's listing has the files by path with what names their content. The first version brought all that it holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ledger.analysis.datasets.parts import Listing
from ledger.model.frozen import frozen

History = Mapping[str, tuple[tuple[int, str | None], ...]]
"""By path: the versions that changed a file, counted from 0, with its content since then; None where it went."""


@frozen
class Step:
    """What one version did to the files of the one before, as sorted paths."""

    brought: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def step(before: Listing, after: Listing) -> Step:
    """What differs between two listings."""
    differs = [path for path, _ in after.items() - before.items()]
    return Step(
        brought=tuple(sorted(path for path in differs if path not in before)),
        changed=tuple(sorted(path for path in differs if path in before)),
        removed=tuple(sorted(before.keys() - after.keys())),
    )


def history(listings: Iterable[Listing]) -> dict[str, tuple[tuple[int, str | None], ...]]:
    """What became of every file, from the listings of all versions, the oldest first."""
    found: dict[str, tuple[tuple[int, str | None], ...]] = {}
    before: Listing = {}
    for number, listing in enumerate(listings):
        for path, content in listing.items() - before.items():
            found[path] = (*found.get(path, ()), (number, content))
        for path in before.keys() - listing.keys():
            found[path] = (*found[path], (number, None))
        before = listing
    return found


def last(of: History) -> dict[str, int]:
    """The version that brought or last changed each file that the last version holds."""
    return {path: changes[-1][0] for path, changes in of.items() if changes[-1][1] is not None}


def earlier(of: History, left_out: Collection[int]) -> dict[str, str]:
    """What the files that versions `left_out` changed last were before these, without those that were not there.

    Of two additions in a row that are both left out, neither counts.
    """
    found = {}
    for path, changes in of.items():
        if changes[-1][1] is None or changes[-1][0] not in left_out:
            continue
        content = next((held for number, held in reversed(changes) if number not in left_out), None)
        if content is not None:
            found[path] = content
    return found
