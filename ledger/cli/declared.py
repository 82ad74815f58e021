"""The options and arguments of commands as they declare them, in `Annotated`, without Typer.

Importing Typer takes a third of what `ledger status` does. It is left for what a plain reading of the command line
(`reading.py`) does not cover: help, and what is wrong with a line. Then `loading.py` tells it what is declared here.
"""

from __future__ import annotations

import types
from typing import Any, Final, Union, get_args, get_origin

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


class Option(Declared):
    """What is given by a name: `--json`, `--where EXPR`."""


class Argument(Declared):
    """What is given by its place."""


def plain(annotation: Any) -> type | None:
    """The plain type that an annotation stands for: str, bool, int, or list for texts; None where it is another one."""
    if annotation in (str, bool, int):
        return annotation  # type: ignore[no-any-return]
    arguments = [a for a in get_args(annotation) if a is not types.NoneType]
    if get_origin(annotation) in (Union, types.UnionType) and len(arguments) == 1:
        return plain(arguments[0])
    return list if get_origin(annotation) is list and arguments == [str] else None


def misused(command: str, how: str) -> LedgerError:
    """The error for options that do not go together, in the words of the option parser."""
    return LedgerError(f"invalid value: {how}", hint=f"ledger {command} --help")
