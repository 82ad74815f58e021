"""The shape of `coverage`."""

from __future__ import annotations

import itertools
from typing import Any, Final

from ledger.analysis.coverage.answer import Coverage
from ledger.analysis.coverage.combinations import Combination
from ledger.analysis.coverage.levels import Level
from ledger.analysis.coverage.parameters import VariedParameter
from ledger.analysis.coverage.tried import State
from ledger.analysis.fields import finite

MOST: Final = 100_000
"""So many combinations are listed where nobody says how many."""


def coverage(found: Coverage, command: str | None, warnings: tuple[str, ...], most: int) -> dict[str, Any]:
    """`missing` are at most this many combinations that no trial has tried, the planned ones among them."""

    def combinations(least: State, last: State) -> list[dict[str, Any]]:
        return [named(found, one) for one in itertools.islice(found.combinations.listed(least, last), most)]

    made = found.proposals
    return {
        "parameters": [_parameter(one) for one in found.taken.parameters],
        "t": found.t,
        "covered": found.combinations.covered,
        "total": found.combinations.total,
        "share": found.combinations.covered / found.combinations.total,
        "missing": combinations(State.MISSING, State.PLANNED),
        "missing_total": found.combinations.count(State.MISSING, State.PLANNED),
        "planned": combinations(State.PLANNED, State.PLANNED),
        "failed": combinations(State.FAILED, State.FAILED),
        "excluded": found.combinations.excluded,
        "exclude": list(found.exclude),
        "trials": found.trials,
        "planned_arms": found.planned,
        "fixed": [{"name": one.name, "value": one.value, "absent": one.absent} for one in found.taken.fixed],
        "replicates": list(found.taken.replicates),
        "left_out": list(found.taken.dropped),
        "together": [list(group) for group in found.taken.together],
        "pairs": [
            {
                "a": found.names[table.places[0]],
                "b": found.names[table.places[1]],
                "covered": table.count(State.FAILED),
                "total": table.total,
            }
            for table in (() if found.pairs is None else found.pairs.tables)
        ],
        "proposals": None if made is None else [{"params": p.params, "closes": p.closes} for p in made.proposals],
        "open_after": None if made is None else made.left,
        "command": command,
        "warnings": list(warnings),
    }


def named(found: Coverage, combination: Combination) -> dict[str, Any]:
    """A combination as names with values; of a bin its label."""
    return {found.names[place]: found.taken.parameters[place].levels[level].said for place, level in combination}


def _parameter(one: VariedParameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "values": [level.said for level in one.levels],
        "bins": [_bin(level) for level in one.levels] if one.binned else None,
        "absent": one.absent,
    }


def _bin(level: Level) -> dict[str, Any]:
    low, high = (None if edge is None else finite(edge) for edge in (level.low, level.high))
    return {"label": level.label, "low": low, "high": high, "values": sorted(level.values, key=_order)}


def _order(value: Any) -> tuple[bool, float, str]:
    number = finite(value)
    return number is None, number or 0.0, str(value)
