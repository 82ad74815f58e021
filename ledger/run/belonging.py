"""What keeps `ledger record` from recording: results that do not belong to the files that lie beside them."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.errors import FormatError, LedgerError
from ledger.model.experiment import Experiment
from ledger.model.formats import yaml12
from ledger.model.formats.lockfile import locked_stages
from ledger.model.listing import listed
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point
from ledger.repo.code import Arm, Code
from ledger.repo.ledger import Ledger
from ledger.run.pinned import dropped, locks, taken_for_equal
from ledger.run.record import read_metrics
from ledger.run.restored import perhaps_of_another_type
from ledger.run.worker import Worker


def require_own(ledger: Ledger, experiment: Experiment, here: Code, worker: Worker) -> tuple[Remark, ...]:
    """Refuse results that are not those of the present files; returns what is to be said of those that are."""
    _require_reproduced(ledger, here, worker)
    try:
        read_metrics(ledger.git.root, here.pipeline)
    except FormatError as error:
        raise LedgerError(str(error), hint="correct the stage that writes it, dvc repro, then ledger record") from None
    _refuse_old(ledger, experiment, here)
    _refuse_equal(ledger, experiment, here)
    return _refuse_warm(ledger, experiment, here)


def _require_reproduced(ledger: Ledger, here: Code, worker: Worker) -> None:
    root = ledger.git.root / here.folder
    absent = [path for path in here.pipeline.lockfiles() if not (ledger.git.root / path).is_file()]
    if absent:
        raise LedgerError(
            f"there is no {absent[0]}: the pipeline has not run here", hint="dvc repro, then ledger record"
        )
    stale = _without_eternal(worker.status(root, targets=ledger.settings.targets))
    unkept = _not_in_cache(stale)
    if unkept:
        raise LedgerError(
            f"the cache does not hold {listed(unkept, 5)}: the trial could not be restored",
            hint="dvc commit, then ledger record",
        )
    if stale:
        raise LedgerError(
            f"the results do not belong to the present files: {listed(sorted(stale), 5)} changed since",
            hint="dvc repro, then ledger record (dvc status says what changed)",
        )
    pinned = locks(ledger.git.root, here.pipeline)
    ran = [stage for stage in here.pipeline.stages if not stage.frozen and stage.name in pinned]
    gone = [name for stage in ran for name in dropped(pinned[stage.name], stage)]
    if gone:
        raise LedgerError(
            f"the results are of a stage that depended on {', '.join(dict.fromkeys(gone))} too: DVC does not notice "
            "that dvc.yaml no longer names it",
            hint="dvc repro -f, then ledger record",
        )
    others = [key for stage in ran for key in taken_for_equal(pinned[stage.name], here.texts)]
    if others:
        raise LedgerError(
            f"the results are of another {', '.join(dict.fromkeys(others))}: DVC treats 1, 1.0 and true as equal, "
            "but a program does not",
            hint="dvc repro -f, then ledger record",
        )


def _without_eternal(stale: Mapping[str, object]) -> dict[str, object]:
    """DVC's status without what is always true of a stage: `always_changed`, or without any dependency."""
    left = {
        name: [entry for entry in entries if entry != "always changed"] if isinstance(entries, list) else entries
        for name, entries in stale.items()
    }
    return {name: entries for name, entries in left.items() if entries}


def _not_in_cache(stale: Mapping[str, object]) -> list[str]:
    """The outputs that DVC's cache lacks, where the status says nothing else: after `dvc repro --no-commit`."""
    found = []
    for entries in stale.values():
        for entry in entries if isinstance(entries, list) else [entries]:
            outputs = entry.get("changed outs") if isinstance(entry, dict) and len(entry) == 1 else None
            if outputs is None or set(outputs.values()) != {"not in cache"}:
                return []
            found += outputs
    return found


def _refuse_old(ledger: Ledger, experiment: Experiment, here: Code) -> None:
    """Refuse results that the branch shows already, where repeats have no seed that would tell them apart."""
    if all(axis.is_parameter for axis in experiment.plan.replicates.axes):
        return
    fresh = [d.path for d in ledger.snapshot.dirty if here.pipeline.is_result(d.path) or d.path in here.texts]
    shown = ledger.git.objects.files(experiment.tip)
    if not fresh and experiment.trials and all(path in shown for path in here.pipeline.lockfiles()):
        raise LedgerError(
            "nothing new to record: the results in the work tree are already on the branch",
            hint="change the seed or the code, dvc repro, then ledger record",
        )


def _refuse_equal(ledger: Ledger, experiment: Experiment, here: Code) -> None:
    """Refuse results that may be of 1 where the files have 1.0 or true: nothing here tells whether the stage ran."""
    pinned = locks(ledger.git.root, here.pipeline)
    held = [ledger.code.locks(here, at) for at in _known_commits(ledger, experiment)]
    for stage in here.pipeline.stages:
        if stage.frozen or stage.name not in pinned:
            continue
        others = [each[stage.name] for each in held if stage.name in each]
        names = perhaps_of_another_type(ledger, stage, pinned[stage.name], others)
        if names:
            raise LedgerError(
                f"the results of {stage.name} may belong to another {listed(names)}: DVC takes 1, 1.0 and true for "
                "equal, and may have checked out the outputs of another",
                hint="ledger run runs the trial itself; where the type makes no difference, write "
                f"{listed(names)} as before, then ledger record",
            )


def _known_commits(ledger: Ledger, experiment: Experiment) -> list[str]:
    """The commits whose locks tell what ran before."""
    named = map(ledger.git.commit, (experiment.tip, experiment.plan.base, ledger.snapshot.main_tip or "HEAD"))
    return [commit for commit in named if commit is not None]


def _refuse_warm(ledger: Ledger, experiment: Experiment, here: Code) -> tuple[Remark, ...]:
    """Refuse results of a stage that may have gone on from what an earlier run of it left: no clean trial's replicate.

    Returns what is to be said where no earlier run is known of.
    """
    stages = [(s, o.path) for s in here.pipeline.stages for o in s.outputs if o.persists]
    if not stages:
        return ()
    own = [p for p in here.pipeline.lockfiles() if (ledger.git.root / p).is_file()]
    now = locked_stages(here.pipeline, {p: yaml12.loads((ledger.git.root / p).read_text("utf-8")) for p in own})
    tip = ledger.code.locks(here, experiment.tip)
    commits = _known_commits(ledger, experiment)
    earlier = {path for at in commits for stage in ledger.code.locks(here, at).values() for path in stage.outputs}
    earlier |= {path for record in experiment.trials if record.trial.by_hand for path in record.trial.outs}
    ran = [path for stage, path in stages if now.get(stage.name) != tip.get(stage.name)]
    warm = [path for path in ran if path in earlier]
    if warm:
        raise LedgerError(
            f"DVC keeps {', '.join(warm)} when its stage runs again (`persist: true`), and an earlier run has left it: "
            "this may be a warm start, not a replicate of a clean trial",
            hint="ledger run trains each trial from scratch",
        )
    return tuple(Remark.of(Kind.PERSISTS, path=path) for path in ran)


def refuse_twice(experiment: Experiment, name: str, point: Point, arm: Arm) -> None:
    """Refuse a replicate that has a result at the same code, data and parameters."""
    for record in experiment.of(name):
        trial = record.trial
        if record.valid and trial.point == point and trial.fingerprint == arm.fingerprint:
            raise LedgerError(
                f"{experiment.name}:{trial.id} is already recorded with this code, data and parameters",
                hint="change the seed or the code, dvc repro, then ledger record",
            )
