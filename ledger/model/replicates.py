"""Replicates: the grid of points over which a variant is repeated, and the names of the trials' files.

A file's stem is made from the point alone, so that it stays the same when other values are declared later:

- axes in declared order as `axis-value`, joined by `+`: `seed-0`, `fold-2+seed-0`; no axis: `trial`;
- an axis keeps its whole dotted name: `train.seed-0`;
- a value never holds a dot, so that a dot and digits at the end are always the attempt: `seed-0.2` is the
  second attempt at 0, and the float 0.2 is `seed-0_2`. Integers are as written, floats with `_` for the point
  and no `+`, truth values `true` and `false`;
- a text is itself where it has only letters, digits, `_` and `-`. Where it has others, is long, or could be
  read as one of the above, six digits of a hash follow: `v1.2` is `v1_2_` and the digits.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from ledger.model.data_change import checked_path, checked_share
from ledger.model.frozen import frozen

Value: TypeAlias = bool | int | float | str
Point: TypeAlias = tuple[tuple[str, Value], ...]
"""Pairs of axis and value in the declared order of the axes."""

REPEAT: Final = "repeat"
KIND: Final = "kind"
RESHUFFLED_BY: Final = "reshuffled_by"

SEED: Final = "seed"
FOLD: Final = "fold"
SPLIT: Final = "split"
KINDS: Final = (SEED, FOLD, SPLIT)
"""What an axis may be declared to be: independent, the folds of a cross-validation, or random splits of the data."""

# words of which folds and splits are named
_DEPENDENT: Final = frozenset(
    (
        "fold",
        "folds",
        "kfold",
        "kfolds",
        "foldid",
        "foldidx",
        "cv",
        "crossval",
        "crossvalidation",
        "split",
        "splits",
        "partition",
        "partitions",
        "resample",
        "bootstrap",
    )
)
MAX_POINTS: Final = 10_000
MAX_STEM: Final = 80
_MAX_TEXT: Final = 40

_PLAIN: Final = r"[A-Za-z0-9_-]+"
# Texts that are as another value's slug would be: an integer, a float, a truth value, a hashed text.
_MISLEADING: Final = r"-?[0-9]+(?:_[0-9]+)?(?:e-?[0-9]+)?|true|false|.*_[0-9a-f]{6}"


@frozen
class Axis:
    """The values of one parameter (or of `repeat`, which is none).

    `kind` is what the plan declares it to be; an axis of which it says nothing is taken for independent replicates.
    `reshuffled_by` names the axis of which each value makes a new partition into these folds.
    `keep`: the axis is a path of data, and each value draws a sample of this share of its files; they are splits.
    """

    name: str
    values: tuple[Value, ...]
    kind: str | None = None
    reshuffled_by: str | None = None
    keep: float | None = None

    def __post_init__(self) -> None:
        if not self.name or not self.name.isprintable() or self.name in (KIND, RESHUFFLED_BY):
            raise ValueError(f"{self.name!r} cannot name an axis of replicates")
        if not self.values:
            raise ValueError(f"{self.name}: no values are given")
        if self.kind not in (None, *KINDS):
            raise ValueError(f"{KIND}: one of {', '.join(KINDS)} was expected for {self.name}, not {self.kind!r}")
        if self.kind in (FOLD, SPLIT) and self.name == REPEAT:
            raise ValueError(f"{self.name}: repeats are not {self.kind}s")
        if self.reshuffled_by is not None and self.kind != FOLD:
            raise ValueError(f"{RESHUFFLED_BY}: {self.name} is not declared the axis of the folds")
        if self.keep is not None:
            self._check_samples(self.keep)
        seen: dict[Value, Value] = {}
        files: dict[str, Value] = {}
        for value in self.values:
            checked_value(self.name, value)
            if value in seen:
                other = seen[value]
                same = "is given twice" if repr(value) == repr(other) else f"is the same as {other!r}"
                raise ValueError(f"{self.name}: {value!r} {same}")
            seen[value] = value
            # Not every file system tells capital letters from others.
            stem = _value_slug(value).lower()
            if stem in files:
                raise ValueError(f"{self.name}: {files[stem]!r} and {value!r} would share a file name")
            files[stem] = value

    def _check_samples(self, keep: float) -> None:
        checked_path(self.name)
        try:
            checked_share(keep)
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from None
        if self.kind != SPLIT:
            raise ValueError(f"{self.name}: samples of data are {SPLIT}s")
        strange = [v for v in self.values if isinstance(v, bool) or not isinstance(v, int) or v < 0]
        if strange:
            raise ValueError(f"{self.name}: a draw is a whole number from 0, not {strange[0]!r}")

    @property
    def is_parameter(self) -> bool:
        """Whether a trial sets a parameter of this name."""
        return self.name != REPEAT and self.keep is None

    @property
    def unclear(self) -> bool:
        """Whether the plan does not say what the axis is, and its name sounds like parts of one data set."""
        return self.kind is None and sounds_dependent(self.name)


@frozen
class Replicates:
    """The grid of all axes; without an axis, one point."""

    axes: tuple[Axis, ...] = ()

    def __post_init__(self) -> None:
        names = [axis.name for axis in self.axes]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name}: the axis is given twice")
        parts = [axis for axis in self.axes if axis.kind in (FOLD, SPLIT)]
        if len(parts) > 1:
            raise ValueError(f"{parts[1].name}: {parts[0].name} is the {parts[0].kind} axis already")
        for axis in parts:
            if axis.reshuffled_by is not None and (axis.reshuffled_by == axis.name or axis.reshuffled_by not in names):
                raise ValueError(f"{RESHUFFLED_BY}: {axis.reshuffled_by} is not another axis of the replicates")
        # not `len`, which cannot answer with a number that fits no index
        count = math.prod(len(axis.values) for axis in self.axes)
        if count > MAX_POINTS:
            raise ValueError(f"{', '.join(names)}: {count} points; at most {MAX_POINTS} are allowed")

    def __len__(self) -> int:
        """The number of points."""
        return math.prod(len(axis.values) for axis in self.axes)

    @property
    def parts_axis(self) -> Axis | None:
        """The axis whose values are parts of one data set, folds or splits, if one is declared."""
        return next((axis for axis in self.axes if axis.kind in (FOLD, SPLIT)), None)

    @property
    def samples(self) -> dict[str, float]:
        """The paths of data of which each replicate draws a sample, with the share of the files that it keeps."""
        return {axis.name: axis.keep for axis in self.axes if axis.keep is not None}

    @property
    def unclear(self) -> tuple[str, ...]:
        """The axes that are taken for independent although their names sound like folds or splits."""
        return tuple(axis.name for axis in self.axes if axis.unclear)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the axes that are parameters: all but `repeat` and samples of data."""
        return tuple(axis.name for axis in self.axes if axis.is_parameter)

    def points(self) -> tuple[Point, ...]:
        """Every point in declared order, the first axis slowest."""
        sides = [[(axis.name, value) for value in axis.values] for axis in self.axes]
        return tuple(itertools.product(*sides))


def sounds_dependent(name: str) -> bool:
    """Whether the name of a parameter sounds like folds or splits of one data set, which are not independent."""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())
    pairs = [a + b for a, b in itertools.pairwise(words)]
    return not _DEPENDENT.isdisjoint([*words, *pairs])


def make_point(obj: object) -> Point:
    """The point that a record's `replicate:` gives, in its order; a ValueError that names the key."""
    if not isinstance(obj, Mapping):
        raise ValueError(f"replicate: names with values were expected, not {obj!r}")
    point: list[tuple[str, Value]] = []
    for name, value in obj.items():
        if not isinstance(name, str):
            raise ValueError(f"{name!r}: the name of an axis is a text")
        point.append((name, checked_value(name, value)))
    return tuple(point)


def label(point: Point) -> str:
    """The point for people, in one line: `seed=2`, `fold=1 seed=0`; "" where there is no axis."""
    return " ".join(f"{name}={_value_label(value)}" for name, value in point)


def slug(point: Point) -> str:
    """The stem of the file of a point's first trial: a valid component of a git ref of at most 80 bytes."""
    if not point:
        return "trial"
    stem = "+".join(f"{_axis_slug(name)}-{_value_slug(value)}" for name, value in point)
    return stem if len(stem) <= MAX_STEM else f"{stem[: MAX_STEM - 13]}_{_digest([list(p) for p in point], 12)}"


def stem(point: Point, attempt: int = 1) -> str:
    """The name of a trial within its variant: `seed-0`, and `seed-0.2` for the second attempt."""
    if attempt < 1:
        raise ValueError(f"attempt: {attempt} is not a number from 1 on")
    return slug(point) if attempt == 1 else f"{slug(point)}.{attempt}"


def file_name(point: Point, attempt: int = 1) -> str:
    """The name of a trial's file: `seed-0.yaml`, and `seed-0.2.yaml` for the second attempt."""
    return stem(point, attempt) + ".yaml"


def split_stem(text: str) -> tuple[str, int]:
    """The slug and the attempt of a trial's name: `seed-0.2` gives `seed-0` and 2."""
    match = re.fullmatch(r"(.*[^.])\.([2-9]|[1-9][0-9]{1,8})", text, re.DOTALL)
    return (match[1], int(match[2])) if match else (text, 1)


def checked_value(name: str, value: object) -> Value:
    """The value as one of Python's own types: codecs and numpy have subclasses that print otherwise."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        # 128 bits are the entropy of numpy's seeds; text of very long integers is refused by Python itself.
        if value.bit_length() > 128:
            raise ValueError(f"{name}: an integer has more than 128 bits")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{name}: {value!r} is not a finite number")
        return float(value)
    if isinstance(value, str):
        return str(value)
    raise ValueError(f"{name}: {value!r} is not a number, a text or a truth value")


def _axis_slug(name: str) -> str:
    clean = re.sub(r"[^A-Za-z0-9._-]|\.(?=\.)|^[.-]|\.$", "_", name)
    return clean if clean == name else f"{clean}_{_digest(name)}"


def _value_slug(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return repr(int(value))
    if isinstance(value, float):
        return repr(float(value)).replace(".", "_").replace("+", "")
    plain = len(value) <= _MAX_TEXT and re.fullmatch(_PLAIN, value)
    if plain and not re.fullmatch(_MISLEADING, value, re.IGNORECASE):
        return value
    return f"{re.sub('[^A-Za-z0-9_-]', '_', value[:_MAX_TEXT])}_{_digest(value)}"


def _value_label(value: Value) -> str:
    import json

    plain = (
        isinstance(value, str) and value.isprintable() and not re.search(r"[\s=\"]|^[0-9.+-]|^(true|false)?$", value)
    )
    return value if isinstance(value, str) and plain else json.dumps(value)


def _digest(obj: object, digits: int = 6) -> str:
    # Imported here because only unusual values need them, and commands must start fast.
    import hashlib
    import json

    return hashlib.sha256(json.dumps(obj).encode()).hexdigest()[:digits]
