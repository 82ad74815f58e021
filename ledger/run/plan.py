"""Plan: which trials are missing, and what each of them needs to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledger.analysis import progress
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model import replicates, trial_names
from ledger.model.experiment import Experiment, directory
from ledger.model.listing import listed
from ledger.model.replicates import Point
from ledger.model.search import RULE
from ledger.model.trial import Basis
from ledger.repo import submodules, unseen
from ledger.repo.canonical import at_point
from ledger.repo.code import Arm
from ledger.repo.data_arms import require_read
from ledger.repo.ledger import Ledger
from ledger.repo.plan_rules import axes_of
from ledger.run.spec import Spec


def missing(ledger: Ledger, experiment: Experiment, *, only: Sequence[str], again: bool) -> tuple[Spec, ...]:
    """The declared trials without a result at their variant's present state, in the order of the plan.

    `only` names variants (`treatment`), replicates (`seed-0`) or trials (`treatment/seed-0`). Trials that failed at
    this very state are left out unless `again`. Raises LedgerError where a trap would give wrong numbers.
    """
    require_readable(experiment)
    arms = ledger.arms(experiment)
    rows = progress.declared(experiment, {name: arm.fingerprint for name, arm in arms.items()})
    _check_only(only, rows)
    chosen = [row for row in rows if asked(row, only)]
    # also where nothing is missing: results of code that changed unseen would pass for its own
    for name in dict.fromkeys(row.variant for row in chosen):
        check(ledger, experiment, arms[name])
    wanted = [row for row in chosen if row.state != progress.SUCCEEDED]
    wanted = [row for row in wanted if again or row.state != progress.FAILED]
    return tuple(spec(ledger, experiment, arms[row.variant], row.variant, row.point) for row in wanted)


def require_readable(experiment: Experiment) -> None:
    """Raise LedgerError where a newer version has written records, or begun a search, that this one does not know."""
    if experiment.too_new:
        count = len(experiment.too_new)
        raise LedgerError(
            f"a newer version of ledger wrote {count} of the records of {experiment.name}: those trials would run "
            "again",
            hint="upgrade ledger here too",
        )
    search = experiment.plan.search
    if search is not None and search.rule > RULE:
        raise LedgerError(
            f"a newer version of ledger began the search of {experiment.name}: its trials follow another rule",
            hint="upgrade ledger here too",
        )


def spec(
    ledger: Ledger, experiment: Experiment, arm: Arm, variant: str, point: Point, asked: Basis | None = None
) -> Spec:
    """The next attempt at a point of an arm."""
    declared, plan = experiment.plan.variant(variant), experiment.plan
    data = {} if declared is None else plan.data_of(declared, point)
    if arm.samples:
        drawn = ledger.datasets.applied(ledger.code.at(arm.code.commit), data, plan.groups, base=plan.base)
        arm = replace(arm, code=drawn)
    return Spec(
        experiment=experiment.name,
        variant=variant,
        point=point,
        attempt=next_attempt(ledger.git, experiment, variant, point),
        arm=arm,
        data=data,
        texts=at_point(arm, point),
        voided=any(
            r.void is not None and r.trial.point == point and r.trial.fingerprint == arm.fingerprint
            for r in experiment.of(variant)
        ),
        asked=asked,
    )


def next_attempt(git: Git, experiment: Experiment, variant: str, point: Point) -> int:
    """The number of a point's next trial: behind all that are recorded, also those whose files cannot be read."""
    attempt = 1 + max((r.trial.attempt for r in experiment.of(variant) if r.trial.point == point), default=0)
    taken = git.objects.folder(f"{experiment.tip}:{directory(experiment.name)}/trials/{variant}")
    while replicates.file_name(point, attempt) in taken:
        attempt += 1
    return attempt


def check(ledger: Ledger, experiment: Experiment, arm: Arm) -> None:
    """Refuse what would give wrong numbers: parameters, sources and code that no stage would notice."""
    code = arm.code
    unseen.refuse_dates(code)
    submodules.here(ledger.git, code)
    for axis in experiment.plan.replicates.axes:
        if axis.is_parameter:
            ledger.code.require_tracked(code, axis.name, axis.values[-1])
    for path in experiment.plan.replicates.samples:
        require_read(code.pipeline, path)
    axes = axes_of(code, experiment.plan.replicates)
    for (file, key), value in arm.overrides.items():
        if (file, key) in axes:
            # every trial would have the axis's value, whatever its arm says
            raise LedgerError(
                f"{axes[file, key]} is an axis of the replicates, so no variant can set it",
                hint=f"correct {directory(experiment.name)}/hypothesis.md, or amend it: ledger amend --help",
            )
        ledger.code.require_tracked(code, f"{file}:{key}", value)
    if arm.missing:
        path = arm.missing[0]
        stage = next(s.name for s in code.pipeline.stages if path in s.dependencies)
        if (ledger.git.root / path).exists():
            raise LedgerError(
                f"the stage {stage} depends on {path}, which neither git nor DVC holds",
                hint=f"git add {path}, or dvc add {path} if it is large, or list it under `copy` in ledger.yaml",
            )
        raise LedgerError(
            f"the stage {stage} depends on {path}, which does not exist", hint="is the path in dvc.yaml right?"
        )
    ledger.code.locks(code)
    if code.commit != experiment.plan.base:
        unseen.refuse(ledger, experiment, code)


def asked(row: progress.DeclaredTrial, only: Sequence[str]) -> bool:
    """Whether a trial is among those that `only` names; all are where it names none."""
    return not only or any(name in only for name in _names(row))


def _names(row: progress.DeclaredTrial) -> list[str]:
    """What a trial may be asked for by: its variant, its replicate, or both."""
    points = trial_names.spellings(row.point)
    return [row.variant, *points, *(f"{row.variant}/{point}" for point in points)]


def _check_only(only: Sequence[str], rows: Sequence[progress.DeclaredTrial]) -> None:
    known = {name for row in rows for name in _names(row)} if only else set()
    for name in only:
        if name in known:
            continue
        have = {row.variant: None for row in rows} | {replicates.slug(row.point): None for row in rows}
        raise LedgerError(f"the plan has no variant and no trial {name}", hint=f"it has {listed(have, 10)}")
