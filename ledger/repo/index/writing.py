"""Writing what was read into the tables: all changes at once, where nobody else has written meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from ledger.repo.index.changes import Fresh
from ledger.repo.index.tables import EXPERIMENT, META, PROSE, STRIDE, TRIAL, VARIANT


def meta(connection: sqlite3.Connection, key: str) -> str | None:
    """What is kept of the index itself under a key."""
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if found is None else str(found[0])


def generation(connection: sqlite3.Connection) -> int:
    """How often the tables were written."""
    return int(meta(connection, "generation") or 0)


def write(
    connection: sqlite3.Connection, read: Sequence[Fresh], gone: Sequence[str], *, made_by: str, state: str, before: int
) -> bool:
    """Make all changes at once; False where another process has made some since the generation `before`.

    `made_by` and `state` are what is kept of the index itself from then on.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        if generation(connection) != before:
            connection.execute("ROLLBACK")
            return False
        ids: Mapping[str, int] = dict(connection.execute("SELECT name, id FROM experiment"))
        anew = [found.asked.wanted.name for found in read if found.lines is not None]
        _delete(connection, [ids[name] for name in [*gone, *anew] if name in ids])
        _insert(connection, read, ids)
        kept = {"state": state, "made_by": made_by, "generation": str(before + 1)}
        connection.executemany(META.insertion.replace("INSERT", "INSERT OR REPLACE", 1), kept.items())
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return True


def as_text(pending: Sequence[tuple[str, str]]) -> str:
    """The trials that are not on the branch, as one text."""
    return " ".join(f"{trial}={commit}" for trial, commit in pending)


def _delete(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    for table in (EXPERIMENT, PROSE):
        connection.executemany(f"DELETE FROM {table.name} WHERE id = ?", [(number,) for number in ids])
    for table in (VARIANT, TRIAL):
        below = [(number * STRIDE, (number + 1) * STRIDE) for number in ids]
        connection.executemany(f"DELETE FROM {table.name} WHERE id >= ? AND id < ?", below)


def _insert(connection: sqlite3.Connection, read: Sequence[Fresh], ids: Mapping[str, int]) -> None:
    experiments, variants, trials, prose, moved = [], [], [], [], []
    fresh = 1 + max(ids.values(), default=0)
    for found in read:
        name, source, lines = found.asked.wanted.name, found.asked.source, found.lines
        if lines is None:
            moved.append((source.key, source.branch, ids[name]))
            continue
        number = ids.get(name, fresh)
        fresh += number == fresh
        first = number * STRIDE
        own = None if lines.own is None else first + lines.own
        keys = (number, name, source.key, found.tree, as_text(found.asked.wanted.pending), own)
        experiments.append((*keys, *lines.experiment))
        variants += [(first + place, number, *line) for place, line in enumerate(lines.variants)]
        trials += [(first + place, number, *line) for place, line in enumerate(lines.trials)]
        if lines.prose is not None:
            prose.append((number, *lines.prose))
    for table, rows in ((EXPERIMENT, experiments), (VARIANT, variants), (TRIAL, trials), (PROSE, prose)):
        connection.executemany(table.insertion, rows)
    connection.executemany("UPDATE experiment SET key = ?, branch = ? WHERE id = ?", moved)
