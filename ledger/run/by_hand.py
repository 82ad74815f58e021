"""A trial of what `dvc repro` made in the user's work tree."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from ledger.errors import LedgerError
from ledger.git.branch import Overlap
from ledger.git.git import Git
from ledger.machine import environment as environments
from ledger.model import replicates
from ledger.model import trial as trials
from ledger.model.changes import RecordedByHand
from ledger.model.experiment import Experiment
from ledger.model.formats.paramfiles import parse
from ledger.model.parameters import flatten
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import REPEAT, Point
from ledger.repo.code import Arm, Code
from ledger.repo.ledger import Ledger
from ledger.run import belonging
from ledger.run.collect import collect
from ledger.run.plan import next_attempt
from ledger.run.record import Ended
from ledger.run.spec import Spec
from ledger.run.stage_environment import scrubbed_for_stages, with_locks
from ledger.run.trial_commit import Kept, keep
from ledger.run.worker import Worker


def work_tree(ledger: Ledger, experiment: Experiment) -> str:
    """A tree object of the work tree's tracked files as they are."""
    git, changed = ledger.git, [d.path for d in ledger.snapshot.dirty if not d.untracked]
    return git.tree_of_files(experiment.tip, changed, root=git.root, entries={})


def recorded(ledger: Ledger, experiment: Experiment, here: Code, name: str, arm: Arm) -> Kept:
    """The trial commit of the work tree's results, as a trial of the arm `name`."""
    root, point = ledger.git.root, _point(experiment, here)
    belonging.refuse_twice(experiment, name, point, arm)
    spec = Spec(
        experiment=experiment.name,
        variant=name,
        point=point,
        attempt=next_attempt(ledger.git, experiment, name, point),
        arm=arm,
        texts={path: here.texts[path] for path in arm.texts if path in here.texts},
    )
    probe = environments.probe(scrubbed_for_stages(os.environ), cwd=root, roots=[root])
    ended = Ended(
        root=root, started=_made(ledger.git, here), ran=(), status=trials.SUCCEEDED, failure=None, by_hand=True
    )
    return keep(ledger, experiment.plan, spec, ended, with_locks(ledger.git, probe.environment, arm.code))


def held_by(ledger: Ledger, commit: str) -> list[str]:
    """The files that differ from HEAD and whose content the commit holds."""
    git, files = ledger.git, ledger.git.objects.files(commit)
    paths = [d.path for d in ledger.snapshot.dirty if d.path in files and (git.root / d.path).is_file()]
    return [path for path, oid in zip(paths, git.hashes(paths), strict=True) if files[path].oid == oid]


def set_back(ledger: Ledger, here: Code, names: Sequence[str]) -> Iterator[Remark]:
    """Which of these values, and which data, the work tree has no more: the branch has its own, or shows its canonical
    trial's.
    """
    after = ledger.code.at(ledger.git.commit("HEAD") or here.commit).data
    edited = {d.path for d in ledger.snapshot.dirty}
    for at, pin in here.data.items():
        new = after.get(at, pin)
        if new.md5 != pin.md5 and f"{at}.dvc" not in edited:
            yield Remark.of(Kind.SET_BACK, file=f"{at}.dvc", key=at, now=str(new.md5)[:7], was=str(pin.md5)[:7])
    for file, key in map(here.locate, names):
        path = ledger.git.root / file
        if not path.is_file():
            continue
        was, now = (flatten(parse(file, text)).get(key) for text in (here.texts[file], path.read_text("utf-8")))
        if was != now:
            yield Remark.of(Kind.SET_BACK, file=file, key=key, now=str(now), was=str(was))


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


def _made(git: Git, here: Code) -> datetime:
    """When the results were written: the lock's time, since nobody measured the start."""
    times = [(git.root / path).stat().st_mtime for path in here.pipeline.lockfiles()]
    return datetime.fromtimestamp(max(times), UTC)


def collect_left(ledger: Ledger, worker: Worker) -> RecordedByHand | None:
    """Collect what a command that was killed has left; the report where that is what the work tree shows.

    A run that was killed while it collected has left its files in the work tree, and so has this command.
    """
    experiment = ledger.current()
    left = [r for r in experiment.trials if r.commit is not None and not r.collected and r.trial.by_hand]
    record, held = None, list[str]()
    if left:
        here = ledger.code.at(work_tree(ledger, experiment))
        fresh = {d.path for d in ledger.snapshot.dirty if here.pipeline.is_result(d.path) or d.path in here.texts}
        by_record = ((one, held_by(ledger, one.commit or "")) for one in left)
        record, held = next((found for found in by_record if fresh <= set(found[1])), (record, held))
    try:
        collected = collect(ledger, experiment.name, worker, recorded={ledger.git.root: held} if held else {})
    except Overlap:
        return None
    if record is None or collected is None:
        return None
    return RecordedByHand(plan=experiment.plan, trial=record.trial, tag=collected.tag, warnings=collected.remarks)
