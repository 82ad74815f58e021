"""What the function of a command declares: the type and the option of each parameter."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from ledger.cli.declared import Declared, Option

Parameters: TypeAlias = Mapping[str, tuple[type | None, Declared]]
"""The plain type of each parameter, None where it is another, and what is declared of it."""


def declarations(command: Callable[..., Any]) -> dict[str, tuple[Any, Declared]]:
    """The type and the declaration of each parameter, in their order."""
    found = {}
    for name, text in command.__annotations__.items():
        if name == "return":
            continue
        annotation = eval(text, command.__globals__) if isinstance(text, str) else text
        if get_origin(annotation) is Annotated and isinstance(annotation.__metadata__[0], Declared):
            found[name] = annotation.__origin__, annotation.__metadata__[0]
    return found


def by_name(declared: Parameters) -> dict[str, tuple[str, bool]]:
    """The parameter of each option, and what it is set to where it is a flag."""
    found = {}
    for name, (kind, option) in declared.items():
        if isinstance(option, Option):
            own = "--" + name.replace("_", "-")
            for each in option.names or ((f"{own}/--no-{own[2:]}",) if kind is bool else (own,)):
                on, _, off = each.partition("/")
                found[on] = name, True
                if off:
                    found[off] = name, False
    return found


def plain(annotation: Any) -> type | None:
    """The plain type that an annotation stands for: str, bool, int, or list for texts; None where it is another one."""
    if annotation in (str, bool, int):
        return annotation  # type: ignore[no-any-return]
    arguments = [a for a in get_args(annotation) if a is not types.NoneType]
    if get_origin(annotation) in (Union, types.UnionType) and len(arguments) == 1:
        return plain(arguments[0])
    return list if get_origin(annotation) is list and arguments == [str] else None
