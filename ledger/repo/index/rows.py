"""From the lines of the index back to rows of the table and lines of the log, ten thousand in a tenth of a second."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ledger.analysis import standing
from ledger.errors import LedgerError
from ledger.machine.garbage import uncollected
from ledger.model.confirmation import Tested
from ledger.model.entry import Entry
from ledger.model.experiment import PLANNED, RECORDED, RUNNING, at_present
from ledger.model.frozen import frozen
from ledger.model.plan import BASELINE
from ledger.model.row import Row
from ledger.repo.index.confirmations import confirmations
from ledger.repo.index.encoding import INTEGER, SUMMARIES, TEXT, Codec
from ledger.repo.index.tables import EXPERIMENT, TRIAL, VARIANT, SqlTable, own, places

if TYPE_CHECKING:
    from ledger.analysis.site.brief import Brief

EXPERIMENTS: Final = "experiments"
VARIANTS: Final = "variants"
TRIALS: Final = "trials"

# as many rows as SQLite counts
_ALL: Final = 2**63 - 1

NONE: Final = "none"
"""The outcome of what has no verdict."""

_ORDER: Final = "ORDER BY e.moment DESC, e.name DESC"


@frozen
class Expressions:
    """What a query selects: by the field that it fills, an expression and what kind of column it is."""

    fields: Mapping[str, tuple[str, Codec]]

    @property
    def sql(self) -> str:
        """What stands between SELECT and FROM."""
        return ", ".join(expression for expression, _ in self.fields.values())

    def read(self, lines: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
        """The fields of every line."""
        if not lines:
            return []
        decoders = (kind.decode for _, kind in self.fields.values())
        columns = [
            column if decode is None else decode(column)
            for decode, column in zip(decoders, zip(*lines, strict=True), strict=True)
        ]
        return [dict(zip(self.fields, values, strict=True)) for values in zip(*columns, strict=True)]


def _of(alias: str, table: SqlTable, names: str, **renamed: str) -> dict[str, tuple[str, Codec]]:
    """Columns of a table by the fields that they fill: those of the same name, and those that are `renamed`."""
    kinds = table.keys | table.columns
    columns = {name: name for name in names.split()} | renamed
    return {field: (f"{alias}.{column}", kinds[column]) for field, column in columns.items()}


_PLAN: Final = _of(
    "e",
    EXPERIMENT,
    "title status outcome confirmatory found parent author tags exploratory parts better called created",
    experiment="name",
)
_ARM: Final = "variant params metrics data seconds code fingerprint"
_OF_ARMS: Final = Expressions(fields=_PLAN | _of("v", VARIANT, f"{_ARM} trials recorded missing"))
_OF_TRIALS: Final = Expressions(
    fields=_PLAN
    | _of(
        "t",
        TRIAL,
        f"{_ARM} trial replicate reused extra",
        trials="counts",
        trial_status="status",
        created="started",
    )
)

_QUERIES: Final[Mapping[str, tuple[Expressions, str]]] = {
    EXPERIMENTS: (_OF_ARMS, f"FROM experiment e JOIN variant v ON v.id = e.own {_ORDER}"),
    VARIANTS: (
        _OF_ARMS,
        f"FROM experiment e JOIN variant v ON v.experiment = e.id WHERE NOT v.hidden {_ORDER}, v.id",
    ),
    TRIALS: (_OF_TRIALS, f"FROM experiment e JOIN trial t ON t.experiment = e.id {_ORDER}, t.id"),
}


def rows(connection: sqlite3.Connection, level: str, running: Collection[str] = ()) -> list[Row]:
    """All rows of one level, the latest experiment first. `running` names the experiments with a live run."""
    if level not in _QUERIES:
        raise LedgerError(f"there are no rows of {level}", hint=f"one of {', '.join(_QUERIES)}")
    selection, source = _QUERIES[level]
    own = {"recorded": 1} if level == TRIALS else {"trial": None}
    with uncollected():
        found = selection.read(connection.execute(f"SELECT {selection.sql} {source}").fetchall())
        for fields in found if running else ():
            fields["status"] = at_present(fields["status"], running=fields["experiment"] in running)
        arms = tested(connection)
        for fields in found if arms else ():
            fields["tested"] = standing.of_row(
                arms.get(fields["experiment"], ()), fields["variant"], whole=level == EXPERIMENTS
            )
        return [Row(**fields, **own) for fields in found]


def tested(connection: sqlite3.Connection) -> dict[str, tuple[Tested, ...]]:
    """What was confirmed and what was not, an entry an arm, by the experiment that found it."""
    return standing.tested(confirmations(connection))


def briefs(connection: sqlite3.Connection, running: Collection[str] = ()) -> list[Brief]:
    """What a site says of every experiment beside its own page, the latest first, but when it was concluded."""
    from ledger.analysis.site.brief import Brief

    status, named = present_status(running)
    selection = Expressions(
        fields=_of("e", EXPERIMENT, "name title author tags outcome confirmatory exploratory found parent created")
        | _of("e", EXPERIMENT, "predicted predictions judged finding interpretation better missing problems")
        | _of("e", EXPERIMENT, "", trials="records", arm="about")
        | {
            "status": (status, TEXT),
            "leading": ("coalesce(a.metrics, '{}')", SUMMARIES),
            "baseline": ("coalesce(b.metrics, '{}')", SUMMARIES),
            "failed": (f"(SELECT count(*) FROM trial t WHERE {own('t', 'e')} AND t.status != 'succeeded')", INTEGER),
        }
    )
    query = f"""SELECT {selection.sql} FROM experiment e
        LEFT JOIN variant a ON {own("a", "e")} AND +a.variant = e.about AND NOT a.hidden
        LEFT JOIN variant b ON {own("b", "e")} AND +b.variant = '{BASELINE}' AND NOT b.hidden
        WHERE e.own IS NOT NULL {_ORDER}"""
    with uncollected():
        found = selection.read(connection.execute(query, named).fetchall())
        arms = tested(connection)
        return [Brief(**one, tested=arms.get(one["name"], ())) for one in found]


@frozen
class Wished:
    """Which experiments are asked for: all that is given must hold. The patterns are searched for in any case."""

    author: re.Pattern[str] | None = None
    since: datetime | None = None
    tags: tuple[str, ...] = ()
    outcome: str | None = None
    status: str | None = None
    grep: re.Pattern[str] | None = None


def present_status(running: Collection[str]) -> tuple[str, list[object]]:
    """The SQL of an experiment's status at present (`at_present`), and its values."""
    undecided = f"e.status IN ('{PLANNED}', '{RECORDED}')"
    return f"CASE WHEN {undecided} AND e.name IN ({places(list(running))}) THEN '{RUNNING}' ELSE e.status END", [
        *running
    ]


def entries(
    connection: sqlite3.Connection, wished: Wished, limit: int | None, running: Collection[str] = ()
) -> list[Entry]:
    """The lines of the log, the latest experiment first. `running` names those with a live run."""
    status, named = present_status(running)
    selection = Expressions(
        fields=_of(
            "e",
            EXPERIMENT,
            "name title outcome confirmatory parent branch author tags created records declared missing predicted",
            arm="about",
        )
        | _of("e", EXPERIMENT, "found problems newer")
        | {
            "status": (status, TEXT),
            # the metrics are those of the arm that the predictions are about
            "metrics": ("CASE WHEN v.variant = e.about THEN v.metrics ELSE '{}' END", SUMMARIES),
        }
    )
    conditions, values = _conditions(connection, wished, running)
    query = f"""SELECT {selection.sql} FROM experiment e JOIN variant v ON v.id = e.own
        WHERE {" AND ".join(conditions)} {_ORDER} LIMIT ?"""
    found = selection.read(
        connection.execute(query, [*named, *values, -1 if limit is None else min(limit, _ALL)]).fetchall()
    )
    arms = tested(connection)
    return [Entry(**fields, tested=arms.get(fields["name"], ())) for fields in found]


def _conditions(
    connection: sqlite3.Connection, wished: Wished, running: Collection[str]
) -> tuple[list[str], list[object]]:
    """What must hold, in SQL and with its values."""
    conditions, values = ["e.own IS NOT NULL"], list[object]()
    if wished.outcome == NONE:
        conditions.append("e.outcome IS NULL")
    elif wished.outcome is not None:
        conditions.append("e.outcome = ?")
        values.append(wished.outcome)
    if wished.since is not None:
        conditions.append("e.moment >= ?")
        values.append(wished.since.timestamp())
    if wished.status is not None:
        status, named = present_status(running)
        conditions.append(f"{status} = ?")
        values += [*named, wished.status]
    for tag in wished.tags:
        conditions.append("EXISTS (SELECT 1 FROM json_each(e.tags) WHERE value = ?)")
        values.append(tag)
    for name, pattern, text in (
        ("by_author", wished.author, "e.author"),
        ("has_words", wished.grep, "(SELECT text FROM prose WHERE prose.id = e.id)"),
    ):
        if pattern is not None:
            connection.create_function(name, 1, lambda given, search=pattern.search: search(given) is not None)
            conditions.append(f"{name}({text})")
    return conditions, values
