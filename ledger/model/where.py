"""The language of `--where`: which rows of a table are wanted.

    metrics.accuracy > 0.95 and params.train.lr < 0.1 and outcome = supported
    tag in (loss, "data cleaning") or not title ~ "^Focal"
    params.train.optimizer is not null and created >= 2026-11-01

    expression := conjunction {"or" conjunction}        conjunction := factor {"and" factor}
    factor     := "not" factor | "(" expression ")" | comparison
    comparison := NAME ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~") VALUE
                | NAME ["not"] "in" "(" VALUE {"," VALUE} ")" | NAME "is" ["not"] "null"

NAME is a field, in backquotes where it has other characters. VALUE is a bare word or a text in quotes; a bare word that
is a number is compared as one, and `~` is a regular expression that is searched for. Logic has three values, as
SQL's: a comparison with what a row lacks is neither true nor false, nor is its negation, and only what is true is
chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import TypeAlias, TypeVar

from ledger.model.frozen import frozen
from ledger.model.where_words import KEYWORDS, WORD

T = TypeVar("T")


@frozen
class Literal:
    """A value as it was typed; `bare` where it had no quotes and may be a number, a date or a truth value."""

    text: str
    bare: bool
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return self.text if self.bare else '"' + self.text.replace('"', '""') + '"'


@frozen
class Name:
    """A field, by the name that was typed."""

    text: str
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        bare = WORD.fullmatch(self.text) and self.text.lower() not in KEYWORDS and not begins_a_number(self.text)
        return self.text if bare else "`" + self.text.replace("`", "``") + "`"


@frozen
class Compare:
    """`operator` is one of `= < <= > >= ~`."""

    name: Name
    operator: str
    value: Literal

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {self.value}"


@frozen
class OneOf:
    """`name in (a, b)`."""

    name: Name
    values: tuple[Literal, ...]

    def __str__(self) -> str:
        return f"{self.name} in ({', '.join(map(str, self.values))})"


@frozen
class IsNull:
    """Whether the row lacks the field."""

    name: Name

    def __str__(self) -> str:
        return f"{self.name} is null"


@frozen
class Not:
    """True where the part is false; `!=`, `!~`, `not in` and `is not null` are this too."""

    part: Where

    def __str__(self) -> str:
        # `not` before a comparison would be one level deeper than what was read, and so may be too deep
        part = self.part
        if isinstance(part, Compare) and part.operator in ("=", "~"):
            return f"{part.name} !{part.operator} {part.value}"
        if isinstance(part, OneOf):
            return f"{part.name} not in ({', '.join(map(str, part.values))})"
        if isinstance(part, IsNull):
            return f"{part.name} is not null"
        return f"not {_inner(part)}"


@frozen
class All:
    """True where every part is."""

    parts: tuple[Where, ...]

    def __str__(self) -> str:
        return " and ".join(map(_inner, self.parts))


@frozen
class Any:
    """True where one of the parts is."""

    parts: tuple[Where, ...]

    def __str__(self) -> str:
        return " or ".join(map(_inner, self.parts))


Test: TypeAlias = Callable[[T], bool | None]
Atom: TypeAlias = Compare | OneOf | IsNull
Where: TypeAlias = Atom | Not | All | Any


def atoms(where: Where) -> tuple[Atom, ...]:
    """The comparisons of an expression, from left to right."""
    if isinstance(where, Not):
        return atoms(where.part)
    if isinstance(where, All | Any):
        return tuple(atom for part in where.parts for atom in atoms(part))
    return (where,)


def compiled(where: Where, test: Callable[[Atom], Test[T]]) -> Test[T]:
    """What the expression says of a row: true, false, or None for neither. `test` makes a comparison of an atom."""
    if isinstance(where, Not):
        inner = compiled(where.part, test)

        def negated(row: T) -> bool | None:
            said = inner(row)
            return None if said is None else not said

        return negated
    if isinstance(where, All | Any):
        parts = [compiled(part, test) for part in where.parts]
        decisive = isinstance(where, Any)

        def joined(row: T) -> bool | None:
            unknown = False
            for part in parts:
                said = part(row)
                if said is decisive:
                    return decisive
                unknown = unknown or said is None
            return None if unknown else not decisive

        return joined
    return test(where)


def _inner(part: Where) -> str:
    return f"({part})" if isinstance(part, All | Any) else str(part)


def begins_a_number(text: str) -> bool:
    """Whether a bare word can be no name: `0.95`, `-1`, `.5`."""
    return text[:1].isdigit() or text[:1] in "+-."
