"""The groups of a data set's files: by a folder in their paths, or by a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from ledger.errors import LedgerError
from ledger.model.bounds import is_full_id
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.near_misses import did_you_mean

NONE: Final = "none"
"""The group of the files that no other has."""


@frozen
class Groups:
    """The groups of one path. `of`: the group of every file, by its path there; `titles`: what is said of a group.

    `sizes` counts the files of each, in the order of the names, but of additions, whose order is that of history.
    """

    of: Mapping[str, str]
    sizes: Mapping[str, int]
    titles: Mapping[str, str]

    def named(self, names: Iterable[str], path: str) -> tuple[str, ...]:
        """The groups that were meant, each once. Raises LedgerError with near misses where `path` has none of a name.

        The id of an addition may be shortened, or longer.
        """
        return tuple(dict.fromkeys(self._named(name, path) for name in names))

    def _named(self, name: str, path: str) -> str:
        if name in self.sizes:
            return name
        begun = [known for known in self.sizes if known in self.titles and len(name) >= _SHORTEST]
        found = [known for known in begun if known.startswith(name) or name.startswith(known)]
        if len(found) == 1:
            return found[0]
        hint = did_you_mean(name, list(self.sizes), f"its groups: {listed(list(self.sizes), 12)}")
        shown = name[:_DIGITS] if is_full_id(name) else name
        raise LedgerError(f"{path} has no group {shown}, or it has no files", hint=hint)


# how many digits of a commit's id say which is meant
_SHORTEST = 4
# and how many are shown
_DIGITS = 8


def grouped(of: Mapping[str, str], titles: Mapping[str, str] | None = None) -> Groups:
    """The groups with their sizes; with `titles`, in their order."""
    counts = Counter(of.values())
    order = [name for name in titles if name in counts] if titles else sorted(counts)
    return Groups(of=of, sizes={name: counts[name] for name in order}, titles=titles or {})


def by_folder(paths: Iterable[str], pattern: str) -> Groups:
    """Files by what stands for `{name}` in a pattern such as `{site}/**` or `images/{site}-*.png`.

    `*` is anything but `/`, `**` any folders; what the pattern does not meet is in the group `none`. Raises LedgerError
    where the pattern has no `{name}`, or more than one.
    """
    met = compiled(pattern).fullmatch
    return grouped({path: NONE if (found := met(path)) is None else found[1] for path in paths})


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern for paths with one group, that of its `{name}`. Raises LedgerError where there is not just one."""
    parts = re.findall(r"\{[^{}/]*\}|\*\*/|\*\*|\*|\?|[^*?{}]+|[{}]", pattern)
    names = [part for part in parts if _NAME.fullmatch(part)]
    if len(names) != 1 or "{" in parts or "}" in parts or "{}" in parts:
        raise LedgerError(
            f"{pattern!r} does not say which part of a path is the group",
            hint='write it as one {name}, such as "{site}/**"',
        )
    return re.compile("".join(_SIGNS.get(part) or _plain(part) for part in parts), re.DOTALL)


_NAME = re.compile(r"\{[^{}/]+\}")
_SIGNS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _plain(part: str) -> str:
    return "([^/]+)" if _NAME.fullmatch(part) else re.escape(part)


def by_table(paths: Iterable[str], table: Mapping[str, str], *, folder: str) -> Groups:
    """Files by a table of groups by path: of a file, or of a folder that it lies in (a case, a patient).

    Its paths are those in `folder`, or in the repository; files that it misses are in the group `none`.
    """
    known = {_within(path, folder): group for path, group in table.items()}
    return grouped({path: _looked_up(path, known) for path in paths})


def _within(path: str, folder: str) -> str:
    return path.removeprefix("./").removeprefix(f"{folder}/").rstrip("/")


def _looked_up(path: str, known: Mapping[str, str]) -> str:
    at = path
    while at not in known:
        at, slash, _ = at.rpartition("/")
        if not slash:
            return NONE
    return known[at]
