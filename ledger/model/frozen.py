"""Frozen, slotted, keyword-only dataclasses that are made in a tenth of the time that `dataclass` takes for one.

`dataclass` looks through the fields of a class and writes six methods of it as source, each of which is compiled: a
third of what `ledger status` did before it answered. Of these methods only the constructor differs from class to class
in more than the fields' names. It is compiled for the first value of the class, which most commands never make, and the
fields are looked through when somebody asks for them; the other methods are shared. What is made is a dataclass to
`fields`, `replace`, `asdict` and mypy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """The class as `dataclass(frozen=True, slots=True, kw_only=True)` would make it; methods of its own stay."""
    body = dict(cls.__dict__)
    annotations: dict[str, Any] = body.get("__annotations__", {})
    if any("ClassVar" in str(annotation) for annotation in annotations.values()):
        raise TypeError(f"{cls.__name__} has a variable of the class among its fields")
    # a class cannot be given slots, nor have a default beside the slot of its name
    defaults = {name: body.pop(name) for name in annotations if name in body}
    body["__slots__"] = tuple(name for name in annotations if not any(hasattr(base, name) for base in cls.__bases__))
    body["__match_args__"] = ()
    del body["__dict__"], body["__weakref__"]
    kind: Any = type(cls)
    made: Any = kind(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    made.__dataclass_fields__ = _Fields(made, annotations, defaults)
    made.__declared__ = {
        name: each for base in cls.__bases__ for name, each in getattr(base, "__declared__", {}).items()
    }
    made.__declared__ |= {name: defaults.get(name, MISSING) for name in annotations}
    made.__init__ = _compiled_later(made)
    made.__compared__ = made.__hashed__ = None
    for method in (__eq__, __hash__, __repr__, __setattr__, __delattr__, __getstate__, __setstate__):
        if cls.__dict__.get(method.__name__) is None:
            setattr(made, method.__name__, method)
    return made  # type: ignore[no-any-return]


class _Fields:
    """The fields of a class, as `dataclass` finds them, once they are asked for."""

    def __init__(self, made: Any, annotations: dict[str, Any], defaults: dict[str, Any]) -> None:
        self._made = made
        self._body = {
            "__annotations__": annotations,
            "__module__": made.__module__,
            "__doc__": made.__doc__ or "It has none.",
            **defaults,
        }

    def __get__(self, instance: object, owner: type) -> Any:
        made = self._made
        twin: Any = type(made)(made.__name__, made.__bases__, dict(self._body))
        twin = dataclass(init=False, repr=False, eq=False, kw_only=True)(twin)
        made.__dataclass_params__ = twin.__dataclass_params__
        made.__dataclass_fields__ = twin.__dataclass_fields__
        return made.__dataclass_fields__


def _compiled_later(made: Any) -> Callable[..., None]:
    def __init__(self: Any, **given: Any) -> None:
        made.__init__ = _constructor(made)
        made.__init__(self, **given)

    return __init__


def _constructor(made: Any) -> Callable[..., None]:
    names: dict[str, Any] = {"MISSING": MISSING}
    given, body = [], []
    for name, each in made.__declared__.items():
        # what a slot's descriptor sets, `__setattr__` is not asked for
        names[f"set_{name}"] = getattr(made, name).__set__
        default = each.default if isinstance(each, Field) else each
        if default is not MISSING:
            names[f"default_{name}"] = default
            given.append(f"{name}=default_{name}")
        elif isinstance(each, Field) and each.default_factory is not MISSING:
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


def _prepare(cls: Any) -> None:
    compared, hashed = [], []
    for name, each in cls.__declared__.items():
        compares = each.compare if isinstance(each, Field) else True
        hashes = each.hash if isinstance(each, Field) else None
        compared += [name] if compares else []
        hashed += [name] if (compares if hashes is None else hashes) else []
    # the class too, so that each is a tuple however few fields there are
    cls.__compared__ = attrgetter("__class__", *compared)
    cls.__hashed__ = attrgetter("__class__", *hashed)


def __eq__(self: Any, other: Any) -> bool:
    if other.__class__ is not self.__class__:
        return NotImplemented
    if self.__compared__ is None:
        _prepare(self.__class__)
    return self.__compared__(self) == self.__compared__(other)  # type: ignore[no-any-return]


def __hash__(self: Any) -> int:
    if self.__hashed__ is None:
        _prepare(self.__class__)
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
