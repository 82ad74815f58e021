"""What columns of the index hold: how a value is stored, and how a whole column of values is read back.

Columns are read at once, since tens of thousands of values that differ little load faster together.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ledger.model import finding as findings
from ledger.model.frozen import frozen
from ledger.model.remarks import from_mapping, to_mapping
from ledger.model.summary import Summary
from ledger.model.verdict import Judged

to_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@frozen
class Codec:
    """What a column holds: SQLite's type of it, how one value is stored, and how a whole column is read."""

    sql: str
    encode: Callable[[Any], Any] | None = None
    decode: Callable[[Sequence[Any]], Sequence[Any]] | None = None


# --- values as JSON

# JSON has no words for some values: they stand as `{"$": …}`, and so does a mapping that has such a key itself
_TAG: Final = '"$":'


def encoded(values: Mapping[str, Any]) -> str:
    """The values as JSON."""
    try:
        text = to_json(values if type(values) is dict else dict(values))
    except (ValueError, TypeError):
        text = _TAG
    return to_json({key: _tagged(value) for key, value in values.items()}) if _TAG in text else text


def decoded(texts: Sequence[str]) -> list[dict[str, Any]]:
    """The inverse of `encoded`, for many."""
    return [
        {key: _untagged(value) for key, value in values.items()} if _TAG in text else values
        for text, values in zip(texts, _documents(texts), strict=True)
    ]


def _tagged(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return {"$": repr(value)}
    if isinstance(value, datetime.date):
        return {"$": type(value).__name__, "at": value.isoformat()}
    if isinstance(value, Mapping):
        inner = {str(key): _tagged(item) for key, item in value.items()}
        return {"$": "map", "of": inner} if "$" in inner else inner
    if isinstance(value, list | tuple):
        return [_tagged(item) for item in value]
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("$")
    if kind is None:
        return {key: _untagged(item) for key, item in value.items()}
    if kind == "map":
        return {key: _untagged(item) for key, item in value["of"].items()}
    if kind == "date":
        return datetime.date.fromisoformat(value["at"])
    return datetime.datetime.fromisoformat(value["at"]) if kind == "datetime" else float(kind)


# --- whole columns


def _documents(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Many JSON mappings, read as one document: their keys are then the same strings, and few in memory."""
    documents: list[dict[str, Any]] = json.loads(f"[{','.join(texts)}]")
    if not all(type(document) is dict for document in documents):
        raise ValueError("a mapping is none")
    return documents


def _few(read: Callable[[str], Any]) -> Callable[[Sequence[str]], list[Any]]:
    """Reads a column in which few values differ: each of them once."""

    def decode(texts: Sequence[str]) -> list[Any]:
        known = {text: read(text) for text in set(texts)}
        return [known[text] for text in texts]

    return decode


def _summaries(texts: Sequence[str]) -> list[dict[str, Summary]]:
    return [
        {name: Summary(n=n, mean=mean, sd=sd, left_out=left) for name, (n, mean, sd, left) in metrics.items()}
        for metrics in _documents(texts)
    ]


def _measured(texts: Sequence[str]) -> list[dict[str, Summary]]:
    """The metrics of single trials; None was not a number."""
    return [
        {
            name: Summary(n=0, mean=None, sd=None, left_out=1) if value is None else Summary(n=1, mean=value, sd=None)
            for name, value in metrics.items()
        }
        for metrics in _documents(texts)
    ]


# what is kept of a prediction's outcome: what a line says of it
_JUDGED: Final = ("text", "outcome", "estimate", "interval", "confidence", "p_value", "test", "n", "n_baseline")


def _of_judged(one: Judged) -> dict[str, Any]:
    # why there is no estimate
    remarks = one.remarks if one.estimate is None else ()
    return {name: getattr(one, name) for name in _JUDGED} | {"remarks": [(to_mapping(r), r.text) for r in remarks]}


def _judged(texts: Sequence[str]) -> list[tuple[Judged, ...]]:
    return [tuple(map(_one_judged, document["of"])) for document in decoded(texts)]


def _one_judged(one: dict[str, Any]) -> Judged:
    interval = None if one["interval"] is None else tuple(one["interval"])
    remarks = tuple(from_mapping(mapping, text) for mapping, text in one["remarks"])
    return Judged(**one | {"interval": interval, "remarks": remarks})


TEXT: Final = Codec(sql="TEXT")
INTEGER: Final = Codec(sql="INTEGER")
REAL: Final = Codec(sql="REAL")
KEY: Final = Codec(sql="INTEGER PRIMARY KEY")
TRUTH: Final = Codec(sql="INTEGER", decode=lambda column: [None if one is None else one == 1 for one in column])
MOMENT: Final = Codec(sql="TEXT", encode=datetime.datetime.isoformat, decode=_few(datetime.datetime.fromisoformat))
TEXTS: Final = Codec(sql="TEXT", encode=to_json, decode=_few(lambda text: tuple(json.loads(text))))
FEW: Final = Codec(sql="TEXT", encode=lambda value: to_json(dict(value)) if value else "{}", decode=_few(json.loads))
"""A mapping that most rows have alike."""
VALUES: Final = Codec(sql="TEXT", encode=encoded, decode=decoded)
SUMMARIES: Final = Codec(
    sql="TEXT",
    encode=lambda metrics: to_json({name: [s.n, s.mean, s.sd, s.left_out] for name, s in metrics.items()}),
    decode=_summaries,
)
JUDGED: Final = Codec(
    sql="TEXT",
    encode=lambda judged: encoded({"of": list(map(_of_judged, judged))}),
    decode=_judged,
)
"""The predictions of a verdict with their outcomes, without remarks on those that have an estimate."""
FINDING: Final = Codec(
    sql="TEXT",
    encode=lambda finding: encoded(findings.to_mapping(finding)),
    decode=lambda column: [None if text is None else findings.from_mapping(decoded([text])[0]) for text in column],
)
MEASURED: Final = Codec(sql="TEXT", encode=to_json, decode=_measured)
