"""Resolving a pipeline: DVC fills in the templates, and what it reads becomes our values."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from ledger.dvc.commands import address
from ledger.errors import LedgerError
from ledger.model.formats.lockfile import place
from ledger.model.pipeline import Output, Pipeline, Stage, TrackedParameters, holds_parameters


def resolve(files: Mapping[str, bytes], *, folder: str) -> Pipeline:
    """The pipeline that the `dvc.yaml` files among `files` define, templates filled in.

    `files` are the definitions with all that their templates read, by path from the git root; `folder` is the
    DVC root below it ("" where they are the same). Raises LedgerError with DVC's words.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    with silence(), tempfile.TemporaryDirectory(prefix="ledger-pipeline-") as scratch:
        root = Path(scratch).resolve()
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        dvc = root / folder / ".dvc"
        dvc.mkdir(parents=True)
        (dvc / "config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
        try:
            with _reading_below(root), Repo(str(root / folder)) as repo:
                # those that .dvcignore leaves out define nothing
                ignored = repo.dvcignore.is_ignored_file
                named = [path for path in files if PurePosixPath(path).name == "dvc.yaml"]
                definitions = [path for path in named if not ignored(str(root / path))]
                return _pipeline(repo, root, definitions)
        except DvcException as error:
            said = words(error).replace(f"{os.path.relpath(root)}/", "").replace(f"{root}/", "")
            conflicts = [path for path, data in files.items() if b"\n<<<<<<< " in b"\n" + data]
            hint = "correct it and commit; dvc stage list shows the same"
            if conflicts:
                hint = f"{conflicts[0]} holds conflict markers: settle them and commit"
            raise LedgerError(f"DVC cannot read the pipeline: {said}", hint=hint) from None


@contextmanager
def _reading_below(root: Path) -> Iterator[None]:
    """Let templates read no file but those below `root`: `vars` may name any on this machine, whose values commands
    would then show.
    """
    from dvc.parsing.context import Context, ParamsLoadError

    load: Any = Context.load_from

    def load_from(fs: Any, path: str, *rest: Any) -> Any:
        if not Path(path).resolve().is_relative_to(root):
            raise ParamsLoadError(f"'{path}' is outside the repository")
        return load(fs, path, *rest)

    Context.load_from = staticmethod(load_from)
    try:
        yield
    finally:
        Context.load_from = load


@contextmanager
def silence() -> Iterator[None]:
    """Keep DVC's own messages and warnings off the terminal: what a command says is the command's to choose."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(before)


def words(error: BaseException) -> str:
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
                name=address(stage),
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
                        persists=bool(o.persist),
                        remote=o.remote,
                        pushed=bool(o.can_push),
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
        shown=_listed(repo.index._params, relative),
    )


def _listed(by_definition: Mapping[str, Sequence[str]], relative: Any) -> tuple[str, ...]:
    """The files that top-level `metrics:` or `params:` name, relative to the folder of their `dvc.yaml`."""
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
