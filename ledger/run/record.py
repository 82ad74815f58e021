"""Record: from the files that a finished trial left in a work tree to its record."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ledger.dvc import timings
from ledger.dvc.commands import CommandRun
from ledger.errors import FormatError
from ledger.machine.state_directory import StateDirectory
from ledger.model import environment as environments
from ledger.model import globs
from ledger.model import trial as trials
from ledger.model.environment import Environment
from ledger.model.formats import metrics
from ledger.model.formats.lockfile import LockedStage, Pinned, locked_stages
from ledger.model.formats.paramfiles import parse
from ledger.model.frozen import frozen
from ledger.model.parameters import flatten, unflatten
from ledger.model.pipeline import Pipeline, inside
from ledger.model.remarks import Kind, Remark
from ledger.model.settings import Settings
from ledger.model.trial import Failure, StageRun, Trial
from ledger.repo import side_data
from ledger.repo.ledger import Ledger
from ledger.run.pinned import locks as locks_of
from ledger.run.spec import Spec


@frozen
class Ended:
    """How a trial ended in its work tree. `failure` is None where the pipeline ran to its end.

    `printed`: the last lines of its stages. `left_behind` names processes that these had left running; they have been
    ended.
    """

    root: Path
    started: datetime
    ran: tuple[CommandRun, ...]
    status: str
    failure: Failure | None
    printed: str = ""
    left_behind: tuple[str, ...] = ()
    by_hand: bool = False


def pipeline_of(ledger: Ledger, spec: Spec) -> Pipeline:
    pipeline = ledger.code.resolve(spec.arm.code, spec.texts)
    return pipeline.limited_to(ledger.settings.targets) if ledger.settings.targets else pipeline


def made(ledger: Ledger, spec: Spec, ended: Ended, environment: Environment) -> tuple[Trial, tuple[Remark, ...]]:
    """The trial that the files of a work tree are, with what the run should say about it; nothing is written."""
    pipeline = pipeline_of(ledger, spec)
    failure, status = ended.failure, ended.status
    numbers: dict[str, float] = {}
    warnings: tuple[Remark, ...] = ()
    if failure is None:
        try:
            numbers, warnings = read_metrics(ended.root, pipeline)
        except FormatError as error:
            last = pipeline.stages[-1].name if pipeline.stages else None
            said = f"{ended.printed}\n{error}".strip()
            failure, status = Failure(stage=last, exit_code=0, tail=said, reason=str(error)), trials.FAILED
    if ended.left_behind:
        warnings += (Remark.of(Kind.LEFT_RUNNING, processes=tuple(ended.left_behind)),)
    locks = locks_of(ended.root, pipeline) if failure is None else {}
    stages = _stages(ledger.state_dir, pipeline, locks, ended)
    times = [run.seconds for run in stages.values()]
    known = [seconds for seconds in times if seconds is not None]
    trial = Trial(
        experiment=spec.experiment,
        variant=spec.variant,
        point=spec.point,
        attempt=spec.attempt,
        status=status,
        fingerprint=spec.arm.fingerprint,
        code=spec.arm.code.commit,
        started=ended.started,
        # a sum that leaves a stage out would pass for a quick trial
        seconds=round(sum(known), 3) if known and len(known) == len(times) else None,
        params=_params(pipeline, locks, spec.texts),
        metrics=numbers,
        data=_data(ledger.settings, spec, pipeline, locks),
        outs=_outs(pipeline, locks),
        stages=stages,
        environment=environments.digest(environment),
        error=failure,
        by_hand=ended.by_hand,
        asked=spec.asked,
    )
    return trial, warnings


def read_metrics(root: Path, pipeline: Pipeline) -> tuple[dict[str, float], tuple[Remark, ...]]:
    """The numbers in the metrics files of a work tree, and remarks on what in them is not a number.

    Raises FormatError where a file that the pipeline should write is missing, empty or unreadable, or where none of
    them holds a number.
    """
    files: dict[str, dict[str, float]] = {}
    warnings = []
    for path in pipeline.metric_files():
        try:
            text = (root / path).read_text("utf-8")
        except FileNotFoundError:
            raise FormatError(f"the pipeline wrote no metrics file {path}") from None
        except UnicodeDecodeError:
            raise FormatError(f"the metrics file {path} is not UTF-8 text") from None
        except OSError as error:
            # without the path that the error itself names: it is this machine's
            raise FormatError(f"the metrics file {path} cannot be read: {error.strerror}") from None
        files[path], others = metrics.parse(path, text)
        if others:
            warnings.append(Remark.of(Kind.NO_NUMBER, path=path, names=tuple(others)))
    merged = metrics.merge(files)
    if files and not merged:
        raise FormatError(f"no numbers in {', '.join(files)}")
    strange = tuple(name for name, value in merged.items() if not math.isfinite(value))
    if strange:
        warnings.append(Remark.of(Kind.INFINITE, metrics=strange))
    return merged, tuple(warnings)


def _stages(
    state_dir: StateDirectory, pipeline: Pipeline, locks: Mapping[str, LockedStage], ended: Ended
) -> dict[str, StageRun]:
    """What each stage took; a stage that DVC restored keeps the seconds that were measured when it ran here."""
    ran = {run.stage: run for run in ended.ran}
    found = {}
    for stage in pipeline.stages:
        name = stage.name
        if name in ran:
            run = ran[name]
            found[name] = StageRun(cached=False, seconds=round(run.seconds, 3), peak_memory_mb=run.peak_memory_mb)
        elif ended.failure is None:
            earlier = timings.find(state_dir.timings, locks[name]) if name in locks else timings.KnownTiming()
            found[name] = StageRun(seconds=earlier.seconds, cached=True, peak_memory_mb=earlier.peak_memory_mb)
    return found


def cached_outputs(ledger: Ledger, spec: Spec, ended: Ended) -> list[str]:
    """The md5s of the outputs that DVC's cache should hold of a trial that has succeeded."""
    pipeline = pipeline_of(ledger, spec)
    pins = _outs(pipeline, locks_of(ended.root, pipeline))
    return [pin.md5 for pin in pins.values() if pin.md5 is not None]


def uncached_outputs(ledger: Ledger, spec: Spec, documents: Mapping[str, object]) -> dict[str, Pinned]:
    """The outputs that git holds, or nothing does, as the lock files (parsed, by path) pin them; a record has the rest.

    Those that are metrics or plots, or hold some, are left out: their numbers say more.
    """
    pipeline = pipeline_of(ledger, spec)
    numbers = [*pipeline.metric_files(), *pipeline.plots, *(o.path for o in pipeline.outputs() if o.kind != "out")]
    plain = {o.path for o in pipeline.outputs() if not o.cached and not any(inside(n, o.path) for n in numbers)}
    pins = {path: pin for stage in locked_stages(pipeline, documents).values() for path, pin in stage.outputs.items()}
    return {path: pin for path, pin in pins.items() if path in plain}


def _params(
    pipeline: Pipeline, locks: Mapping[str, LockedStage], texts: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """The tracked parameters by file as the lock pins them; what it does not pin so, as it was written."""
    flat: dict[str, dict[str, Any]] = {}
    for stage in pipeline.stages:
        pinned = locks[stage.name].parameters if stage.name in locks else {}
        for use in stage.parameters:
            if pipeline.makes(use.file):
                continue
            if use.file in pinned:
                document = parse(use.file, texts[use.file]) if use.file in texts else {}
                flat.setdefault(use.file, {}).update(globs.named(pinned[use.file], document))
            elif use.file in texts:
                values = flatten(parse(use.file, texts[use.file]))
                flat.setdefault(use.file, {}).update({k: v for k, v in values.items() if use.covers(k)})
    for file in pipeline.variables:
        # what templates filled into commands: the lock holds the commands, not the values
        if file in texts:
            flat.setdefault(file, {}).update(flatten(parse(file, texts[file])))
    return {file: unflatten(values) for file, values in flat.items()}


def _data(settings: Settings, spec: Spec, pipeline: Pipeline, locks: Mapping[str, LockedStage]) -> dict[str, Pinned]:
    """The inputs that no stage makes and git does not hold, as the lock pins them, else as `.dvc` files do.

    The files of a submodule are code: the trial's commit names the submodule's.
    """
    files = spec.arm.code.files
    pinned = {path: pin for stage in locks.values() for path, pin in stage.dependencies.items()}
    found = {}
    for path in pipeline.sources():
        if path in files or pipeline.gathers(path) or any(inside(file, path) for file in files):
            continue
        if side_data.is_code(settings, spec.arm.code, path):
            continue
        if path in pinned:
            found[path] = pinned[path]
        elif path in spec.arm.code.data:
            found[path] = spec.arm.code.data[path]
    return found


def _outs(pipeline: Pipeline, locks: Mapping[str, LockedStage]) -> dict[str, Pinned]:
    cached = {output.path for output in pipeline.outputs() if output.cached}
    return {path: pin for stage in locks.values() for path, pin in stage.outputs.items() if path in cached}
