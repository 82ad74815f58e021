"""Which configurations may not be: those for which an `--exclude` expression is true.

A combination of a few parameters is excluded where every way to complete it is: what follows from several expressions
together is found too. Where a level is a bin, its values are ways to complete it.

Only the comparisons tell values of a parameter apart, so those with which all of them agree are taken together as a
kind: of ten parameters with a comparison each there are 2^10 configurations of kinds, whatever the number of values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ledger.analysis.conditions import comparison
from ledger.analysis.coverage.levels import key_of
from ledger.analysis.coverage.parameters import Codes, Varied, meant, unknown
from ledger.analysis.fields import PARAMS, Field, FieldKind
from ledger.errors import LedgerError
from ledger.model import where_words
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.parameters import Value
from ledger.model.where import All, Atom, Not, Test, Where, atoms
from ledger.model.where import Any as AnyOf
from ledger.model.where_parser import parse

MOST: Final = 4_000_000
"""So many configurations of kinds are looked at; beyond, the expressions are refused."""

# as many has an array of NumPy in all its versions
_AXES: Final = 32

Mask: TypeAlias = NDArray[np.bool_]


@frozen
class GroupMember:
    """A parameter in a group: its kinds of values.

    `place` is that of the parameter among those that count, None of one that never varied. `kinds` has a row per level
    and a column per kind, true where some value of the level is of the kind; `values` are those, the most used first.
    `kind_of` is the kind of each of the parameter's values.
    """

    name: str
    place: int | None
    kinds: Mask
    values: Mapping[tuple[int, int], Value]
    kind_of: NDArray[np.intp]


@frozen
class Group:
    """Parameters that expressions tie together; `allowed` has an axis per side, over its kinds."""

    sides: tuple[GroupMember, ...]
    allowed: Mask

    def begun(self, levels: Mapping[int, int]) -> Mask:
        """The configurations of kinds that are allowed with these levels, by the places of their parameters."""
        left = self.allowed
        for axis, side in enumerate(self.sides):
            if side.place is not None and side.place in levels:
                left = left & _along(side.kinds[levels[side.place]], axis, left.ndim)
        return left

    def possible(self, places: Sequence[int]) -> Mask:
        """Which levels of the parameters at these places may go together: an axis per place, in their order."""
        axes = {side.place: axis for axis, side in enumerate(self.sides)}
        others = tuple(axis for place, axis in axes.items() if place not in places)
        left = self.allowed.any(axis=others)
        kept = [side for side in self.sides if side.place in places]
        for axis, side in enumerate(kept):
            # a level is possible where one of its kinds is
            counted = np.tensordot(side.kinds.astype(np.int32), left.astype(np.int32), axes=(1, axis))
            left = np.moveaxis(counted > 0, 0, axis)
        order = [side.place for side in kept]
        return np.transpose(left, [order.index(place) for place in places])

    def forbids(self, values: Codes) -> Mask:
        """Which configurations are excluded: `values` has a row for each, with the place of every parameter's value.

        One that lacks a parameter of the group is not.
        """
        places = [side.place for side in self.sides if side.place is not None]
        whole = (values[:, places] >= 0).all(axis=1)
        kinds = [side.kind_of[0 if side.place is None else values[whole, side.place]] for side in self.sides]
        wrong: Mask = np.zeros(len(values), np.bool_)
        wrong[whole] = ~self.allowed[tuple(kinds)]
        return wrong

    def completed(self, levels: Mapping[int, int]) -> dict[str, Value]:
        """Values for these levels of all its parameters that are allowed together, the most used of several.

        The levels must be possible together.
        """
        allowed = np.argwhere(self.begun(levels))

        def rank(kinds: Sequence[int]) -> tuple[int, ...]:
            # the kind of a level's most used value is met first in `values`
            ranks = []
            for side, kind in zip(self.sides, kinds, strict=True):
                own = [k for (level, k) in side.values if level == (0 if side.place is None else levels[side.place])]
                ranks.append(own.index(kind) if kind in own else len(own))
            return tuple(ranks)

        best = min((tuple(int(k) for k in row) for row in allowed), key=rank)
        return {
            side.name: side.values[levels[side.place], kind]
            for side, kind in zip(self.sides, best, strict=True)
            if side.place is not None
        }


def excluded(texts: Sequence[str], taken: Varied, known: Iterable[str]) -> tuple[Group, ...]:
    """What the expressions allow, in groups that have no parameter in common. `known`: all parameters' names.

    Raises LedgerError, which points at what cannot be read, is not a parameter, or forbids everything.
    """
    read = [_Read(text, taken, tuple(known)) for text in texts]
    groups = []
    for tied in _tied(read):
        names = list(dict.fromkeys(name for one in tied for name in one.names))
        comparisons = [(one, atom) for one in tied for atom in atoms(one.where)]
        made = [_side(name, taken, comparisons) for name in names]
        count = math.prod(side.kinds.shape[1] for side, _ in made)
        if count > MOST or len(names) > _AXES:
            raise LedgerError(
                f"--exclude combines {listed(names, 6)} in too many ways to check: {count:,}",
                hint="write fewer comparisons in one expression, or split them by parameter",
            )
        allowed = np.ones([side.kinds.shape[1] for side, _ in made], np.bool_)
        place = {name: axis for axis, name in enumerate(names)}
        truths = {name: truth for name, (_, truth) in zip(names, made, strict=True)}
        for one in tied:
            allowed &= ~_true(one, one.where, truths, place)[0]
        if not allowed.any():
            raise LedgerError(
                "--exclude forbids every configuration of the values that were used",
                hint=f"it leaves no value of {listed(names, 5, word='or')}: loosen it",
            )
        groups.append(Group(sides=tuple(side for side, _ in made), allowed=allowed))
    return tuple(groups)


class _Read:
    """An expression, with the parameter that each of its names means."""

    def __init__(self, text: str, taken: Varied, known: Sequence[str]) -> None:
        self.text = text
        self.where = parse(text, where_words.EXCLUDE)
        self.meant = {atom.name.text: _meant(atom, text, taken, known) for atom in atoms(self.where)}
        self.names = tuple(dict.fromkeys(self.meant.values()))

    def test(self, atom: Atom) -> Test[tuple[Value]]:
        """What a comparison says of a value of its parameter."""
        field = Field(name=PARAMS + self.meant[atom.name.text], kind=FieldKind.PARAM, get=_only)
        return comparison(atom, field, self.text, where_words.EXCLUDE)


def _only(value: Any) -> Any:
    return value[0]


def _meant(atom: Atom, text: str, taken: Varied, known: Sequence[str]) -> str:
    counting = [*(one.name for one in taken.parameters), *(one.name for one in taken.fixed)]
    word = atom.name.text
    found = meant(word, counting)
    if len(found) == 1:
        return found[0]
    others = meant(word, [*taken.replicates, *taken.dropped])
    if found:
        reason, hint = f"{word} may mean {listed(found, 5, word='or')}", f"write {' or '.join(found[:3])}"
    elif others:
        why = "it only repeats" if others[0] in taken.replicates else "it is left out"
        reason, hint = f"{others[0]} does not count here: {why}", f"--keep {others[0]} lets it count"
    else:
        reason, hint = f"no trial has a parameter {word}", unknown(word, known)
    raise where_words.error(text, atom.name.at, reason, hint, option=where_words.EXCLUDE)


def _tied(read: Sequence[_Read]) -> list[list[_Read]]:
    """The expressions in groups that share no parameter."""
    groups: list[list[_Read]] = []
    for one in read:
        touched = [group for group in groups if any(set(one.names) & set(other.names) for other in group)]
        groups = [group for group in groups if group not in touched]
        groups.append([*(each for group in touched for each in group), one])
    return groups


_Truth: TypeAlias = dict[tuple[int, int], tuple[Mask, Mask]]


def _side(name: str, taken: Varied, comparisons: Sequence[tuple[_Read, Atom]]) -> tuple[GroupMember, _Truth]:
    """The kinds of a parameter's values, and what each comparison with it says of each kind: true, or false."""
    place = next((at for at, one in enumerate(taken.parameters) if one.name == name), None)
    if place is None:
        used: Sequence[Value] = [next(one.value for one in taken.fixed if one.name == name)]
        levels = [used]
    else:
        used = taken.parameters[place].values
        levels = [level.values for level in taken.parameters[place].levels]
    own = [(one, atom) for one, atom in comparisons if one.meant[atom.name.text] == name]
    tests = [one.test(atom) for one, atom in own]
    kinds: dict[tuple[bool | None, ...], int] = {}
    values: dict[tuple[int, int], Value] = {}
    kind_of: dict[object, int] = {}
    for at, level in enumerate(levels):
        for value in level:
            said = tuple(test((value,)) for test in tests)
            kind = kind_of[key_of(value)] = kinds.setdefault(said, len(kinds))
            values.setdefault((at, kind), value)
    mask = np.zeros((len(levels), len(kinds)), np.bool_)
    for at, kind in values:
        mask[at, kind] = True
    truth: _Truth = {}
    for number, (one, atom) in enumerate(own):
        said_of = [said[number] for said in kinds]
        truth[id(one), id(atom)] = (
            np.array([said is True for said in said_of]),
            np.array([said is False for said in said_of]),
        )
    places = np.array([kind_of[key_of(value)] for value in used], np.intp)
    return GroupMember(name=name, place=place, kinds=mask, values=values, kind_of=places), truth


def _true(one: _Read, where: Where, truths: Mapping[str, _Truth], place: Mapping[str, int]) -> tuple[Mask, Mask]:
    """Where an expression is true and where it is false; between them it is neither."""
    if isinstance(where, Not):
        true, false = _true(one, where.part, truths, place)
        return false, true
    if isinstance(where, All | AnyOf):
        parts = [_true(one, part, truths, place) for part in where.parts]
        true, false = parts[0]
        for more_true, more_false in parts[1:]:
            if isinstance(where, All):
                true, false = true & more_true, false | more_false
            else:
                true, false = true | more_true, false & more_false
        return true, false
    name = one.meant[where.name.text]
    true, false = truths[name][id(one), id(where)]
    return _along(true, place[name], len(place)), _along(false, place[name], len(place))


def _along(values: NDArray[Any], axis: int, axes: int) -> Mask:
    """A vector as an array of this many axes that changes along one."""
    return values.reshape([-1 if at == axis else 1 for at in range(axes)])
