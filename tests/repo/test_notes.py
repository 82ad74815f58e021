"""Notes: one that is typed again behind a kill is one note."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conftest import Project

from ledger.ops.note import add_note
from ledger.repo.ledger import open_ledger

NOW = datetime(2026, 11, 28, 13, 59, 50, tzinfo=UTC)


def test_the_same_note_again_within_a_minute_is_there_already(project: Project) -> None:
    project.ledger("new", "Wider", "--name", "wider")
    with open_ledger(project.root) as ledger:

        def added(text: str, seconds: float) -> bool:
            at = NOW + timedelta(seconds=seconds)
            return add_note(ledger, ledger.experiment("wider"), text, now=at).commit is not None

        assert added("the loss is flat", 0)
        assert not added("the loss is flat", 5)
        # in the next minute, as notes are dated
        assert not added(" the loss is flat\n", 20)
        assert added("is flat", 21)
        # another one stands between
        assert added("the loss is flat", 22)
        assert added("the loss is flat", 200)
    assert project.git("log", "--format=%s", "main..exp/wider").splitlines().count("note: the loss is flat") == 3
    project.ledger("note", "again")
    assert project.ledger("note", "again").out == "already noted in experiments/wider/notes.md\n"
