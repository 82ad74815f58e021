"""Does the record hold? What a trial's commit must be for its record to be true: values in, findings out.

A problem is something that cannot be so if the record is honest; what merely cannot be looked at here (a commit that
is not in this clone, a file that nothing keeps) is unproved, and never called false.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from ledger.analysis.findings import CODE, COMMIT, NUMBERS, RECORDS, Finding, same
from ledger.model import globs
from ledger.model.formats import trailers
from ledger.model.formats.lockfile import LockedStage, Pinned
from ledger.model.frozen import frozen
from ledger.model.parameters import flatten
from ledger.model.pipeline import Pipeline, Stage
from ledger.model.trial import Trial


@frozen
class Content:
    """What a commit holds at a path: the md5s that DVC may have given it.

    `doubt` says why another md5 proves nothing, None where it does. `filtered`: git changes the file on its way in or
    out, so that it holds other bytes than the stage wrote.
    """

    md5s: frozenset[str]
    doubt: str | None = None
    filtered: bool = False


@frozen
class Witness:
    """A trial's record beside what its trial commit holds.

    `touched`: the paths in which the commit differs from its code. `pipeline`: with that commit's parameters.
    `contents`: what git, `.dvc` files or DVC's cache hold at the paths that the locks pin. `parameters`: the parsed
    parameter files. `metrics`: the numbers in the metrics files, None where `no_metrics` says why they cannot be read.
    `data`: the inputs that the record should name. `fingerprint`: what the commit's own files give; `arms`: what the
    declared variant gives on its code.
    """

    trial: Trial
    path: str
    commit: str
    parents: tuple[str, ...]
    message: str
    touched: tuple[str, ...]
    same_record: bool
    pipeline: Pipeline
    locks: Mapping[str, LockedStage] = field(default_factory=dict)
    contents: Mapping[str, Content] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    metrics: Mapping[str, float] | None = None
    no_metrics: Finding | None = None
    data: Mapping[str, Pinned] = field(default_factory=dict)
    fingerprint: str | None = None
    arms: frozenset[str] = frozenset()
    untold: str | None = None


# --- the record alone


def consistent(trial: Trial) -> list[Finding]:
    """What a record says against itself."""
    found = []
    if trial.succeeded and trial.error is not None:
        found.append(f"it says {trial.status}, and which error ended it")
    if trial.succeeded and not trial.metrics and not trial.outs and not trial.stages:
        found.append(f"it says {trial.status}, but names no stage, no metric and no output")
    if not trial.succeeded and trial.error is None:
        found.append(f"it says {trial.status}, but not what went wrong")
    if not trial.succeeded and trial.metrics:
        found.append(f"it says {trial.status}, and has metrics")
    values = trial.flat_params
    for axis, value in trial.point:
        if trial.succeeded and axis in values and not same(values[axis], value):
            found.append(f"its replicate is {axis}={value}, but its params say {values[axis]!r}")
    return [Finding(check=RECORDS, trial=trial.id, message=f"{_file(trial)}: {message}") for message in found]


def duplicates(found: Iterable[Trial]) -> list[Finding]:
    """Succeeded records that claim one point and fingerprint with different numbers."""
    first: dict[object, Trial] = {}
    findings = []
    for trial in found:
        if not trial.succeeded:
            continue
        other = first.setdefault((trial.variant, trial.point, trial.fingerprint), trial)
        names = [name for name in trial.metrics if not same(trial.metrics[name], other.metrics.get(name))]
        if other is not trial and (names or set(trial.metrics) != set(other.metrics)):
            said = ", ".join(names[:3]) or "metrics"
            message = f"{_file(other)} and {_file(trial)} claim one replicate at one fingerprint, with different {said}"
            findings.append(Finding(check=RECORDS, trial=trial.id, message=message))
    return findings


# --- the trial commit


def committed(witness: Witness) -> list[Finding]:
    """Whether the trial commit stands on the recorded code, and changes only what a trial may."""
    trial, commit = witness.trial, witness.commit[:10]
    found = []
    if witness.parents != (trial.code,):
        parents = ", ".join(parent[:10] for parent in witness.parents) or "none"
        found.append(f"{witness.path}: `code` is {trial.code[:10]}, the parent of the trial commit {commit} {parents}")
    if not witness.same_record:
        found.append(f"{witness.path} is not the record that the trial commit {commit} holds")
    for path in witness.touched:
        if not _may_touch(witness, path):
            what = "a failed trial keeps its record alone" if not trial.succeeded else "a trial may not"
            found.append(f"the trial commit {commit} changes {path}: {what}")
    found += [f"the message of the trial commit {commit} {message}" for message in _said_otherwise(witness)]
    return [Finding(check=COMMIT, trial=trial.id, message=message) for message in found]


def _may_touch(witness: Witness, path: str) -> bool:
    trial, pipeline = witness.trial, witness.pipeline
    folder = witness.path.split("/trials/")[0]
    if path in (witness.path, f"{folder}/environments/{trial.environment}.yaml"):
        return True
    if not trial.succeeded:
        return False
    return path in pipeline.parameter_files() or path in pipeline.ignore_files() or pipeline.is_result(path)


def _said_otherwise(witness: Witness) -> list[str]:
    """Where the trailers of the trial commit, which `git log` searches, say something else than the record."""
    found = []
    for key, value in trailers.read(witness.message):
        if key == trailers.STATUS and value != witness.trial.status:
            found.append(f"says {value}, the record {witness.trial.status}")
        if key == trailers.METRIC:
            name, _, number = value.partition("=")
            known = {" ".join(metric.split()): said for metric, said in witness.trial.metrics.items()}
            if repr(known.get(name)) != number:
                found.append(f"says {name}={number}, the record {known.get(name)}")
    return found


# --- the code and data that ran


def traced(witness: Witness) -> list[Finding]:
    """Whether `dvc.lock` pins the commands, code and data that the trial commit holds."""
    found = []
    made = {path: pin for stage in witness.locks.values() for path, pin in stage.outputs.items()}
    for stage in witness.pipeline.stages:
        if stage.frozen:
            continue
        locked = witness.locks.get(stage.name)
        if locked is None:
            found.append(_wrong(CODE, witness, f"{stage.lockfile} pins nothing for the stage {stage.name}"))
            continue
        if locked.command != stage.command:
            found.append(
                _wrong(CODE, witness, f"{stage.lockfile}: the command of {stage.name} is not that of dvc.yaml")
            )
        for path in dict.fromkeys([*stage.dependencies, *locked.dependencies]):
            pin = locked.dependencies.get(path)
            if pin is None:
                found.append(_wrong(CODE, witness, f"{stage.lockfile} does not pin {path}, which {stage.name} reads"))
            elif path in witness.contents:
                where = f"{stage.lockfile}: {stage.name} read"
                found += _compared(CODE, witness, f"{where} {path}", pin, witness.contents[path])
            elif path in made:
                if pin.md5 != made[path].md5:
                    message = f"{stage.lockfile}: {stage.name} read another {path} than the stage that makes it wrote"
                    found.append(_wrong(CODE, witness, message))
            else:
                doubt = "neither git nor DVC holds it here, so only its hash is known"
                found.append(_unproved(CODE, witness, f"{path}, which {stage.name} reads: {doubt}"))
    return found


def agrees(
    stage: Stage, locked: LockedStage, contents: Mapping[str, Content], parameters: Mapping[str, Mapping[str, Any]]
) -> bool:
    """Whether a lock entry can be of this command, this code and these parameters."""
    for path, pin in locked.dependencies.items():
        content = contents.get(path)
        if content is not None and content.doubt is None and pin.md5 not in content.md5s:
            return False
    for file, values in locked.parameters.items():
        for key, value in flatten(values).items():
            there, held = _look_up(parameters.get(file, {}), key)
            if not there or not same(held, value):
                return False
    return locked.command == stage.command


def _compared(check: str, witness: Witness, what: str, pin: Pinned, content: Content) -> list[Finding]:
    if pin.md5 in content.md5s:
        return []
    if content.doubt is not None:
        return [_unproved(check, witness, f"{what} with a hash that cannot be checked: {content.doubt}")]
    return [_wrong(check, witness, f"{what} with another content than the trial commit {witness.commit[:10]} holds")]


# --- the numbers


def numbers(witness: Witness) -> list[Finding]:
    """Whether the record's parameters, metrics, hashes and fingerprint are those of the trial commit's files."""
    return [*_parameters(witness), *_metrics(witness), *_hashes(witness), *_fingerprint(witness)]


def _parameters(witness: Witness) -> list[Finding]:
    found = []
    for stage in witness.pipeline.stages:
        locked = witness.locks.get(stage.name)
        for file, values in ({} if locked is None or stage.frozen else locked.parameters).items():
            tree = witness.parameters.get(file)
            if tree is None:
                found.append(
                    _unproved(NUMBERS, witness, f"{file} is not in the trial commit, so its values are unproved")
                )
                continue
            for key, value in globs.named(values, tree).items():
                there, held = _look_up(tree, key)
                if not there or not same(held, value):
                    said = f"{held!r}" if there else "lacking"
                    message = f"{stage.lockfile} pins {key}={value!r}, which is {said} in {file} of the trial commit"
                    found.append(_wrong(NUMBERS, witness, message))
    expected = _expected_parameters(witness)
    for file in dict.fromkeys([*expected, *witness.trial.params]):
        if witness.pipeline.makes(file):
            # what a stage wrote for another is no parameter of the trial, though records once held it
            continue
        pinned, recorded = expected.get(file, {}), flatten(witness.trial.params.get(file, {}))
        for key in dict.fromkeys([*pinned, *recorded]):
            if key not in recorded:
                found.append(_wrong(NUMBERS, witness, f"{witness.path} lacks the parameter {key} of {file}"))
            elif key not in pinned:
                found.append(_wrong(NUMBERS, witness, f"{witness.path}: no stage reads the parameter {key} of {file}"))
            elif not same(pinned[key], recorded[key]):
                message = f"{witness.path}: {key} is {recorded[key]!r}, but {pinned[key]!r} ran ({file})"
                found.append(_wrong(NUMBERS, witness, message))
    return found


def _expected_parameters(witness: Witness) -> dict[str, dict[str, Any]]:
    """The parameters that a record keeps, by file: as the lock pins them, else as the files have them."""
    flat: dict[str, dict[str, Any]] = {}
    for stage in witness.pipeline.stages:
        locked = witness.locks.get(stage.name)
        for use in stage.parameters:
            if locked is not None and use.file in locked.parameters:
                values = globs.named(locked.parameters[use.file], witness.parameters.get(use.file, {}))
                flat.setdefault(use.file, {}).update(values)
            elif use.file in witness.parameters:
                values = flatten(witness.parameters[use.file])
                flat.setdefault(use.file, {}).update({key: v for key, v in values.items() if use.covers(key)})
    for file in witness.pipeline.variables:
        if file in witness.parameters:
            flat.setdefault(file, {}).update(flatten(witness.parameters[file]))
    return flat


def _look_up(tree: Mapping[str, Any], key: str) -> tuple[bool, Any]:
    """Whether a tree has a dotted key, members of lists by their number, and its value."""
    flat = flatten(tree)
    if key in flat:
        return True, flat[key]
    node: Any = tree
    for part in key.replace("[", ".").replace("]", "").split("."):
        if isinstance(node, Mapping) and part in node:
            node = node[part]
        elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        else:
            return False, None
    return True, node


def _metrics(witness: Witness) -> list[Finding]:
    trial = witness.trial
    found = []
    pinned = {path: pin for stage in witness.locks.values() for path, pin in stage.outputs.items()}
    cached = {output.path for output in witness.pipeline.outputs() if output.cached}
    for path, pin in pinned.items():
        if path in witness.contents and path not in cached:
            found += _compared(NUMBERS, witness, f"dvc.lock pins {path}", pin, witness.contents[path])
    if witness.no_metrics is not None:
        found.append(witness.no_metrics)
    if witness.metrics is not None:
        files = ", ".join(witness.pipeline.metric_files()) or "no file"
        for name in dict.fromkeys([*trial.metrics, *witness.metrics]):
            recorded, held = trial.metrics.get(name), witness.metrics.get(name)
            if recorded is None or held is None or not same(recorded, held):
                message = (
                    f"{witness.path}: {name} is {_said(recorded)}, but {_said(held)} in {files} of the trial commit"
                )
                found.append(_wrong(NUMBERS, witness, message))
    return found


def _said(value: float | None) -> str:
    return "lacking" if value is None else f"{value!r}"


def _hashes(witness: Witness) -> list[Finding]:
    cached = {output.path for output in witness.pipeline.outputs() if output.cached}
    pinned = {path: pin for stage in witness.locks.values() for path, pin in stage.outputs.items() if path in cached}
    found = []
    for key, recorded, held in (("outs", witness.trial.outs, pinned), ("data", witness.trial.data, witness.data)):
        for path in dict.fromkeys([*recorded, *held]):
            if recorded.get(path) != held.get(path):
                message = f"{witness.path}: `{key}` does not say of {path} what dvc.lock pins"
                found.append(_wrong(NUMBERS, witness, message))
    return found


def _fingerprint(witness: Witness) -> list[Finding]:
    trial = witness.trial
    expected = {witness.fingerprint} if witness.fingerprint is not None else set()
    if trial.fingerprint in (expected or witness.arms) and trial.fingerprint in (witness.arms or expected):
        return []
    if witness.untold is not None:
        return [_unproved(NUMBERS, witness, f"the fingerprint cannot be computed: {witness.untold}")]
    if trial.fingerprint not in (expected or witness.arms):
        message = f"{witness.path}: the fingerprint is not that of its code, data and parameters"
    else:
        message = f"{witness.path}: its code, data and parameters are not those of the variant {trial.variant}"
    return [_wrong(NUMBERS, witness, message)]


# --- shared


def _file(trial: Trial) -> str:
    return f"trials/{trial.id}.yaml"


def _wrong(check: str, witness: Witness, message: str) -> Finding:
    return Finding(check=check, trial=witness.trial.id, message=message)


def _unproved(check: str, witness: Witness, message: str) -> Finding:
    return Finding(check=check, trial=witness.trial.id, message=message, problem=False)
