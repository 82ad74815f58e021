"""Locks: held by one at a time, given up with the process, and never left behind as a file that means something."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.machine.locks import is_held, tried, waited_for

HOLDS = """
import sys
from pathlib import Path
from ledger.machine.locks import waited_for
with waited_for(Path(sys.argv[1]), lambda: print("waits", flush=True)):
    print("holds", flush=True)
    sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ended(process: subprocess.Popen[str]) -> None:
    process.communicate("")


def test_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "locks/one"
    assert not is_held(path)
    with tried(path) as first, tried(path) as second:
        assert (first, second) == (True, False)
        assert is_held(path)
    # the file is there only while somebody holds it
    assert not path.exists()
    with tried(path) as again:
        assert again


def test_given_up_when_an_error_passes(tmp_path: Path) -> None:
    with pytest.raises(KeyError), waited_for(tmp_path / "one"):
        raise KeyError
    assert not is_held(tmp_path / "one")


def test_the_next_waits_for_the_first(tmp_path: Path) -> None:
    path = tmp_path / "one"
    first = holder(path)
    assert heard(first) == "holds"
    second, third = holder(path), holder(path)
    assert (heard(second), heard(third)) == ("waits", "waits")
    with tried(path) as ours:
        assert not ours
    ended(first)
    # one of them has it now, though the first has taken the file away; then the other
    for process in (second, third):
        assert process.stdin is not None
        process.stdin.close()
    assert {heard(second), heard(third)} == {"holds"}
    for process in (second, third):
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert not path.exists()


def test_a_killed_holder_gives_it_up(tmp_path: Path) -> None:
    path = tmp_path / "one"
    process = holder(path)
    assert heard(process) == "holds"
    process.kill()
    process.communicate()
    # its file is still there and means nothing
    assert path.exists()
    assert not is_held(path)
    with tried(path) as ours:
        assert ours


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(5):
        with waited_for(tmp_path / "one"), tried(tmp_path / "one"):
            is_held(tmp_path / "one")
    assert len(list(Path("/dev/fd").iterdir())) == before
