"""A transfer that is killed is simply repeated."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Project, Shelved
from shared_data import FILES, at, clone, objects, pull, push, two_trials, with_folder


@pytest.fixture
def shared(shelved: Shelved, tmp_path: Path) -> Project:
    """The two trials, with a folder as DVC's remote."""
    return with_folder(shelved(two_trials, FILES), tmp_path / "store")


KILLED = """import os, signal, sys
from pathlib import Path
from dvc_objects.fs import local
from ledger.repo.ledger import open_ledger
from ledger.repo.sharing import data

copy, left = local.copyfile, [int(sys.argv[3])]

def copies(source, target, *more, **options):
    left[0] -= 1
    if left[0] < 0:
        # in the middle of a file
        Path(target).write_bytes(Path(source).read_bytes()[:3])
        os.kill(os.getpid(), signal.SIGKILL)
    return copy(source, target, *more, **options)

local.copyfile = copies
with open_ledger(sys.argv[1]) as ledger:
    getattr(data, sys.argv[2])(ledger, [ledger.experiment("a")], None, None)
"""


def test_a_transfer_that_is_killed_is_repeated(shared: Project, tmp_path: Path) -> None:
    store, other = tmp_path / "store", clone(shared, tmp_path / "other")

    def killed(root: Path, act: str) -> None:
        # of ten objects, in the second list that goes, and in a file that comes after all lists
        done = subprocess.run([sys.executable, "-c", KILLED, str(root), act, "8"], check=False)
        assert done.returncode == -signal.SIGKILL

    def whole(cache: Path) -> bool:
        """Whether every object is what its name says, and every folder that is listed complete."""
        found = objects(cache)
        there = all(hashlib.md5(at(cache, md5).read_bytes()).hexdigest() == md5[:32] for md5 in found)
        listed = [md5 for md5 in found if md5.endswith(".dir")]
        return there and all(e["md5"] in found for md5 in listed for e in json.loads(at(cache, md5).read_bytes()))

    killed(shared.root, "push_data")
    sent = push(shared.root)
    assert (sent.objects > 0, sent.objects + sent.already, sent.absent) == (True, 10, ())
    assert whole(store)
    killed(other, "pull_data")
    got = pull(other)
    assert (got.objects > 0, got.objects + got.already, got.absent) == (True, 10, ())
    assert whole(other / ".dvc/cache")
