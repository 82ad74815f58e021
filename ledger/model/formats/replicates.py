"""The plan's `replicates:` as a mapping of axes to values, read and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.model.replicates import (
    FOLD,
    KIND,
    KINDS,
    MAX_POINTS,
    REPEAT,
    RESHUFFLED_BY,
    SPLIT,
    Axis,
    Replicates,
    Value,
    checked_value,
)

KEEP = "keep"
DRAWS = "draws"


def from_mapping(obj: object) -> Replicates:
    """What the plan's `replicates:` declares; a ValueError that names the key where it is wrong.

    `{seed: [0, 1]}` is an axis, `{repeat: 5}` is one of 0 to 4, `{data/raw: {keep: 0.9, draws: [0, 1]}}` is one of
    samples of data. `kind: fold` marks the axis of cross-validation: that whose last component is
    `fold`, else has `fold` in it, else the first; `kind: split` likewise; `kind: {cv: fold, noise: seed}` names them.
    `reshuffled_by: seed` says that each value of that axis makes new folds.
    """
    if not isinstance(obj, Mapping):
        raise ValueError(f"replicates: names with lists were expected, not {obj!r}")
    values: dict[str, tuple[Value, ...]] = {}
    samples: dict[str, float] = {}
    for name, given in obj.items():
        if not isinstance(name, str):
            raise ValueError(f"{name!r}: the name of an axis is a text")
        if name not in (KIND, RESHUFFLED_BY):
            if isinstance(given, Mapping) and {KEEP, DRAWS} & given.keys():
                samples[name], given = _sample(name, given)
            values[name] = _values(name, given)
    kinds = _kinds(obj[KIND], tuple(name for name in values if name not in samples)) if KIND in obj else {}
    kinds |= dict.fromkeys(samples, SPLIT)
    by = obj.get(RESHUFFLED_BY)
    if by is not None and FOLD not in kinds.values():
        raise ValueError(f"{RESHUFFLED_BY}: no axis is declared the one of the folds ({KIND}: {FOLD})")
    if by is not None and not isinstance(by, str):
        raise ValueError(f"{RESHUFFLED_BY}: the name of an axis was expected, not {by!r}")
    return Replicates(
        axes=tuple(
            Axis(
                name=n,
                values=v,
                kind=kinds.get(n),
                reshuffled_by=by if kinds.get(n) == FOLD else None,
                keep=samples.get(n),
            )
            for n, v in values.items()
        )
    )


def to_mapping(replicates: Replicates) -> dict[str, object]:
    """The plan's `replicates:`, which `from_mapping` reads as equal replicates."""
    result: dict[str, object] = {}
    for axis in replicates.axes:
        count = len(axis.values)
        counted = axis.name == REPEAT and [repr(v) for v in axis.values] == [repr(i) for i in range(count)]
        result[axis.name] = count if counted else list(axis.values)
        if axis.keep is not None:
            result[axis.name] = {KEEP: axis.keep, DRAWS: list(axis.values)}
    own = [axis for axis in replicates.axes if axis.keep is None]
    kinds = {axis.name: axis.kind for axis in own if axis.kind is not None}
    if kinds:
        first = next(iter(kinds.values()))
        plain = first in (FOLD, SPLIT) and {_named(first, tuple(axis.name for axis in own)): first} == kinds
        result[KIND] = first if plain else kinds
    parts = replicates.parts_axis
    if parts is not None and parts.reshuffled_by is not None:
        result[RESHUFFLED_BY] = parts.reshuffled_by
    return result


def _sample(name: str, given: Mapping[object, object]) -> tuple[float, object]:
    """The share and the draws of an axis of samples."""
    if set(given) != {KEEP, DRAWS}:
        raise ValueError(f"{name}: `{KEEP}`, a share, and `{DRAWS}`, a list of whole numbers, were expected")
    keep = given[KEEP]
    if isinstance(keep, bool) or not isinstance(keep, int | float):
        raise ValueError(f"{name}: `{KEEP}` is {keep!r}: a share between 0 and 1")
    return keep, given[DRAWS]


def _values(name: str, given: object) -> tuple[Value, ...]:
    if isinstance(given, int) and not isinstance(given, bool):
        if name != REPEAT:
            raise ValueError(f"{name}: a list of values was expected; write [{given}] for this one value")
        if not 1 <= given <= MAX_POINTS:
            raise ValueError(f"{name}: a number from 1 to {MAX_POINTS} was expected, not {given}")
        return tuple(range(given))
    if isinstance(given, str) or not isinstance(given, Sequence):
        expected = "a number or a list of values" if name == REPEAT else "a list of values"
        raise ValueError(f"{name}: {expected} was expected, not {given!r}")
    return tuple(checked_value(name, value) for value in given)


def _kinds(given: object, names: tuple[str, ...]) -> dict[str, str]:
    """The declared kinds by axis."""
    if isinstance(given, Mapping):
        if not given:
            raise ValueError(f"{KIND}: an axis with its kind was expected, not {given!r}")
        for name, kind in given.items():
            if name not in names or kind not in KINDS:
                raise ValueError(f"{KIND}: an axis with one of {', '.join(KINDS)} was expected, not {name!r}: {kind!r}")
        return {str(name): str(kind) for name, kind in given.items()}
    if given not in (FOLD, SPLIT):
        raise ValueError(f"{KIND}: only 'fold', 'split' and {{axis: kind}} are known, not {given!r}")
    return {_named(str(given), names): str(given)}


def _named(kind: str, names: tuple[str, ...]) -> str:
    """Which of the axes is meant where a kind is given without one."""
    names = tuple(name for name in names if name != REPEAT)
    if not names:
        raise ValueError(f"{KIND}: there is no axis that could hold the {kind}s")
    last = {name: name.rpartition(".")[2] for name in names}
    exact = [name for name in names if last[name] == kind]
    near = [name for name in names if kind in last[name]]
    return (exact or near or list(names))[0]
