"""What a command's argument is as one side of a comparison, read from records and revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.analysis.counting import When, counted
from ledger.analysis.side import Side
from ledger.errors import FormatError, LedgerError
from ledger.model.environment import Environment
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats import metrics, paramfiles
from ledger.model.formats.lockfile import Pinned
from ledger.model.parameters import Value, flatten, merge_files, origins
from ledger.model.pipeline import inside
from ledger.model.plan import TREATMENT
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point
from ledger.repo import side_data, voided
from ledger.repo.environments import environment_of
from ledger.repo.ledger import Ledger
from ledger.repo.metric_files import files_of_metrics
from ledger.repo.targets import Target, filler


def side(ledger: Ledger, target: Target) -> Side:
    """The side that a target is. Raises LedgerError where it has nothing to compare."""
    if target.experiment is None:
        assert target.commit is not None
        return _revision(ledger, target.text, target.commit)
    experiment = target.experiment
    if target.trial is not None:
        if not target.trial.trial.succeeded:
            raise LedgerError(f"{target.text} {target.trial.trial.status}: it has no metrics to compare")
        return _arm(ledger, experiment, target.text, [target.trial], voided.warnings(target))
    declared = experiment.plan.variant(target.variant)
    if declared is not None and declared.experiment is not None:
        return side(ledger, filler(ledger, declared, target.text))
    label = experiment.name if target.variant == TREATMENT else f"{experiment.name}:{target.variant}"
    records, warnings = current(ledger, experiment, target.variant, label)
    if records:
        return _arm(ledger, experiment, label, records, warnings)
    if declared is None or (experiment.branch is None and declared.at is None):
        raise LedgerError(f"{label} has no trials, and no branch", hint="there is nothing to compare")
    return _planned(ledger, experiment, label, target.variant)


def current(
    ledger: Ledger, experiment: Experiment, variant: str, label: str
) -> tuple[list[Recorded], tuple[Remark, ...]]:
    """The succeeded trials of an arm at its present state, or else those that count without it, with a warning."""
    present = ledger.present(experiment).get(variant)
    good = counted(experiment, variant, When.PRESENT, present=present)
    if good:
        return list(good), ()
    earlier = counted(experiment, variant, When.JUDGED)
    if not earlier:
        return [], ()
    code = max(earlier, key=lambda record: record.trial.started).trial.code
    return list(earlier), (Remark.of(Kind.SIDE_CHANGED, side=label, code=code[:10]),)


def _arm(
    ledger: Ledger, experiment: Experiment, label: str, records: Sequence[Recorded], warnings: tuple[Remark, ...]
) -> Side:
    first = records[0].trial
    known: dict[str, Environment] = {}
    for record in records:
        environment = environment_of(ledger.git.objects, experiment, record)
        if environment is not None and record.trial.environment is not None:
            known[record.trial.environment] = environment
    values: dict[str, dict[Point, float]] = {}
    for record in records:
        for name, value in record.metrics.items():
            values.setdefault(name, {})[record.trial.point] = value
    axes = frozenset(axis for record in records for axis, _ in record.trial.point)
    return Side(
        label=label,
        params=first.flat_params,
        data=side_data.of_trial(ledger, first),
        code=first.code,
        environments=tuple(known.values()),
        metrics=values,
        axes=axes,
        parts=experiment.plan.replicates.parts_axis,
        warnings=warnings,
        parameter_files=origins({file: flatten(tree) for file, tree in first.params.items()}),
        metric_files=files_of_metrics(ledger, records),
    )


def _planned(ledger: Ledger, experiment: Experiment, label: str, variant: str) -> Side:
    """An arm that has not run yet: what would run, without metrics."""
    declared = experiment.plan.variant(variant)
    assert declared is not None
    arm = ledger.arm(experiment, declared)
    trees = {file: _tracked(ledger, arm.code.commit, file, text) for file, text in arm.texts.items()}
    return Side(
        label=label,
        params=merge_files(trees),
        data=side_data.tracked(arm.code, arm.code.pipeline.sources()),
        code=arm.code.commit,
        environments=(),
        metrics={},
        axes=frozenset(axis.name for axis in experiment.plan.replicates.axes),
        parameter_files=origins(trees),
        warnings=(Remark.of(Kind.NONE_SUCCEEDED if experiment.of(variant) else Kind.NOT_RUN, side=label),),
    )


def _revision(ledger: Ledger, label: str, commit: str) -> Side:
    """A revision with a pipeline: its parameter files, its locks, and its metrics files where git or DVC holds them."""
    code = ledger.code.at(commit)
    locks = ledger.code.locks(code).values()
    made = {path: pin.md5 for stage in locks for path, pin in stage.outputs.items()}
    store = ledger.store()
    numbers: dict[str, Mapping[str, float]] = {}
    warnings = []
    for path in code.pipeline.metric_files():
        text = ledger.git.objects.text(commit, path) or store.text_at(path, made)
        if text is None:
            continue
        try:
            numbers[path] = metrics.parse(path, text)[0]
        except FormatError as error:
            warnings.append(Remark.of(Kind.UNREADABLE, side=label, error=str(error)))
    pins = {path: pin for stage in locks for path, pin in stage.dependencies.items()}
    data: dict[str, Pinned] = {}
    for path in code.pipeline.sources():
        if path in code.files or side_data.is_code(ledger.settings, code, path):
            continue
        # of a folder with files that git holds or stages make records name nothing either, see `side_data`
        mixed = code.pipeline.gathers(path) or any(inside(file, path) for file in code.files)
        held = mixed and path not in code.data
        pin = None if held else code.data.get(path) or pins.get(path)
        data |= side_data.tracked(code, (path,)) if pin is None else {path: pin}
    trees = {file: _tracked(ledger, commit, file, text) for file, text in code.texts.items()}
    return Side(
        label=label,
        params=merge_files(trees),
        data=data,
        code=commit,
        environments=(),
        metrics={n: {(): value} for n, value in ledger.settings.aliases.read(metrics.merge(numbers)).items()},
        warnings=tuple(warnings),
        parameter_files=origins(trees),
        metric_files=origins(numbers),
    )


def _tracked(ledger: Ledger, commit: str, file: str, text: str) -> dict[str, Value]:
    """The parameters of a file that some stage declares, or templates read."""
    pipeline = ledger.code.at(commit).pipeline
    uses = [use for stage in pipeline.stages for use in stage.parameters if use.file == file]
    if pipeline.makes(file):
        return {}
    values = flatten(paramfiles.parse(file, text))
    if file in pipeline.variables:
        return dict(values)
    return {key: value for key, value in values.items() if any(use.covers(key) for use in uses)}
