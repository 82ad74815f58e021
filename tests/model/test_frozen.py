"""`frozen` makes what `dataclass` would."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import MISSING, FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, ClassVar

import pytest

from ledger.model.frozen import frozen


@frozen
class Point:
    """What is made here."""

    x: int
    y: float = 0.5
    names: list[str] = field(default_factory=list, hash=False)
    at: int = field(default=0, compare=False)
    seen: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("below zero")


@frozen
class Deep(Point):
    """It inherits fields."""

    z: int

    def __repr__(self) -> str:
        return "deep"


@frozen
class Nothing:
    """It has no field."""


Same: Any = dataclass(frozen=True, slots=True, kw_only=True)(
    type(
        "Point",
        (),
        {
            "__annotations__": {"x": int, "y": float, "names": list, "at": int, "seen": Mapping},
            "__qualname__": "Point",
            "y": 0.5,
            "names": field(default_factory=list, hash=False),
            "at": field(default=0, compare=False),
            "seen": None,
        },
    )
)


def test_it_is_a_dataclass() -> None:
    point = Point(x=1, names=["a"])

    assert repr(point) == repr(Same(x=1, names=["a"])) == "Point(x=1, y=0.5, names=['a'], at=0, seen=None)"
    assert [f.name for f in fields(point)] == [f.name for f in fields(Same)]
    assert asdict(point) == {"x": 1, "y": 0.5, "names": ["a"], "at": 0, "seen": None}
    assert replace(point, y=2.0) == Point(x=1, y=2.0, names=["a"])
    assert Point(x=1).names is not Point(x=1).names


def test_values_are_compared() -> None:
    assert Point(x=1, at=1) == Point(x=1, at=2)
    assert hash(Point(x=1, names=["a"])) == hash(Point(x=1, names=["b"]))
    assert Point(x=1) != Point(x=2)
    assert Point(x=1) != Same(x=1)
    assert Nothing() == Nothing()
    nan = float("nan")
    assert (Point(x=1, y=nan) == Point(x=1, y=nan)) is (Same(x=1, y=nan) == Same(x=1, y=nan)) is True


def test_nothing_can_be_set() -> None:
    point: Any = Point(x=1)
    for name in ("x", "other"):
        with pytest.raises(FrozenInstanceError):
            setattr(point, name, 2)
        with pytest.raises(FrozenInstanceError):
            delattr(point, name)
    assert not hasattr(point, "__dict__")


def test_what_is_given_is_checked() -> None:
    make: Any = Point
    for arguments, named in (((), {}), ((1,), {}), ((), {"x": 1, "w": 1})):
        with pytest.raises(TypeError):
            make(*arguments, **named)
    with pytest.raises(ValueError, match="below zero"):
        Deep(x=-1, z=1)


def test_pickled_and_read_again() -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        deep = pickle.loads(pickle.dumps(Deep(x=1, z=3, names=["a"]), protocol))
        assert (deep.x, deep.y, deep.names, deep.z) == (1, 0.5, ["a"], 3)


def test_methods_of_its_own_stay() -> None:
    assert repr(Deep(x=1, z=3)) == "deep"
    assert Deep(x=1, z=3) == replace(Deep(x=1, z=1), z=3)


@frozen
class Unmade:
    """None is made before its fields are asked for."""

    a: int = field(default=1, compare=False)
    b: tuple[str, ...] = ()


@frozen
class Below(Unmade):
    """It has another default."""

    c: str
    a: int = 2


def test_the_fields_are_known_before_any_value_is_made() -> None:
    assert [is_dataclass(each) for each in (Below, Nothing, int)] == [True, True, False]
    found = fields(Below)
    assert [(f.name, f.type, f.default) for f in found] == [
        ("a", "int", 2),
        ("b", "tuple[str, ...]", ()),
        ("c", "str", MISSING),
    ]
    assert all(f.kw_only for f in found)
    assert fields(Unmade)[0].default == 1
    assert not fields(Unmade)[0].compare
    below: Any = object.__new__(Below)
    below.__setstate__([3, ("x",), "y"])
    assert below == Below(a=3, b=("x",), c="y")
    assert below != Below(a=4, b=("x",), c="y")


def test_a_variable_of_the_class_is_no_field() -> None:
    with pytest.raises(TypeError, match="Wrong has a variable of the class"):

        @frozen
        class Wrong:
            kept: ClassVar[int] = 1
