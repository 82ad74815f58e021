"""What a checkpoint that is laid out may take the place of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ledger.dvc.laying import lay_out_bytes
from ledger.errors import LedgerError


def test_only_with_force_is_anything_replaced(tmp_path: Path) -> None:
    file, folder, link = tmp_path / "file", tmp_path / "folder", tmp_path / "link"
    file.write_text("mine")
    (folder / "below").mkdir(parents=True)
    kept = tmp_path / "kept"
    kept.write_text("kept")
    link.symlink_to(kept)
    for place in (file, folder, link):
        with pytest.raises(LedgerError, match="already exists"):
            lay_out_bytes(b"new", place)
        lay_out_bytes(b"new", place, force=True)
        assert place.read_bytes() == b"new" and not place.is_symlink()
    assert kept.read_text() == "kept"


def test_a_pipe_or_a_device_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(LedgerError, match="neither a file nor a folder: it is not replaced"):
        lay_out_bytes(b"new", pipe, force=True)
    assert pipe.is_fifo()
