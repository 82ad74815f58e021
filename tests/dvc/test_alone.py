from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from dvc_data.hashfile.state import State

from ledger.dvc.alone import alone


def opened(folder: Path) -> State:
    state = State(root_dir=str(folder), tmp_dir=str(folder / "state"))
    state.set_link(str(folder / "file"), 1, 2)
    state.close()
    return state


def test_what_dvc_remembers_stays_open_within_the_block(tmp_path: Path) -> None:
    with alone():
        first, second = opened(tmp_path), opened(tmp_path)
        assert first.links is second.links
        assert first.hashes is second.hashes
    outside = opened(tmp_path)
    assert outside.links is not first.links
    assert outside.links["file"] == (1, 2)


def test_a_database_that_is_gone_begins_anew(tmp_path: Path) -> None:
    with alone():
        first = opened(tmp_path)
        shutil.rmtree(tmp_path / "state")
        second = opened(tmp_path)
    assert second.links is not first.links
    assert opened(tmp_path).links["file"] == (1, 2)


def test_no_path_is_locked_within_the_block(tmp_path: Path) -> None:
    import dvc.rwlock
    from dvc_objects.fs.local import LocalFileSystem

    def locked() -> None:
        with dvc.rwlock.rwlock(str(tmp_path), LocalFileSystem(), "dvc repro", [], [str(tmp_path / "out")], False):
            written.append((tmp_path / "rwlock").exists())

    written: list[bool] = []
    with alone():
        locked()
    locked()
    assert written == [False, True]


def test_an_error_leaves_dvc_as_it_was(tmp_path: Path) -> None:
    from dvc_data.hashfile import cache

    before = cache.Cache, cache.HashesCache
    with pytest.raises(KeyError), alone():
        raise KeyError
    assert (cache.Cache, cache.HashesCache) == before
