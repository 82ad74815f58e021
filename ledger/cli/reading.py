"""A plain reading of a command line: every option by its whole name, every value of a plain type.

Whatever else there is, also all that is wrong, is Typer's to read and to say. `tests/cli/test_reading.py` holds that
what is read here is what Typer reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ledger.cli.declarations import Parameters, by_name, declarations, plain
from ledger.cli.declared import Argument, Declared

# of a number of more digits than some thousands Python makes none
_DIGITS: Final = 18


def read(command: Callable[..., Any], given: Sequence[str]) -> dict[str, Any] | None:
    """What the function of a command is called with, by parameter; None where Typer has to read the line."""
    declared = {name: (plain(annotation), each) for name, (annotation, each) in declarations(command).items()}
    if len(declared) != command.__code__.co_argcount:
        return None
    options = by_name(declared)
    values: dict[str, Any] = {}
    places: list[str] = []
    rest = list(reversed(given))
    while rest:
        word = rest.pop()
        if word == "--":
            places += reversed(rest)
            break
        if word[:1] != "-" or word == "-":
            places.append(word)
            continue
        option, equals, value = word.partition("=")
        if option not in options or (equals and not option.startswith("--")):
            return None
        name, on = options[option]
        if declared[name][0] is bool:
            if equals:
                return None
            values[name] = on
        elif (not equals and not rest) or not _put(values, name, *declared[name], value if equals else rest.pop()):
            return None
    required = command.__code__.co_argcount - len(command.__defaults__ or ())
    return values if _place(values, places, declared, required) else None


def _put(values: dict[str, Any], name: str, kind: type | None, declared: Declared, value: str) -> bool:
    """Whether the value could be put among the others."""
    if kind is str:
        values[name] = value
    elif kind is list:
        values.setdefault(name, []).append(value)
    elif kind is int and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        values[name] = int(value)
        return declared.allows(values[name])
    else:
        return False
    return True


def _place(values: dict[str, Any], places: list[str], declared: Parameters, required: int) -> bool:
    """Whether there is a parameter for each of the words without a name, and a word for each that must be given."""
    for number, (name, (kind, each)) in enumerate(declared.items()):
        if isinstance(each, Argument):
            if kind is list:
                # an argument behind it would take from the end
                if any(isinstance(other, Argument) for _, other in list(declared.values())[number + 1 :]):
                    return False
                words, places = places, []
            else:
                words, places = places[:1], places[1:]
            if not all(_put(values, name, kind, each, word) for word in words):
                return False
        if number < required and name not in values:
            return False
    return not places
