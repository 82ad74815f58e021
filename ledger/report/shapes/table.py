"""The shape of `table`: a list of rows."""

from __future__ import annotations

from typing import Any

from ledger.analysis.fields import DATA, METRICS, PARAMS
from ledger.analysis.groups import POOLED, ROWS, VALUES
from ledger.analysis.table import Table
from ledger.model.row import MODELS, Row
from ledger.report.shapes.values import tested
from ledger.stats.summary import Summary


def table(value: Table) -> list[dict[str, Any]]:
    """One mapping per row; parameters, metrics and data as far as the table has columns for them."""
    names = {column.field.name for column in value.columns}
    own = {*(field.name for field in value.grouped), *POOLED, value.level}
    shared = [c.field for c in value.columns if c.field.name not in own and not c.field.name.startswith(METRICS)]
    made = [_group(row, value.level) if value.grouped else _row(row) for row in value.rows]
    for at, (row, document) in enumerate(zip(value.rows, made, strict=True)):
        document["metrics"] = {n: _summary(s) for n, s in row.metrics.items() if METRICS + n in names}
        document["best"] = [name for name, rows in value.best.items() if at in rows and METRICS + name in names]
        if not value.grouped:
            document["params"] = {n: v for n, v in row.params.items() if PARAMS + n in names}
            document["data"] = {n: v for n, v in row.data.items() if DATA + n in names}
        elif shared:
            document["shared"] = {field.name: field.get(row) for field in shared}
    return made


def _row(row: Row) -> dict[str, Any]:
    document: dict[str, Any] = {"experiment": row.experiment, "variant": row.variant}
    if row.trial is not None:
        document |= {"trial": row.trial, "trial_status": row.trial_status, "replicate": dict(row.replicate or {})}
        document |= {"counts": bool(row.trials), "reused": row.reused}
    else:
        document |= {"missing": row.missing}
    return document | {
        "title": row.title,
        "status": row.status,
        "outcome": row.outcome,
        "confirmatory": row.confirmatory,
        "confirmation": None if row.tested is None else tested(row.tested),
        "params": {},
        "metrics": {},
        "trials": row.trials,
        "created": row.created.isoformat(),
        "seconds": row.seconds,
        "recorded": row.recorded,
        "author": row.author,
        "tags": list(row.tags),
        "parent": row.parent,
        "models": list(row.extra.get(MODELS, ())),
        "exploratory": row.exploratory,
        "data": {},
        "code": row.code,
        "fingerprint": row.fingerprint,
    }


def _group(row: Row, level: str) -> dict[str, Any]:
    group = {"group": dict(row.extra[VALUES]), level: row.extra[ROWS]}
    return group | {"trials": row.trials, "metrics": {}, "seconds": row.seconds}


def _summary(value: Summary) -> dict[str, Any]:
    return {"n": value.n, "mean": value.mean, "sd": value.sd, "left_out": value.left_out}
