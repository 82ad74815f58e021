"""Rows for tests, from raw values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ledger.model.row import Row
from ledger.stats.summary import summarise


def row(name: str, metrics: Mapping[str, Sequence[float]] | None = None, **given: Any) -> Row:
    """A row of an experiment with these values of its metrics; `lr=0.1` is a parameter, `_title` a fact."""
    facts = {key.removeprefix("_"): value for key, value in given.items() if key.startswith("_")}
    params = {key.replace("__", "."): value for key, value in given.items() if not key.startswith("_")}
    plain: dict[str, Any] = {
        "experiment": name,
        "variant": "treatment",
        "trial": None,
        "title": f"Title of {name}",
        "status": "concluded",
        "outcome": "supported",
        "parent": None,
        "author": "Ada Lovelace <ada@example.org>",
        "tags": (),
        "created": datetime(2026, 11, 1, 10, tzinfo=UTC),
        "exploratory": False,
        "params": params,
        "metrics": {metric: summarise(values) for metric, values in (metrics or {}).items()},
        "data": {},
        "trials": max((len(values) for values in (metrics or {}).values()), default=0),
        "recorded": 5,
        "seconds": 1.5,
    }
    return Row(**plain | facts)
