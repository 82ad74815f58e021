"""A sealed world: no configuration of the machine's, a home of the test's own, an editor that fails."""

from __future__ import annotations

import fcntl
import gc
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from types import SimpleNamespace
from typing import Any

import pytest
from launcher import Launcher

from ledger.cli import loading
from ledger.cli import main as cli_main
from ledger.cli.main import main
from ledger.machine import environment
from ledger.run import worker

# modules with fixtures beside what they are made of
pytest_plugins = ("browsing", "indexed", "interpreters", "strangers", "tampering", "verifying")

launcher = Launcher()

# made by Typer once a process, not once a call
vars(cli_main)["command"] = cache(loading.command)

# several times what a run of all tests leaves until its end
MEMORY = 4 << 30


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
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


# what the stages run, in some hundredths of a second, of which the module `json` would be a third and `random` a sixth:
# thousands run. What `random` is made on draws the same numbers where the seed is a number, and not where it is a text.
TRAIN = """\
from _random import Random

random = Random()
params = eval(open("params.json").read(), {"true": True, "false": False, "null": None})
random.seed(params["seed"])
accuracy = 0.5 + params["train"]["lr"] + random.random() / 100
metrics = {"accuracy": accuracy, "loss": 1 - accuracy}
open("metrics.json", "w").write(str(metrics).replace("'", '"'))
open("model.txt", "w").write(str(accuracy))
"""


def noisy(seed: str) -> str:
    """The same with noise that is drawn from a text, given as Python."""
    drawn = TRAIN.replace("from _random import Random\n\nrandom = Random()\n", "import random\n\n")
    return drawn.replace('random.seed(params["seed"])', f"random.seed({seed})")


# every change draws it anew, so that differences vary too
NOISY = noisy("""str(params).replace("'", '"')""")

PARAMS = {"seed": 0, "train": {"lr": 0.1, "layers": [4, 2], "name": "small"}}

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - params.json: [seed, train]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
"""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command did: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer, parsed."""
        return json.loads(self.out)


class Project:
    """A repository for a test, and commands run in it."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def ledger(self, *arguments: str, cwd: Path | None = None, code: int | None = 0) -> Answer:
        """Run a command in this process; it must end with `code`, unless that is None."""
        self._monkeypatch.chdir(cwd or self.root)
        self._capsys.readouterr()
        got = main(list(arguments))
        printed = self._capsys.readouterr()
        answer = Answer(code=got, out=printed.out, err=printed.err)
        if code is not None:
            assert answer.code == code, f"ledger {' '.join(arguments)} gave {answer.code}\n{answer.out}\n{answer.err}"
        return answer

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        """What git prints; it must succeed."""
        done = subprocess.run(["git", *arguments], cwd=cwd or self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def shell(self, command: str, *, cwd: Path | None = None, code: int | None = 0) -> str:
        """What a shell command prints, errors too."""
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=cwd or self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if code is not None:
            assert done.returncode == code, f"{command}: {done.stdout}"
        return done.stdout

    def dvc(self, *arguments: str, cwd: Path | None = None) -> str:
        """What DVC's command line prints; it must succeed."""
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            code = launcher.dvc(arguments, cwd or self.root, out, err)
            for said in (out, err):
                said.seek(0)
            assert code == 0, f"dvc {' '.join(arguments)}: {out.read()}{err.read()}"
            return out.read()

    def write(self, files: Mapping[str, str]) -> None:
        """Write files below the root."""
        for path, text in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, "utf-8")

    def commit(self, message: str, files: Mapping[str, str] | None = None) -> str:
        """Write files, commit everything, return the commit."""
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def state(self) -> tuple[str, str, str]:
        """What must not change when a command refuses: refs, the index with the work tree, and its diff."""
        return (
            self.git("for-each-ref", "--format=%(refname) %(objectname)"),
            self.git("status", "--porcelain=v1", "--branch"),
            self.git("diff", "HEAD", "--"),
        )


def difference(diff: dict[str, Any]) -> float:
    """By how much the accuracy differs, as `ledger diff --json` says."""
    return float(next(m["difference"] for m in diff["metrics"] if m["name"] == "accuracy"))


MakeProject = Callable[..., Project]
Build = Callable[[Project], None]
Shelved = Callable[..., Project]
Once = Callable[[Callable[[], Any]], Any]


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
        shutil.copytree(kept, root, symlinks=True)
        project = Project(root, capsys, monkeypatch)
        # the copies are other files than those that the index knows
        project.git("update-index", "-q", "--refresh")
        return project

    return make


DVC_FILES = {
    ".dvc/config": "[core]\n    analytics = false\n",
    ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
    ".dvcignore": "",
}


def default_files() -> dict[str, str]:
    """A one-stage pipeline whose accuracy follows the learning rate and, a little, the seed."""
    return {
        "train.py": TRAIN,
        "params.json": json.dumps(PARAMS, indent=2) + "\n",
        "dvc.yaml": PIPELINE,
        ".gitignore": "/model.txt\n",
    }


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    """The default project."""
    return make_project()


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
        shutil.copytree(kept, root, symlinks=True)
        return Project(root, capsys, monkeypatch)

    return get
