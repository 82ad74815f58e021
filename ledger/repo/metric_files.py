"""Which file held a metric of a trial? Records name it only where two files share the metric's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ledger.analysis.arms import Arm
from ledger.errors import FormatError, LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats import metrics
from ledger.model.hypothesis import Plan
from ledger.model.parameters import in_same_terms, renamed
from ledger.repo import histories
from ledger.repo.ledger import Ledger


def files_of_metrics(ledger: Ledger, records: Iterable[Recorded]) -> dict[str, str]:
    """The metrics file of each metric by name; without those of which this clone does not know it."""
    found: dict[str, str] = {}
    for record in records:
        names = [name for name in record.trial.metrics if name not in found]
        if names:
            found |= _files(ledger, record, names)
    return found


def by_predicted_names(
    ledger: Ledger, plan: Plan, arms: Mapping[str, Arm], records: Mapping[str, Sequence[Recorded]]
) -> dict[str, Arm]:
    """The arms with their metrics called as predictions call them, where another file came to hold the name too."""
    names = _as_predicted(ledger, plan, {name: set(arm.metrics) for name, arm in arms.items()}, records)
    return {
        name: replace(arm, metrics=renamed(arm.metrics, names[name])) if name in names else arm
        for name, arm in arms.items()
    }


def with_predicted_names(ledger: Ledger, experiment: Experiment) -> Experiment:
    """The experiment with its trials' metrics called so, to be shown beside one another."""
    records = {name: experiment.of(name) for name in dict.fromkeys(r.trial.variant for r in experiment.trials)}
    measured = {name: {metric for r in own for metric in r.trial.metrics} for name, own in records.items()}
    names = _as_predicted(ledger, experiment.plan, measured, records)
    if not names:
        return experiment
    shown = (
        replace(r, trial=replace(r.trial, metrics=renamed(r.trial.metrics, names.get(r.trial.variant, {}))))
        for r in experiment.trials
    )
    return replace(experiment, trials=tuple(shown))


def _as_predicted(
    ledger: Ledger, plan: Plan, measured: Mapping[str, set[str]], records: Mapping[str, Sequence[Recorded]]
) -> dict[str, dict[str, str]]:
    """The new names of metrics by arm, for those arms that lack a predicted metric under its name."""
    found: dict[str, dict[str, str]] = {}
    for name in dict.fromkeys(prediction.metric.name for prediction in plan.predictions):
        having = [arm for arm, metrics in measured.items() if name in metrics]
        for arm in measured.keys() - having if having else ():
            ours = files_of_metrics(ledger, records[arm])
            for other in having:
                theirs, own = in_same_terms(files_of_metrics(ledger, records[other]), ours)
                same = {old: name for old, new in own.items() if new == theirs.get(name)}
                if same:
                    found.setdefault(arm, {}).update(same)
                    break
    return found


def _files(ledger: Ledger, record: Recorded, names: Sequence[str]) -> dict[str, str]:
    code = record.trial.code
    if ledger.git.commit(code) is None:
        return {}
    try:
        files = ledger.code.at(code).pipeline.metric_files()
    except LedgerError:
        return {}
    if len(files) == 1:
        return dict.fromkeys(names, files[0])
    found = {name: file for name in names for file in files if name.startswith(f"{file}:")}
    plain = [name for name in names if name not in found]
    if plain:
        trial = record.trial
        commit = record.commit or histories.trial_commits(ledger, trial.experiment).get(trial.id)
        if commit is None:
            return found
        for file in files:
            keys = _keys(file, ledger.git.objects.text(commit, file))
            found |= {name: file for name in plain if name in keys}
    return found


def _keys(file: str, text: str | None) -> set[str]:
    try:
        return set() if text is None else set(metrics.parse(file, text)[0])
    except FormatError:
        return set()
