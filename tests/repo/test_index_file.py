"""The file of the index can be lost, broken or held at any time: answers stay the same."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Project
from indexed import file_of, same

from ledger.repo.index import file as index_file
from ledger.repo.index import reading as index_reading
from ledger.repo.index.changes import Fresh, Suspect
from ledger.repo.index.tables import VERSION
from ledger.repo.ledger import Ledger, open_ledger


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def scribbled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 : len(data) - 100] = b"\xff" * (len(data) - 4196)
    path.write_bytes(data)


def older(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("CREATE TABLE other (x)")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def not_json(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE variant SET metrics = '{'")


def changed(statement: str) -> Callable[[Path], None]:
    """Damage that SQLite itself does not see."""

    def damage(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute(statement)

    return damage


UNSEEN = {
    "not UTF-8": "UPDATE variant SET metrics = CAST(x'7b22ff7d' AS TEXT)",
    "no map": "UPDATE variant SET params = '[]'",
    "another form": """UPDATE variant SET metrics = '{"accuracy":1}'""",
    "nothing": "UPDATE variant SET data = NULL",
    "no date": "UPDATE experiment SET created = 'x'",
    "no number": "UPDATE meta SET value = 'x'",
    "no table": "DROP TABLE trial",
}


@pytest.mark.parametrize("statement", UNSEEN.values(), ids=UNSEEN)
def test_damage_that_sqlite_does_not_see(known: Project, statement: str) -> None:
    changed(statement)(file_of(known.root))

    same(known.root)
    with open_ledger(known.root) as ledger:
        assert ledger.entries()
        assert ledger.index.on_disk


@pytest.mark.parametrize("damage", [garbage, truncated, scribbled, older, empty, not_json, Path.unlink])
def test_a_file_that_is_damaged_is_built_anew(known: Project, damage: Callable[[Path], None]) -> None:
    damage(file_of(known.root))

    assert known.ledger("table").code == 0
    same(known.root)
    with open_ledger(known.root) as ledger:
        assert ledger.rows("experiments")
        assert ledger.index.on_disk


def test_a_query_that_meets_damage_is_answered_all_the_same(history: Project) -> None:
    asked = ("query", "SELECT count(*) AS n FROM trials", "--json")
    found = history.ledger(*asked).json
    path = file_of(history.root)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((page,), (size,)) = (
            connection.execute(sql).fetchone()
            for sql in ("SELECT rootpage FROM sqlite_master WHERE name = 'trial'", "PRAGMA page_size")
        )
    connection.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)

    assert history.ledger(*asked).json == found
    same(history.root)


def test_a_file_of_a_newer_version_is_left_alone(history: Project) -> None:
    path = file_of(history.root)
    path.parent.mkdir(exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    before = path.read_bytes()

    log = history.ledger("log")

    assert len(log.out.splitlines()) == 41
    assert log.err.count("written by a newer version of ledger: it is not used") == 1
    assert path.read_bytes() == before
    same(history.root)


def test_a_file_that_another_process_holds_is_done_without(
    known: Project, monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    monkeypatch.setattr(index_file, "BUSY_SECONDS", 0.0)
    known.git("branch", "exp/another", known.git("for-each-ref", "--count=1", "--format=%(refname)", "refs/heads/exp"))
    read.clear()
    other = sqlite3.connect(file_of(known.root), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    same(known.root)

    assert read == ["another"], "what is on the disk is the beginning"
    other.execute("ROLLBACK")
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN EXCLUSIVE")
    same(known.root)
    other.close()


@pytest.mark.parametrize("obstacle", ["a folder in place of the file", "a file in place of the folder"])
def test_where_no_file_can_be_the_answer_is_the_same(history: Project, obstacle: str) -> None:
    path = file_of(history.root)
    if obstacle.startswith("a folder"):
        path.mkdir(parents=True)
    else:
        path.parent.write_text("x")

    same(history.root)

    assert len(history.ledger("log").out.splitlines()) == 41


def test_a_file_that_cannot_be_written_is_read(
    known: Project, monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    read.clear()

    def refuse(path: Path) -> sqlite3.Connection:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    monkeypatch.setattr(index_file, "_connected", refuse)
    same(known.root)

    assert not read


def test_a_file_that_is_deleted_during_a_read(history: Project) -> None:
    with open_ledger(history.root) as ledger:
        before = ledger.rows("trials")
        shutil.rmtree(file_of(history.root).parent)
        assert ledger.rows("trials") == before
        ledger.refresh()
        assert ledger.rows("trials") == before
    same(history.root)


def test_what_another_process_has_written_meanwhile_is_not_written_over(
    known: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = known.git("for-each-ref", "--count=1", "--format=%(refname)", "refs/heads/exp")
    known.git("branch", "exp/one", first)
    real = index_reading.read
    calls: list[int] = []

    def slow(git: Any, asked: Sequence[Suspect], *, main: str | None) -> Iterator[Fresh]:
        calls.append(len(asked))
        if len(calls) == 1:
            known.git("branch", "exp/two", first)
            same(known.root)
        return real(git, asked, main=main)

    monkeypatch.setattr(index_reading, "read", slow)
    with open_ledger(known.root) as ledger:
        ledger.rows("experiments")
    monkeypatch.setattr(index_reading, "read", real)

    assert calls[0] == 1
    same(known.root)


def names_of(ledger: Ledger) -> list[str]:
    """All that the index has a line of."""
    return [name for (name,) in ledger.index._reading(lambda c: c.execute("SELECT name FROM experiment").fetchall())]


def test_what_was_checked_is_what_is_read(history: Project) -> None:
    """A process that looked at the refs earlier may write what it saw between our check and our question."""
    with open_ledger(history.root) as old, open_ledger(history.root) as new:
        assert old.snapshot.listing
        first = history.git("for-each-ref", "--count=1", "--format=%(refname)", "refs/heads/exp")
        history.git("branch", "exp/another", first)
        assert "another" in names_of(new)

        assert "another" not in names_of(old), "it answers for the moment at which it looked"
        assert "another" in names_of(new)
    with open_ledger(history.root) as ours:
        assert "another" in names_of(ours)
        with sqlite3.connect(file_of(history.root)) as other:
            other.execute("UPDATE meta SET value = 'older' WHERE key = 'state'")
            other.execute("DELETE FROM experiment WHERE name = 'another'")

        assert "another" in names_of(ours)
