"""The index: what ten thousand experiments answer without being read, in SQLite beside the git directory.

It is a cache and no more. Before it answers it is checked against the refs, in one `for-each-ref`; experiments whose
source has not changed cost only that comparison; the others are read again. An experiment is read again as a whole:
its records cost as much to find in a cache as in git.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ledger.machine.garbage import uncollected
from ledger.model.experiment import PLANNED, RECORDED
from ledger.repo.index import confirmations as index_confirmations
from ledger.repo.index import file as index_file
from ledger.repo.index import rows as index_rows
from ledger.repo.index import writing
from ledger.repo.index.current import Decide, Overtaken, bring_up_to_date
from ledger.repo.index.rows import Wished

if TYPE_CHECKING:
    from ledger.analysis.site.brief import Brief
    from ledger.model.confirmation import Confirmation, Tested
    from ledger.model.entry import Entry
    from ledger.model.row import Row
    from ledger.repo.snapshot import Repository

T = TypeVar("T")

# how often a question is asked: of new refs, or of a rebuilt file
_TRIES = 3

# what tables raise when their content is not what was written: SQLite checks only its own structures
_DAMAGE = (sqlite3.DatabaseError, ValueError, TypeError, LookupError, AttributeError)


class Index:
    """The index of one repository. It answers as of the repository's snapshot; `decide` tells what its code says."""

    def __init__(self, repository: Repository, decide: Decide) -> None:
        self._repository = repository
        self._decide = decide
        self._opened: index_file.Opened | None = None
        self._fresh = False
        self._state = ""

    # --- answers

    def rows(self, level: str) -> list[Row]:
        """The rows of the table: one an experiment, one a variant or one a trial, the latest experiment first."""
        running = self._repository.snapshot.running
        return self._reading(lambda connection: index_rows.rows(connection, level, running))

    def entries(self, wished: Wished | None = None, limit: int | None = None) -> list[Entry]:
        """The lines of the log, the latest experiment first, at most `limit`."""
        running = self._repository.snapshot.running
        return self._reading(lambda connection: index_rows.entries(connection, wished or Wished(), limit, running))

    def briefs(self) -> list[Brief]:
        """What a site says of every experiment, the latest first; not when it was concluded."""
        running = self._repository.snapshot.running
        return self._reading(lambda connection: index_rows.briefs(connection, running))

    def tested(self) -> dict[str, tuple[Tested, ...]]:
        """What was confirmed and what was not, an entry an arm, by the experiment that found it."""
        return self._reading(index_rows.tested)

    def confirmations(self) -> list[Confirmation]:
        """Every experiment that is to confirm a finding which is here, with what it says so far."""
        return self._reading(index_confirmations.confirmations)

    def states(self) -> dict[str, int]:
        """How many experiments are in which state (`Entry.state`), that of the latest first."""
        running = self._repository.snapshot.running
        status, named = index_rows.present_status(running)
        query = f"""SELECT coalesce(e.outcome, {status}) AS state, count(*)
            FROM experiment e WHERE own IS NOT NULL GROUP BY state ORDER BY max(moment) DESC"""
        return self._reading(lambda connection: dict(connection.execute(query, named).fetchall()))

    def names(self, limit: int) -> list[str]:
        """The names of the experiments that began last, as of when the index last answered something else.

        It is not checked against the refs, which takes longer the more there are: for hints, not for numbers.
        """

        def names(connection: sqlite3.Connection) -> list[str]:
            query = "SELECT name FROM experiment WHERE own IS NOT NULL ORDER BY moment DESC, name DESC LIMIT ?"
            return [name for (name,) in connection.execute(query, (limit,))]

        try:
            found = names(self._open().connection)
        except _DAMAGE:
            found = []
        # a clone that has never asked has no index yet
        return found or self._reading(names)

    def at_fingerprint(self, fingerprint: str) -> list[tuple[str, str, dict[str, Any]]]:
        """The succeeded trials at a fingerprint: experiment, trial id, point."""
        query = """SELECT e.name, t.trial, t.replicate FROM trial t JOIN experiment e ON e.id = t.experiment
            WHERE t.fingerprint = ? AND t.status = 'succeeded' ORDER BY e.name, t.id"""
        return self._reading(
            lambda connection: [
                (name, trial, json.loads(point)) for name, trial, point in connection.execute(query, (fingerprint,))
            ]
        )

    def untried(self) -> list[tuple[str, str]]:
        """The declared arms without any trial, of the experiments that go on: experiment and arm, the latest first."""
        query = """SELECT e.name, v.variant FROM variant v JOIN experiment e ON e.id = v.experiment
            WHERE v.recorded = 0 AND NOT v.hidden AND e.status IN (?, ?) ORDER BY e.moment DESC, e.name DESC, v.id"""
        return self._reading(lambda connection: connection.execute(query, (PLANNED, RECORDED)).fetchall())

    def unreadable(self) -> dict[str, str]:
        """The experiments that cannot be read, with the reason."""
        query = "SELECT name, error FROM experiment WHERE error IS NOT NULL ORDER BY name"
        return self._reading(lambda connection: dict(connection.execute(query).fetchall()))

    def passed_over(self) -> int:
        """How many files of the experiments that can be read cannot be read themselves."""
        query = "SELECT problems FROM experiment WHERE problems != '[]'"
        found = self._reading(lambda connection: [json.loads(one) for (one,) in connection.execute(query)])
        return sum(map(len, found))

    def newer(self) -> int:
        """How many records are of a newer schema than this version reads."""
        query = "SELECT sum(newer) FROM experiment"
        return self._reading(lambda connection: int(connection.execute(query).fetchone()[0] or 0))

    @property
    def remark(self) -> str | None:
        """What the user should know about the index itself, once it has answered."""
        return None if self._opened is None else self._opened.remark

    def connection(self) -> sqlite3.Connection:
        """The tables, checked against the refs."""
        return self._reading(lambda connection: connection)

    @property
    def on_disk(self) -> bool:
        """Whether what has answered is the file, and not one in memory."""
        return self._opened is not None and self._opened.file

    def forget(self) -> None:
        """Check against the refs again before the next answer."""
        self._fresh = False

    def is_damaged(self, error: Exception) -> bool:
        """Whether the file is to blame for an error that a query met."""
        if index_file.is_corrupt(error):
            return True
        said = str(error)
        if "malformed JSON" not in said and "Could not decode to UTF-8" not in said:
            return False
        # the query may have said so of a text of its own
        query = """SELECT EXISTS (SELECT 1 FROM variant WHERE NOT (json_valid(params) AND json_valid(metrics)))
            OR EXISTS (SELECT 1 FROM trial WHERE NOT (json_valid(params) AND json_valid(metrics)))"""
        try:
            return bool(self.connection().execute(query).fetchone()[0])
        except sqlite3.Error:
            return True

    def discard(self) -> None:
        """Delete the damaged file; the next answer rebuilds it."""
        self.close()
        index_file.discard(self._repository.state_dir.index)

    def close(self) -> None:
        """Let go of the file."""
        opened, self._opened, self._fresh = self._opened, None, False
        if opened is not None:
            opened.connection.close()

    def _reading(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer of an index that is current.

        Where another process writes meanwhile the refs are looked at again; a file that is damaged is rebuilt;
        where neither helps, or the file is locked, an index in memory answers, which nobody else can touch.
        """
        for _ in range(_TRIES):
            try:
                return self._answer(question)
            except Overtaken:
                self._repository.refresh()
                self._fresh = False
            except _DAMAGE as error:
                file = self.on_disk
                self.close()
                if not file or isinstance(error, sqlite3.ProgrammingError):
                    raise
                if not index_file.is_damage(error):
                    # held by another process for too long: that is its right
                    break
                # a cache that cannot be read is thrown away
                self.discard()
        self.close()
        self._opened = index_file.Opened(connection=index_file.in_memory(), file=False)
        return self._answer(question)

    def _answer(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer of one moment: what was checked is what is read. Raises Overtaken where others write meanwhile."""
        opened = self._open()
        if not self._fresh:
            with uncollected():
                self._state = bring_up_to_date(self._repository, opened, self._decide)
            self._fresh = True
        opened.connection.execute("BEGIN")
        try:
            if writing.meta(opened.connection, "state") != self._state:
                raise Overtaken
            return question(opened.connection)
        finally:
            if opened.connection.in_transaction:
                opened.connection.execute("ROLLBACK")

    def _open(self) -> index_file.Opened:
        if self._opened is None:
            self._opened = index_file.open_index(self._repository.state_dir.index)
        return self._opened
