"""The index: what ten thousand experiments answer without being read, in SQLite beside the git directory.

It is a cache and no more. Before it answers it is checked against the refs, in one `for-each-ref`; experiments whose
source has not changed cost that comparison alone, the others are read again. An experiment is read again as a whole:
its records cost as much to find in a cache as in git.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ledger.errors import LedgerError
from ledger.machine.garbage import uncollected
from ledger.model.experiment import PLANNED, RECORDED, RUNNING, directory
from ledger.repo.experiments import Wanted
from ledger.repo.index import file as index_file
from ledger.repo.index import rows as index_rows
from ledger.repo.index.changes import Asked, Found
from ledger.repo.index.rows import Wished
from ledger.repo.index.tables import STRIDE, VERSION, Lines
from ledger.version import __version__

if TYPE_CHECKING:
    from ledger.model.entry import Entry
    from ledger.model.experiment import Experiment
    from ledger.model.row import Row
    from ledger.repo.snapshot import Repository

T = TypeVar("T")

# what tables raise whose content is not what was written: SQLite looks at its own structures alone
_DAMAGE = (sqlite3.DatabaseError, ValueError, TypeError, LookupError, AttributeError)

Progress = Callable[[int, int], None]
"""Called with how many experiments are read and how many there are to read."""


class Index:
    """The index of one repository. It answers as of the repository's snapshot.

    `present` tells the fingerprints of an experiment's arms; `named` gives it one name for each metric.
    """

    def __init__(
        self,
        repository: Repository,
        present: Callable[[Experiment], Mapping[str, str]],
        named: Callable[[Experiment], Experiment],
    ) -> None:
        self._repository = repository
        self._present = present
        self._named = named
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

    def states(self) -> dict[str, int]:
        """How many experiments are in which state (`Entry.state`), that of the latest first."""
        running = tuple(self._repository.snapshot.running)
        at_work = f"outcome IS NULL AND status IN ('{PLANNED}', '{RECORDED}') AND name IN ({_places(running)})"
        query = f"""SELECT CASE WHEN {at_work} THEN '{RUNNING}' ELSE coalesce(outcome, status) END AS state, count(*)
            FROM e WHERE own IS NOT NULL GROUP BY state ORDER BY max(moment) DESC"""
        return self._reading(lambda connection: dict(connection.execute(query, running).fetchall()))

    def names(self, limit: int) -> list[str]:
        """The names of the experiments that began last, as of when the index last answered something else.

        It is not checked against the refs, which takes longer the more there are: for hints, not for numbers.
        """

        def names(connection: sqlite3.Connection) -> list[str]:
            query = "SELECT name FROM e WHERE own IS NOT NULL ORDER BY moment DESC, name DESC LIMIT ?"
            return [name for (name,) in connection.execute(query, (limit,))]

        if self._opened is None:
            self._opened = index_file.open_index(self._repository.state_dir.index)
        try:
            found = names(self._opened.connection)
        except _DAMAGE:
            found = []
        # a clone that has never asked has no index yet
        return found or self._reading(names)

    def at_fingerprint(self, fingerprint: str) -> list[tuple[str, str, dict[str, Any]]]:
        """The succeeded trials at a fingerprint: experiment, trial id, point."""
        query = """SELECT e.name, t.trial, t.replicate FROM t JOIN e ON e.id = t.e
            WHERE t.fingerprint = ? AND t.status = 'succeeded' ORDER BY e.name, t.id"""
        return self._reading(
            lambda connection: [
                (name, trial, json.loads(point)) for name, trial, point in connection.execute(query, (fingerprint,))
            ]
        )

    def unreadable(self) -> dict[str, str]:
        """The experiments that cannot be read, with the reason."""
        query = "SELECT name, error FROM e WHERE error IS NOT NULL ORDER BY name"
        return self._reading(lambda connection: dict(connection.execute(query).fetchall()))

    def passed_over(self) -> int:
        """How many files of the experiments that can be read cannot be read themselves."""
        query = "SELECT problems FROM e WHERE problems != '[]'"
        found = self._reading(lambda connection: [json.loads(one) for (one,) in connection.execute(query)])
        return sum(map(len, found))

    def newer(self) -> int:
        """How many records are of a newer schema than this version reads."""
        query = "SELECT sum(newer) FROM e"
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
        query = """SELECT EXISTS (SELECT 1 FROM v WHERE NOT (json_valid(params) AND json_valid(metrics)))
            OR EXISTS (SELECT 1 FROM t WHERE NOT (json_valid(params) AND json_valid(metrics)))"""
        try:
            return bool(self.connection().execute(query).fetchone()[0])
        except sqlite3.Error:
            return True

    def discard(self) -> None:
        """Throw the file away, which proved to be damaged; the next answer comes from one that is built anew."""
        self.close()
        index_file.discard(self._repository.state_dir.index)

    def close(self) -> None:
        """Let go of the file."""
        opened, self._opened, self._fresh = self._opened, None, False
        if opened is not None:
            opened.connection.close()

    def _reading(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer of the index that is current, built anew where the file proves to be damaged."""
        for _ in range(2):
            try:
                return self._answer(question)
            except _DAMAGE as error:
                file = self._opened is not None and self._opened.file
                self.close()
                if not file or isinstance(error, sqlite3.ProgrammingError):
                    raise
                if not index_file.is_damage(error):
                    # held by another process for too long: that is its right
                    break
                # a cache that cannot be read is thrown away
                self.discard()
        self._opened = index_file.Opened(connection=index_file.in_memory(), file=False)
        return self._answer(question)

    def _answer(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer of one moment: what was checked is what is read, whoever writes meanwhile."""
        for _ in range(3):
            connection = self._current()
            connection.execute("BEGIN")
            try:
                if _meta(connection, "state") == self._state:
                    return question(connection)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            # another process has written what it sees, which may be newer than what we saw
            self._repository.refresh()
        self.close()
        self._opened = index_file.Opened(connection=index_file.in_memory(), file=False)
        return question(self._current())

    # --- keeping it current

    def _current(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = index_file.open_index(self._repository.state_dir.index)
        if not self._fresh:
            with uncollected():
                self._state = self._check(self._opened)
            self._fresh = True
        return self._opened.connection

    def _check(self, opened: index_file.Opened) -> str:
        """Make it current; returns the state that it then has."""
        for _ in range(3):
            state, generation = self._digest(), _generation(opened.connection)
            if _meta(opened.connection, "state") == state:
                return state
            asked, gone = self._changed(opened.connection)
            found = list(self._read(asked))
            try:
                if _write(opened.connection, found, gone, made=(self._made_by(), state), generation=generation):
                    return state
            except sqlite3.OperationalError as error:
                if index_file.is_damage(error):
                    raise
                # locked, read-only, or no space: what is on the disk is the beginning of one in memory
                opened.connection, opened.file = index_file.copy_of(opened.connection), False
                _write(
                    opened.connection,
                    found,
                    gone,
                    made=(self._made_by(), state),
                    generation=_generation(opened.connection),
                )
                return state
            # another process has written meanwhile, perhaps of refs that are newer than those that we saw
            self._repository.refresh()
        state = self._digest()
        opened.connection, opened.file = index_file.in_memory(), False
        asked, gone = self._changed(opened.connection)
        _write(opened.connection, list(self._read(asked)), gone, made=(self._made_by(), state), generation=0)
        return state

    def _digest(self) -> str:
        """All that the index depends on, as one text."""
        now, prefix = self._repository.snapshot, self._repository.settings.branch_prefix
        settled = f"{VERSION} {self._made_by()} {prefix} {now.main} {now.main_tip}\n"
        return hashlib.sha1(settled.encode() + now.listing.encode(errors="surrogateescape")).hexdigest()

    def _made_by(self) -> str:
        """What else reads the same records differently: another version of ledger, other names of metrics."""
        aliases = self._repository.settings.aliases
        return f"{__version__} {json.dumps(aliases.to_mapping())}" if aliases else __version__

    def _changed(self, connection: sqlite3.Connection) -> tuple[list[Asked], list[str]]:
        """The experiments whose source is another than the index has, and the names of those that are gone."""
        known = {name: rest for name, *rest in connection.execute("SELECT name, key, pending, tree, undecided FROM e")}
        if _meta(connection, "made_by") != self._made_by():
            known = {name: [None, None, None, None] for name in known}
        sources, pending = self._repository.snapshot.sources, self._repository.snapshot.pending
        aliases = self._repository.settings.aliases
        asked = []
        for name, source in sources.items():
            waiting = tuple(pending[name].items()) if name in pending else ()
            key, held, tree, undecided = known.get(name, (None, None, None, None))
            alike = held == (_as_text(waiting) if waiting else "")
            if alike and key == source.key:
                continue
            # where anything else than the commit has changed, the row says otherwise; and where the code decides, too
            same = alike and not undecided and key is not None and _but_the_commit(key) == _but_the_commit(source.key)
            wanted = Wanted(name=name, tip=source.tip, pending=waiting, aliases=aliases)
            asked.append(Asked(wanted=wanted, source=source, tree=tree if same else None))
        return asked, [name for name in known if name not in sources]

    def _read(self, asked: Sequence[Asked]) -> Iterator[Found]:
        from ledger.repo.index import reading as index_reading

        progress, main = self._repository.progress, self._repository.snapshot.main
        if progress is not None and asked:
            progress(0, len(asked))
        for done, found in enumerate(index_reading.read(self._repository.git, asked, main=main), 1):
            yield replace(found, lines=self._decided(found)) if found.lines and found.lines.undecided else found
            if progress is not None and (done % 100 == 0 or done == len(asked)):
                progress(done, len(asked))

    def _decided(self, found: Found) -> Lines | None:
        """The lines of an experiment whose records leave open which count, or which metrics are one: code tells."""
        from ledger.repo import experiments
        from ledger.repo.index.tables import lines_of

        asked, git = found.asked, self._repository.git
        source = asked.source
        try:
            experiment = experiments.read(
                git.objects, asked.wanted, branch=source.branch, landed=source.landed, archived=source.archived
            )
            if experiment is None:
                return found.lines
            verdict = git.objects.text(asked.wanted.tip, f"{directory(experiment.name)}/verdict.md")
            return lines_of(self._named(experiment), verdict, self._present(experiment))
        except LedgerError:
            return found.lines


def _as_text(pending: Sequence[tuple[str, str]]) -> str:
    """The trials that are not on the branch, as one text."""
    return " ".join(f"{trial}={commit}" for trial, commit in pending)


def _but_the_commit(key: str) -> tuple[str, str]:
    branch, _, flags = key.split(" ")
    return branch, flags


def _meta(connection: sqlite3.Connection, key: str) -> str | None:
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if found is None else str(found[0])


def _places(values: Sequence[object]) -> str:
    """A question mark for each value."""
    return ",".join("?" * len(values))


def _generation(connection: sqlite3.Connection) -> int:
    """How often the tables were written."""
    return int(_meta(connection, "generation") or 0)


# --- writing


def _write(
    connection: sqlite3.Connection,
    read: Sequence[Found],
    gone: Sequence[str],
    *,
    made: tuple[str, str],
    generation: int,
) -> bool:
    """Make all changes at once; False where another process has made some since `generation`.

    `made`: by what (`Index._made_by`), and the state that it then has.
    """
    made_by, state = made
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _generation(connection) != generation:
            connection.execute("ROLLBACK")
            return False
        ids: Mapping[str, int] = dict(connection.execute("SELECT name, id FROM e"))
        fresh = 1 + max(ids.values(), default=0)
        _delete(connection, [ids[name] for name in gone if name in ids])
        anew = [found.asked.wanted.name for found in read if found.lines is not None]
        _delete(connection, [ids[name] for name in anew if name in ids])
        _insert(connection, read, ids, fresh)
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('state', ?)", (state,))
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('made_by', ?)", (made_by,))
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('generation', ?)", (str(generation + 1),))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return True


def _delete(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    own = [(number,) for number in ids]
    below = [(number * STRIDE, (number + 1) * STRIDE) for number in ids]
    connection.executemany("DELETE FROM e WHERE id = ?", own)
    connection.executemany("DELETE FROM prose WHERE id = ?", own)
    connection.executemany("DELETE FROM v WHERE id >= ? AND id < ?", below)
    connection.executemany("DELETE FROM t WHERE id >= ? AND id < ?", below)


def _insert(connection: sqlite3.Connection, read: Sequence[Found], ids: Mapping[str, int], fresh: int) -> None:
    experiments, variants, trials, prose, moved = [], [], [], [], []
    for found in read:
        name, source, lines = found.asked.wanted.name, found.asked.source, found.lines
        if lines is None:
            moved.append((source.key, source.branch, ids[name]))
            continue
        number = ids.get(name, fresh)
        fresh += number == fresh
        first = number * STRIDE
        own = None if lines.own is None else first + lines.own
        experiments.append(
            (number, name, source.key, found.tree, _as_text(found.asked.wanted.pending), *lines.experiment, own)
        )
        variants += [(first + place, number, *line) for place, line in enumerate(lines.variants)]
        trials += [(first + place, number, *line) for place, line in enumerate(lines.trials)]
        if lines.prose is not None:
            prose.append((number, lines.prose))
    for table, rows in (("e", experiments), ("v", variants), ("t", trials), ("prose", prose)):
        if rows:
            connection.executemany(f"INSERT INTO {table} VALUES ({_places(rows[0])})", rows)
    connection.executemany("UPDATE e SET key = ?, branch = ? WHERE id = ?", moved)
