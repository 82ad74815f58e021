"""Parse what options say of arms, and of the groups that files of data fall into. Errors name the option."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ledger.cli.values import once
from ledger.errors import LedgerError
from ledger.model.data_change import ADDITION, Grouping, plain_path
from ledger.model.near_misses import near_misses
from ledger.model.typed_values import split_list
from ledger.repo.asked_arms import AskedArm


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
