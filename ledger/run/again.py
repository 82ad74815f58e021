"""A recorded trial run again in a slot, past the run cache, and compared with its record."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from ledger.analysis import counting
from ledger.analysis.reproduction import Reproduction, compare
from ledger.dvc.repro import Event
from ledger.errors import LedgerError, NotHere
from ledger.machine.state_directory import StateDirectory
from ledger.model.data_change import DataChange
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats import yaml12
from ledger.model.formats.lockfile import Pinned
from ledger.model.trial import Trial
from ledger.repo import histories, state
from ledger.repo.code import Arm, Code, edited, recorded_changes
from ledger.repo.environments import environment_of
from ledger.repo.ledger import Ledger
from ledger.run.record import made, uncached_outputs
from ledger.run.spec import Spec
from ledger.run.station import Station


def spec_of(ledger: Ledger, experiment: Experiment, record: Recorded) -> Spec:
    """The trial as it was planned: the code that ran, with the parameters of its record and the data of its commit.

    Where its commit is lost, the data are those that the plan gives it.
    """
    trial = record.trial
    if ledger.git.commit(trial.code) is None:
        raise NotHere(
            f"the code of {trial.experiment}:{trial.id} is not in this clone: {trial.code[:10]}",
            hint=f"ledger pull {experiment.name} brings the trials' commits",
        )
    code, data = _with_data(ledger, experiment, record)
    plain = ledger.code.arm(code, {}, ())
    if plain.missing:
        raise LedgerError(
            f"{plain.missing[0]}, on which the trial depends, is held by neither git nor DVC",
            hint="put it where it was, or list it under `copy` in ledger.yaml",
        )
    texts = edited(code.texts, recorded_changes(code, trial))
    arm = Arm(code=code, fingerprint=trial.fingerprint, texts=texts, missing=(), linked=plain.linked)
    return Spec(
        experiment=trial.experiment,
        variant=trial.variant,
        point=trial.point,
        attempt=trial.attempt,
        arm=arm,
        texts=texts,
        data=data,
    )


def _with_data(ledger: Ledger, experiment: Experiment, record: Recorded) -> tuple[Code, Mapping[str, DataChange]]:
    """The code that ran with the data that it had, and what the plan says of these where it must be laid out anew."""
    trial, plan = record.trial, experiment.plan
    code, declared = ledger.code.at(trial.code), plan.variant(trial.variant)
    changes = {} if declared is None else plan.data_of(declared, trial.point)
    commit = record.commit or histories.trial_commits(ledger, trial.experiment).get(trial.id)
    if commit is None:
        return ledger.datasets.applied(code, changes, plan.groups, base=plan.base), changes
    found = state.committed(ledger.git, code, commit)
    if found.laid and not ledger.trust.bases.is_alone:
        # a trial's commit may be anybody's, and what it has in the place of files would run
        planned = ledger.datasets.applied(code, changes, plan.groups, base=plan.base)
        if any(planned.laid.get(path) != entry for path, entry in found.laid.items()):
            return planned, changes
    pins = [pin.md5 for path, pin in found.data.items() if path in changes and pin.md5 is not None]
    if any(map(ledger.datasets.store.lacks, pins)):
        # made anew where that can be; else DVC fetches it as it is, or says that it cannot
        with contextlib.suppress(NotHere):
            ledger.datasets.bring(code, changes, plan.groups, base=plan.base)
            return found, changes
    return found, {}


def log_of(state_dir: StateDirectory, trial: Trial) -> Path:
    """What the commands printed when the trial was run again."""
    return state_dir.log(trial.experiment, f"again/{trial.id}")


def run_again(ledger: Ledger, experiment: Experiment, station: Station, spec: Spec, record: Recorded) -> Reproduction:
    """The comparison with the declared trials of its arm, whose spread is the noise. Nothing is recorded."""
    recorded = record.trial
    setting = station.prepare(spec)
    ended = station.reproduce(spec, setting, force=True, aside=True, log=log_of(ledger.state_dir, recorded), tell=_deaf)
    trial, _ = made(ledger, spec, ended, setting.environment)
    alike = counting.at(experiment.of(recorded.variant), recorded.fingerprint)
    declared = experiment.plan.replicates.points()
    return compare(
        recorded,
        trial.metrics,
        _outputs(ledger, spec, record, trial, ended.root),
        replicates=[r.trial for point, r in alike.items() if point in declared],
        environments=(environment_of(ledger.git.objects, experiment, record), setting.environment),
        failure=trial.error,
    )


def _outputs(
    ledger: Ledger, spec: Spec, record: Recorded, again: Trial, root: Path
) -> tuple[Mapping[str, Pinned], Mapping[str, Pinned]]:
    """The outputs recorded and made again; those beside DVC's cache only where the trial commit's locks are here."""
    recorded = record.trial
    commit = record.commit or histories.trial_commits(ledger, recorded.experiment).get(recorded.id)
    if commit is None or again.error is not None:
        return recorded.outs, again.outs
    paths = spec.arm.code.pipeline.lockfiles()
    before = {path: text for path in paths if (text := ledger.git.objects.text(commit, path)) is not None}
    now = {path: (root / path).read_text("utf-8") for path in paths if (root / path).is_file()}
    then, here = (
        uncached_outputs(ledger, spec, {path: yaml12.loads(text) for path, text in locks.items()})
        for locks in (before, now)
    )
    return {**then, **recorded.outs}, {**here, **again.outs}


def _deaf(event: Event) -> None:
    """Nobody watches a single trial."""
