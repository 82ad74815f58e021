"""Which parameters count for coverage: those that varied, as levels; and which did not, or moved together."""

from __future__ import annotations

import fnmatch
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ledger.analysis.coverage.levels import Cut, Level, default_cut, key_of, levels
from ledger.analysis.coverage.tried import Bins, CoverageOptions, Tried
from ledger.analysis.fields import PARAMS, finite
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.near_misses import either_of, near_misses
from ledger.model.parameters import Value
from ledger.model.trial_names import last_word

Codes: TypeAlias = NDArray[np.intp]
"""A row per configuration and a column per parameter: the place of its level, -1 where it has no such parameter."""


@frozen
class VariedParameter:
    """A parameter that varied. `absent`: how many configurations have none of that name."""

    name: str
    levels: tuple[Level, ...]
    values: tuple[Value, ...]
    absent: int

    @property
    def binned(self) -> bool:
        """Whether some of its levels are bins."""
        return any(level.binned for level in self.levels)


@frozen
class Fixed:
    """A parameter with one value wherever there is one of that name."""

    name: str
    value: Value
    absent: int


@frozen
class Varied:
    """The parameters that count, and their level in each configuration; `value_codes`: which of their `values` it is.

    `fixed`: those that never varied; `replicates`: those that only repeat (seeds, folds); `dropped`: those that were
    left out by name; `together`: groups of which each value of one goes with one value of the others.
    """

    parameters: tuple[VariedParameter, ...]
    codes: Codes
    value_codes: Codes
    fixed: tuple[Fixed, ...]
    replicates: tuple[str, ...]
    dropped: tuple[str, ...]
    together: tuple[tuple[str, ...], ...]


def taken(tried: Sequence[Tried], asked: CoverageOptions, is_replicate: Callable[[str], bool]) -> Varied:
    """What the parameters took over the configurations. Raises LedgerError for a name that none has."""
    columns = _columns(tried)
    kept = [name for pattern in _patterns(asked.keep) for name in named(pattern, columns, "--keep")]
    left = {name for pattern in _patterns(asked.drop) for name in named(pattern, columns, "--drop")}
    counting = [n for n in columns if n not in left and (n in kept if kept else not is_replicate(n))]
    varied = [name for name in counting if len(columns[name].values) > 1]
    cut = _cuts(asked.bins, {name: columns[name].values for name in varied}, columns)
    parameters, codes = [], []
    for name in varied:
        column = columns[name]
        made, level_of = levels(column.values, column.counts, cut[name])
        # of few edges all numbers may lie on one side
        codes.append(np.append(np.array(level_of, np.intp), -1)[column.codes])
        absent = int((column.codes < 0).sum())
        parameters.append(VariedParameter(name=name, levels=made, values=tuple(column.values), absent=absent))
    fixed = [n for n in counting if n not in cut]
    return Varied(
        parameters=tuple(parameters),
        codes=_beside(codes, len(tried)),
        value_codes=_beside([columns[name].codes for name in varied], len(tried)),
        fixed=tuple(Fixed(name=n, value=columns[n].values[0], absent=int((columns[n].codes < 0).sum())) for n in fixed),
        replicates=tuple(n for n in columns if n not in kept and n not in left and is_replicate(n)),
        dropped=tuple(n for n in columns if n not in counting and (kept or n in left) and not is_replicate(n)),
        together=_together(dict(zip(varied, codes, strict=True))),
    )


def _beside(columns: Sequence[Codes], rows: int) -> Codes:
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0), np.intp)


@frozen
class _Column:
    values: list[Value]
    counts: list[int]
    codes: Codes


def _columns(tried: Sequence[Tried]) -> dict[str, _Column]:
    """The distinct values of every parameter, how often each was used, and which each configuration has."""
    rows = [one.params for one in tried]
    found = {}
    for name in dict.fromkeys(itertools.chain.from_iterable(rows)):
        given = [row.get(name, _ABSENT) for row in rows]
        keys = given if _are_keys(given) else [value if value is _ABSENT else key_of(value) for value in given]
        places: dict[object, int] = {_ABSENT: -1}
        codes = np.array([places.setdefault(key, len(places) - 1) for key in keys], np.intp)
        first = dict(zip(reversed(keys), reversed(given), strict=True))
        values = [first[key] for key in places if key is not _ABSENT]
        counts = np.bincount(codes[codes >= 0], minlength=len(values))
        found[name] = _Column(values=values, counts=counts.tolist(), codes=codes)
    return found


class _Absent(Enum):
    """Stands for a parameter that a configuration does not have."""

    IT = 0


_ABSENT: Final = _Absent.IT


def _are_keys(values: Sequence[Any]) -> bool:
    """Whether values stand for themselves as `key_of` would have it: faster than to ask it, for most parameters."""
    kinds = set(map(type, values)) - {_Absent}
    if float in kinds and any(isinstance(value, float) and math.isnan(value) for value in values):
        return False
    return kinds <= {str, int, float} or kinds == {bool}


def _patterns(texts: Sequence[str]) -> list[str]:
    return [part for text in texts for part in (piece.strip() for piece in text.split(",")) if part]


def named(pattern: str, known: Iterable[str], option: str) -> list[str]:
    """The parameters that a name, its end or a pattern means. Raises LedgerError, with near misses, where none is."""
    names = list(known)
    if any(sign in pattern for sign in "*?[") and pattern not in names:
        word = pattern.removeprefix(PARAMS)
        found = [n for n in names if fnmatch.fnmatchcase(n, word) or fnmatch.fnmatchcase(last_word(n), word)]
    else:
        found = meant(pattern, names)
        if len(found) > 1:
            hint = f"write {' or '.join(found[:3])}"
            raise LedgerError(f"{option} {pattern} may mean {listed(found, 5, word='or')}", hint=hint)
    if not found:
        raise LedgerError(f"{option} {pattern}: no trial has such a parameter", hint=unknown(pattern, names))
    return found


def meant(text: str, names: Sequence[str]) -> list[str]:
    """The parameters that a name may mean: with `params.` before it or without, whole or by its end."""
    word = text if text in names else text.removeprefix(PARAMS)
    return [word] if word in names else [name for name in names if name.endswith((f".{word}", f":{word}"))]


def unknown(text: str, names: Sequence[str]) -> str:
    """The hint for a name that means no parameter."""
    known = {name: name for name in names} | {last_word(name): name for name in names}
    near = dict.fromkeys(known[word] for word in near_misses(text.removeprefix(PARAMS), known))
    return either_of(near, f"the parameters are {listed(names, 8)}")


def _cuts(bins: Bins, varied: Mapping[str, Sequence[Value]], known: Iterable[str]) -> dict[str, Cut]:
    """How each parameter that varied is cut."""
    said: dict[str, Cut] = {}
    for text, cut in bins.by.items():
        for name in named(text, known, "--bins"):
            if name not in varied:
                raise LedgerError(f"--bins {text}: {name} is not a parameter that varied", hint=_varied(varied))
            if not any(finite(value) is not None for value in varied[name]):
                raise LedgerError(f"--bins {text}: {name} is not a number, so it has no bins", hint="leave it out")
            said[name] = cut
    return {
        name: said[name] if name in said else None if bins.each else bins.every or default_cut(values)
        for name, values in varied.items()
    }


def _varied(varied: Iterable[str]) -> str:
    names = list(varied)
    return f"those are {listed(names, 8)}" if names else "no parameter varied"


def _together(codes: Mapping[str, Codes]) -> tuple[tuple[str, ...], ...]:
    """Groups of parameters that only ever changed level together, wherever they are both there."""
    groups: list[list[str]] = []
    for name, own in codes.items():
        for group in groups:
            if _one_to_one(codes[group[0]], own):
                group.append(name)
                break
        else:
            groups.append([name])
    return tuple(tuple(group) for group in groups if len(group) > 1)


def _one_to_one(a: Codes, b: Codes) -> bool:
    both = (a >= 0) & (b >= 0)
    a, b = a[both], b[both]
    sizes = np.count_nonzero(np.bincount(a)), np.count_nonzero(np.bincount(b))
    if sizes[0] != sizes[1] or sizes[0] < 2:
        return False
    return len(np.unique(a * (int(b.max()) + 1) + b)) == sizes[0]
