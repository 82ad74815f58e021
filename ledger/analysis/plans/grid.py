"""A grid of variants: every combination of some parameters' values, each with a name that says which it is."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.errors import LedgerError
from ledger.model.parameters import Value
from ledger.model.plan import Variant

# more arms than this are a mistake far more often than a plan
MAX_ARMS = 1000

_MAX_NAME = 40


def grid(vary: Mapping[str, Sequence[Value]]) -> tuple[Variant, ...]:
    """The arms of a full grid, the last parameter varying fastest: `lr-0-1-optimizer-adam`; none where nothing varies.

    A parameter is called by the last part of its key where that is one of a kind. Two combinations whose names would
    be the same, or too long, have a short hash of their values behind them. Raises LedgerError for more than MAX_ARMS.
    """
    count = 1
    for key, values in vary.items():
        twice = [value for n, value in enumerate(values) if any(_same(value, other) for other in values[:n])]
        if twice:
            raise LedgerError(f"--vary {key} has the value {twice[0]!r} twice", hint="give each value once")
        count *= len(values)
    if count > MAX_ARMS:
        raise LedgerError(f"the grid has {count} variants", hint=f"at most {MAX_ARMS}: vary less at once")
    if not vary:
        return ()
    called = _called(list(vary))
    points = [dict(zip(vary, values, strict=True)) for values in itertools.product(*vary.values())]
    plain = [_name({called[key]: value for key, value in point.items()}) for point in points]
    return tuple(
        Variant(name=name if plain.count(name) == 1 and len(name) <= _MAX_NAME else _hashed(name, point), params=point)
        for name, point in zip(plain, points, strict=True)
    )


def _called(keys: Sequence[str]) -> dict[str, str]:
    short = [re.split(r"[.:]", key)[-1] for key in keys]
    return {key: name if short.count(name) == 1 else key for key, name in zip(keys, short, strict=True)}


def _name(point: Mapping[str, Value]) -> str:
    text = "-".join(f"{key}-{_slug(value)}" for key, value in point.items())
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    # where the key has no Latin letter, the value alone is left: a number, or a word such as `false`
    return words if words[:1].isalpha() and "-" in words else f"v-{words}"


def _slug(value: object) -> str:
    if isinstance(value, str):
        return value
    text = json.dumps(value)
    return f"minus{text[1:]}" if text.startswith("-") else text


def _hashed(name: str, point: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(point, sort_keys=True).encode()).hexdigest()
    return f"{name[: _MAX_NAME - 9].rstrip('-')}-{digest[:8]}"


def _same(a: object, b: object) -> bool:
    return type(a) is type(b) and a == b
