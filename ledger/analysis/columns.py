"""Which columns does a table have, in which order, and which matter most where there is no room for all?"""

from __future__ import annotations

import fnmatch
import math
from collections import Counter
from collections.abc import Mapping, Sequence

from ledger.analysis import fields as named
from ledger.analysis.fields import PLAIN, Field, Fields, is_missing
from ledger.analysis.groups import POOLED, rows_field, shared_field
from ledger.analysis.order import split_names
from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.row import MODELS, Row
from ledger.model.settings import Settings

EXPERIMENTS = "experiments"
VARIANTS = "variants"
TRIALS = "trials"

# the rank of the first metric: what people came for
_HEADLINE = 90

# the rank of an experiment's state where its arms are the rows
_STATE = 60

# whether a finding was confirmed: of arms less than the first parameter that tells them apart
_CONFIRMATION = {EXPERIMENTS: 88, VARIANTS: 77, TRIALS: 54}

_IDENTITY = {EXPERIMENTS: ("experiment",), VARIANTS: ("experiment", "variant"), TRIALS: ("experiment", "trial")}


@frozen
class Request:
    """What was asked for. `sort` are texts such as `-accuracy,created`; `group`, `keep` and `drop` names or patterns.

    `best`: of the rows only those with the best value, see `analysis/best.py`.
    `every`: all parameters and not only those that vary; `detail`: the plain facts too that a terminal has no room for.
    """

    level: str = EXPERIMENTS
    where: str | None = None
    sort: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    limit: int | None = None
    best: bool = False
    every: bool = False
    detail: bool = False


@frozen
class Column:
    """One column. Where there is no room for all, those of the lowest `rank` go first; `fixed` ones stay."""

    field: Field
    rank: float
    fixed: bool = False


def metric_names(rows: Sequence[Row], settings: Settings) -> list[str]:
    """The metrics of the rows: those that are predicted most often first, then those of `ledger.yaml`."""
    # an experiment of many arms predicts once
    predicted = Counter(name for better in {row.experiment: row.better for row in rows}.values() for name in better)
    given = list(settings.metrics)
    names = list(Fields(rows).metrics)
    rank = {name: at for at, name in enumerate(names)}
    return sorted(
        names,
        key=lambda n: (-predicted.get(n, 0), given.index(n) if n in settings.metrics else len(given), rank[n]),
    )


def varying(rows: Sequence[Row]) -> dict[str, int]:
    """The parameters that are not the same in all rows, each with the number of rows that differ from the most.

    A row that lacks a parameter which others have differs.
    """
    first: dict[str, object] = {}
    found: dict[str, None] = {}
    present: Counter[str] = Counter()
    for row in rows:
        present.update(row.params.keys())
        for name, value in row.params.items():
            known = first.setdefault(name, value)
            if known is not value and name not in found and _hashable(known) != _hashable(value):
                found[name] = None
    names = [name for name in first if name in found or present[name] < len(rows)]
    return {name: len(rows) - most for name, most in _commonest(rows, names, present).items()}


def _commonest(rows: Sequence[Row], names: Sequence[str], present: Mapping[str, int]) -> dict[str, int]:
    """In how many rows each parameter has its most common value, or is lacking if that is more common."""
    counts: dict[str, Counter[object]] = {name: Counter() for name in names}
    for row in rows:
        # over what a row has, not over all names: of a thousand, most rows have a few
        for name, value in row.params.items():
            if name in counts:
                counts[name][_hashable(value)] += 1
    return {name: max(len(rows) - present[name], *counts[name].values()) for name in names}


def _swept(rows: Sequence[Row], names: Mapping[str, int]) -> set[str]:
    """The parameters in which arms of one experiment differ."""
    values: dict[tuple[str, str], set[object]] = {}
    for row in rows:
        # over what a row has, as above
        for name, value in row.params.items():
            if name in names:
                values.setdefault((row.experiment, name), set()).add(_hashable(value))
    return {name for (_, name), found in values.items() if len(found) > 1}


def _hashable(value: object) -> object:
    # NaN is not equal to itself, but written alike
    return (type(value), value) if isinstance(value, str | int | float) and not is_missing(value) else repr(value)


def row_columns(rows: Sequence[Row], request: Request, settings: Settings, mentioned: set[str]) -> list[Column]:
    """The columns of ungrouped rows in their order, with their ranks."""
    here = Fields(rows)
    identity = _IDENTITY[request.level]
    columns = [Column(field=PLAIN[name], rank=math.inf, fixed=True) for name in identity]
    facts = ["status", "outcome", "author", "parent", "exploratory"] if request.detail else ["state"]
    # what most verdicts are need not be said of each
    if request.detail or any(row.confirmatory is False for row in rows):
        facts.insert(facts.index("outcome") + 1 if request.detail else 1, "confirmatory")
    if request.detail or any(row.tested is not None for row in rows):
        facts.insert(1 + facts.index("outcome" if request.detail else "state"), "confirmation")
    if request.detail and request.level != EXPERIMENTS:
        facts += ["trial_status"] if request.level == TRIALS else []
    columns += [Column(field=PLAIN["title"], rank=56)] if request.level == EXPERIMENTS or request.detail else []
    # the arms of one experiment differ in parameters, and not in its state
    state = _STATE if request.level == VARIANTS else 95
    # what was tried again says more than how the first verdict came about
    rank_of = {"confirmation": _CONFIRMATION[request.level]}
    rank_of |= {"confirmatory": min(state, 86)} if "confirmation" in facts else {}
    columns += [Column(field=PLAIN[name], rank=rank_of.get(name, state)) for name in facts]
    columns += [
        Column(field=named.metric(name), rank=_HEADLINE if at == 0 else 62 - 16 * at)
        for at, name in enumerate(metric_names(rows, settings))
    ]
    vary = varying(rows)
    swept = _swept(rows, vary) if request.level == VARIANTS else set()
    by_weight = sorted(vary, key=lambda name: (named.PARAMS + name not in mentioned, name not in swept, -vary[name]))
    # what tells the arms of an experiment apart stays longer than its state, however many parameters do
    rank = {name: _STATE + 18 / (1 + at) if name in swept else 78.0 - 5 * at for at, name in enumerate(by_weight)}
    names = here.params if request.every else tuple(vary)
    columns += [Column(field=named.param(name), rank=rank.get(name, -1000.0)) for name in names]
    versions = [path for path in here.data if request.detail or len({row.data.get(path) for row in rows}) > 1]
    columns += [Column(field=named.data(path), rank=41.0 - at) for at, path in enumerate(versions)]
    if request.detail or any(row.tags for row in rows):
        columns.append(Column(field=PLAIN["tags"], rank=42))
    if any(row.extra.get(MODELS) for row in rows):
        columns.append(Column(field=PLAIN["models"], rank=_STATE + 4))
    columns += [Column(field=PLAIN["trials"], rank=0)] if request.detail else []
    columns += [Column(field=PLAIN["seconds"], rank=45), Column(field=PLAIN["created"], rank=55)]
    return columns


def grouped_columns(rows: Sequence[Row], by: Sequence[Field], request: Request, settings: Settings) -> list[Column]:
    """The columns of groups: the fields that they share, how many rows each has, and the pooled metrics."""
    columns = [Column(field=each, rank=math.inf, fixed=True) for each in by]
    # of trials those that count, each once: the number that the pooled metrics are of
    columns += [Column(field=rows_field(request.level), rank=95)] if request.level != TRIALS else []
    columns.append(Column(field=PLAIN["trials"], rank=85 if request.level != TRIALS else 95))
    grouping = {each.name for each in by}
    columns += [
        Column(field=named.metric(name), rank=_HEADLINE if at == 0 else 62 - 16 * at)
        for at, name in enumerate(metric_names(rows, settings))
        if named.METRICS + name not in grouping
    ]
    return [*columns, Column(field=PLAIN["seconds"], rank=45)]


def kept(columns: Sequence[Column], request: Request, every: Fields, mentioned: set[str]) -> tuple[Column, ...]:
    """The columns after `--keep` and `--drop`; what the expression mentions is shown as long as there is room."""
    found = list(columns)
    if request.keep:
        wanted = [each for pattern in _patterns(request.keep) for each in _named(pattern, columns, every, request)]
        names = {each.name for each in wanted}
        have = {column.field.name for column in found}
        found = [c for c in found if c.fixed or c.field.name in names]
        found = [c if c.fixed else Column(field=c.field, rank=c.rank + 1000) for c in found]
        found += [Column(field=f, rank=900) for f in {f.name: f for f in wanted}.values() if f.name not in have]
    for pattern in _patterns(request.drop):
        gone = {each.name for each in _named(pattern, columns, every, request)}
        found = [column for column in found if column.fixed or column.field.name not in gone]
    first = next((column for column in found if column.field.name.startswith(named.METRICS)), None)
    found = [Column(field=c.field, rank=max(c.rank, _HEADLINE), fixed=c.fixed) if c is first else c for c in found]
    return tuple(
        Column(field=c.field, rank=max(c.rank, 85), fixed=c.fixed) if c.field.name in mentioned else c for c in found
    )


def _patterns(texts: Sequence[str]) -> list[str]:
    return [name for text in texts for name in split_names(text)]


def _named(pattern: str, columns: Sequence[Column], every: Fields, request: Request) -> list[Field]:
    """The fields that a pattern names, by their whole or their short names. Raises LedgerError where there is none."""
    have = {column.field.name: column.field for column in columns}
    candidates = [*have.values(), *(each for each in every.all if each.name not in have)]
    if any(sign in pattern for sign in "*?["):
        found = [each for each in candidates if any(fnmatch.fnmatchcase(n, pattern) for n in (each.name, each.short))]
        if not found:
            raise LedgerError(f"no column matches {pattern}", hint="ledger table --all shows every column")
    else:
        exact = [each for each in candidates if pattern in (each.name, each.short)]
        # where it may mean two, `find` says so
        found = exact if len(exact) == 1 else [every.find(pattern)]
    return [have.get(each.name) or (_of_group(each) if request.group else each) for each in found]


def _of_group(field: Field) -> Field:
    """A field that the groups have no column of by themselves: pooled where it can be, else what a group agrees on."""
    return field if field.name.startswith(named.METRICS) or field.name in POOLED else shared_field(field)
