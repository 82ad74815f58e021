"""Parse the values of options. Errors name the option."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from ledger.errors import LedgerError
from ledger.model.data_change import ADDITION, Grouping, plain_path
from ledger.model.near_misses import near_misses
from ledger.model.parameters import Value
from ledger.model.typed_values import parse_assignment, parse_values, split_list
from ledger.repo.asked_arms import AskedArm

T = TypeVar("T")


def once(option: str, pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """The pairs as a mapping. Two of one name are refused: neither is meant to be lost."""
    found: dict[str, T] = {}
    for name, value in pairs:
        if name in found:
            raise LedgerError(f"{option} is given twice for {name}", hint="leave one of them out")
        found[name] = value
    return found


def assignments(option: str, texts: Iterable[str] | None) -> dict[str, Value]:
    """Parameters with their values, from `KEY=VALUE`."""
    return once(option, map(parse_assignment, texts or ()))


def arms(texts: Iterable[str] | None) -> tuple[AskedArm, ...]:
    """Arms, from `NAME:KEY=VALUE,…`, `NAME:@REV,…` and `NAME:PATH@REV,…`, their parts as they were written."""
    return tuple(once("--variant", ((one.name, one) for one in map(_arm, texts or ()))).values())


def _arm(text: str) -> AskedArm:
    name, colon, rest = text.partition(":")
    parts = split_list(rest)
    if not colon or not name or not all(parts) or parts[0] == "@":
        hint = (
            "--variant high-lr:train.lr=0.3,train.epochs=20, or --variant old:@v1.2, or --variant week-12:data/raw@v12"
        )
        raise LedgerError(f"--variant {text!r} is not NAME:KEY=VALUE, NAME:@REV or NAME:PATH@REV", hint=hint)
    at = parts[0][1:] if parts[0].startswith("@") else None
    return AskedArm(name=name, at=at, parts=tuple(parts if at is None else parts[1:]))


def groups(texts: Iterable[str] | None) -> dict[str, Grouping]:
    """How the files of paths fall into groups, from `PATH=GROUPING` as `grouping` has it."""
    return once("--group", map(_grouping, texts or ()))


def _grouping(text: str) -> tuple[str, Grouping]:
    path, equals, by = text.partition("=")
    path = plain_path(path)
    hint = (
        "--group data/raw=site (the first folder), --group 'data/raw={site}-*.png', "
        "--group data/raw=cases.csv:file:site, --group data/raw=addition"
    )
    if not equals or not path or not by:
        raise LedgerError(f"--group {text!r} is not PATH=GROUPING", hint=hint)
    return path, grouping(f"--group {text}", by, hint)


def grouping(option: str, by: str, hint: str) -> Grouping:
    """One way to group files, from `site`, `{site}/**`, `addition` and `TABLE:FILE:GROUP`.

    A bare word names the first folder of each file. `option` is what errors call it.
    """
    if by != ADDITION and re.fullmatch(r"[A-Za-z_]\w*", by):
        if near_misses(by.lower(), [ADDITION]):
            raise LedgerError(
                f"{option}: {by} is spelt like {ADDITION}", hint=f"{ADDITION}, or '{{{by}}}/**' for folders"
            )
        return Grouping(by=f"{{{by}}}/**")
    named = by.rsplit(":", 2) if "{" not in by else [by]
    try:
        return Grouping(by=named[0], path=named[1], group=named[2]) if len(named) == 3 else Grouping(by=by)
    except ValueError as error:
        raise LedgerError(f"{option}: {error}", hint=hint) from None


def number(option: str, text: str | None, *, example: str = "0.02") -> float | None:
    """A number; None if the option is not given."""
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise LedgerError(f"{option} {text!r} is not a number", hint=f"{option} {example}") from None


def whole_numbers(text: str | None, option: str) -> tuple[int, ...]:
    """Whole numbers, from `3,5,10` or `2..20`; none where nothing is given."""
    found = () if text is None else parse_values(text)
    whole = tuple(value for value in found if isinstance(value, int) and not isinstance(value, bool))
    if len(whole) < len(found):
        raise LedgerError(f"{option} {text!r} is not a list of whole numbers", hint=f"{option} 3,5,10")
    return whole


def duration(text: str) -> float:
    """Seconds, from `90`, `1.5m`, `2h` or `1d`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?", text.strip())
    seconds = 0.0 if found is None else float(found[1]) * {"m": 60, "min": 60, "h": 3600, "d": 86400}.get(found[2], 1)
    if seconds <= 0:
        raise LedgerError(f"--timeout {text!r} is no length of time", hint="--timeout 90 (seconds), 30m, 2h")
    return seconds
