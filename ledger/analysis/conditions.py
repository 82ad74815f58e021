"""Which rows does a `--where` expression choose?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from operator import eq, ge, gt, le, lt
from typing import Any, Final

from ledger.analysis.fields import NUMERIC, Field, FieldKind, Fields, is_missing
from ledger.errors import LedgerError
from ledger.model import where_words
from ledger.model.experiment import STATUSES
from ledger.model.near_misses import near_misses
from ledger.model.row import Row
from ledger.model.typed_values import format_value
from ledger.model.verdict import INCONCLUSIVE, REFUTED, SUPPORTED
from ledger.model.where import Atom, Compare, IsNull, Literal, OneOf, Test, compiled
from ledger.model.where_parser import parse

_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}

_STATES: Final = {"status": STATUSES, "outcome": (SUPPORTED, REFUTED, INCONCLUSIVE)}

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?|[+-]?inf|nan", re.IGNORECASE)


def condition(text: str, fields: Fields) -> Callable[[Row], bool]:
    """Whether a row is chosen. Raises LedgerError, which points at what cannot be read, or is of no row."""
    expression = parse(text)
    if not fields.rows:
        return lambda row: False
    said = compiled(expression, lambda atom: _test(atom, text, fields))
    return lambda row: said(row) is True


def _test(atom: Atom, text: str, fields: Fields) -> Test[Row]:
    try:
        field = fields.find(atom.name.text)
    except LedgerError as error:
        raise where_words.error(text, atom.name.at, error.message, error.hint) from None
    return comparison(atom, field, text)


def comparison(atom: Atom, field: Field, text: str, option: str = where_words.WHERE) -> Test[Any]:
    """What a comparison says of a row that has such a field. Raises LedgerError, which points at it in `text`."""
    get = field.get
    if isinstance(atom, IsNull):
        return lambda row: get(row) is None
    compares = [
        _comparison(field, atom.operator if isinstance(atom, Compare) else "=", literal, text, option)
        for literal in (atom.values if isinstance(atom, OneOf) else (atom.value,))
    ]
    if field.kind is FieldKind.TAGS:
        # having no tag is not unknown: `not tag = loss` is true of it
        return lambda row: any(compare(tag) for tag in get(row) or () for compare in compares)
    if len(compares) == 1:
        compare = compares[0]
        return lambda row: None if (value := get(row)) is None else compare(value)

    def one_of(row: Any) -> bool | None:
        value = get(row)
        return None if value is None else any(compare(value) for compare in compares)

    return one_of


def _comparison(field: Field, operator: str, literal: Literal, text: str, option: str) -> Callable[[Any], bool | None]:
    """What a value that is not missing says to a literal; None where the two cannot be compared."""

    def wrong(reason: str, hint: str | None = None) -> LedgerError:
        return where_words.error(text, literal.at, reason, hint, option=option)

    if operator == "~":
        try:
            pattern = re.compile(literal.text)
        except (re.error, OverflowError, RecursionError) as error:
            raise wrong(f"{literal.text} is not a regular expression: {error}") from None
        return lambda value: pattern.search(_text(value)) is not None
    order = _ORDER[operator]
    if field.kind is FieldKind.MOMENT:
        return _moments(order, literal, wrong)
    if field.kind is FieldKind.HASH:
        prefix = literal.text
        return lambda value: value.startswith(prefix) if operator == "=" else order(value, prefix)
    number = _number(literal)
    if field.kind in NUMERIC:
        if number is None:
            raise wrong(f"{field.name} is a number, and {literal.text!r} is not")
        return lambda value: order(value, number)
    known = _STATES.get(field.name)
    if known is not None and operator == "=" and literal.text not in known:
        near = near_misses(literal.text, known)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
        raise wrong(f"no {field.name} is named {literal.text}", hint)
    return lambda value: _compared(value, operator, literal, number)


def _compared(value: Any, operator: str, literal: Literal, number: float | None) -> bool | None:
    order = _ORDER[operator]
    if isinstance(value, int | float) and not isinstance(value, bool):
        if number is None:
            # a number in quotes is its text
            return _text(value) == literal.text if operator == "=" else None
        return order(value, number) or (operator == "=" and is_missing(value) and is_missing(number))
    if operator == "=":
        return _text(value) == (literal.text.lower() if isinstance(value, bool) else literal.text)
    if isinstance(value, str) and number is None:
        return order(value, literal.text)
    return order(_text(value), literal.text) if isinstance(value, date) else None


def _moments(
    order: Callable[[Any, Any], bool], literal: Literal, wrong: Callable[[str, str], LedgerError]
) -> Callable[[Any], bool | None]:
    """Times are compared as finely as the literal is written: a day with days, in the zone that is shown."""
    try:
        if len(literal.text) == 10:
            day = date.fromisoformat(literal.text)
            return lambda value: order(value.date(), day)
        moment = datetime.fromisoformat(literal.text)
    except ValueError:
        raise wrong(f"{literal.text} is not a date", "write 2026-11-01, or 2026-11-01T10:00") from None
    if moment.tzinfo is None:
        return lambda value: order(value.replace(tzinfo=None), moment)
    return lambda value: order(value, moment)


def _number(literal: Literal) -> float | None:
    if not literal.bare or not _NUMBER.fullmatch(literal.text):
        return None
    try:
        return int(literal.text)
    except ValueError:
        return float(literal.text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else format_value(value)
