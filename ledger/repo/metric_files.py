"""Which file held a metric of a trial? Records name it only where two files share the metric's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ledger.analysis import same_metrics
from ledger.analysis.arms import ArmValues
from ledger.errors import FormatError, LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats import metrics
from ledger.model.parameters import renamed
from ledger.model.plan import Plan
from ledger.repo import histories
from ledger.repo.snapshot import Repository


def files_of_metrics(ledger: Repository, records: Iterable[Recorded]) -> dict[str, str]:
    """The metrics file of each metric by name; without those of which this clone does not know it."""
    found: dict[str, str] = {}
    for record in records:
        names = [name for name in record.trial.metrics if record.joined.get(name, name) not in found]
        if names:
            found |= renamed(_files(ledger, record, names), record.joined)
    return found


def by_predicted_names(
    ledger: Repository, plan: Plan, arms: Mapping[str, ArmValues], records: Mapping[str, Sequence[Recorded]]
) -> dict[str, ArmValues]:
    """The arms, those of other experiments too, with one name for each metric: that which predictions have."""
    if not same_metrics.unclear(arm.metrics for arm in arms.values()):
        return dict(arms)
    files = [files_of_metrics(ledger, records[name]) for name in arms]
    names = same_metrics.joined(files, [prediction.metric.name for prediction in plan.predictions])
    return {
        name: replace(arm, metrics=renamed(arm.metrics, own))
        for (name, arm), own in zip(arms.items(), names, strict=True)
    }


def in_one_set_of_names(ledger: Repository, experiment: Experiment) -> Experiment:
    """The experiment with one name for each metric, whichever files held its key when a trial ran."""
    groups = same_metrics.groups(experiment)
    files = [files_of_metrics(ledger, records) for records in groups]
    names = same_metrics.joined(files, experiment.predicted)
    called = {r.trial.id: own for records, own in zip(groups, names, strict=True) for r in records}
    return replace(experiment, trials=tuple(replace(r, joined=called.get(r.trial.id, {})) for r in experiment.trials))


def _files(ledger: Repository, record: Recorded, names: Sequence[str]) -> dict[str, str]:
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
