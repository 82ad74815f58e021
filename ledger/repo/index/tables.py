"""The tables of the index, the views that `ledger query` may read, and an experiment as their lines.

Maps (parameters, metrics, data) stand as JSON in one column each: a row of the table then loads as one text, and the
views take them apart with SQLite's own JSON functions, so that nothing is stored twice.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import FormatError
from ledger.model import bounds
from ledger.model.experiment import Experiment, declared_points
from ledger.model.formats import front_matter
from ledger.model.frozen import frozen
from ledger.model.row import Row

if TYPE_CHECKING:
    from ledger.analysis.rows import Rows, Tried

VERSION: Final = 12
"""Of the tables and of what is computed into them: raised with every change, and an older index is built anew."""

STRIDE: Final = 1_000_000
"""An arm's or trial's id is the experiment's times this, plus its place, so that they lie together."""

TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE e (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, key TEXT NOT NULL, tree TEXT, pending TEXT NOT NULL,
    error TEXT, problems TEXT, newer INTEGER, undecided INTEGER, branch TEXT, title TEXT, status TEXT, outcome TEXT,
    confirmatory INTEGER, parent TEXT, author TEXT, tags TEXT, created TEXT, moment REAL, exploratory INTEGER,
    better TEXT, predicted TEXT, about TEXT, records INTEGER, declared INTEGER, missing INTEGER, own INTEGER
);
CREATE TABLE v (
    id INTEGER PRIMARY KEY, e INTEGER NOT NULL, variant TEXT, params TEXT, metrics TEXT, data TEXT, odd INTEGER,
    trials INTEGER, recorded INTEGER, missing INTEGER, seconds REAL, code TEXT, fingerprint TEXT, hidden INTEGER
);
CREATE TABLE t (
    id INTEGER PRIMARY KEY, e INTEGER NOT NULL, variant TEXT, trial TEXT, params TEXT, metrics TEXT, data TEXT,
    odd INTEGER, counts INTEGER, seconds REAL, code TEXT, fingerprint TEXT, status TEXT, replicate TEXT, started TEXT,
    reused TEXT, extra TEXT
);
CREATE TABLE prose (id INTEGER PRIMARY KEY, text TEXT);
CREATE INDEX t_fingerprint ON t (fingerprint);
CREATE INDEX e_moment ON e (moment, name);
"""

# what `docs/query.md` documents, and all that `ledger query` may read
VIEWS: Final[Mapping[str, str]] = {
    "experiments": """
        SELECT e.name AS experiment, e.title, e.status, e.outcome, e.confirmatory, e.parent, e.author, e.tags,
            e.created, e.exploratory, e.branch, v.variant, v.trials, v.recorded, v.missing, v.seconds, v.fingerprint,
            v.code
        FROM e JOIN v ON v.id = e.own""",
    "variants": """
        SELECT e.name AS experiment, v.variant, v.trials, v.recorded, v.missing, v.seconds, v.fingerprint, v.code,
            v.params, v.metrics, v.data
        FROM v JOIN e ON e.id = v.e WHERE NOT v.hidden""",
    "trials": """
        SELECT e.name AS experiment, t.variant, t.trial, t.status, t.started, t.counts, t.reused, t.seconds,
            t.fingerprint, t.code, t.replicate, t.params, t.metrics, t.data
        FROM t JOIN e ON e.id = t.e""",
    "metrics": """
        SELECT e.name AS experiment, v.variant, NULL AS trial, j.key AS name, json_extract(j.value, '$[1]') AS value,
            json_extract(j.value, '$[0]') AS n, json_extract(j.value, '$[2]') AS sd
        FROM v JOIN e ON e.id = v.e JOIN json_each(v.metrics) j WHERE NOT v.hidden
        UNION ALL
        SELECT e.name, t.variant, t.trial, j.key, j.value, j.value IS NOT NULL, NULL FROM t JOIN e ON e.id = t.e
            JOIN json_each(t.metrics) j""",
    "params": """
        SELECT e.name AS experiment, v.variant, NULL AS trial, j.key AS name, j.value AS value, j.type AS type
        FROM v JOIN e ON e.id = v.e JOIN json_each(v.params) j WHERE NOT v.hidden
        UNION ALL
        SELECT e.name, t.variant, t.trial, j.key, j.value, j.type
        FROM t JOIN e ON e.id = t.e JOIN json_each(t.params) j""",
}

SCHEMA: Final = TABLES + "".join(f"CREATE VIEW {name} AS {select};\n" for name, select in VIEWS.items())

Line = tuple[Any, ...]


@frozen
class Lines:
    """One experiment as lines of the tables, without their ids. `own`: the place of the arm that stands for it.

    `undecided`: code tells which of its trials count, or which of their metrics are one.
    """

    experiment: Line
    variants: tuple[Line, ...] = ()
    trials: tuple[Line, ...] = ()
    own: int | None = None
    prose: str | None = None
    undecided: bool = False


_NOTHING: Final[Line] = (None,) * 20


def lines_of(experiment: Experiment, verdict: str | None, present: Mapping[str, str] | None = None) -> Lines:
    """The lines of an experiment that could be read; `verdict` is the text of its `verdict.md`.

    `present` are the present fingerprints of its arms, which are needed where the lines are `undecided` without.
    """
    # an index that is current computes nothing
    from ledger.analysis import counting, same_metrics
    from ledger.analysis.looks import predicted_arms
    from ledger.analysis.rows import rows_of

    rows = rows_of(experiment, present)
    undecided = experiment.branch is not None and counting.undecided(experiment)
    undecided = undecided or same_metrics.unclear(experiment)
    plan = experiment.plan
    own = _own(rows)
    variants = [_variant(row, hidden=False) for row in rows.variants]
    if own is None:
        own = len(variants)
        variants.append(_variant(rows.experiment, hidden=True))
    lines = Lines(
        experiment=(
            None,
            _json([str(one) for one in experiment.passed_over]),
            len(experiment.too_new),
            undecided,
            experiment.branch,
            plan.title,
            rows.experiment.status,
            rows.experiment.outcome,
            rows.experiment.confirmatory,
            plan.parent,
            plan.author,
            _json(plan.tags),
            plan.created.isoformat(),
            plan.created.timestamp(),
            plan.exploratory,
            _json(dict(rows.experiment.better)),
            _json(list(experiment.predicted)),
            predicted_arms(plan)[0],
            len(experiment.trials),
            len(declared_points(plan)),
            sum(row.missing or 0 for row in rows.variants),
        ),
        variants=tuple(variants),
        trials=tuple(_trial(one) for one in rows.tried),
        own=own,
        prose=_prose(experiment, verdict or ""),
        undecided=undecided,
    )
    _check(lines)
    return lines


def _check(lines: Lines) -> None:
    """Raise for a value that SQLite would refuse: where it is written, nobody knows whose it was."""
    for line in (lines.experiment, *lines.variants, *lines.trials, (lines.prose,)):
        for value in line:
            if type(value) is str:
                value.encode()
            elif type(value) is int and abs(value) > bounds.MAX_COUNT:
                raise OverflowError(f"{value} is more than the index can hold")


def unread(error: str | None) -> Lines:
    """The line of an experiment that cannot be read, or of a branch that holds none (`error` is None)."""
    return Lines(experiment=(error, *_NOTHING))


def _own(rows: Rows) -> int | None:
    return next((place for place, row in enumerate(rows.variants) if row is rows.experiment), None)


def _variant(row: Row, *, hidden: bool) -> Line:
    params, odd = encoded(row.params)
    metrics = {name: [s.n, s.mean, s.sd, s.left_out] for name, s in row.metrics.items()}
    counts = (row.trials, row.recorded, row.missing, row.seconds, row.code, row.fingerprint)
    return (row.variant, params, _json(metrics), _json(dict(row.data)), odd, *counts, hidden)


def _trial(tried: Tried) -> Line:
    """The line of a trial; `rows` makes of it the row that `tried` would make."""
    from ledger.analysis.rows import not_finite
    from ledger.stats.summary import exact

    trial = tried.record.trial
    params, odd = encoded(tried.params)
    replicate, _ = encoded(dict(trial.point))
    # None for what was not a number: the trial failed for this metric
    given = tried.record.metrics.items()
    metrics = _json({name: exact(value) if math.isfinite(value) else None for name, value in given})
    data = _json(tried.data) if tried.data else "{}"
    known = (trial.seconds, trial.code, trial.fingerprint, tried.record.status, replicate, trial.started.isoformat())
    extra = _json(not_finite(tried.record))
    return (trial.variant, trial.id, params, metrics, data, odd, int(tried.counts), *known, trial.reused, extra)


def _prose(experiment: Experiment, verdict: str) -> str:
    """What `log --grep` searches: the title, the hypothesis, the notes and the verdict's text."""
    try:
        _, verdict = front_matter.split(verdict)
    except FormatError:
        pass
    return "\n".join([experiment.plan.title, experiment.hypothesis.body, experiment.notes, verdict])


# --- values as JSON

_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def encoded(values: Mapping[str, Any]) -> tuple[str, bool]:
    """The values as JSON, and whether some are what JSON has no words for, and stand as `{"$": …}`."""
    try:
        return _json(values if type(values) is dict else dict(values)), False
    except (ValueError, TypeError):
        return _json({key: _tagged(value) for key, value in values.items()}), True


def decoded(values: dict[str, Any]) -> dict[str, Any]:
    """The inverse of `encoded`, where it has said that some are so."""
    return {key: _untagged(value) for key, value in values.items()}


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
