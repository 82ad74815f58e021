"""What a DVC pipeline is at one code state: its stages, what they read and what they make.

Paths are relative to the git root, with `/`. A path outside the repository (absolute, or a URL) is kept as
it is written. Resolving templates is DVC's work (`dvc/`); here are only the values.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ledger.model import globs
from ledger.model.frozen import frozen


def inside(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it; every path lies below the empty one and `.`."""
    return folder in ("", ".") or path == folder or path.startswith(folder + "/")


_PARAMETER_FILE = r"(?:.*/)?params\.(?:ya?ml|json|toml|py)"


def holds_parameters(path: str) -> bool:
    """Whether a file is one of parameters by DVC's convention, though a stage lists it as a plain dependency."""
    return re.fullmatch(_PARAMETER_FILE, path) is not None


@frozen
class Output:
    """One output of a stage. `cached`: DVC keeps it in its cache, so git does not; `kind`: out, metric or plot.

    `persists`: DVC leaves it there when the stage runs again, so that a script may go on from it. `remote` is the only
    one that it is kept in, None for whichever is the default; `pushed`: it is kept in a remote at all.
    """

    path: str
    cached: bool
    kind: str = "out"
    persists: bool = False
    remote: str | None = None
    pushed: bool = True


@frozen
class TrackedParameters:
    """The keys of one parameter file that a stage declares; no keys: the whole file."""

    file: str
    keys: tuple[str, ...]

    def covers(self, key: str) -> bool:
        """Whether a change of the dotted `key` is seen by the stage."""
        return not self.keys or any(globs.covers(own, key) for own in self.keys)


@frozen
class Stage:
    """One stage, its templates resolved. `wdir` is relative to the git root; `lockfile` pins its hashes.

    A `frozen` one never runs and reads nothing: what it once made is data to the others.
    """

    name: str
    wdir: str
    command: str
    dependencies: tuple[str, ...]
    outputs: tuple[Output, ...]
    parameters: tuple[TrackedParameters, ...]
    lockfile: str
    lock_name: str
    frozen: bool = False


@frozen
class Pipeline:
    """All stages of a code state, in the order of definition, and the files that hold metrics and plots."""

    stages: tuple[Stage, ...]
    definitions: tuple[str, ...]
    metrics: tuple[str, ...]
    plots: tuple[str, ...]
    # parameter files that templates read (`vars:`), beside those that stages declare
    variables: tuple[str, ...] = ()
    # files of parameters that are listed beside the stages, to be shown: nothing reads them
    shown: tuple[str, ...] = ()

    def outputs(self) -> tuple[Output, ...]:
        """All outputs of all stages."""
        return tuple(output for stage in self.stages for output in stage.outputs)

    def makes(self, path: str) -> bool:
        """Whether a stage that is not frozen makes `path`, or something that holds it."""
        return any(inside(path, o.path) for stage in self.stages if not stage.frozen for o in stage.outputs)

    def sources(self) -> tuple[str, ...]:
        """The dependencies that no stage makes, each once, sorted."""
        return tuple(sorted({d for stage in self.stages for d in stage.dependencies if not self.makes(d)}))

    def gathers(self, path: str) -> bool:
        """Whether a folder holds outputs of stages: what is in it follows from them, and from what else is there."""
        return any(inside(o.path, path) for stage in self.stages if not stage.frozen for o in stage.outputs)

    def reads(self, path: str) -> bool:
        """Whether a change of the file is one of the pipeline: a definition, a file of parameters, a dependency."""
        if path in self.definitions or path in self.parameter_files():
            return True
        return any(inside(path, d) for stage in self.stages for d in stage.dependencies)

    def lockfiles(self) -> tuple[str, ...]:
        """The `dvc.lock` files of the stages, each once, in order."""
        return tuple(dict.fromkeys(stage.lockfile for stage in self.stages))

    def parameter_files(self) -> tuple[str, ...]:
        """The files that stages or templates take parameters from, each once, in order."""
        declared = (p.file for stage in self.stages for p in stage.parameters)
        return tuple(dict.fromkeys([*declared, *self.variables]))

    def metric_files(self) -> tuple[str, ...]:
        """Files that hold metrics: outputs of stages first, then those listed beside the stages."""
        made = (output.path for output in self.outputs() if output.kind == "metric")
        return tuple(dict.fromkeys([*made, *self.metrics]))

    def results(self) -> tuple[str, ...]:
        """Paths that a run of the pipeline writes and git may hold: locks, metrics, plots, uncached outputs."""
        made = [*(output.path for output in self.outputs()), *self.metrics, *self.plots]
        return tuple(dict.fromkeys([*self.lockfiles(), *made, *self._logged(made)]))

    def _logged(self, made: Iterable[str]) -> Iterator[str]:
        """The files of parameters that a run writes to be shown, as DVCLive does: beside results, in their folder."""
        for path in self.shown:
            folder = posixpath.dirname(path)
            if folder and not self.reads(path) and any(inside(result, folder) for result in made):
                yield path

    def ignore_files(self) -> tuple[str, ...]:
        """The `.gitignore` files by which DVC keeps its outputs out of git; people write in them too."""
        folders = (posixpath.dirname(output.path) for output in self.outputs() if output.cached)
        return tuple(dict.fromkeys(posixpath.join(folder, ".gitignore") for folder in folders))

    def is_result(self, path: str) -> bool:
        """Whether `path` is, or lies in, something that a run of the pipeline writes."""
        return any(inside(path, result) for result in self.results())

    def is_git_result(self, path: str) -> bool:
        """The same, of those that git may hold: DVC's outputs beside a `.gitignore` that lacks them are none."""
        cached = (output.path for output in self.outputs() if output.cached)
        return self.is_result(path) and not any(inside(path, out) for out in cached)

    def limited_to(self, targets: Iterable[str]) -> Pipeline:
        """The part of the pipeline that the targets need: themselves and all that is upstream of them.

        A target is a stage's name (also the name that `foreach` or `matrix` stages share), or a `dvc.yaml`
        file with or without `:stage`. Raises KeyError with the first target that nothing answers to.
        """
        wanted: set[str] = set()
        for target in targets:
            found = {s.name for s in self.stages if target in _addresses(s)}
            if not found:
                raise KeyError(target)
            wanted |= found
        while True:
            needed = [d for s in self.stages if s.name in wanted for d in s.dependencies]
            upstream = {
                s.name
                for s in self.stages
                for output in s.outputs
                if any(inside(d, output.path) or inside(output.path, d) for d in needed)
            }
            if upstream <= wanted:
                break
            wanted |= upstream
        return replace(self, stages=tuple(s for s in self.stages if s.name in wanted))


def _addresses(stage: Stage) -> set[str]:
    """The targets that mean this stage."""
    definition = stage.lockfile.removesuffix("lock") + "yaml"
    group = stage.lock_name.split("@", 1)[0]
    return {stage.name, stage.name.split("@", 1)[0], definition, f"{definition}:{stage.lock_name}",
            f"{definition}:{group}"}  # fmt: skip


def to_json(pipeline: Pipeline) -> dict[str, Any]:
    """The pipeline as plain values, for the cache on disk."""
    return {
        "stages": [
            {
                "name": s.name,
                "wdir": s.wdir,
                "command": s.command,
                "dependencies": list(s.dependencies),
                "outputs": [[o.path, o.cached, o.kind, o.persists, o.remote, o.pushed] for o in s.outputs],
                "parameters": [[p.file, list(p.keys)] for p in s.parameters],
                "lockfile": s.lockfile,
                "lock_name": s.lock_name,
                "frozen": s.frozen,
            }
            for s in pipeline.stages
        ],
        "definitions": list(pipeline.definitions),
        "metrics": list(pipeline.metrics),
        "plots": list(pipeline.plots),
        "variables": list(pipeline.variables),
        "shown": list(pipeline.shown),
    }


def from_json(value: Mapping[str, Any]) -> Pipeline:
    """The inverse of `to_json`. Raises KeyError, TypeError or ValueError where the shape is another one."""
    return Pipeline(
        stages=tuple(
            Stage(
                name=s["name"],
                wdir=s["wdir"],
                command=s["command"],
                dependencies=tuple(s["dependencies"]),
                outputs=tuple(
                    Output(path=path, cached=cached, kind=kind, persists=persists, remote=remote, pushed=pushed)
                    for path, cached, kind, persists, remote, pushed in s["outputs"]
                ),
                parameters=tuple(TrackedParameters(file=f, keys=tuple(keys)) for f, keys in s["parameters"]),
                lockfile=s["lockfile"],
                lock_name=s["lock_name"],
                frozen=s["frozen"],
            )
            for s in value["stages"]
        ),
        definitions=tuple(value["definitions"]),
        metrics=tuple(value["metrics"]),
        plots=tuple(value["plots"]),
        variables=tuple(value["variables"]),
        shown=tuple(value["shown"]),
    )
