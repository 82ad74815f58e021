"""`ledger record`: keep what `dvc repro` made in the work tree as a trial, the same kind as `ledger run` makes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from ledger.errors import FormatError, LedgerError
from ledger.git.branch import Overlap
from ledger.machine import environment as environments
from ledger.model import replicates
from ledger.model import trial as trials
from ledger.model.changes import RecordedByHand
from ledger.model.experiment import Experiment
from ledger.model.formats.paramfiles import parse
from ledger.model.hypothesis import BASELINE, Plan, Variant
from ledger.model.listing import listed
from ledger.model.parameters import Value, flatten, identical
from ledger.model.replicates import REPEAT, Point
from ledger.repo import submodules, unseen
from ledger.repo.code import Arm, Code, edited
from ledger.repo.commit import commit_tracked, require_text
from ledger.repo.experiments import is_record
from ledger.repo.ledger import Ledger
from ledger.run import belonging
from ledger.run.collect import collect
from ledger.run.plan import check, next_attempt
from ledger.run.record import Ended, keep, read_metrics
from ledger.run.spec import Spec
from ledger.run.stage_environment import scrubbed_for_stages, with_locks
from ledger.run.worker import Worker


def record(ledger: Ledger, *, message: str | None, variant: str | None) -> RecordedByHand:
    """Record the present results of the work tree on the experiment that is checked out.

    Which arm and which replicate they are follows from the parameters. Raises LedgerError where the lock does not
    agree with the files, and then nothing has changed.
    """
    ledger.git.identity()
    require_text(message)
    with Worker() as worker:
        done = _collect_left(ledger, worker)
        if done is not None:
            return done
        experiment = ledger.current()
        here = ledger.code.at(_work_tree(ledger, experiment))
        belonging.require_reproduced(ledger, here, worker)
        try:
            read_metrics(ledger.git.root, here.pipeline)
        except FormatError as error:
            raise LedgerError(
                str(error), hint="correct the stage that writes it, dvc repro, then ledger record"
            ) from None
        belonging.refuse_old(ledger, experiment, here)
        belonging.refuse_equal(ledger, experiment, here)
        persisting = belonging.refuse_warm(ledger, experiment, here)
        arm, name, code = _identify(ledger, experiment, here, message, variant)
        experiment = ledger.current()
        point = _point(experiment, here)
        belonging.refuse_twice(experiment, name, point, arm)
        spec = Spec(
            experiment=experiment.name,
            variant=name,
            point=point,
            attempt=next_attempt(ledger, experiment, name, point),
            arm=arm,
            texts={path: here.texts[path] for path in arm.texts if path in here.texts},
        )
        variables = scrubbed_for_stages(os.environ)
        probe = environments.probe(variables, cwd=ledger.git.root, roots=[ledger.git.root])
        ended = Ended(
            root=ledger.git.root,
            started=_made(ledger, here),
            ran=(),
            status=trials.SUCCEEDED,
            failure=None,
            by_hand=True,
        )
        kept = keep(ledger, experiment.plan, spec, ended, with_locks(ledger, probe.environment, arm.code))
        replaceable = _held(ledger, kept.commit)
        try:
            collected, reason = collect(ledger, experiment.name, worker, recorded={ledger.git.root: replaceable}), None
        except Overlap as overlap:
            collected, reason = None, overlap.message
    said = (*kept.warnings, *persisting, *_set_back(ledger, here, _own(experiment.plan, name)))
    return RecordedByHand(
        plan=experiment.plan,
        trial=kept.trial,
        code=code,
        tag=None if collected is None else collected.tag,
        uncollected=reason,
        warnings=said if collected is None else (*said, *collected.remarks),
    )


def _own(plan: Plan, variant: str) -> list[str]:
    """The parameters that a trial has and its code has not: its replicate's and its arm's."""
    declared = plan.variant(variant)
    return [*plan.replicates.parameters, *(declared.params if declared is not None else ())]


def _set_back(ledger: Ledger, here: Code, names: Sequence[str]) -> Iterator[str]:
    """Which of these values the work tree has no more: the branch has its own, or shows its canonical trial's."""
    for file, key in map(here.locate, names):
        path = ledger.git.root / file
        if not path.is_file():
            continue
        was, now = (flatten(parse(file, text)).get(key) for text in (here.texts[file], path.read_text("utf-8")))
        if was != now:
            yield f"{file} has {key}: {now} again, as the branch does; the record has your {key}: {was}"


def _collect_left(ledger: Ledger, worker: Worker) -> RecordedByHand | None:
    """Collect what a command that was killed has left; the report where that is what the work tree shows.

    A run that was killed while it collected has left its files in the work tree, and so has this command.
    """
    experiment = ledger.current()
    left = [r for r in experiment.trials if r.commit is not None and not r.collected and r.trial.by_hand]
    here = ledger.code.at(_work_tree(ledger, experiment))
    fresh = {d.path for d in ledger.git.dirty() if here.pipeline.is_result(d.path) or d.path in here.texts}
    for record in left:
        held = _held(ledger, record.commit or "")
        if fresh <= set(held):
            break
    else:
        record, held = None, []
    try:
        collected = collect(ledger, experiment.name, worker, recorded={ledger.git.root: held} if held else {})
    except Overlap:
        return None
    if record is None or collected is None:
        return None
    return RecordedByHand(plan=experiment.plan, trial=record.trial, tag=collected.tag, warnings=collected.remarks)


def _held(ledger: Ledger, commit: str) -> list[str]:
    """The files that differ from HEAD and whose content the commit holds."""
    files = ledger.git.objects.files(commit)
    paths = [d.path for d in ledger.git.dirty() if d.path in files and (ledger.git.root / d.path).is_file()]
    return [path for path, oid in zip(paths, ledger.git.hashes(paths), strict=True) if files[path].oid == oid]


def _work_tree(ledger: Ledger, experiment: Experiment) -> str:
    """A tree object of the work tree's tracked files as they are."""
    changed = [d.path for d in ledger.git.dirty() if not d.untracked]
    return ledger.git.tree_of_files(experiment.tip, changed, root=ledger.git.root, entries={})


def _identify(
    ledger: Ledger, experiment: Experiment, here: Code, message: str | None, variant: str | None
) -> tuple[Arm, str, str | None]:
    """The arm that the work tree's state is, after committing it as code where it is none that is declared."""
    axes = experiment.plan.replicates.parameters
    mine = ledger.code.arm(here, {}, axes)
    arms = ledger.arms(experiment)
    if variant is not None and variant not in arms:
        raise LedgerError(f"the plan has no variant {variant} of its own", hint=f"it has {', '.join(arms)}")
    fitting = [name for name, arm in arms.items() if arm.fingerprint == mine.fingerprint]
    changed = _changed_arm(experiment.plan, here, variant)
    if variant is not None and variant not in fitting and (changed is None or variant != changed.name):
        raise LedgerError(
            f"the work tree is not the variant {variant}: its code, data or parameters differ",
            hint=f"it is {' or '.join(fitting) or 'none that is declared'}",
        )
    leading = experiment.plan.leading
    order = [variant] if variant in fitting else [n for n in (leading, *fitting, BASELINE) if n in fitting]
    _check_unseen(ledger, here)
    if order and not _edited_beside(ledger, experiment, here, axes, arms[order[0]]):
        name = order[0]
        return _checked(ledger, experiment, arms[name]), name, None
    if changed is None:
        raise LedgerError(
            "the work tree has the parameters of no arm",
            hint=f"ledger amend declares another arm; there is {', '.join(arms)}",
        )
    commit = _commit_change(ledger, experiment, here, _own(experiment.plan, changed.name), message)
    now = ledger.current()
    return _checked(ledger, now, ledger.arm(now, changed)), changed.name, commit


def _changed_arm(plan: Plan, here: Code, wanted: str | None) -> Variant | None:
    """The arm that a change of the branch is recorded of, one whose own parameters the work tree has: a treatment has
    none, and takes any change.
    """
    own = {
        v.name: v
        for v in plan.variants
        if v.at is None and v.experiment is None and all(_has(here, key, value) for key, value in v.params.items())
    }
    return own.get(wanted) if wanted is not None else own.get(plan.leading) or next(iter(own.values()), None)


def _has(here: Code, name: str, value: Value) -> bool:
    file, key = here.locate(name)
    known = flatten(here.trees[file])
    return key in known and identical(known[key], value)


def _edited_beside(ledger: Ledger, experiment: Experiment, here: Code, axes: Sequence[str], arm: Arm) -> bool:
    """Whether the branch's parameter files hold edits that no stage notices, such as comments: they are code too."""
    before = ledger.code.at(experiment.tip)
    texts = _without(before, here, axes)
    return arm.texts == before.texts and any(text != before.texts.get(path, text) for path, text in texts.items())


def _checked(ledger: Ledger, experiment: Experiment, arm: Arm) -> Arm:
    check(ledger, experiment, arm)
    return arm


def _check_unseen(ledger: Ledger, here: Code) -> None:
    """Refuse uncommitted changes that no stage depends on: the results may be of either state."""
    changed = [d.path for d in ledger.git.dirty() if not d.untracked]
    unseen.refuse_undeclared(ledger, here, changed)
    submodules.refuse_changed(ledger.git.root, [path for path in changed if not ledger.settings.ignores(path)])


def _commit_change(ledger: Ledger, experiment: Experiment, here: Code, own: Sequence[str], message: str | None) -> str:
    """Commit what makes the work tree another state of its arm, without the `own` parameters of the trial."""
    before = ledger.code.at(experiment.tip)
    paths = [
        d.path
        for d in ledger.git.dirty()
        if not d.untracked and not here.pipeline.is_result(d.path) and not _only_ignored(ledger, here, d.path)
    ]
    instead = {path: text for path, text in _without(before, here, own).items() if path in paths}
    paths = [path for path in paths if path not in instead or instead[path] != before.texts.get(path)]
    if not paths:
        raise LedgerError("the work tree differs from every arm, but no tracked file has changed", hint="ledger status")
    return commit_tracked(ledger, experiment, paths, message or f"change {_brief(paths)}", instead=instead)


def _only_ignored(ledger: Ledger, here: Code, path: str) -> bool:
    if is_record(ledger.git.objects, path, "HEAD"):
        return True
    return ledger.settings.ignores(path) and not here.pipeline.reads(path)


def _without(before: Code, here: Code, own: Sequence[str]) -> Mapping[str, str]:
    old = {}
    for file, key in map(here.locate, own):
        known = flatten(before.trees[file]) if file in before.trees else {}
        if key in known:
            old[file, key] = known[key]
    return edited(here.texts, old)


def _point(experiment: Experiment, here: Code) -> Point:
    """The replicate that the work tree's parameters say."""
    pairs: list[tuple[str, replicates.Value]] = []
    for axis in experiment.plan.replicates.axes:
        if not axis.is_parameter:
            taken = {dict(r.trial.point).get(REPEAT) for r in experiment.trials}
            pairs.append((axis.name, next(n for n in range(len(taken) + 1) if n not in taken)))
            continue
        file, key = here.locate(axis.name)
        value = flatten(parse(file, here.texts[file]))[key]
        if not isinstance(value, bool | int | float | str):
            raise LedgerError(f"the replicate axis {axis.name} is {value!r} in {file}", hint="it takes one plain value")
        pairs.append((axis.name, value))
    return tuple(pairs)


def _made(ledger: Ledger, here: Code) -> datetime:
    """When the results were written: the lock's time, since nobody measured the start."""
    times = [(ledger.git.root / path).stat().st_mtime for path in here.pipeline.lockfiles()]
    return datetime.fromtimestamp(max(times), UTC)


def _brief(paths: Sequence[str]) -> str:
    return listed(paths, 3)
