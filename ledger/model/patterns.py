"""Regular expressions that are compiled where they are first used: a command uses few of those that its modules have.

To compile those of `ledger status` alone takes half as long as Python takes to start.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` makes of the text, once it is used; an expression that is wrong is told only then."""
    return cast("re.Pattern[AnyStr]", _Later(text, flags))


class _Later:
    """Has the attributes of the compiled expression, each from when it is first asked for."""

    def __init__(self, text: Any, flags: int) -> None:
        self._given = text, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._given), name)
        setattr(self, name, found)
        return found
