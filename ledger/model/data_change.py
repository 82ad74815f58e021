"""What an arm does to the data at a path: the content of another commit, a part of it, or a sample of that.

A path is one that a `.dvc` file or git holds, from the root of git. Which files a change leaves is said by
`ledger.repo.datasets`; here is only what a plan may ask for.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from ledger.model.frozen import frozen
from ledger.model.patterns import pattern

ADDITION: Final = "addition"
"""Grouping of files by the commit that brought or last changed each of them."""

MAX_DRAW: Final = 2**128 - 1
"""Draws seed a generator: as many bits as a replicate's value may have."""

_WORD = pattern(r"\{([^{}]*)\}")


@frozen
class DataChange:
    """What an arm has at a path instead of what its code has there; the changes are made in the order of the fields.

    `at`: the content at the plan's base (`BASE`), or at the commit with this full id. `without` leaves the named groups
    out, `only` takes nothing but them: one or the other. `keep` is the share of the files that a sample has, and `draw`
    says which sample. A ValueError names the key that is wrong.
    """

    at: str | None = None
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    keep: float | None = None
    draw: int | None = None

    def __post_init__(self) -> None:
        if self.at is None and not self.groups and self.keep is None and self.draw is None:
            raise ValueError("changes nothing: `at`, `without`, `only` or `keep` is required")
        if self.without and self.only:
            raise ValueError("`without` and `only` contradict each other: keep one")
        twice = [name for n, name in enumerate(self.groups) if name in self.groups[:n]]
        if twice:
            raise ValueError(f"`{'without' if self.without else 'only'}` names {twice[0]} twice")
        if (self.keep is None) != (self.draw is None):
            raise ValueError("`keep` and `draw` go together: the share of a sample, and which sample")
        if self.keep is not None:
            checked_share(self.keep)
        if self.draw is not None and not 0 <= self.draw <= MAX_DRAW:
            raise ValueError(f"`draw` is {self.draw}: a whole number from 0, of at most 128 bits")

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that it names."""
        return self.without or self.only


@frozen
class Grouping:
    """How the files at a path fall into groups.

    `by` is ADDITION, a pattern of paths below it with one `{name}` (`{site}/**`), or the path of a table, whose column
    `path` has the files and whose column `group` their groups. A ValueError says what is wrong.
    """

    by: str = ADDITION
    path: str | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        columns = [name for name in ("path", "group") if getattr(self, name) is not None]
        if not self.is_table and columns:
            raise ValueError(f"`{columns[0]}` is a column of a table, and `by` is {self.by!r}, which is not a table")
        if self.is_table:
            checked_path(self.by)
            if len(columns) < 2:
                raise ValueError(
                    f"`by` is {self.by!r}, and not `addition`, a pattern with one name in braces ({{site}}/**), or a "
                    "table, with its columns `path` (of the files) and `group`"
                )
        elif self.is_pattern:
            words = _WORD.findall(self.by)
            if len(words) != 1 or not words[0].isidentifier() or re.search("[{}]", _WORD.sub("", self.by)):
                raise ValueError(f"`by` is {self.by!r}: a pattern has one name in braces, as {{site}}/**")
            checked_path(self.by)

    @property
    def is_addition(self) -> bool:
        """Whether the commits that brought the files say what the groups are."""
        return self.by == ADDITION

    @property
    def is_pattern(self) -> bool:
        """Whether folders say what the groups are."""
        return "{" in self.by or "}" in self.by

    @property
    def is_table(self) -> bool:
        """Whether a table says what the groups are."""
        return not self.is_addition and not self.is_pattern

    @property
    def word(self) -> str:
        """What one group is called: `addition`, `site`."""
        if self.is_table:
            return self.group or ""
        found = _WORD.search(self.by)
        return found[1] if found is not None else self.by


def plain_path(text: str) -> str:
    """A path as it was typed, such as `./data/raw/`, written plainly."""
    return text.removeprefix("./").rstrip("/")


def checked_path(path: str) -> str:
    """A path from the root of git. Raises ValueError for one that is not, or that leads out of it."""
    parts = PurePosixPath(path).parts
    if not parts or not path.isprintable() or str(PurePosixPath(path)) != path:
        raise ValueError(f"{path!r} is not a plain path from the root of git")
    if path.startswith("/") or ".." in parts or parts[0] in (".git", ".dvc"):
        raise ValueError(f"{path!r} does not lie in the repository")
    return path


def checked_share(share: float) -> float:
    """The share of a sample. Raises ValueError for what is none, nothing, or everything."""
    if not 0 < share < 1:
        raise ValueError(f"`keep` is {share!r}: a share between 0 and 1")
    return share
