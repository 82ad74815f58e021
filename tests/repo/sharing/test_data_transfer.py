"""DVC's data of experiments to and from remotes: by the hashes that their records name, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Project, Shelved, default_files

from ledger.model.transfer import DataTransfer
from ledger.repo.ledger import open_ledger
from ledger.repo.sharing.data import pull_data, push_data

TRAIN = """\
import os
seed = eval(open("params.json").read())["seed"]
os.makedirs("parts", exist_ok=True)
for name in "ab":
    open(f"parts/{name}.txt", "w").write(f"{name} {seed if name == 'b' else ''}")
open("model.txt", "w").write(f"model {seed}")
open("log.txt", "w").write(f"log {seed}")
open("metrics.json", "w").write('{"accuracy": 0.%d}' % (5 + seed))
"""

PIPELINE = """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py, data/raw]
    params:
      - params.json: [seed]
    outs:
      - model.txt
      - parts
      - log.txt: {push: false}
    metrics:
      - metrics.json: {cache: false}
"""

FILES = default_files() | {
    "train.py": TRAIN,
    "dvc.yaml": PIPELINE,
    "params.json": '{"seed": 0}\n',
    ".gitignore": "/model.txt\n/parts\n/log.txt\n",
}


def two_trials(project: Project) -> None:
    """An experiment of two seeds, each with a checkpoint and a folder, on data that DVC has."""
    project.write({"data/raw/one.txt": "one\n", "data/raw/two.txt": "two\n"})
    project.dvc("add", "-q", "data/raw")
    project.commit("data")
    project.ledger("new", "Two seeds", "--name", "a", "--seeds", "2")
    project.ledger("run")


@pytest.fixture
def trained(shelved: Shelved) -> Project:
    """The project with these trials, and no remote of DVC's."""
    return shelved(two_trials, FILES)


@pytest.fixture
def shared(trained: Project, tmp_path: Path) -> Project:
    """The same with a folder as DVC's default remote."""
    trained.dvc("remote", "add", "-q", "-d", "store", str(tmp_path / "store"))
    trained.git("add", ".dvc/config")
    trained.git("commit", "-q", "-m", "a remote")
    return trained


def clone(project: Project, at: Path) -> Path:
    """Another clone, which has the branches and the tags, and nothing in its cache."""
    project.git("clone", "-q", str(project.root), str(at), cwd=at.parent)
    return at


def push(root: Path, remote: str | None = None, *, dry_run: bool = False) -> DataTransfer:
    """What pushing the experiment from a clone comes to."""
    with open_ledger(root) as ledger:
        return push_data(ledger, [ledger.experiment("a")], remote, None, dry_run=dry_run)


def pull(root: Path, remote: str | None = None, *, dry_run: bool = False) -> DataTransfer:
    """The same of pulling."""
    with open_ledger(root) as ledger:
        return pull_data(ledger, [ledger.experiment("a")], remote, None, dry_run=dry_run)


def objects(store: Path) -> set[str]:
    """The objects in a cache or a remote, by digest."""
    return {f"{path.parent.name}{path.name}" for path in store.glob("files/md5/*/*")}


def test_what_is_pushed_is_what_another_clone_pulls(shared: Project, tmp_path: Path) -> None:
    sent = push(shared.root)
    # models 2, folders 2 with 3 different files, data 1 with 2
    assert (sent.objects, sent.already, sent.absent, sent.remote) == (10, 0, (), "store")
    other = clone(shared, tmp_path / "other")
    got = pull(other)
    assert (got.objects, got.bytes, got.absent) == (10, sent.bytes, ())
    assert objects(other / ".dvc/cache") == objects(tmp_path / "store")
