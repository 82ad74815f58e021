"""A pipeline of one stage around a bare script: what it depends on is read from its command and its imports."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model.formats import paramfiles, yaml12
from ledger.model.frozen import frozen
from ledger.model.parameters import flatten
from ledger.model.set_up import Lack

PARAMETER_FILES = (
    "params.yaml",
    "params.json",
    "params.toml",
    "params.py",
    "config.yaml",
    "config.json",
    "config.toml",
)


@frozen
class Script:
    """A script to wrap. Paths are relative to the current folder, where the stage will run."""

    command: str
    metrics: Sequence[str] = ()
    outs: Sequence[str] = ()
    dependencies: Sequence[str] = ()
    parameters: Sequence[str] = ()


def ignore(git: Git, here: Path, outs: Sequence[str]) -> bool:
    """Keep the outputs out of git, as `dvc stage add` would; whether anything had to be written."""
    path = here / ".gitignore"
    wanted = [out for out in outs if not git.succeeds("-C", str(here), "check-ignore", "-q", "--", out)]
    if wanted:
        before = path.read_text("utf-8") if path.exists() else ""
        lines = "".join(f"/{out.rstrip('/')}\n" for out in wanted)
        path.write_text(before + ("" if not before or before.endswith("\n") else "\n") + lines, "utf-8")
    return bool(wanted)


def pipeline(here: Path, script: Script) -> tuple[str, tuple[Lack, ...]]:
    """The text of its `dvc.yaml`, and what it lacks. Raises LedgerError where none can be made of the script."""
    if (here / "dvc.yaml").exists():
        raise LedgerError("dvc.yaml already exists, so none was written", hint="dvc stage add adds a stage to it")
    try:
        words = shlex.split(script.command)
    except ValueError as error:
        raise LedgerError(f"--cmd {script.command!r} is not a command: {error}") from None
    if not words:
        raise LedgerError("--cmd is empty", hint='--cmd "python train.py"')
    files = [word for word in words if (here / word).is_file()]
    if not files and not script.dependencies:
        raise LedgerError(
            f"no word of {script.command!r} is a file here, so it is unclear what the stage depends on",
            hint="name its code: --deps train.py",
        )
    missing = [path for path in script.dependencies if not (here / path).exists()]
    if missing:
        raise LedgerError(f"--deps {missing[0]} does not exist", hint="paths are relative to the current folder")
    dependencies = [*dict.fromkeys([*files, *script.dependencies, *_imported(here, files)])]
    found = list(script.parameters) or [name for name in PARAMETER_FILES if (here / name).is_file()]
    stage: dict[str, object] = {"cmd": script.command, "deps": [d for d in dependencies if d not in found]}
    if found:
        stage["params"] = _parameters(here, found)
    if script.outs:
        stage["outs"] = list(script.outs)
    if script.metrics:
        stage["metrics"] = [{path: {"cache": False}} for path in script.metrics]
    lacks = ((Lack.METRICS, not script.metrics), (Lack.PARAMETERS, not found))
    text = yaml12.dumps({"stages": {_stage_name(files or dependencies): stage}})
    return text, tuple(lack for lack, so in lacks if so)


def _parameters(here: Path, files: Sequence[str]) -> list[object]:
    """The top-level keys of each parameter file: a key that is added later is then noticed by a change of the list."""
    listed: list[object] = []
    for name in files:
        if not (here / name).is_file():
            raise LedgerError(f"--params {name} does not exist", hint="paths are relative to the current folder")
        keys = list(
            dict.fromkeys(
                key.split(".")[0] for key in flatten(paramfiles.parse(name, (here / name).read_text("utf-8")))
            )
        )
        if name == "params.yaml":
            listed += keys
        elif keys:
            listed.append({name: keys})
    return listed


_IMPORT = re.compile(r"^\s*(?:from\s+(\.?[\w.]+)\s+import|import\s+([\w., ]+))", re.MULTILINE)


def _imported(here: Path, files: Sequence[str]) -> list[str]:
    """The modules and packages of this folder that the scripts import, and those that these import."""
    found: dict[str, None] = {}
    pending = [path for path in files if path.endswith(".py")]
    while pending:
        path = pending.pop()
        folder = Path(path).parent
        text = (here / path).read_text("utf-8", errors="replace")
        for match in _IMPORT.finditer(text):
            names = [match.group(1)] if match.group(1) else match.group(2).split(",")
            for name in names:
                first = name.strip().lstrip(".").split(" ")[0].split(".")[0]
                for candidate in (folder / f"{first}.py", folder / first):
                    relative = candidate.as_posix()
                    if first and relative not in found and relative not in files and _is_module(here / candidate):
                        found[relative] = None
                        pending += [relative] if relative.endswith(".py") else []
    return list(found)


def _is_module(path: Path) -> bool:
    return path.is_file() or (path.is_dir() and any(path.glob("*.py")))


def _stage_name(files: Sequence[str]) -> str:
    stem = re.sub(r"[^a-z0-9-]+", "-", Path(files[0]).stem.lower()).strip("-")
    return stem or "train"
