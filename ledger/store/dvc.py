"""DVC: the only module that imports it.

Resolving a pipeline happens in any process; what changes a work tree (`reproduce`, `checkout`) is called in the
worker process alone (`run/worker.py`), because it changes the current directory. DVC's API is not documented,
so every use of it is a function here.
"""

from __future__ import annotations

import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ledger.errors import LedgerError
from ledger.model.lockfile import place
from ledger.model.pipeline import Output, Pipeline, Stage, TrackedParameters, holds_parameters

os.environ.setdefault("DVC_NO_ANALYTICS", "1")


def resolve(files: Mapping[str, bytes], *, folder: str) -> Pipeline:
    """The pipeline that the `dvc.yaml` files among `files` define, templates filled in.

    `files` are the definitions with all that their templates read, by path from the git root; `folder` is the
    DVC root below it ("" where they are the same). Raises LedgerError with DVC's words.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    with _silence(), tempfile.TemporaryDirectory(prefix="ledger-pipeline-") as scratch:
        root = Path(scratch).resolve()
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        dvc = root / folder / ".dvc"
        dvc.mkdir(parents=True)
        (dvc / "config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
        try:
            with Repo(str(root / folder)) as repo:
                definitions = [path for path in files if PurePosixPath(path).name == "dvc.yaml"]
                return _pipeline(repo, root, definitions)
        except DvcException as error:
            said = _words(error).replace(f"{os.path.relpath(root)}/", "").replace(f"{root}/", "")
            conflicts = [path for path, data in files.items() if b"\n<<<<<<< " in b"\n" + data]
            hint = "correct it and commit; dvc stage list shows the same"
            if conflicts:
                hint = f"{conflicts[0]} holds conflict markers: settle them and commit"
            raise LedgerError(f"DVC cannot read the pipeline: {said}", hint=hint) from None


@contextmanager
def _silence() -> Iterator[None]:
    """Keep DVC's own messages and warnings off the terminal: what a command says is the command's to choose."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(before)


def _words(error: BaseException) -> str:
    """What DVC says, with the cause that it hides behind `__cause__`."""
    texts = []
    at: BaseException | None = error
    while at is not None:
        if str(at) and str(at) not in texts:
            texts.append(str(at))
        at = at.__cause__
    return ": ".join(texts) or type(error).__name__


def _pipeline(repo: Any, root: Path, definitions: Sequence[str]) -> Pipeline:
    def relative(path: str) -> str:
        full = Path(path)
        return full.relative_to(root).as_posix() if full.is_relative_to(root) else path

    stages = []
    made = {out.fs_path for out in repo.index.outs}
    for stage in repo.index.stages:
        if not hasattr(stage, "name") or stage.cmd is None:
            continue
        definition = relative(stage.path)
        wdir = relative(stage.wdir)
        wdir = "" if wdir == "." else wdir
        parameters = tuple(
            # a parameter file that is a plain dependency is read whole
            TrackedParameters(file=relative(d.fs_path), keys=tuple(str(k) for k in getattr(d, "params", None) or ()))
            for d in stage.deps
            if hasattr(d, "params") or (holds_parameters(str(d.def_path)) and d.fs_path not in made)
        )
        frozen = bool(stage.frozen)
        stages.append(
            Stage(
                name=_address(stage),
                wdir=wdir,
                command="\n".join(stage.cmd) if isinstance(stage.cmd, list) else stage.cmd,
                # of a frozen stage DVC looks at nothing but its outputs
                dependencies=()
                if frozen
                else tuple(place(wdir, str(d.def_path)) for d in stage.deps if not hasattr(d, "params")),
                outputs=tuple(
                    Output(
                        path=place(wdir, str(o.def_path)),
                        cached=bool(o.use_cache),
                        kind="metric" if o.metric else "plot" if o.plot else "out",
                    )
                    for o in stage.outs
                ),
                parameters=() if frozen else parameters,
                frozen=frozen,
                lockfile=definition.removesuffix("yaml") + "lock",
                lock_name=stage.name,
            )
        )
    return Pipeline(
        stages=tuple(stages),
        definitions=tuple(sorted(definitions)),
        metrics=_listed(repo.index._metrics, relative),
        plots=_plot_files(repo.index._plots, relative),
    )


def _address(stage: Any) -> str:
    """The stage's name as `dvc repro` takes it at the DVC root: `train`, `sub/dvc.yaml:train`."""
    definition = os.path.relpath(stage.path, stage.repo.root_dir)
    return str(stage.name) if definition == "dvc.yaml" else f"{definition}:{stage.name}"


def _listed(by_definition: Mapping[str, Sequence[str]], relative: Any) -> tuple[str, ...]:
    """The files that top-level `metrics:` name, relative to the folder of their `dvc.yaml`."""
    return tuple(
        place(PurePosixPath(relative(definition)).parent.as_posix().removeprefix("."), str(path))
        for definition, paths in by_definition.items()
        for path in paths
    )


def _plot_files(by_definition: Mapping[str, Any], relative: Any) -> tuple[str, ...]:
    """The files that top-level `plots:` draw from: either the id of a plot or the files under its `y`."""
    found = []
    for definition, plots in by_definition.items():
        folder = PurePosixPath(relative(definition)).parent.as_posix().removeprefix(".")
        # one mapping, or a list of names and of mappings
        entries = [plots] if isinstance(plots, dict) else plots
        named = [item for e in entries for item in (e.items() if isinstance(e, dict) else [(e, None)])]
        for name, properties in named:
            y = properties.get("y") if isinstance(properties, dict) else None
            found += [place(folder, str(path)) for path in (y if isinstance(y, dict) else [name])]
    return tuple(dict.fromkeys(found))


# --- in the worker process


def warm() -> None:
    """Import what `reproduce` needs, so that the first trial does not wait for it."""
    import dvc.repo.reproduce  # noqa: F401


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRun:
    """One stage whose commands ran. Seconds of wall time; memory of its largest process."""

    stage: str
    seconds: float
    peak_memory_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """What `reproduce` did. `ran` holds the stages whose commands ran; the others were kept or restored.

    `failed_stage` is set where the pipeline stopped; `exit_code` where that was a command's doing (negative for a
    signal); `message` is what DVC said.
    """

    ran: tuple[CommandRun, ...]
    failed_stage: str | None = None
    exit_code: int | None = None
    message: str | None = None


def reproduce(root: Path, *, targets: Sequence[str], environment: Mapping[str, str], force: bool) -> Reproduction:
    """Run the pipeline of the work tree at `root`, all of it or the targets; stage commands get `environment`.

    Never raises for what a pipeline does wrong: that is a result.
    """
    import dvc.stage.run
    from dvc.exceptions import DvcException, ReproductionError
    from dvc.repo import Repo

    runner = _Runner(environment)
    original = dvc.stage.run.cmd_run
    dvc.stage.run.cmd_run = runner
    os.chdir(root)
    try:
        with Repo(str(root)) as repo:
            _fetch_missing_data(repo)
            if targets:
                repo.reproduce(targets=list(targets), force=force)
            else:
                repo.reproduce(all_pipelines=True, force=force)
    except DvcException as error:
        cause = error.__cause__ if isinstance(error, ReproductionError) and error.__cause__ else error
        return Reproduction(
            ran=tuple(runner.ran),
            failed_stage=runner.failed_stage or _stage_in(str(error)) or "pipeline",
            exit_code=runner.exit_code,
            message=_words(cause),
        )
    finally:
        dvc.stage.run.cmd_run = original
    return Reproduction(ran=tuple(runner.ran))


def _stage_in(message: str) -> str | None:
    """The stage that DVC's "failed to reproduce 'train'" names."""
    parts = message.split("'")
    return parts[1] if message.startswith("failed to reproduce") and len(parts) > 1 else None


class _Runner:
    """Stands for DVC's `cmd_run`: the same shell and directory, our environment, and it measures."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self.ran: list[CommandRun] = []
        self.failed_stage: str | None = None
        self.exit_code: int | None = None

    def __call__(self, stage: Any, dry: bool = False, run_env: Mapping[str, str] | None = None) -> None:
        from dvc.stage.exceptions import StageCmdFailedError
        from dvc.stage.run import _enforce_cmd_list, _make_cmd

        shell = self.environment.get("SHELL") or "/bin/sh"
        environment = (
            self.environment | dict(run_env or {}) | {"DVC_ROOT": stage.repo.root_dir, "DVC_STAGE": stage.addressing}
        )
        started = time.monotonic()
        memory = 0.0
        for command in _enforce_cmd_list(stage.cmd):
            print(f"$ {command}", flush=True)  # noqa: T201 - the trial's log
            process = subprocess.Popen(_make_cmd(shell, command), cwd=stage.wdir, env=environment)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            memory = max(memory, _megabytes(usage))
            if process.returncode != 0:
                self.failed_stage, self.exit_code = _address(stage), process.returncode
                raise StageCmdFailedError(command, process.returncode)
        self.ran.append(CommandRun(stage=_address(stage), seconds=time.monotonic() - started, peak_memory_mb=memory))


def _megabytes(usage: resource.struct_rusage) -> float:
    # kilobytes on Linux, bytes on macOS
    return usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _fetch_missing_data(repo: Any) -> None:
    """Lay out what no command will make: the data of `.dvc` files, and the outputs of frozen stages.

    What the cache lacks is fetched where there is a remote. Raises LedgerError where that fails: no trial is to blame.
    """
    from dvc.exceptions import CheckoutError, DvcException

    tracked = [s.addressing for s in repo.index.stages if s.outs and (s.frozen or not hasattr(s, "name"))]
    if not tracked:
        return
    try:
        repo.checkout(targets=tracked, force=True)
    except CheckoutError as error:
        lacking = ", ".join(os.path.relpath(path, repo.root_dir) for path in error.target_infos)
        if not repo.config["core"].get("remote"):
            raise LedgerError(
                f"{lacking} is not in DVC's cache, and there is no remote to fetch it from",
                hint="lay the data in place and dvc add it, or name a remote: dvc remote add --default NAME URL",
            ) from None
        try:
            repo.fetch(targets=tracked)
            repo.checkout(targets=tracked, force=True)
        except DvcException as failure:
            raise LedgerError(
                f"{lacking} is not in DVC's cache and cannot be fetched: {_words(failure)}", hint="dvc pull says more"
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class DvcPlace:
    """Where a work tree's DVC keeps things: the cache, the root below the git root, settings for a slot."""

    cache: Path
    remotes: Mapping[str, Mapping[str, str]]
    core_remote: str | None
    cache_types: tuple[str, ...]


def describe(root: Path, *, main_root: Path) -> DvcPlace:
    """How DVC is configured at `root`, a work tree; `main_root` is the same place in the main work tree.

    A linked work tree without a cache of its own uses the main one's: DVC would give it an empty one.
    """
    from dvc.config import Config

    config = Config(str(root / ".dvc"), validate=True)
    cache = config["cache"].get("dir")
    # DVC lowers a relative `cache.dir` to the folder of the config file that names it
    at = Path(root / ".dvc" / cache) if cache else main_root / ".dvc" / "cache"
    types = config["cache"].get("type") or ()
    return DvcPlace(
        cache=at.resolve(),
        remotes={name: {k: str(v) for k, v in remote.items()} for name, remote in config["remote"].items()},
        core_remote=config["core"].get("remote"),
        cache_types=(types,) if isinstance(types, str) else tuple(types),
    )


def furnish(root: Path, place_: DvcPlace) -> None:
    """Write the local DVC configuration of a slot: the shared cache, links instead of copies, remotes by full path."""
    from configobj import ConfigObj

    types = place_.cache_types or ("reflink", "hardlink", "symlink", "copy")
    # written here, since DVC reads UTF-8 but writes ASCII alone: a path may hold any letter
    local = ConfigObj(encoding="utf-8", interpolation=False)
    local["cache"] = {"dir": str(place_.cache), "type": ",".join(types)}
    local["core"] = {"analytics": False, "autostage": False, "check_update": False}
    if place_.core_remote:
        local["core"]["remote"] = place_.core_remote
    for name, remote in place_.remotes.items():
        local[f'remote "{name}"'] = dict(remote)
    with (root / ".dvc" / "config.local").open("wb") as stream:
        local.write(stream)


def changed_outputs(root: Path, *, cache: Path) -> list[str]:
    """The cached outputs at `root` that hold something else than their lock says, relative to `root`.

    An output that is missing is not among them, nor one that the cache holds, such as another experiment's: nothing
    would be lost by laying it out.
    """
    with _work_tree(root, cache) as repo:
        return [
            os.path.relpath(out.fs_path, root)
            for out in repo.index.outs
            if out.use_cache
            and out.protocol == "local"
            and out.exists
            and (not out.hash_info or out.changed_checksum())
            and not _held(out)
        ]


def _held(out: Any) -> bool:
    """Whether the cache holds all that lies at the output's path."""
    _, _, found = out._build(
        out.cache, out.fs_path, out.fs, out.hash_name, ignore=out.dvcignore, dry_run=True, no_progress_bar=True
    )
    hashes = [info.value for _, _, info in found] if found.hash_info.isdir else [found.hash_info.value]
    return all(out.cache.exists(value) for value in hashes)


def checkout(root: Path, *, cache: Path, keep: Sequence[str]) -> list[str]:
    """Lay out the cached outputs at `root` as their locks say, but for those to `keep`; returns what failed."""
    from dvc.exceptions import CheckoutError

    with _work_tree(root, cache) as repo:
        wanted = [
            out.fs_path
            for out in repo.index.outs
            if out.use_cache
            and out.protocol == "local"
            and out.hash_info
            and os.path.relpath(out.fs_path, root) not in keep
            and (not out.exists or out.changed_checksum())
        ]
        if not wanted:
            return []
        try:
            repo.checkout(targets=wanted, force=True)
        except CheckoutError as error:
            return [os.path.relpath(path, root) for path in error.target_infos]
        return []


def status(root: Path, *, targets: Sequence[str]) -> dict[str, Any]:
    """What `dvc status` says of the work tree at `root`: empty where the lock agrees with the files."""
    with _work_tree(root) as repo:
        return dict(repo.status(targets=list(targets) or None))


@contextmanager
def _work_tree(root: Path, cache: Path | None = None) -> Iterator[Any]:
    """DVC's view of a work tree. What it finds wrong in its files is the user's to correct: a LedgerError."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    os.chdir(root)
    try:
        with Repo(str(root), config={"cache": {"dir": str(cache)}} if cache else None) as repo:
            yield repo
    except DvcException as error:
        hint = "correct the file, or git restore it, then try again"
        raise LedgerError(f"DVC cannot read the work tree: {_words(error)}", hint=hint) from None


def initialise(root: Path, *, subdir: bool) -> None:
    """`dvc init` at `root`."""
    from dvc.repo import Repo

    with _silence():
        Repo.init(str(root), subdir=subdir).close()
