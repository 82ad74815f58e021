"""A sealed world: no configuration of the machine's, a home of the test's own, an editor that fails."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from project import (
    COMMAND,
    DVC_FILES,
    NOISY,
    PARAMS,
    PIPELINE,
    TRAIN,
    Answer,
    Build,
    MakeProject,
    Once,
    Project,
    Shelved,
    default_files,
    difference,
    launcher,
    noisy,
)

from ledger.cli import loading
from ledger.cli import main as cli_main
from ledger.dvc import resolve
from ledger.machine import environment
from ledger.model.pipeline import Pipeline
from ledger.run import worker

# modules with fixtures beside what they are made of
# the shelves first, from which others copy
pytest_plugins = ("shelves", "browsing", "indexed", "interpreters", "screens", "strangers", "tampering", "verifying")

# what tests import from here
__all__ = [
    "COMMAND",
    "DVC_FILES",
    "NOISY",
    "PARAMS",
    "PIPELINE",
    "TRAIN",
    "Answer",
    "Build",
    "MakeProject",
    "Once",
    "Project",
    "Shelved",
    "default_files",
    "difference",
    "launcher",
    "noisy",
]

# made by Typer once a process, not once a call
vars(cli_main)["command"] = cache(loading.command)

# several times what a run of all tests leaves until its end
MEMORY = 4 << 30


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    # numpy starts a thread a processor otherwise, which cost more than they do with numbers as few as ours
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # nothing that is imported and collected is garbage, and looking for some takes a third of that time
    gc.disable()
    # what pytest makes of the tests and of Hypothesis is kept, also where python is told not to (in many containers):
    # it takes longer than all their imports, in every process
    sys.dont_write_bytecode = False
    from hypothesis import settings

    # the same few examples every time; `pytest --hypothesis-profile many` draws others
    settings.register_profile("few", deadline=None, derandomize=True, max_examples=25)
    settings.register_profile("many", deadline=None, derandomize=False, max_examples=500)
    settings.load_profile("few")
    # a shell has its background jobs ignore it, what they start inherits that, and tests interrupt what they start
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # in memory, where there is room and programs may lie: git waits for the disk at every commit
    memory = Path("/dev/shm")
    if "TMPDIR" not in os.environ and memory.is_dir() and os.access(memory, os.W_OK):
        about = os.statvfs(memory)
        if about.f_bavail * about.f_frsize >= MEMORY and not about.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_xdist_auto_num_workers() -> int:
    # one more than there are processors: many tests wait for processes that they have killed
    return 1 + len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1 + (os.cpu_count() or 1)


# each takes seven seconds or more, in which the others would wait for it at the end
SLOWEST = {
    "test_the_tour_of_the_readme",
    "test_some_kills_at_random_moments",
    "test_six_processes_record_into_one_repository",
    "test_chosen_by_an_amendment_or_by_a_new_plan",
    "test_the_guilty_addition_is_found_confirmed_and_judged",
    "test_a_pull_request_of_a_fork",
    "test_killed_at_one_line_after_the_other",
    "test_the_page_on_toy_data",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.name not in SLOWEST)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    # as the command itself has it
    gc.set_threshold(50_000)
    gc.enable()


def pytest_unconfigure() -> None:
    launcher.close()


@pytest.fixture(autouse=True)
def warm_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that a test starts in this process are forks of one that has DVC imported already."""
    monkeypatch.setattr(worker, "subprocess", SimpleNamespace(Popen=launcher.worker, PIPE=subprocess.PIPE))


# what may be set and does not decide where python finds modules
HARMLESS = {"PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONUNBUFFERED"}
answers: dict[bool, Any] = {}


@pytest.fixture(autouse=True)
def known_python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The python that runs the tests is asked once what it holds, not twice a run: nothing that it finds changes.

    Where a test gives stages another python, or modules of their own, that one is asked.
    """
    ask = environment._ask

    def asked(env: Mapping[str, str], *, cwd: Path, roots: Sequence[Path], packages: bool, **more: Any) -> Any:
        changed = {name for name, value in env.items() if name.startswith("PYTHON") and value} - HARMLESS
        inside = [entry for entry in sys.path for root in roots if Path(entry).is_relative_to(root)]
        other = environment._which("python", env, cwd) != Path(sys.executable).parent / "python"
        own = Path(env.get("HOME", ""), ".local").exists()
        if changed or inside or other or own or more["modules"]:
            return ask(env, cwd=cwd, roots=roots, packages=packages, **more)
        if packages not in answers:
            answers[packages] = ask(env, cwd=cwd, roots=roots, packages=packages, **more)
        return deepcopy(answers[packages])

    # tests of the question itself ask it
    if request.path.parent.name != "machine":
        monkeypatch.setattr(environment, "_ask", asked)


pipelines: dict[tuple[str, frozenset[tuple[str, bytes]]], Pipeline] = {}


@pytest.fixture(autouse=True)
def known_pipelines(request: pytest.FixtureRequest, sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline that DVC has resolved once is known, as it is to a repository from its second command on.

    Nothing but the files decides what it is, unless DVC has a configuration outside them.
    """
    resolves = resolve.resolve

    def resolved(files: Mapping[str, bytes], *, folder: str) -> Pipeline:
        # also called by who keeps it past the test, whose environment is another then
        levels = [Path(os.environ.get(f"DVC_{level}_CONFIG_DIR", "")) for level in ("GLOBAL", "SYSTEM")]
        if any(path.parent != sealed or path.exists() for path in levels):
            return resolves(files, folder=folder)
        key = folder, frozenset(files.items())
        if key not in pipelines:
            pipelines[key] = resolves(files, folder=folder)
        return pipelines[key]

    # tests of the resolution itself do without
    if request.path.name != "test_code.py":
        monkeypatch.setattr(resolve, "resolve", resolved)


# no sample hooks, which would be most of the files of a small repository; and no upkeep, which git looks for after
# every commit
GIT_CONFIG = """\
[user]
    name = Ada Lovelace
    email = ada@example.org
[init]
    defaultBranch = main
    templateDir =
[maintenance]
    auto = false
"""


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that are not there yet: pytest would look through all that there are for the next number."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def sealed(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home and a git configuration of its own; returns the home."""
    home = next(homes)
    home.mkdir()
    for name in [name for name in os.environ if name.startswith(("GIT_", "DVC_", "LEDGER_"))]:
        monkeypatch.delenv(name)
    config = home / ".gitconfig"
    config.write_text(GIT_CONFIG)
    for name, value in {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_STATE_HOME": str(home / ".state"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_EDITOR": "false",
        "EDITOR": "false",
        "VISUAL": "false",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(home / "dvc-site"),
        "DVC_GLOBAL_CONFIG_DIR": str(home / "dvc-global"),
        "DVC_SYSTEM_CONFIG_DIR": str(home / "dvc-system"),
        "NO_COLOR": "1",
        "COLUMNS": "80",
        "SHELL": "/bin/sh",
        "PYTHONDONTWRITEBYTECODE": "1",
        # numpy starts a thread a processor otherwise, which cost more than they do with numbers as few as ours
        "OPENBLAS_NUM_THREADS": "1",
        # the python that stages find is the one that runs the tests
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return home
