"""Are the numbers those of the run? What a record says, beside the files of its trial commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.analysis.checks.code import look_up
from ledger.analysis.equality import same
from ledger.analysis.gathered import Claim, Gathered
from ledger.analysis.problems import Kind, Problem, unproved, wrong
from ledger.analysis.witness import Witness
from ledger.model import globs
from ledger.model.formats.lockfile import Pinned
from ledger.model.parameters import flatten
from ledger.model.trial import Trial

# what a record that repeats another has of it
_REPEATED = ("fingerprint", "point", "code", "metrics", "params", "data", "outs")


def numbers(gathered: Gathered) -> Iterator[Problem]:
    """Where a record says other numbers than the trial commit, or than the record that it repeats."""
    for claim in gathered.claims:
        if claim.source is not None:
            yield from _repeated(claim, claim.source.trial)
        if claim.commit is not None and claim.witness is not None:
            yield from compared(claim, claim.commit, claim.witness)


def compared(claim: Claim, commit: str, witness: Witness) -> Iterator[Problem]:
    """The same of one trial and its commit."""
    yield from _pinned_parameters(claim.trial, witness)
    yield from _parameters(claim, witness)
    yield from _results(claim.trial, commit, witness)
    yield from _metrics(claim, commit, witness)
    yield from _hashes(claim, witness)
    yield from _fingerprint(claim, witness)


def _pinned_parameters(trial: Trial, witness: Witness) -> Iterator[Problem]:
    """Whether `dvc.lock` pins the values that the parameter files have."""
    for stage in witness.pipeline.stages:
        locked = witness.locks.get(stage.name)
        for file, values in ({} if locked is None or stage.frozen else locked.parameters).items():
            tree = witness.parameters.get(file)
            if tree is None:
                yield unproved(Kind.PARAMETERS_NOT_HERE, trial, file=file)
                continue
            for key, value in globs.named(values, tree).items():
                there, held = look_up(tree, key)
                if not there or not same(held, value):
                    said = repr(held) if there else "lacking"
                    pinned = {"lock": stage.lockfile, "key": key, "value": repr(value)}
                    yield wrong(Kind.OTHER_PINNED, trial, said=said, file=file, **pinned)


def _parameters(claim: Claim, witness: Witness) -> Iterator[Problem]:
    trial, path = claim.trial, claim.record.path
    expected = _expected_parameters(witness)
    for file in dict.fromkeys([*expected, *trial.params]):
        if witness.pipeline.makes(file):
            # what a stage wrote for another is not a parameter of the trial, though records once held it
            continue
        pinned, recorded = expected.get(file, {}), flatten(trial.params.get(file, {}))
        for key in dict.fromkeys([*pinned, *recorded]):
            where = {"path": path, "key": key, "file": file}
            if key not in recorded:
                yield wrong(Kind.PARAMETER_LACKING, trial, **where)
            elif key not in pinned:
                yield wrong(Kind.PARAMETER_UNREAD, trial, **where)
            elif not same(pinned[key], recorded[key]):
                said = {"recorded": repr(recorded[key]), "ran": repr(pinned[key])}
                yield wrong(Kind.OTHER_PARAMETER, trial, **where, **said)


def _expected_parameters(witness: Witness) -> dict[str, dict[str, Any]]:
    """The parameters that a record keeps, by file: as the lock pins them, else as the files have them."""
    flat: dict[str, dict[str, Any]] = {}
    for stage in witness.pipeline.stages:
        locked = witness.locks.get(stage.name)
        for use in stage.parameters:
            if locked is not None and use.file in locked.parameters:
                values: Mapping[str, Any] = globs.named(
                    locked.parameters[use.file], witness.parameters.get(use.file, {})
                )
                flat.setdefault(use.file, {}).update(values)
            elif use.file in witness.parameters:
                values = flatten(witness.parameters[use.file])
                flat.setdefault(use.file, {}).update({key: v for key, v in values.items() if use.covers(key)})
    for file in witness.pipeline.variables:
        if file in witness.parameters:
            flat.setdefault(file, {}).update(flatten(witness.parameters[file]))
    return flat


def _results(trial: Trial, commit: str, witness: Witness) -> Iterator[Problem]:
    """Whether `dvc.lock` pins the results that git holds."""
    cached = {output.path for output in witness.pipeline.outputs() if output.cached}
    for path, pin in _made(witness).items():
        content = witness.contents.get(path)
        if content is None or path in cached or pin.md5 in content.md5s:
            continue
        if content.doubt is not None:
            yield unproved(Kind.RESULT_DOUBTFUL, trial, path=path, doubt=content.doubt)
        else:
            yield wrong(Kind.OTHER_RESULT, trial, path=path, commit=commit)


def _metrics(claim: Claim, commit: str, witness: Witness) -> Iterator[Problem]:
    trial, lacking = claim.trial, witness.no_metrics
    if lacking is not None:
        found = unproved if lacking.kind in (Kind.METRICS_NOT_HERE, Kind.METRICS_FILTERED) else wrong
        yield found(lacking.kind, trial, said=lacking.said, commit=commit)
    if witness.metrics is None:
        return
    files = ", ".join(witness.pipeline.metric_files()) or "no file"
    for name in dict.fromkeys([*trial.metrics, *witness.metrics]):
        recorded, held = trial.metrics.get(name), witness.metrics.get(name)
        if recorded is None or held is None or not same(recorded, held):
            said = {"name": name, "recorded": _said(recorded), "held": _said(held), "files": files}
            yield wrong(Kind.OTHER_METRIC, trial, path=claim.record.path, **said)


def _hashes(claim: Claim, witness: Witness) -> Iterator[Problem]:
    trial = claim.trial
    cached = {output.path for output in witness.pipeline.outputs() if output.cached}
    pinned = {path: pin for path, pin in _made(witness).items() if path in cached}
    for key, recorded, held in (("outs", trial.outs, pinned), ("data", trial.data, witness.data)):
        for file in dict.fromkeys([*recorded, *held]):
            if not _one_content(recorded.get(file), held.get(file)):
                yield wrong(Kind.OTHER_HASH, trial, path=claim.record.path, key=key, file=file)


def _one_content(recorded: Pinned | None, held: Pinned | None) -> bool:
    """Whether two pins are of one content. A size may be unknown on either side, where a cache lacks files."""
    if recorded is None or held is None or None not in (recorded.size, held.size):
        return recorded == held
    return (recorded.md5, recorded.nfiles) == (held.md5, held.nfiles)


def _fingerprint(claim: Claim, witness: Witness) -> Iterator[Problem]:
    trial, path = claim.trial, claim.record.path
    expected = {witness.fingerprint} if witness.fingerprint is not None else set()
    if trial.fingerprint in (expected or witness.arms) and trial.fingerprint in (witness.arms or expected):
        return
    if witness.untold is not None:
        yield unproved(Kind.NO_FINGERPRINT, trial, said=witness.untold)
    elif trial.fingerprint not in (expected or witness.arms):
        yield wrong(Kind.OTHER_FINGERPRINT, trial, path=path)
    else:
        yield wrong(Kind.OTHER_VARIANT, trial, path=path, variant=trial.variant)


def _repeated(claim: Claim, source: Trial) -> Iterator[Problem]:
    """Whether a record that repeats another experiment's says the same."""
    trial = claim.trial
    for key in _REPEATED:
        if not same(_plain(getattr(trial, key)), _plain(getattr(source, key))):
            yield wrong(Kind.OTHER_THAN_SOURCE, trial, path=claim.record.path, key=key, source=str(trial.reused))


def _made(witness: Witness) -> dict[str, Pinned]:
    return {path: pin for stage in witness.locks.values() for path, pin in stage.outputs.items()}


def _plain(value: object) -> object:
    """Hashes as mappings, all else as it is."""
    if isinstance(value, Mapping):
        return {key: item.to_mapping() if isinstance(item, Pinned) else item for key, item in value.items()}
    return value


def _said(value: float | None) -> str:
    return "lacking" if value is None else repr(value)
