"""The options and arguments of commands as they declare them, in `Annotated`, without Typer.

Importing Typer takes a third of what `ledger status` does. It is left for what a plain reading of the command line
(`reading.py`) does not cover: help, and what is wrong with a line. Then `loading.py` tells it what is declared here.
"""

from __future__ import annotations

from typing import Final

from ledger.errors import LedgerError


class Declared:
    """An option or an argument: its names, where they are not the parameter's own, and what help says of it.

    `min` and `max` bound a whole number.
    """

    def __init__(
        self,
        *names: str,
        help: str | None = None,
        metavar: str | None = None,
        min: int | None = None,
        max: int | None = None,
        hidden: bool = False,
    ) -> None:
        self.names: Final = names
        self.help: Final = help
        self.metavar: Final = metavar
        self.min: Final = min
        self.max: Final = max
        self.hidden: Final = hidden

    def allows(self, number: int) -> bool:
        """Whether a whole number is within its bounds."""
        return (self.min is None or number >= self.min) and (self.max is None or number <= self.max)


class Option(Declared):
    """What is given by a name: `--json`, `--where EXPR`."""


class Argument(Declared):
    """What is given by its place."""


def misused(command: str, how: str) -> LedgerError:
    """The error for options that do not go together, in the words of the option parser."""
    return LedgerError(f"invalid value: {how}", hint=f"ledger {command} --help")
