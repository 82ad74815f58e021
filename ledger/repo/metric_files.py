"""Which file held a metric of a trial? Records name it only where two files share the metric's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ledger.analysis import same_metrics
from ledger.analysis.arms import Arm
from ledger.errors import FormatError, LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats import metrics
from ledger.model.hypothesis import Plan
from ledger.model.parameters import in_same_terms, renamed
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
    ledger: Repository, plan: Plan, arms: Mapping[str, Arm], records: Mapping[str, Sequence[Recorded]]
) -> dict[str, Arm]:
    """The arms with their metrics called as predictions call them, where another file came to hold the name too."""
    names = _as_predicted(ledger, plan, {name: set(arm.metrics) for name, arm in arms.items()}, records)
    return {
        name: replace(arm, metrics=renamed(arm.metrics, names[name])) if name in names else arm
        for name, arm in arms.items()
    }


def in_one_set_of_names(ledger: Repository, experiment: Experiment) -> Experiment:
    """The experiment with one name for each metric, whichever files held its key when a trial ran."""
    if not same_metrics.unclear(experiment):
        return experiment
    groups = same_metrics.groups(experiment)
    files = [files_of_metrics(ledger, records) for records in groups]
    names = same_metrics.joined(files, experiment.predicted)
    called = {r.trial.id: own for records, own in zip(groups, names, strict=True) for r in records}
    return replace(experiment, trials=tuple(replace(r, joined=called.get(r.trial.id, {})) for r in experiment.trials))


def _as_predicted(
    ledger: Repository, plan: Plan, measured: Mapping[str, set[str]], records: Mapping[str, Sequence[Recorded]]
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
