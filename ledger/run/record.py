"""Record: from the files that a finished trial left in a work tree to its record and its trial commit."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ledger.dvc import timings
from ledger.dvc.commands import CommandRun
from ledger.errors import FormatError, LedgerError
from ledger.git import refs
from ledger.git.entries import Entry, plain_file
from ledger.git.refs import RefChange
from ledger.model import environment as environments
from ledger.model import globs, replicates
from ledger.model import hypothesis as hypotheses
from ledger.model import trial as trials
from ledger.model.environment import Environment
from ledger.model.experiment import directory
from ledger.model.formats import metrics, trailers, yaml12
from ledger.model.formats.lockfile import LockedStage, Pinned, locked_stages
from ledger.model.formats.paramfiles import parse
from ledger.model.frozen import frozen
from ledger.model.hypothesis import Plan
from ledger.model.parameters import flatten, unflatten
from ledger.model.pipeline import Pipeline, inside
from ledger.model.trial import Failure, StageRun, Trial
from ledger.repo.experiments import HOLDING_REFS, TRIAL_REFS
from ledger.repo.ledger import Ledger
from ledger.report.numbers import headline, number
from ledger.report.text import uncoloured
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


@frozen
class Kept:
    """A recorded trial with its trial commit, and what the run should say about it."""

    trial: Trial
    commit: str
    warnings: tuple[str, ...]


def keep(ledger: Ledger, plan: Plan, spec: Spec, ended: Ended, environment: Environment) -> Kept:
    """Commit one trial under `refs/ledger/trials/`; from then on it cannot be lost."""
    pipeline = pipeline_of(ledger, spec)
    trial, warnings = made(ledger, spec, ended, environment)
    files = record_files(ledger, trial, yaml12.dumps(environments.to_mapping(environment)))
    if trial.succeeded:
        tree = results_tree(ledger, ended.root, trial.code, pipeline, spec.texts, files)
    else:
        # a failed trial adds its record alone
        tree = ledger.git.tree(trial.code, files)
    commit = commit_trial(ledger, plan, trial, tree)
    return Kept(trial=trial, commit=commit, warnings=warnings)


def pipeline_of(ledger: Ledger, spec: Spec) -> Pipeline:
    pipeline = ledger.code.resolve(spec.arm.code, spec.texts)
    return pipeline.limited_to(ledger.settings.targets) if ledger.settings.targets else pipeline


def made(ledger: Ledger, spec: Spec, ended: Ended, environment: Environment) -> tuple[Trial, tuple[str, ...]]:
    """The trial that the files of a work tree are, with what the run should say about it; nothing is written."""
    pipeline = pipeline_of(ledger, spec)
    failure, status = ended.failure, ended.status
    numbers: dict[str, float] = {}
    warnings: tuple[str, ...] = ()
    if failure is None:
        try:
            numbers, warnings = read_metrics(ended.root, pipeline)
        except FormatError as error:
            last = pipeline.stages[-1].name if pipeline.stages else None
            said = f"{ended.printed}\n{error}".strip()
            failure, status = Failure(stage=last, exit_code=0, tail=said, reason=str(error)), trials.FAILED
    if ended.left_behind:
        names = ", ".join(ended.left_behind)
        warnings += (f"stages left processes running, which were ended: {names}",)
    locks = locks_of(ended.root, pipeline) if failure is None else {}
    stages = _stages(ledger, pipeline, locks, ended)
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
        data=_data(ledger, spec, pipeline, locks),
        outs=_outs(pipeline, locks),
        stages=stages,
        environment=environments.digest(environment),
        error=failure,
        by_hand=ended.by_hand,
    )
    return trial, warnings


def read_metrics(root: Path, pipeline: Pipeline) -> tuple[dict[str, float], tuple[str, ...]]:
    """The numbers in the metrics files of a work tree, and remarks on what in them is no number.

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
            raise FormatError(f"the metrics file {path} is not text in UTF-8") from None
        except OSError as error:
            # without the path that the error itself names: it is this machine's
            raise FormatError(f"the metrics file {path} cannot be read: {error.strerror}") from None
        files[path], others = metrics.parse(path, text)
        if others:
            warnings.append(f"{path}: {', '.join(others)} hold no number and are left out")
    merged = metrics.merge(files)
    if files and not merged:
        raise FormatError(f"no number is in {', '.join(files)}")
    strange = [name for name, value in merged.items() if not math.isfinite(value)]
    if strange:
        are, them = ("is", "it") if len(strange) == 1 else ("are", "them")
        warnings.append(f"{', '.join(strange)} {are} not finite: the trial counts as failed for {them}")
    return merged, tuple(warnings)


def _stages(ledger: Ledger, pipeline: Pipeline, locks: Mapping[str, LockedStage], ended: Ended) -> dict[str, StageRun]:
    """What each stage took; a stage that DVC restored keeps the seconds that were measured when it ran here."""
    ran = {run.stage: run for run in ended.ran}
    found = {}
    for stage in pipeline.stages:
        name = stage.name
        if name in ran:
            run = ran[name]
            found[name] = StageRun(cached=False, seconds=round(run.seconds, 3), peak_memory_mb=run.peak_memory_mb)
        elif ended.failure is None:
            earlier = timings.find(ledger.state_dir.timings, locks[name]) if name in locks else timings.Known()
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


def _data(ledger: Ledger, spec: Spec, pipeline: Pipeline, locks: Mapping[str, LockedStage]) -> dict[str, Pinned]:
    """The inputs that no stage makes and git does not hold, as the lock pins them, else as `.dvc` files do."""
    files = spec.arm.code.files
    pinned = {path: pin for stage in locks.values() for path, pin in stage.dependencies.items()}
    found = {}
    for path in pipeline.sources():
        if path in files or pipeline.gathers(path) or any(inside(file, path) for file in files):
            continue
        if path in pinned:
            found[path] = pinned[path]
        elif path in spec.arm.code.data:
            found[path] = spec.arm.code.data[path]
    return found


def _outs(pipeline: Pipeline, locks: Mapping[str, LockedStage]) -> dict[str, Pinned]:
    cached = {output.path for output in pipeline.outputs() if output.cached}
    return {path: pin for stage in locks.values() for path, pin in stage.outputs.items() if path in cached}


def record_files(ledger: Ledger, trial: Trial, environment: str) -> dict[str, Entry]:
    """A trial's files by path, as a tree holds them: its record, and the text of the environment that it names."""
    folder = directory(trial.experiment)
    texts = {
        trials.record_path(folder, trial): trials.dumps(trial),
        f"{folder}/environments/{trial.environment}.yaml": environment,
    }
    return {path: plain_file(ledger.git.blob(text.encode())) for path, text in texts.items()}


def commit_trial(ledger: Ledger, plan: Plan, trial: Trial, tree: str) -> str:
    """The trial commit, held by the trial's ref.

    Where another run has recorded this trial meanwhile its commit is returned: the first record of a trial counts.
    """
    git = ledger.git
    commit = git.commit_tree(tree, [trial.code], _message(ledger, plan, trial), sign=False)
    ref, holding = (f"{where}/{trial.experiment}/{trial.id}" for where in (TRIAL_REFS, HOLDING_REFS))
    left: str | None = None
    for _ in range(20):
        held = RefChange(ref=holding, old=left, new=commit)
        if refs.move(git, [RefChange(ref=ref, old=None, new=commit), held], f"ledger: trial {trial.id}"):
            return commit
        other = git.commit(ref)
        if other is not None:
            return other
        # git could not make the refs, and the first is not there: that of another trial was going away beside it, or
        # somebody has taken away the one alone
        left = git.refs(holding).get(holding)
    raise LedgerError(f"git does not take the ref {ref}", hint="try again; git fsck says if the repository is whole")


def results_tree(
    ledger: Ledger,
    root: Path,
    code: str,
    pipeline: Pipeline,
    texts: Mapping[str, str],
    record: Mapping[str, Entry],
) -> str:
    """The code's tree with the record, and with what the pipeline wrote for git as the work tree `root` holds it.

    That is the parameter files, locks, metrics and plots. What git ignores stays out, and what the pipeline has removed
    is removed. DVC keeps its outputs out of git by `.gitignore` files beside them, so these belong to the results too.
    """
    listed = [f":(literal){path}" for path in (*pipeline.results(), *pipeline.ignore_files(), *texts)]
    out = ledger.git.run("ls-files", "-z", "-c", "-o", "--exclude-standard", "--", *listed, cwd=root)
    paths = [os.fsdecode(path) for path in out.split(b"\0") if path]
    return ledger.git.tree_of_files(code, paths, root=root, entries=record)


def _message(ledger: Ledger, plan: Plan, trial: Trial) -> str:
    told = [
        (trailers.EXPERIMENT, trial.experiment),
        (trailers.TRIAL, trial.id),
        (trailers.VARIANT, trial.variant),
        *((trailers.REPLICATE, f"{axis}={value}") for axis, value in trial.point),
        (trailers.STATUS, trial.status),
        (trailers.PLAN, hypotheses.digest(plan)),
        *((trailers.METRIC, f"{name}={value!r}") for name, value in trial.metrics.items()),
    ]
    return trailers.compose(f"trial: {described(ledger, plan, trial)}", trailers=told)


def described(ledger: Ledger, plan: Plan, trial: Trial) -> str:
    """`treatment seed=2, dice 0.609`, or what went wrong."""
    name = " ".join(part for part in (trial.variant, replicates.label(trial.point)) if part)
    if trial.attempt > 1:
        name += f" (attempt {trial.attempt})"
    if trial.error is not None:
        stage = f" in {trial.error.stage}" if trial.error.stage else ""
        ending = f" ({trial.error.ending})" if trial.error.ending else ""
        return f"{name}, {trial.status}{stage}{ending}"
    metrics = ledger.settings.aliases.read(trial.metrics)
    metric = headline(plan, ledger.settings, metrics)
    return name if metric is None else f"{name}, {metric} {number(metrics[metric], ledger.settings.precision(metric))}"


def hidden(text: str, paths: Sequence[Path]) -> str:
    """The text with what lies below these paths named relative to them: they are this machine's."""
    for path in paths:
        text = text.replace(f"{path}/", "").replace(str(path), ".")
    return text


def tail(log: Path, *, start: int, hide: Sequence[Path], lines: int = 20, limit: int = 4000) -> str:
    """The last lines of a log from byte `start` on, without control characters and without this machine's paths."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(start, stream.seek(0, 2) - 10 * limit))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    text = hidden(uncoloured(text), hide)
    # a progress bar rewrites its line: what stands last is what a terminal would show
    shown = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))
    clean = ("".join(c if c.isprintable() or c == "\t" else "?" for c in line).rstrip() for line in shown)
    return "\n".join([line for line in clean if line][-lines:])[-limit:].strip()
