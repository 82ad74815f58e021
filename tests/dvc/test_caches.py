"""What one cache holds is put into another, whole, and nothing that is there is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.dvc.caches import bring

DIGEST = "0123456789abcdef0123456789abcd"


def held(cache: Path) -> dict[str, str]:
    return {str(path.relative_to(cache)): path.read_text() for path in cache.rglob("*") if path.is_file()}


def put(cache: Path, name: str, text: str) -> Path:
    path = cache / "files" / "md5" / "ab" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o444)
    return path


@pytest.mark.parametrize("linked", [True, False])
def test_all_is_brought_but_what_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool) -> None:
    own, to = tmp_path / "own", tmp_path / "to"
    put(own, DIGEST, "1")
    put(own, f"{DIGEST[:-1]}0.dir", "[]")
    put(own, f"{DIGEST[:-1]}1.tmp", "half")
    put(own, f"{DIGEST[:-1]}2", "theirs")
    there = put(to, f"{DIGEST[:-1]}2", "here")
    if not linked:

        def refuse(path: Path, target: Path) -> None:
            raise OSError(18, "another file system")

        monkeypatch.setattr(Path, "hardlink_to", refuse)
    bring(own, to)
    assert held(to) == {
        f"files/md5/ab/{DIGEST}": "1",
        f"files/md5/ab/{DIGEST[:-1]}0.dir": "[]",
        f"files/md5/ab/{DIGEST[:-1]}2": "here",
    }
    assert (to / "files/md5/ab" / DIGEST).stat().st_mode & 0o777 == 0o444
    assert there.read_text() == "here"


def test_a_cache_that_is_not_there(tmp_path: Path) -> None:
    bring(tmp_path / "none", tmp_path / "to")
    assert not (tmp_path / "to").exists()
