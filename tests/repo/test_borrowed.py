"""Inputs that neither git nor DVC holds: their content, and what a slot gets of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ledger.errors import LedgerError
from ledger.repo.borrowed import content, is_copied, lend, link_above, stamp


def laid(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_the_content_of_a_folder_is_that_of_its_files(tmp_path: Path) -> None:
    known = tmp_path / "known"
    one = laid(tmp_path / "one", {"a": "1", "b/c": "2"})
    same = laid(tmp_path / "two", {"a": "1", "b/c": "2"})
    first = content(one, known)
    assert first == content(same, known)
    (same / "b/c").rename(same / "b/d")
    assert content(same, known) != first
    (one / "a").write_text("3")
    assert content(one, known) != first
    assert content(tmp_path / "nothing", known) is None
    assert content(laid(tmp_path / os.fsdecode(b"\xff"), {"a": "1", "b/d": "2"}), known) == content(same, known)


def test_what_has_been_read_is_not_read_again(tmp_path: Path) -> None:
    known, file = tmp_path / "known", tmp_path / "big"
    file.write_text("1")
    # what has changed just now may change again unseen, so it is not remembered
    content(file, known)
    assert not known.exists()
    os.utime(file, (1, 1))
    found = content(file, known)
    (kept,) = known.iterdir()
    assert kept.read_text() == found
    kept.write_text("remembered")
    assert content(file, known) == "remembered"
    kept.write_text("")
    assert content(file, known) == found
    os.utime(file, (2, 2))
    assert content(file, known) == found


def test_the_link_above_a_path(tmp_path: Path) -> None:
    laid(tmp_path, {"real/x": "1"})
    (tmp_path / "data").symlink_to(tmp_path / "real")
    assert link_above(tmp_path, "data/x", held=[]) == "data"
    assert link_above(tmp_path, "data", held=[]) == "data"
    assert link_above(tmp_path, "data/x", held=["data"]) is None
    assert link_above(tmp_path, "real/x", held=[]) is None


def test_what_is_copied() -> None:
    assert is_copied("data/x.csv", ["data/"])
    assert is_copied("data", ["data"])
    assert not is_copied("database", ["data"])


def test_a_slot_gets_the_same_files_and_no_others(tmp_path: Path) -> None:
    root = laid(tmp_path / "root", {"data/a": "1", "data/b/c": "2", "one": "3"})
    slot = laid(tmp_path / "slot", {"data/old/x": "0", "data/b/old": "0"})
    lend(root, slot, copied=["data", "one"], linked=[])
    names = sorted(path.relative_to(slot).as_posix() for path in slot.rglob("*") if path.is_file())
    assert names == ["data/a", "data/b/c", "one"]
    before = {name: (slot / name).stat().st_ino for name in names}
    (slot / "one").write_text("changed")
    lend(root, slot, copied=["data", "one"], linked=[])
    assert (slot / "one").read_text() == "3"
    # what is the same is left alone
    assert all((slot / name).stat().st_ino == before[name] for name in names if name != "one")
    # and no write in the slot reaches the user's file
    assert (root / "one").stat().st_ino != (slot / "one").stat().st_ino


def test_what_changes_its_kind_is_replaced(tmp_path: Path) -> None:
    root, slot = laid(tmp_path / "root", {"data/a": "1"}), tmp_path / "slot"
    lend(root, slot, copied=["data"], linked=[])
    (root / "data/a").unlink()
    laid(root, {"data/a/b": "2"})
    lend(root, slot, copied=["data"], linked=[])
    assert (slot / "data/a/b").read_text() == "2"
    (root / "data/a/b").unlink()
    (root / "data/a").rmdir()
    (root / "data/a").write_text("3")
    lend(root, slot, copied=["data"], linked=[])
    assert (slot / "data/a").read_text() == "3"


def test_a_link_is_linked_again(tmp_path: Path) -> None:
    root, slot = laid(tmp_path / "root", {"far/x": "1"}), laid(tmp_path / "slot", {"data/x": "old"})
    (root / "data").symlink_to("far")
    lend(root, slot, copied=["data"], linked=[])
    assert (slot / "data").readlink() == root / "far"
    inode = (slot / "data").lstat().st_ino
    lend(root, slot, copied=[], linked=["data"])
    assert (slot / "data").lstat().st_ino == inode
    assert stamp(slot / "data") == stamp(root / "data")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="`copy` names gone, which does not exist") as refused:
        lend(tmp_path, tmp_path / "slot", copied=["gone"], linked=[])
    assert "remove it from `copy`" in str(refused.value.hint)
