"""An experiment with DVC data, and its transfer between clones and remotes, for tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Project, default_files

from ledger.errors import LedgerError
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


def with_folder(project: Project, at: Path) -> Project:
    """The project with a folder as DVC's default remote."""
    # as `dvc remote add -d store` leaves it
    text = (project.root / ".dvc/config").read_text("utf-8")
    remote = f"    remote = store\n['remote \"store\"']\n    url = {at}\n"
    project.write({".dvc/config": text + remote})
    on_main(project)
    return project


def on_main(project: Project) -> None:
    """Commit DVC's configuration on the main branch and on the experiment's."""
    project.git("commit", "-q", "-m", "a remote", ".dvc/config")
    project.git("switch", "-q", "main")
    project.git("checkout", "-q", "exp/a", "--", ".dvc/config")
    project.git("commit", "-q", "-m", "a remote")
    project.git("switch", "-q", "exp/a")


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
    return {f"{path.parent.name}{path.name}" for path in store.glob("files/md5/*/*") if path.name[0] != "."}


def digest(root: Path, path: str, seed: int = 0) -> str:
    """The md5 of an output or an input of a trial."""
    with open_ledger(root) as ledger:
        trial = next(r.trial for r in ledger.experiment("a").trials if r.trial.point == (("seed", seed),))
    md5 = {**trial.outs, **trial.data}[path].md5
    assert md5 is not None
    return md5


def at(store: Path, md5: str) -> Path:
    """Where a cache or a remote has an object."""
    return store / "files/md5" / md5[:2] / md5[2:]


def member(store: Path, md5: str, name: str) -> str:
    """The md5 of a file of a folder."""
    found: str = next(e["md5"] for e in json.loads(at(store, md5).read_bytes()) if e["relpath"] == name)
    return found


def refused(act: Callable[[], object]) -> tuple[str, str]:
    """What somebody is told, and what to type."""
    with pytest.raises(LedgerError) as told:
        act()
    return told.value.message, told.value.hint or ""
