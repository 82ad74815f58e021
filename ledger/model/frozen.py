"""Frozen, slotted, keyword-only dataclasses that are made in a third of the time that `dataclass` takes for one.

`dataclass` writes six methods a class as source and compiles each, which is a third of what `ledger status` does before
it answers. Of these methods only the constructor differs from class to class in more than the fields' names: it alone
is compiled here, for the first value of the class, which most commands never make; the others are shared. What it makes
is a dataclass to `fields`, `replace`, `asdict` and mypy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """The class as `dataclass(frozen=True, slots=True, kw_only=True)` would make it; methods of its own stay."""
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(cls)
    made.__init__ = _compiled_later(made)
    # the class too, so that each is a tuple however few fields there are
    made.__compared__ = attrgetter("__class__", *(f.name for f in fields(made) if f.compare))
    hashed = (f.name for f in fields(made) if (f.compare if f.hash is None else f.hash))
    made.__hashed__ = attrgetter("__class__", *hashed)
    for method in (__eq__, __hash__, __repr__, __setattr__, __delattr__, __getstate__, __setstate__):
        if cls.__dict__.get(method.__name__) is None:
            setattr(made, method.__name__, method)
    return made  # type: ignore[no-any-return]


def _compiled_later(made: Any) -> Callable[..., None]:
    def __init__(self: Any, **given: Any) -> None:
        made.__init__ = _constructor(made)
        made.__init__(self, **given)

    return __init__


def _constructor(made: Any) -> Callable[..., None]:
    names: dict[str, Any] = {"MISSING": MISSING}
    given, body = [], []
    for each in fields(made):
        name = each.name
        # what a slot's descriptor sets, `__setattr__` is not asked for
        names[f"set_{name}"] = getattr(made, name).__set__
        if each.default is not MISSING:
            names[f"default_{name}"] = each.default
            given.append(f"{name}=default_{name}")
        elif each.default_factory is not MISSING:
            names[f"make_{name}"] = each.default_factory
            given.append(f"{name}=MISSING")
            body.append(f"if {name} is MISSING: {name} = make_{name}()")
        else:
            given.append(name)
        body.append(f"set_{name}(self, {name})")
    if hasattr(made, "__post_init__"):
        body.append("self.__post_init__()")
    lines = "\n    ".join(body or ["pass"])
    exec(f"def __init__(self{', *, ' if given else ''}{', '.join(given)}):\n    {lines}", names)
    return names["__init__"]  # type: ignore[no-any-return]


def __eq__(self: Any, other: Any) -> bool:
    return self.__compared__(self) == self.__compared__(other) if other.__class__ is self.__class__ else NotImplemented


def __hash__(self: Any) -> int:
    return hash(self.__hashed__(self))


def __repr__(self: Any) -> str:
    shown = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self))
    return f"{type(self).__qualname__}({shown})"


def __setattr__(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def __getstate__(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in fields(self)]


def __setstate__(self: Any, state: list[Any]) -> None:
    for each, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
