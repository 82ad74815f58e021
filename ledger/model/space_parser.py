"""Reads what a search may try of a parameter: `lr=1e-5..1e-1:log`, `opt=adam,sgd`, `momentum=0.0..0.99 if opt = sgd`.

    dimension := NAME "=" domain ["if" condition]     domain := NUMBER ".." NUMBER [":log"] | VALUE {"," VALUE}
    condition := NAME "=" VALUE | NAME "in" "(" VALUE {"," VALUE} ")"

A range is of whole numbers where both ends are; `0.0..1` is not. `str` of a dimension is the inverse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ledger.errors import LedgerError
from ledger.model.listing import listed
from ledger.model.near_misses import near_misses
from ledger.model.parameters import Value
from ledger.model.space import STEPS, Choice, Condition, Dimension, Domain, Range, Space, is_number, same
from ledger.model.typed_values import format_value, parse_value, split_list

_EXAMPLE = "--tune train.lr=1e-5..1e-1:log"
_QUOTED = r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*\""""
_CONDITION = re.compile(r"(?P<name>\S+?)\s*(?:==?\s*(?P<one>.*)|\s+in\s*\((?P<many>.*)\))", re.DOTALL)
_CONDITIONS = "write `if opt = sgd`, or `if opt in (sgd, adam)`"
_IF = re.compile(rf"({_QUOTED})|\s+if\s+")
_RANGE = re.compile(r"\s*([-+.\w]*?)\s*\.\.\s*([-+.\w]*)\s*(?::\s*(\w*)\s*)?")

# of such ends neither a ratio nor a step leaves what a float can hold
_LARGEST = 1e150
_SMALLEST = 1e-150
# the steps of narrower ranges would differ by less than a float does
_NARROWEST = 1e-9

# so much of a text is shown
_LONG = 60

MAX_CHOICES = 100
MAX_DIMENSIONS = 40


def parse(texts: Iterable[str]) -> Space:
    """The space of these parameters. Raises LedgerError for what contradicts itself."""
    return checked_space(tuple(parse_dimension(text) for text in texts))


def parse_dimension(text: str) -> Dimension:
    """One parameter of a space. Raises LedgerError where it cannot be read, or has nothing to choose from."""
    stated, condition = _parted(text)
    name, equals, domain = stated.partition("=")
    name = name.strip()
    if not equals or not name:
        raise LedgerError(f"{text!r} is not NAME=DOMAIN", hint=_EXAMPLE)
    return Dimension(
        name=name,
        domain=_domain(name, domain.strip()),
        when=None if condition is None else _condition(name, condition),
    )


def checked_space(dimensions: Sequence[Dimension]) -> Space:
    """The space, each parameter behind the one that its condition is about. Raises LedgerError where that cannot be."""
    if not dimensions:
        raise LedgerError("no parameter to tune is given", hint=_EXAMPLE)
    if len(dimensions) > MAX_DIMENSIONS:
        raise LedgerError(
            f"these are {len(dimensions)} parameters", hint=f"at most {MAX_DIMENSIONS} can be tuned at once"
        )
    names = [dimension.name for dimension in dimensions]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise LedgerError(f"{twice[0]} is given twice", hint="give its domain once")
    known = {dimension.name: dimension for dimension in dimensions}
    for dimension in dimensions:
        if dimension.when is not None:
            _require_possible(dimension, dimension.when, known)
    ordered: list[Dimension] = []
    left = list(dimensions)
    while left:
        there = {dimension.name for dimension in ordered}
        ready = next((each for each in left if each.when is None or each.when.name in there), None)
        if ready is None:
            raise LedgerError(
                f"{listed([each.name for each in left], word='and')} count only if each other does",
                hint="one of them without `if`",
            )
        left.remove(ready)
        ordered.append(ready)
    return Space(dimensions=tuple(ordered))


def _parted(text: str) -> tuple[str, str | None]:
    at = next((found for found in _IF.finditer(text) if found[1] is None), None)
    return (text, None) if at is None else (text[: at.start()], text[at.end() :].strip())


def _domain(name: str, text: str) -> Domain:
    ends = _RANGE.fullmatch(text)
    if ends is not None:
        return _range(name, text, ends[1], ends[2], ends[3])
    values: list[Value] = []
    for item in split_list(text):
        if not item:
            raise LedgerError(f"{name}: an empty value in {text!r}", hint="write '' for the empty string")
        values.append(parse_value(item))
    twice = next((value for n, value in enumerate(values) if any(same(value, other) for other in values[:n])), None)
    if twice is not None:
        raise LedgerError(f"{name} has the value {format_value(twice)} twice", hint="give each value once")
    if len(values) == 1:
        raise LedgerError(
            f"{name} has only one value: {text}", hint=f"set it with -S {name}={text}, or give it a range"
        )
    if len(values) > MAX_CHOICES:
        raise LedgerError(
            f"{name} has {len(values)} values", hint=f"at most {MAX_CHOICES}, or a range: 1..{len(values)}"
        )
    return Choice(values=tuple(values))


def _range(name: str, text: str, first: str, last: str, scale: str | None) -> Range:
    low, high = (_end(name, text, end) for end in (first, last))
    if scale not in (None, "log", "linear"):
        raise LedgerError(f"{name}: the scale {scale!r} of {text} is not known", hint=f"{first}..{last}:log")
    if low == high:
        raise LedgerError(f"{name} has only one value: {text}", hint=f"set it with -S {name}={first}")
    if low > high:
        raise LedgerError(f"{name}: the range {text} is empty", hint=f"{last}..{first}")
    if scale == "log" and low <= 0:
        raise LedgerError(
            f"{name}: a logarithmic scale cannot begin at {format_value(low)}",
            hint=f"a positive number, as in {name}={format_value(high / 1000.0)}..{last}:log, or leave :log out",
        )
    if not (isinstance(low, int) and isinstance(high, int)):
        low, high = float(low), float(high)
        if high - low < _NARROWEST * max(abs(low), abs(high)):
            raise LedgerError(
                f"{name}: the range {text} is too narrow for {STEPS} steps", hint="choose ends that lie further apart"
            )
    return Range(low=low, high=high, log=scale == "log")


def _end(name: str, text: str, end: str) -> float:
    value = parse_value(end)
    if not isinstance(value, int | float) or not is_number(value):
        shown = text if len(text) <= _LONG else f"{text[:_LONG]}…"
        raise LedgerError(
            f"{name}: {end[:_LONG] or 'nothing'!r} is not a number in {shown}", hint=f"{name}=1e-5..1e-1:log"
        )
    if value and not _SMALLEST <= abs(value) <= _LARGEST:
        raise LedgerError(
            f"{name}: {end[:_LONG]} is too {'large' if abs(value) > _LARGEST else 'small'} for an end of a range",
            hint=f"0, or from {_SMALLEST:g} to {_LARGEST:g}",
        )
    return value


def _condition(name: str, text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise LedgerError(f"the condition of {name}, {text!r}, is neither `=` nor `in`", hint=_CONDITIONS)
    items = [found["one"]] if found["one"] is not None else split_list(found["many"])
    if not all(item.strip() for item in items):
        raise LedgerError(f"the condition of {name}, {text!r}, lacks a value", hint=_CONDITIONS)
    return Condition(name=found["name"], values=tuple(map(parse_value, items)))


def _require_possible(dimension: Dimension, when: Condition, known: dict[str, Dimension]) -> None:
    other = known.get(when.name)
    if other is None:
        near = near_misses(when.name, [name for name in known if name != dimension.name])
        raise LedgerError(
            f"{dimension.name} counts only if {when.name} has a value, and {when.name} is not tuned",
            hint=f"did you mean {' or '.join(near)}?"
            if near
            else f"--tune {when.name}=… as well, or leave the condition out",
        )
    levels = other.domain.levels
    if len(levels) > MAX_CHOICES:
        raise LedgerError(
            f"{dimension.name} counts only if {when.name} has a value, and {other} has {len(levels)}",
            hint="a condition is about a parameter with few values: opt=adam,sgd or layers=2..6",
        )
    never = [value for value in when.values if not any(same(value, level) for level in levels)]
    if never:
        raise LedgerError(
            f"{dimension.name} counts if {when.name} = {format_value(never[0])}, which is not one of {other}",
            hint=f"{when.name} may be {listed(list(map(format_value, levels)), 6, word='or')}",
        )
