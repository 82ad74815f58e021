"""What is written goes through one transaction, and leaves an entry in the operations log."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

import pytest

from ledger.errors import LedgerError
from ledger.git import refs
from ledger.git.branch import Moved
from ledger.git.git import open_repository
from ledger.git.refs import RefChange
from ledger.repo import operations
from ledger.repo.change import Change, transact
from ledger.repo.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    for arguments in (["init", "-q", "-b", "main"], ["commit", "-q", "--allow-empty", "-m", "begin"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    return Ledger(open_repository(tmp_path))


def test_what_moved_is_in_the_operations_log(ledger: Ledger) -> None:
    tip = ledger.git.commit("main")
    made = RefChange(ref="refs/heads/exp/a", old=None, new=tip)
    transact(ledger, lambda change: change.move([made], "ledger new: a"))
    found = operations.read(ledger.state_dir.operations)
    assert [(o.reason, o.moves) for o in found] == [("ledger new: a", (made,))]
    assert found[0].command


def test_a_branch_that_moves_meanwhile_is_looked_at_again(ledger: Ledger) -> None:
    tip = ledger.git.commit("main")
    seen: list[dict[str, str]] = []

    def make(change: Change) -> None:
        seen.append(ledger.git.refs("refs/heads/"))
        if len(seen) == 1:
            # somebody else, between the look and the move
            refs.move(ledger.git, [RefChange(ref="refs/heads/x", old=None, new=tip)], "elsewhere")
        if "refs/heads/x" not in seen[-1]:
            change.move([RefChange(ref="refs/heads/x", old=None, new=tip)], "ours")

    transact(ledger, make)
    assert [len(refs) for refs in seen] == [1, 2]


def test_a_branch_that_never_rests_is_an_error_that_names_it(ledger: Ledger) -> None:
    def make(change: Change) -> None:
        raise Moved("refs/heads/exp/a")

    with pytest.raises(LedgerError, match="exp/a keeps moving"):
        transact(ledger, make)


def test_a_line_that_was_cut_off_is_passed_over(ledger: Ledger) -> None:
    tip = ledger.git.commit("main")
    for name in ("a", "b"):
        made = [RefChange(ref=f"refs/heads/{name}", old=None, new=tip)]
        transact(ledger, partial(Change.move, moves=made, reason="ledger new"))
    text = ledger.state_dir.operations.read_text()
    ledger.state_dir.operations.write_text(text[:-20])
    assert len(operations.read(ledger.state_dir.operations)) == 1
    # what comes after it is on a line of its own
    transact(ledger, partial(Change.move, moves=[RefChange(ref="refs/heads/c", old=None, new=tip)], reason="after"))
    assert [o.reason for o in operations.read(ledger.state_dir.operations)] == ["ledger new", "after"]
