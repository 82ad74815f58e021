"""Finds out the environment of a trial's stages, and keeps them from importing from the user's tree.

With `pip install -e .`, a `.pth` line or a PYTHONPATH into the work tree, a stage that runs in a slot imports
the package from the *user's* tree: a baseline would run the treatment's code. `probe` finds such modules,
`twin_pythonpath` puts the slot's folders before them, `check_imports` says what is still taken from
elsewhere.

All facts about Python come from the `python` that the stages find on their PATH, not from the one that runs
the ledger. Nothing here imports a user's module or changes a file.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypedDict

from ledger.errors import LedgerError
from ledger.machine import _installed, _probe, processors
from ledger.model.environment import Environment
from ledger.model.frozen import frozen

PYTHON_TIMEOUT = 60.0  # seconds; a cold network file system takes its time
TOOL_TIMEOUT = 10.0
LAYOUTS = (".", *_probe.LAYOUTS)  # where projects keep their packages


@frozen
class Editable:
    """A top-level module that `python` takes from the user's tree; `path`: its import root, `<root>/src`."""

    module: str
    path: Path


@frozen
class Probe:
    """What the stages will run in. `executable` is the python on their PATH, also where it does not work."""

    environment: Environment
    executable: Path | None
    editables: tuple[Editable, ...]


@frozen
class Misdirected:
    """A module (dotted inside a namespace package) that a stage in the slot would take from the user's tree.

    `in_slot`: the slot has such a module too, so that the stage would surely run the wrong code. Where it is
    False, the slot's commit lacks the module; its code gets the user's one where it should get an
    ImportError.
    """

    module: str
    origin: Path
    in_slot: bool


class _Answer(TypedDict):
    python: str | None
    implementation: str | None
    platform: str
    packages: dict[str, str]
    found: list[tuple[str, str, str]]


def probe(env: Mapping[str, str], *, cwd: Path, roots: Sequence[Path], locks: Mapping[str, str] | None = None) -> Probe:
    """The environment that a command started with `env` in `cwd` finds, and what it imports from `roots`.

    `roots` are the user's git work trees, `locks` the lock files of the code tree with their SHA-256. Where
    no python answers, the environment says so by `python=None`. Relative PYTHONPATH entries lead into the
    slot by themselves and are left out.
    """
    absolute = [entry for entry in _entries(env.get("PYTHONPATH")) if Path(entry).is_absolute()]
    asked = {**env, "PYTHONPATH": os.pathsep.join(absolute)}
    with ThreadPoolExecutor(max_workers=1) as pool:
        graphics = pool.submit(_gpus, env, cwd)
        executable, answer = _ask(asked, cwd=cwd, roots=roots, slot=None, modules=(), packages=True)
        gpus, driver = graphics.result()
    if answer is None:
        answer = _Answer(python=None, implementation=None, platform=_probe.platform_name(), packages={}, found=[])
    environment = Environment(
        python=answer["python"],
        implementation=answer["implementation"],
        platform=answer["platform"],
        cpu=_cpu(),
        cores=processors.count(),
        memory_gb=_memory_gb(),
        gpus=gpus,
        gpu_driver=driver,
        packages=answer["packages"],
        locks=locks or {},
    )
    editables = dict.fromkeys(Editable(module=name.split(".")[0], path=Path(path)) for name, _, path in answer["found"])
    return Probe(environment=environment, executable=executable, editables=tuple(editables))


def twin_pythonpath(editables: Sequence[Editable], *, roots: Sequence[Path], slot: Path, inherited: str | None) -> str:
    """A PYTHONPATH for stages in the slot: the twin of every import root, then what is inherited.

    The twin of `<root>/src` is `<slot>/src`. Inherited entries inside a root become their twins; nothing is
    repeated.
    """
    twins = [str(_twin(editable.path, roots, slot) or editable.path) for editable in editables]
    for entry in _entries(inherited):
        twin = _twin(Path(entry), roots, slot) if Path(entry).is_absolute() else None
        twins.append(entry if twin is None else str(twin))
    return os.pathsep.join(dict.fromkeys(twins))


def check_imports(
    editables: Sequence[Editable], env: Mapping[str, str], *, slot: Path, roots: Sequence[Path]
) -> tuple[Misdirected, ...]:
    """The modules that a stage started with `env` in the slot would take from a root and not from the slot.

    `editables` are looked at and whatever else leads there. Raises LedgerError where there are editables and
    python, asked again, does not answer.
    """
    modules = [editable.module for editable in editables]
    executable, answer = _ask(env, cwd=slot, roots=roots, slot=slot, modules=modules, packages=False)
    if answer is None:
        if editables:
            raise LedgerError(
                f"cannot tell where the stages would import {', '.join(dict.fromkeys(modules))} from: "
                f"{executable or 'python'} does not run",
                hint="try `python -c 'import sys'` in the same shell",
            )
        return ()
    found: dict[str, Misdirected] = {}
    for name, origin, path in answer["found"]:
        if name not in found and name.split(".")[0] not in found:
            folders = [slot / folder for folder in (_twin(Path(path), roots, slot) or slot, *LAYOUTS)]
            in_slot = _has_twin(Path(origin), roots, slot) or any(_offers(folder, name) for folder in folders)
            found[name] = Misdirected(module=name, origin=Path(origin), in_slot=in_slot)
    return tuple(found.values())


def _entries(pythonpath: str | None) -> list[str]:
    return pythonpath.split(os.pathsep) if pythonpath else []


def _twin(path: Path, roots: Sequence[Path], slot: Path) -> Path | None:
    """Where a path of the user's tree is in the slot; None outside of the roots, and inside the slot.

    The innermost root counts: a slot lies below `<root>/.git`, and a linked work tree may lie inside another
    one.
    """
    real = os.path.realpath(path)
    if _probe.inside(real, os.path.realpath(slot)):
        return None
    holding = [folder for folder in map(os.path.realpath, roots) if _probe.inside(real, folder)]
    return slot / Path(real).relative_to(max(holding, key=len)) if holding else None


def _has_twin(origin: Path, roots: Sequence[Path], slot: Path) -> bool:
    # a package may lack its `__init__.py` on one side
    twin = _twin(origin.parent if origin.name.startswith("__init__.") else origin, roots, slot)
    return twin is not None and twin.exists()


def _offers(folder: Path, module: str) -> bool:
    path = folder.joinpath(*module.split("."))
    return path.is_dir() or any(path.parent.glob(f"{path.name}.*"))


def _ask(
    env: Mapping[str, str],
    *,
    cwd: Path,
    roots: Sequence[Path],
    slot: Path | None,
    modules: Sequence[str],
    packages: bool,
) -> tuple[Path | None, _Answer | None]:
    """The first python on PATH that answers the probe's request; without an answer, the first there is."""
    request = json.dumps(
        {
            "roots": [_sent(root) for root in roots],
            "slot": slot and _sent(slot),
            "modules": list(modules),
            "packages": packages,
        }
    ).encode("ascii")
    executables = [found for name in ("python", "python3") if (found := _which(name, env, cwd))]
    for executable in executables:
        # started the way the stages will start it, but without bytecode, and without warnings that became
        # errors
        command = [str(executable), "-B", "-W", "ignore", "-c", _script()]
        output = _output(command, env, cwd=cwd, timeout=PYTHON_TIMEOUT, given=request)
        for line in reversed((output or b"").splitlines()):
            if line.startswith(_probe.MARK.encode("ascii")):
                answer: _Answer = json.loads(line[len(_probe.MARK) :])
                answer["found"] = [
                    (_received(name), _received(origin), _received(path)) for name, origin, path in answer["found"]
                ]
                return executable, answer
    return (executables[0] if executables else None), None


@functools.cache
def _script() -> str:
    return "".join(Path(half).read_text(encoding="utf-8") for half in (_installed.__file__, _probe.__file__))


def _sent(path: Path) -> str:
    return os.fsencode(os.path.realpath(path)).decode("utf-8", "surrogateescape")


def _received(text: str) -> str:
    return os.fsdecode(text.encode("utf-8", "surrogateescape"))


def _which(name: str, env: Mapping[str, str], cwd: Path) -> Path | None:
    """The program that a shell in `cwd` would run; PATH may hold relative and empty entries."""
    path = env.get("PATH", os.defpath)
    found = shutil.which(name, path=os.pathsep.join(str(cwd / entry) for entry in path.split(os.pathsep)))
    return Path(found) if found else None


def _output(
    command: Sequence[str], env: Mapping[str, str], *, cwd: Path, timeout: float, given: bytes = b""
) -> bytes | None:
    """Standard output, also of a program that then fails; None where it does not start or takes too long."""
    try:
        process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return None
    with process:
        try:
            return process.communicate(given, timeout=timeout)[0]
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                # a wrapper script's own child would keep the pipe open, so the whole group goes
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def _gpus(env: Mapping[str, str], cwd: Path) -> tuple[tuple[str, ...], str | None]:
    """Names of the graphics cards, one each, and the driver's version."""
    tool = _which("nvidia-smi", env, cwd)
    if tool is None:
        return (), None
    command = [str(tool), "--query-gpu=name,driver_version", "--format=csv,noheader"]
    output = _output(command, env, cwd=cwd, timeout=TOOL_TIMEOUT) or b""
    # failures are told on standard output too, in a sentence: those lines lack the version
    rows = [line.rpartition(",") for line in output.decode("utf-8", "replace").splitlines()]
    cards = [(name.strip(), version.strip()) for name, _, version in rows if version.strip()[:1].isdigit()]
    cards = [(name, version) for name, version in cards if name]
    return tuple(name for name, _ in cards), cards[0][1] if cards else None


@functools.cache
def _cpu() -> str:
    """The processor's model, or the architecture where the system does not tell."""
    if sys.platform == "darwin":
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        model = (_output(command, {}, cwd=Path("/"), timeout=TOOL_TIMEOUT) or b"").decode("utf-8", "replace").strip()
        return model or platform.machine()
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.machine()
    lines = (line.partition(":") for line in reversed(text.splitlines()))
    fields = {key.strip(): value.strip() for key, _, value in lines}
    return fields.get("model name") or fields.get("Model") or fields.get("cpu model") or platform.machine()


def _memory_gb() -> int | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (ValueError, OSError):
        return None
