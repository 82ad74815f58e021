"""The file of the index: opened, replaced if corrupt, ignored if newer or unusable.

The index is a cache, so nothing about it is ever an error: where the file cannot be used, the answer comes from one in
memory, and `remark` says so where the user should know.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ledger.repo.index.tables import SCHEMA, VERSION

BUSY_SECONDS = 5.0


@dataclass(slots=True, kw_only=True)
class Opened:
    """An index to read. `file`: it is the one on the disk, and not one in memory that ends with the process."""

    connection: sqlite3.Connection
    file: bool
    remark: str | None = None


def open_index(path: Path) -> Opened:
    """The index at `path`, made where there is none."""
    try:
        connection = _connected(path)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            discard(path)
            with suppress(sqlite3.DatabaseError, OSError):
                return Opened(connection=_connected(path), file=True)
        return Opened(connection=_read_only_copy(path) or in_memory(), file=False)
    except OSError:
        return Opened(connection=_read_only_copy(path) or in_memory(), file=False)
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        connection.close()
        remark = f"the index {path} was written by a newer version of ledger: it is not used, so this takes longer"
        return Opened(connection=in_memory(), file=False, remark=remark)
    return Opened(connection=connection, file=True)


def in_memory() -> sqlite3.Connection:
    """An empty index that ends with the process."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _create(connection)
    return connection


def copy_of(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A copy in memory, for where the file cannot be written."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    connection.backup(copy)
    return copy


def discard(path: Path) -> None:
    """Delete a file that is of no use, with what SQLite keeps beside it; whoever has it open keeps what it reads."""
    for suffix in ("-wal", "-shm", ""):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()


_ELSEWHERE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOMEM,
    }
)


def is_damage(error: Exception) -> bool:
    """Whether the file is to blame, and not a lock, a full disk or a file system that is read-only."""
    code = getattr(error, "sqlite_errorcode", None)
    # the lower byte is the kind; text that is not UTF-8 has no code at all
    return code is None or code & 0xFF not in _ELSEWHERE


def is_corrupt(error: Exception) -> bool:
    """Whether SQLite found the file damaged, or not a database."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            return connection
        connection.execute("PRAGMA synchronous = NORMAL")
        if version < VERSION:
            # not on a network's file system, where it says no; the answer does not matter
            connection.execute("PRAGMA journal_mode = WAL")
            _create(connection)
        # a damaged file shows at its first page or at its tables
        connection.execute("SELECT count(*) FROM experiment").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _create(connection: sqlite3.Connection) -> None:
    """Create the tables, and drop what an older version left."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # another process may have made them meanwhile
        if connection.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            old = connection.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
            for kind, name in sorted(old, key=lambda one: one[0] != "view"):
                if kind in ("view", "table"):
                    quoted = str(name).replace('"', '""')
                    connection.execute(f'DROP {kind} IF EXISTS "{quoted}"')
            for statement in SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _read_only_copy(path: Path) -> sqlite3.Connection | None:
    """A copy in memory of an index that cannot be written, None where it cannot be read either."""
    for how in ("mode=ro", "immutable=1"):
        with suppress(sqlite3.DatabaseError, OSError):
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=0.2)
            try:
                if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
                    return copy_of(connection)
            finally:
                connection.close()
    return None
