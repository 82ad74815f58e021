"""What is kept of git: names that hold for good alone, and no more than there is room for."""

from __future__ import annotations

from ledger.git import kept
from ledger.git.kept import Kept

ID = "a" * 40


def test_only_names_that_hold_for_good_are_kept() -> None:
    held = Kept[str]()
    for name in (ID, f"{ID}:dvc.yaml", f"{ID}^{{tree}}", "b" * 64):
        held.keep(name, name, 1)
        assert held.get(name) == name
    for name in ("HEAD", "main:dvc.yaml", "a" * 39, f"{ID}x", "refs/heads/" + ID):
        held.keep(name, name, 1)
        assert held.get(name) is None


def test_what_was_kept_first_goes_where_there_is_no_room() -> None:
    held = Kept[int]()
    names = [f"{number:040x}" for number in range(200)]
    for number, name in enumerate(names):
        held.keep(name, number, kept._LARGEST)
    assert held.get(names[0]) is None
    assert held.get(names[-1]) == 199
    room = sum(kept._LARGEST for name in names if held.get(name) is not None)
    assert room <= kept._ROOM
    held.keep("c" * 40, 1, kept._LARGEST + 1)
    assert held.get("c" * 40) is None
