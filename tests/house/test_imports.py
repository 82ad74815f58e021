"""The house: imports run one way, the inner layers do no I/O, and each foreign library has one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import ledger

PACKAGE = Path(ledger.__file__).parent

LAYERS = ("errors", "model", "stats", "analysis", "report", "git", "machine", "dvc", "repo", "run", "ops", "cli")
PURE = LAYERS[:5]
# the face, the entry point and the version stand outside the layers
OUTSIDE = ("__init__.py", "__main__.py", "version.py")

DOING_IO = {
    "builtins", "fcntl", "glob", "http", "logging", "multiprocessing", "os", "select", "shelve", "shutil",
    "signal", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip

DOORS = {
    "git": ("git/file_changes.py",),
    "dvc": ("dvc/",),
    "typer": ("cli/",),
    "click": ("cli/",),
    "rich": ("report/", "cli/"),
    "altair": ("report/plots/",),
    "vl_convert": ("report/plots/",),
    "sklearn": ("stats/gaussian_process.py",),
    "optuna": ("analysis/tuning/tpe.py",),
}

# DVC takes the current directory for its own, in the worker process
CHANGES_DIRECTORY = ("dvc/repro.py", "dvc/work_tree.py")
# the present moment is an argument everywhere but where commands begin and where a trial does
READS_THE_CLOCK = (
    # git reads it for a commit of its own too
    "git/writing.py",
    "cli/console.py",
    "ops/book.py",
    "ops/next_book.py",
    "ops/model_book.py",
    "run/station.py",
    "run/monitor.py",
    "repo/borrowed.py",
    "repo/change.py",
)


@cache
def sources() -> dict[str, ast.Module]:
    """The syntax tree of every source file of the package, by its path there."""
    return {
        file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text("utf-8"), filename=str(file))
        for file in sorted(PACKAGE.rglob("*.py"))
    }


def layer(path: str) -> str:
    """The layer that a file belongs to."""
    return PurePosixPath(path).parts[0].removesuffix(".py")


@cache
def imports() -> tuple[tuple[str, str], ...]:
    """Every file with every module that it imports, anywhere in it; `from a import b` is `a.b`."""

    def found() -> Iterator[tuple[str, str]]:
        for path, tree in sources().items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    yield from ((path, alias.name) for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    yield from ((path, f"{'.' * node.level}{node.module}.{alias.name}") for alias in node.names)

    return tuple(found())


@cache
def calls() -> tuple[tuple[str, str], ...]:
    """Every file with every call in it, by the dotted name of what is called."""

    def found() -> Iterator[tuple[str, str]]:
        for path, tree in sources().items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield path, ast.unparse(node.func)

    return tuple(found())


def test_every_file_is_in_a_layer() -> None:
    assert not [path for path in sources() if path not in OUTSIDE and layer(path) not in LAYERS]


def test_imports_are_absolute() -> None:
    assert not [(path, module) for path, module in imports() if module.startswith(".")]


def test_imports_run_one_way() -> None:
    outward = [
        (path, module)
        for path, module in imports()
        if path not in OUTSIDE
        and module.startswith("ledger.")
        and (target := module.split(".")[1]) in LAYERS
        and LAYERS.index(target) > LAYERS.index(layer(path))
    ]
    assert not outward


def test_the_inner_layers_do_no_io() -> None:
    reaching = [
        (path, module)
        for path, module in imports()
        if layer(path) in PURE
        and (module.split(".")[0] in DOING_IO or (module.startswith("pathlib") and ".Pure" not in module))
    ]
    assert not reaching
    assert not [
        (path, call) for path, call in calls() if layer(path) in PURE and call in ("open", "io.open", "print", "input")
    ]


def test_foreign_libraries_have_one_door() -> None:
    elsewhere = [
        (path, module)
        for path, module in imports()
        if (doors := DOORS.get(module.split(".")[0])) is not None and not path.startswith(doors)
    ]
    assert not elsewhere


def test_the_current_directory_and_the_clock_are_arguments() -> None:
    moving = [(path, call) for path, call in calls() if call.endswith("chdir")]
    assert {path for path, _ in moving} <= set(CHANGES_DIRECTORY)
    reading = [(p, c) for p, c in calls() if c.endswith(("datetime.now", "datetime.utcnow", "date.today", "time.time"))]
    assert {path for path, _ in reading} <= set(READS_THE_CLOCK), reading


def test_files_that_users_name_are_written_in_one_place() -> None:
    # which asks whether they may be: a command that is added cannot leave that out
    writing = {path for path, module in imports() if module.startswith("ledger.machine.whole_file")}
    assert writing == {"repo/output_file.py"}
    write = ("write_text", "write_bytes", "mkdir")
    by_hand = {path for path, call in calls() if path.startswith("cli/") and call.endswith(write)}
    # a text for an editor, and what lies in git's own folder
    assert by_hand == {"cli/editor.py", "cli/fault.py"}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not {PurePosixPath(path).stem for path in sources()} & {"utils", "util", "helpers", "common", "misc"}


def test_no_module_imports_itself_through_others() -> None:
    known = {f"ledger.{path.removesuffix('.py').replace('/', '.')}": path for path in sources()}
    needs: dict[str, set[str]] = {module: set() for module in known}
    for path, target in imports():
        module = f"ledger.{path.removesuffix('.py').replace('/', '.')}"
        needs[module] |= {name for name in (target, target.rpartition(".")[0]) if name in known and name != module}
    # what needs nothing that is left goes, until nothing goes: the rest goes round in circles
    while free := {module for module, others in needs.items() if not others & needs.keys()}:
        for module in free:
            del needs[module]
    assert not needs
