"""Read-only SQL on the index: on the documented views, and on nothing else.

Writing is impossible rather than discouraged: the file is opened read-only, and SQLite asks `_authorizer` before every
access while it prepares a statement, also about what a view reads in its turn.
"""

from __future__ import annotations

import re
import sqlite3
import time
from typing import Any, Final

from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.near_misses import did_you_mean, either_of, near_misses
from ledger.repo.index import file as index_file
from ledger.repo.index import live_views
from ledger.repo.index.views import VIEWS as OF_TABLES
from ledger.repo.ledger import Ledger

VIEWS: Final = tuple(dict.fromkeys([*OF_TABLES, *live_views.LIVE]))
"""The views that may be read: all that `docs/query.md` documents."""

# what the views are made of, which only they may read
_TABLES: Final = frozenset({"experiment", "variant", "trial"})
_TABLE_FUNCTIONS: Final = frozenset({"json_each", "json_tree"})
# what no view shows, not even how many rows there are; of the others that much follows from the views
_HIDDEN: Final = frozenset({"meta", "prose"})
_FORBIDDEN: Final = frozenset({"load_extension", "fts3_tokenizer"})
_MAX_LENGTH: Final = 50_000_000
"""Bytes that one value may have."""
# as many rows as are read at once, with one to tell whether there are more
_ALL: Final = 2**31 - 2
_STEPS: Final = 20_000
_SHADOW: Final = re.compile(
    rf"""\b({"|".join(VIEWS)})\b\s*(\([^()]*\)\s*)?AS\s*(NOT\s+)?(MATERIALIZED\s*)?\(""", re.IGNORECASE
)
# comments, and what stands in one of SQL's four kinds of quotes: SQLite takes each of them for a name
_LEXEMES: Final = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]""", re.DOTALL
)

HINT: Final = f"the views are {', '.join(VIEWS)}: docs/query.md has their columns"


class _DamagedError(Exception):
    """The file of the index is damaged."""


@frozen
class QueryResult:
    """What a query gave. `more`: there were more rows than were asked for."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool


def query(ledger: Ledger, sql: str, *, limit: int | None, seconds: float) -> QueryResult:
    """The rows of a SELECT. Raises LedgerError for what is no SELECT, or takes longer than so many seconds."""
    if _SHADOW.search(_LEXEMES.sub(_plain, sql)) is not None:
        # SQLite would take what it defines for the view itself
        raise LedgerError("WITH must not define a table with the name of a view", hint=HINT)
    try:
        return _asked(ledger, sql, limit=limit, seconds=seconds)
    except _DamagedError:
        # a cache that cannot be read is thrown away
        ledger.index.discard()
        return _asked(ledger, sql, limit=limit, seconds=seconds, again=True)


def _asked(ledger: Ledger, sql: str, *, limit: int | None, seconds: float, again: bool = False) -> QueryResult:
    """The rows. Raises _DamagedError where the file of the index is, unless it was built `again`."""
    connection = _read_only(ledger)
    live_views.attach(connection, ledger)
    ends = time.monotonic() + seconds
    late = False

    def watch() -> int:
        nonlocal late
        late = time.monotonic() > ends
        return late

    # SQLite makes them at their first use, which would count as writing
    connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')").fetchall()
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_LENGTH)
    connection.set_progress_handler(watch, _STEPS)
    connection.set_authorizer(_authorizer)
    try:
        cursor = connection.execute(sql)
        if cursor.description is None:
            raise LedgerError("this text holds no query", hint='ledger query "SELECT * FROM experiments"')
        heads = tuple(str(column[0]) for column in cursor.description)
        rows = cursor.fetchall() if limit is None else cursor.fetchmany(min(limit, _ALL) + 1)
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
        if not again and ledger.index.on_disk and ledger.index.is_damaged(error):
            raise _DamagedError from None
        if late:
            raise LedgerError(
                f"the query took longer than {seconds:g} seconds", hint="narrow it down, or allow more: --timeout 600"
            ) from None
        raise _told(ledger, sql, str(error)) from None
    finally:
        connection.close()
    return QueryResult(columns=heads, rows=tuple(rows[:limit]), more=limit is not None and len(rows) > limit)


def _plain(lexeme: re.Match[str]) -> str:
    """A comment as the space that it is, a quoted name without its quotes; other texts do not matter."""
    text = lexeme[0]
    if text.startswith(("--", "/*")):
        return " "
    return text[1:-1] if re.fullmatch(r"\w+", text[1:-1]) else "_"


def _read_only(ledger: Ledger) -> sqlite3.Connection:
    """A connection of its own to the index as it is now: what a query looks up asks the index meanwhile."""
    current = ledger.index.connection()
    if ledger.index.on_disk:
        try:
            uri = f"{ledger.state_dir.index.absolute().as_uri()}?mode=ro"
            return sqlite3.connect(uri, uri=True, isolation_level=None)
        except sqlite3.Error:
            pass
    # it is this process's alone, and the authorizer holds there too
    return index_file.copy_of(current)


def _authorizer(action: int, first: str | None, second: str | None, database: str | None, view: str | None) -> int:
    if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if second in _FORBIDDEN else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_READ and second == "" and database is None:
        # how many rows there are, or what the query itself defines: none of a table's columns
        hidden = first is None or first.lower() in _HIDDEN or first.lower().startswith("sqlite_")
        return sqlite3.SQLITE_DENY if hidden else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_READ and (
        first in VIEWS or first in _TABLE_FUNCTIONS or (first in _TABLES and view in VIEWS)
    ):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _told(ledger: Ledger, sql: str, said: str) -> LedgerError:
    """SQLite's words with what may have been meant."""
    column = re.fullmatch(r"no such column: (?:\w+\.)?(.+)", said)
    if column is not None:
        return _no_column(column[1], columns(ledger), set(re.findall(r"\w+", _LEXEMES.sub(_plain, sql).lower())))
    table = re.fullmatch(r"no such table: (.+)", said)
    if table is not None:
        return LedgerError(f"there is no view {table[1]}", hint=did_you_mean(table[1], VIEWS, HINT))
    if (
        "prohibited" in said
        or "cannot modify" in said
        or "denied" in said
        or "not authorized" in said
        or "readonly" in said
    ):
        return LedgerError(f"a query may only read the documented views: {said}", hint=HINT)
    return LedgerError(f"SQLite cannot read the query: {said}", hint=HINT)


def _no_column(column: str, views: dict[str, tuple[str, ...]], words: set[str]) -> LedgerError:
    """That no view among the query's words has such a column, and which is meant, or has it, or there are."""
    asked = {view: names for view, names in views.items() if view in words} or views
    elsewhere = [view for view, names in views.items() if column.lower() in names and view not in asked]
    near = near_misses(column, sorted({name for names in asked.values() for name in names}))
    if not elsewhere:
        near = near or near_misses(column, sorted({name for names in views.values() for name in names}))
        return LedgerError(f"no view has a column {column}", hint=either_of(near, HINT))
    there = [f"{view}: {', '.join(names)}" for view, names in asked.items()]
    return LedgerError(
        f"{' and '.join(asked)} {'have' if len(asked) > 1 else 'has'} no column {column}",
        hint=f"{' and '.join(elsewhere)} {'have' if len(elsewhere) > 1 else 'has'} one; {'; '.join(there)}",
    )


def columns(ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """The columns of every view."""
    connection = _read_only(ledger)
    live_views.attach(connection, ledger)
    try:
        described = {name: connection.execute(f"SELECT * FROM {name} LIMIT 0").description for name in VIEWS}
    finally:
        connection.close()
    return {name: tuple(str(column[0]) for column in columns) for name, columns in described.items()}
