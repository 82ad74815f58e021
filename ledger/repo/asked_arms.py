"""Arms as they are typed, `NAME:[@REV,]PART,…`: which part sets a parameter, and which changes data at a path.

A part of data is `PATH@REV`, `PATH-GROUP` (without it), `PATH=GROUP` (nothing but it), or `PATH=0.9#3` (a sample of 90%
of the files, the draw 3). Parts for one path make one change. Where a parameter and a path have the same name, neither
is guessed: `file:key` names the parameter, `./path` the path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from ledger.errors import LedgerError
from ledger.model.data_change import DataChange
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.near_misses import did_you_mean
from ledger.model.plan import Variant
from ledger.model.typed_values import parse_assignment
from ledger.repo.code import Code

_SAMPLE = re.compile(r"(0?\.\d+)(?:#(\d+))?")
_KINDS = "KEY=VALUE, PATH@REV, PATH-GROUP (without it), PATH=GROUP (it alone) or PATH=0.9 (a sample)"

# files that say where data are
_OWN = (".dvc", ".gitignore", "dvc.yaml", "dvc.lock")

_Part: TypeAlias = dict[str, Any]


@frozen
class AskedArm:
    """An arm as it was typed: its name, the revision that it runs `at`, and the parts between commas."""

    name: str
    at: str | None
    parts: tuple[str, ...] = ()


def understood(code: Code, asked: AskedArm) -> Variant:
    """The arm with its parameters and its changes of data, which are `at` revisions as typed. Raises LedgerError."""
    option = f"--variant {asked.name}"
    params: dict[str, Any] = {}
    data: dict[str, _Part] = {}
    for text in asked.parts:
        found = _change(code, option, text)
        if found is None:
            key, value = parse_assignment(text)
            if key in params:
                raise LedgerError(f"{option} is given twice for {key}", hint="leave one of them out")
            params[key] = value
        else:
            _add(data.setdefault(found[0], {}), found[1], f"{option}, {found[0]}")
    changes = {path: _whole(part, f"{option}, {path}") for path, part in data.items()}
    return Variant(name=asked.name, at=asked.at, params=params, data=changes)


def is_data(code: Code, path: str) -> bool:
    """Whether arms may change the data at a path: what DVC or git holds, folders too, but for what stages make."""
    below = f"{path}/"
    return any(at == path or at.startswith(below) for at in _held(code)) and not code.pipeline.makes(path)


def data_paths(code: Code) -> list[str]:
    """All such paths, sorted. It takes a second where git holds a hundred thousand files: `is_data` of one does not."""
    held = set(_held(code))
    folders = {path[:at] for path in held for at, sign in enumerate(path) if sign == "/"}
    return sorted(path for path in held | folders if not code.pipeline.makes(path))


def _held(code: Code) -> Iterator[str]:
    yield from code.data
    yield from (path for path in code.files if not path.endswith(_OWN))


def _change(code: Code, option: str, text: str) -> tuple[str, _Part] | None:
    """The path whose data a part changes, and how; None where it sets a parameter."""
    plain = text.removeprefix("./")
    key, equals, value = plain.partition("=")
    path = key.rstrip("/")
    if equals and is_data(code, path):
        if plain == text and _is_parameter(code, key):
            raise LedgerError(
                f"{option}: {key} is both a parameter and a path",
                hint=f"{':'.join(code.locate(key))}={value} sets the parameter, ./{text} changes the data",
            )
        return path, _taken(option, text, value)
    if equals and _is_parameter(code, key):
        return None
    found = list(_behind_paths(code, plain))
    if len(found) > 1:
        ways = listed([f"{rest} of {path}" for path, rest in found], word="or")
        raise LedgerError(f"{option}: {text} may mean {ways}", hint="write the arm into hypothesis.md by hand")
    if found:
        path, rest = found[0]
        return path, {"at": rest[1:]} if rest[0] == "@" else {"without": (rest[1:],)}
    if equals:
        # who has a parameter in mind is told of parameters that are called nearly so
        return None
    raise LedgerError(
        f"{option}: {text} begins with no path that git or DVC holds, and sets no parameter",
        hint=did_you_mean(re.split("[@-]", plain)[0], data_paths(code), _KINDS),
    )


def _behind_paths(code: Code, text: str) -> Iterator[tuple[str, str]]:
    """Every path that a part may begin with, and its sign with what follows."""
    for at, sign in enumerate(text):
        path = text[:at].rstrip("/")
        if sign in "@-" and at + 1 < len(text) and is_data(code, path):
            yield path, text[at:]


def _taken(option: str, text: str, value: str) -> _Part:
    sample = _SAMPLE.fullmatch(value)
    if sample is not None:
        return {"keep": float(sample[1]), "draw": int(sample[2] or 0)}
    if not value:
        raise LedgerError(f"{option}: nothing follows in {text}", hint=f"a group, {text}site-a, or a share, {text}0.9")
    return {"only": (value,)}


def _add(known: _Part, more: _Part, where: str) -> None:
    for key, value in more.items():
        if key in ("without", "only"):
            known[key] = (*known.get(key, ()), *value)
        elif key in known:
            raise LedgerError(f"{where}: two of `{key}` are given", hint="leave one of them out")
        else:
            known[key] = value


def _whole(part: _Part, where: str) -> DataChange:
    try:
        return DataChange(**part)
    except ValueError as error:
        raise LedgerError(f"{where}: {error}", hint=_KINDS) from None


def _is_parameter(code: Code, name: str) -> bool:
    try:
        code.locate(name)
    except LedgerError:
        return False
    return True
