"""From the lines of the index back to the rows of the table, ten thousand in a tenth of a second."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ledger.errors import LedgerError
from ledger.machine.garbage import uncollected
from ledger.model.entry import Entry
from ledger.model.experiment import at_present
from ledger.model.frozen import frozen
from ledger.model.row import Row
from ledger.model.summary import Summary
from ledger.repo.index.tables import decoded

EXPERIMENTS: Final = "experiments"
VARIANTS: Final = "variants"
TRIALS: Final = "trials"

NONE: Final = "none"
"""The outcome of what has no verdict."""

_PLAN: Final = "e.name, e.title, e.status, e.outcome, e.parent, e.author, e.tags, e.exploratory, e.better, e.created"
_ARM: Final = f"""{_PLAN}, v.variant, v.params, v.metrics, v.data, v.odd, v.seconds, v.code, v.fingerprint,
    v.trials, v.recorded, v.missing, e.confirmatory FROM e JOIN v"""
_ORDER: Final = "ORDER BY e.moment DESC, e.name DESC"

_QUERIES: Final[Mapping[str, str]] = {
    EXPERIMENTS: f"SELECT {_ARM} ON v.id = e.own {_ORDER}",
    VARIANTS: f"SELECT {_ARM} ON v.e = e.id WHERE NOT v.hidden {_ORDER}, v.id",
    TRIALS: f"""SELECT {_PLAN}, t.variant, t.params, t.metrics, t.data, t.odd, t.seconds, t.code, t.fingerprint,
        t.counts, 1, NULL, t.trial, t.status, t.replicate, t.started, t.reused, t.extra, e.confirmatory
        FROM e JOIN t ON t.e = e.id {_ORDER}, t.id""",
}


def rows(connection: sqlite3.Connection, level: str, running: Collection[str] = ()) -> list[Row]:
    """All rows of one level, the latest experiment first. `running` names the experiments that runs are at work on."""
    if level not in _QUERIES:
        raise LedgerError(f"there are no rows of {level}", hint=f"one of {', '.join(_QUERIES)}")
    with uncollected():
        return _rows(connection.execute(_QUERIES[level]).fetchall(), running, of_trials=level == TRIALS)


def _rows(found: Sequence[tuple[Any, ...]], running: Collection[str], *, of_trials: bool) -> list[Row]:
    params = _documents(one[11] for one in found)
    metrics = _documents(one[12] for one in found)
    seen: dict[str, Any] = {}
    moments: dict[str, datetime] = {}

    def shared(text: str) -> Any:
        # few differ: tags, directions, data
        value = seen.get(text)
        if value is None:
            value = seen[text] = json.loads(text)
        return value

    made = []
    for one, own, measured in zip(found, params, metrics, strict=True):
        created = one[24] if of_trials else one[9]
        if created not in moments:
            moments[created] = datetime.fromisoformat(created)
        made.append(
            Row(
                experiment=one[0],
                variant=one[10],
                trial=one[21] if of_trials else None,
                title=one[1],
                status=at_present(one[2], running=one[0] in running) if running else one[2],
                outcome=one[3],
                parent=one[4],
                author=one[5],
                tags=tuple(shared(one[6])),
                created=moments[created],
                exploratory=one[7] == 1,
                params=decoded(own) if one[14] else own,
                metrics=_of_one(measured) if of_trials else _of_many(measured),
                data=shared(one[13]),
                trials=one[18],
                recorded=one[19],
                seconds=one[15],
                missing=one[20],
                trial_status=one[22] if of_trials else None,
                replicate=decoded(json.loads(one[23])) if of_trials else None,
                reused=one[25] if of_trials else None,
                code=one[16],
                fingerprint=one[17],
                better=shared(one[8]),
                confirmatory=_truth(one[-1]),
                extra=shared(one[26]) if of_trials else {},
            )
        )
    return made


def _truth(number: int | None) -> bool | None:
    return None if number is None else number == 1


def _documents(texts: Iterable[str]) -> list[Any]:
    """Many JSON documents, read as one: their keys are then the same strings, and few in memory."""
    documents: list[Any] = json.loads(f"[{','.join(texts)}]")
    if not all(type(document) is dict for document in documents):
        raise ValueError("a map is none")
    return documents


def _of_many(metrics: Mapping[str, Sequence[Any]]) -> dict[str, Summary]:
    return {name: Summary(n=n, mean=mean, sd=sd, left_out=left) for name, (n, mean, sd, left) in metrics.items()}


def _of_one(metrics: Mapping[str, float | None]) -> dict[str, Summary]:
    return {
        name: Summary(n=0, mean=None, sd=None, left_out=1) if value is None else Summary(n=1, mean=value, sd=None)
        for name, value in metrics.items()
    }


@frozen
class Wished:
    """Which experiments are asked for: all that is given must hold. The patterns are searched for in any case."""

    author: re.Pattern[str] | None = None
    since: datetime | None = None
    tags: tuple[str, ...] = ()
    outcome: str | None = None
    status: str | None = None
    grep: re.Pattern[str] | None = None


def entries(
    connection: sqlite3.Connection, wished: Wished, limit: int | None, running: Collection[str] = ()
) -> list[Entry]:
    """The lines of the log, the latest experiment first. `running` names those that runs are at work on."""
    found = []
    for one in connection.execute(*_entry_query(wished, limit)):
        if wished.author is not None and not wished.author.search(one[6]):
            continue
        if wished.grep is not None and not wished.grep.search(one[14]):
            continue
        status = at_present(one[2], running=one[0] in running)
        if wished.status not in (None, status):
            continue
        tags = tuple(json.loads(one[7]))
        if set(wished.tags) <= set(tags):
            found.append(
                Entry(
                    name=one[0],
                    title=one[1],
                    status=status,
                    outcome=one[3],
                    parent=one[4],
                    branch=one[5],
                    author=one[6],
                    tags=tags,
                    created=datetime.fromisoformat(one[8]),
                    records=one[9],
                    declared=one[16],
                    missing=one[17],
                    predicted=tuple(json.loads(one[10])),
                    arm=one[18],
                    metrics=_of_many(json.loads(one[11])) if one[15] == one[18] else {},
                    problems=tuple(json.loads(one[12])),
                    newer=one[13],
                    confirmatory=_truth(one[-1]),
                )
            )
            if len(found) == limit:
                break
    return found


def _entry_query(wished: Wished, limit: int | None) -> tuple[str, list[object]]:
    conditions, values = ["e.own IS NOT NULL"], list[object]()
    if wished.outcome is not None:
        conditions.append("e.outcome IS NULL" if wished.outcome == NONE else "e.outcome = ?")
        values += [] if wished.outcome == NONE else [wished.outcome]
    if wished.since is not None:
        conditions.append("e.moment >= ?")
        values.append(wished.since.timestamp())
    prose, join = ("prose.text", "JOIN prose ON prose.id = e.id") if wished.grep is not None else ("NULL", "")
    query = f"""SELECT e.name, e.title, e.status, e.outcome, e.parent, e.branch, e.author, e.tags, e.created, e.records,
        e.predicted, v.metrics, e.problems, e.newer, {prose}, v.variant, e.declared, e.missing, e.about, e.confirmatory
        FROM e JOIN v ON v.id = e.own {join}
        WHERE {" AND ".join(conditions)} {_ORDER}"""
    chosen_here = wished.author or wished.grep or wished.tags or wished.status
    if limit is not None and not chosen_here:
        query += " LIMIT ?"
        values.append(limit)
    return query, values
