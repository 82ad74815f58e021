"""Repositories that tests start from: each is built once a test run, and every test has a copy of its own."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from project import DVC_FILES, NOISY, Build, MakeProject, Once, Project, Shelved, default_files

from ledger.report.plots import library


def copy(folder: Path | str, to: Path | str) -> None:
    """Copy a folder, with the modes and the times of its files: in a third of what `shutil.copytree` takes."""
    os.mkdir(to)  # noqa: PTH102
    with os.scandir(folder) as entries:
        for entry in entries:
            path = f"{to}/{entry.name}"
            if entry.is_symlink():
                os.symlink(os.readlink(entry), path)  # noqa: PTH115, PTH211
            elif entry.is_dir():
                copy(entry.path, path)
            else:
                about = entry.stat()
                with open(entry.path, "rb", 0) as source:  # noqa: PTH123
                    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
                    try:
                        os.write(made, source.readall())
                        os.fchmod(made, about.st_mode & 0o7777)
                        os.utime(made, ns=(about.st_atime_ns, about.st_mtime_ns))
                    finally:
                        os.close(made)


@pytest.fixture
def make_project(
    shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> MakeProject:
    """Make a repository with DVC set up and the files committed on `main`.

    It is copied from the first that was made of the same files: making one starts git four times.
    """

    def make(files: Mapping[str, str] | None = None, *, name: str = "project", dvc: bool = True) -> Project:
        given = (DVC_FILES if dvc else {}) | (default_files() if files is None else dict(files))
        kept = shelf / sha256(repr(sorted(given.items())).encode()).hexdigest()
        if not kept.exists():
            made = Project(Path(mkdtemp(dir=shelf)), capsys, monkeypatch)
            made.git("init", "-q")
            if given:
                made.commit("pipeline", given)
            # another process may have been faster
            with suppress(OSError):
                made.root.rename(kept)
        root = tmp_path / name
        copy(kept, root)
        project = Project(root, capsys, monkeypatch)
        # the copies are other files than those that the index knows
        project.git("update-index", "-q", "--refresh")
        return project

    return make


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    """The default project."""
    return make_project()


@pytest.fixture(scope="session", autouse=True)
def swept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is left when all have passed goes by `rm`: pytest takes seconds for it, in the last process there is.

    With it what pytest could not remove of a run that was killed: folders too deep for it, which would fail this one.
    """
    yield
    if not request.session.testsfailed:
        own = tmp_path_factory.getbasetemp()
        shared = own.parent if own.name.startswith("popen-") else own
        left = [own, *shared.parent.glob("garbage-*")]
        subprocess.run(["rm", "-rf", *map(str, left)], check=False, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the repositories are kept that tests start from; all processes of a test run share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shelf"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def once(shelf: Path) -> Once:
    """What a function gives, which is called once a test run; the other processes read what it gave."""

    def get(make: Callable[[], Any]) -> Any:
        kept = shelf / f"{make.__module__}.{make.__name__}.pickle"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                made = pickle.dumps(make())
                kept.write_bytes(made)
        return pickle.loads(kept.read_bytes())

    return get


@pytest.fixture(scope="session", autouse=True)
def bundled(once: Once) -> Iterator[None]:
    """What draws charts in a browser is put together once a test run, not once a process: it takes a second."""
    bundle = library.script.__wrapped__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "script", cache(lambda: once(bundle)))
        yield


@pytest.fixture
def shelved(
    shelf: Path,
    make_project: MakeProject,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shelved:
    """A project as a function leaves it, which is called once a test run; every test has a copy of its own.

    The function is given a project of the `files`, a noisy one where none are named; or what the function `after` has
    left. Slots are not kept.
    """

    def get(build: Build, files: Mapping[str, str] | None = None, *, after: Build | None = None) -> Project:
        name = f"{build.__module__}.{build.__name__}"
        kept = shelf / name
        with (shelf / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                begin = default_files() | {"train.py": NOISY} if files is None else files
                project = make_project(begin, name=name) if after is None else get(after, files)
                build(project)
                # the slots are work trees, which know where they are
                shutil.rmtree(project.root / ".git/ledger/slots", ignore_errors=True)
                project.git("worktree", "prune")
                # one file is copied sooner than a hundred
                project.git("repack", "-adq")
                # whole or not at all: who comes next finds it or builds it
                project.root.rename(kept)
        root = tmp_path_factory.mktemp("copy") / "project"
        copy(kept, root)
        return Project(root, capsys, monkeypatch)

    return get
