"""What was read of git and holds for good, as far as there is room."""

from __future__ import annotations

import threading
from typing import Final, Generic, TypeVar

from ledger.model.patterns import pattern

T = TypeVar("T")

# bytes that are kept in all, and of one object
_ROOM: Final = 24 << 20
_LARGEST: Final = 256 << 10
# about what Python needs for one beside its bytes
_ASIDE: Final = 400

# what a full id names never changes, nor what lies at a path below it
_FOR_GOOD: Final = pattern(r"(?:[0-9a-f]{40}|[0-9a-f]{64})(?:$|[:^])")


class Kept(Generic[T]):
    """Values by git's names for them; where there is no room, what was kept first goes. Threads may share it."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[T, int]] = {}
        self._room = _ROOM
        self._turn = threading.Lock()

    def get(self, name: str) -> T | None:
        """The value, None where none is kept."""
        found = self._values.get(name)
        return None if found is None else found[0]

    def keep(self, name: str, value: T, size: int) -> None:
        """Keep a value of this many bytes, if its name holds for good."""
        if size > _LARGEST or not _FOR_GOOD.match(name):
            return
        with self._turn:
            if name not in self._values:
                self._values[name] = value, size + _ASIDE
                self._room -= size + _ASIDE
            while self._room < 0:
                _, freed = self._values.pop(next(iter(self._values)))
                self._room += freed
