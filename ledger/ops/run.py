"""`ledger run`: plan, execute, collect."""

from __future__ import annotations

import contextlib
import os
import posixpath
import shlex
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from ledger.analysis import progress
from ledger.analysis.metric_names import forced, renamed, unmeasured
from ledger.errors import LedgerError
from ledger.git import work_trees
from ledger.git.branch import Overlap
from ledger.machine import gpus
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.pipeline import inside
from ledger.model.run_state import RunState
from ledger.model.trial import Trial
from ledger.repo import metric_aliases, plan_history, runs, settled
from ledger.repo.change import require_branch
from ledger.repo.code import Code
from ledger.repo.commit import commit_tracked, require_text
from ledger.repo.experiments import is_record
from ledger.repo.ledger import Ledger
from ledger.run import copied, signals
from ledger.run.collect import Collected, collect
from ledger.run.execute import execute
from ledger.run.executors.executor import Executor
from ledger.run.executors.local import Limits, LocalExecutor, LocalSlots
from ledger.run.monitor import RunMonitor
from ledger.run.plan import asked, missing
from ledger.run.queue import Queue
from ledger.run.record import Kept
from ledger.run.reuse import reusable, reuse
from ledger.run.spec import Declared, Spec
from ledger.run.worker import Worker


@frozen
class Wanted:
    """Which trials to run, and what each may take.

    `only`: variants or trials; `again`: those too that failed at this state; `message`: commit tracked changes first;
    `unmeasured`: go on although no trial has a metric that is predicted; `timeout` in seconds a trial;
    `gpus_per_trial`: so many for each slot; `log`: where a detached run says things.
    """

    only: Sequence[str] = ()
    again: bool = False
    unmeasured: bool = False
    message: str | None = None
    jobs: int | None = None
    timeout: float | None = None
    gpus_per_trial: int | None = None
    log: Path | None = None


class Listener(Protocol):
    """Hears, in the thread that called `run`, what a person wants to see."""

    def doubted(self, doubt: str) -> None:
        """There is something about the trials that their author may not have meant."""

    def planned(self, monitor: RunMonitor) -> None:
        """The run knows what it has to do; the monitor tells how far it has come."""

    def recorded(self, kept: Kept, state: RunState) -> None:
        """A trial is recorded."""


@frozen
class Report:
    """What a run did.

    `earlier`: trials that an earlier run had left to collect. `uncollected`: why this run's trials are not on the
    branch yet, though they are recorded, and `remedy` what to do about it. `elsewhere`: trials that another run is at
    work on, or has recorded. `lost`: trials that were cut off twice by something outside. `unfinished`: how many of the
    trials that were asked for have no result now, whoever was to run them; `stale`: how many of them since the branch
    has changed; `missing`: how many of them were never tried.
    """

    name: str
    trials: tuple[Trial, ...]
    skipped_failures: int
    unfinished: int
    stale: int
    missing: int
    elsewhere: tuple[str, ...]
    lost: tuple[str, ...]
    earlier: Collected | None
    collected: Collected | None
    uncollected: str | None
    remedy: str | None
    warnings: tuple[str, ...]


def run(ledger: Ledger, experiment: Experiment, listener: Listener, wanted: Wanted) -> Report:
    """Run the trials of an experiment that are declared and missing, and bring them onto its branch."""
    ledger.git.identity()
    require_text(wanted.message)
    require_branch(ledger, experiment)
    branch = ledger.branch_of(experiment.name)
    here = ledger.snapshot.head[0] == branch
    if wanted.message is not None and not here:
        raise LedgerError(
            f"-m commits changes of the branch that is checked out, which is not {experiment.name}'s",
            hint=f"git switch {branch.removeprefix('refs/heads/')}, then ledger run -m",
        )
    with signals.as_interrupts():
        return _run(ledger, experiment.name, branch, here, listener, wanted)


def _run(ledger: Ledger, name: str, branch: str, here: bool, listener: Listener, wanted: Wanted) -> Report:
    kept: list[Kept] = []
    earlier, collected, uncollected, remedy, code = None, None, None, None, None
    jobs, begun = wanted.jobs or ledger.settings.jobs, False
    try:
        with ExitStack() as stack:
            slots = stack.enter_context(LocalSlots(ledger))
            # before the look at the work tree: a run that was killed while it collected has left its files there
            with contextlib.suppress(Overlap):
                earlier = _collect(ledger, name, slots.worker)
            if here:
                code = _settle(ledger, ledger.experiment(name), wanted.message, slots.worker)
            earlier = _collect(ledger, name, slots.worker) or earlier
            experiment = ledger.experiment(name)
            specs = missing(ledger, experiment, only=wanted.only, again=wanted.again)
            copies = copied.checked(ledger, name, ledger.code.at(experiment.tip).pipeline) if specs else {}
            queue = Queue(ledger, Declared(specs), branch)
            log = None if wanted.log is None else str(wanted.log)
            monitor = RunMonitor(
                name, jobs=jobs, run=stack.enter_context(runs.published(ledger.state_dir, name)), log=log
            )
            begun = True
            for doubt in _doubts(ledger, experiment, specs):
                listener.doubted(doubt)
            check = partial(_require_metrics, ledger, experiment) if not wanted.unmeasured else _accept
            check(kept, len(specs))
            monitor.planned(len(specs))
            listener.planned(monitor)
            results = _results(ledger, experiment, queue, slots, monitor, replace(wanted, jobs=jobs), copies, stack)
            # in the end what runs is cancelled before the claims are given up
            for one in stack.enter_context(contextlib.closing(results)):
                kept.append(one)
                copied.remember(ledger, one.trial, copies)
                listener.recorded(one, monitor.state)
                check(kept, len(specs))
            if specs and not kept and len(queue.elsewhere) == len(specs):
                count = len(specs)
                raise LedgerError(
                    f"another run of {name} is at work on the {count} missing trial{'s' if count > 1 else ''}",
                    hint=f"wait for it; ledger status {name} says how far it is",
                )
            try:
                collected = _collect(ledger, name, slots.worker)
            except Overlap as overlap:
                uncollected, remedy = overlap.message, overlap.hint
    except BaseException as error:
        # what has finished is kept, whatever ended the run; the workers have been ended with it
        ledger.refresh()
        if begun and ledger.snapshot.pending.get(name):
            # where that fails too, the next command does it: the error to hear of is the first
            with contextlib.suppress(Exception), Worker() as another:
                _collect(ledger, name, another)
        if code is not None and not kept and isinstance(error, LedgerError):
            said = f"{error.message} (your changes are committed as {code[:10]}, and nothing has run)"
            raise LedgerError(said, hint=error.hint) from None
        raise
    ledger.refresh()
    states = _states(ledger, ledger.experiment(name), wanted.only)
    return Report(
        name=name,
        trials=tuple(one.trial for one in _in_order(kept, specs)),
        skipped_failures=0 if wanted.again else states.count(progress.FAILED),
        unfinished=len(states) - states.count(progress.SUCCEEDED),
        stale=states.count(progress.STALE),
        missing=states.count(progress.MISSING),
        elsewhere=tuple(spec.id for spec in queue.elsewhere),
        lost=tuple(spec.id for spec in queue.lost),
        earlier=earlier,
        collected=collected,
        uncollected=uncollected,
        remedy=remedy,
        warnings=_warnings(_in_order(kept, specs)),
    )


def _doubts(ledger: Ledger, experiment: Experiment, specs: Sequence[Spec]) -> list[str]:
    """Which arms are one and the same, so that only noise can come of comparing them, and why they share no stage; and
    what the plan leaves out of the known results that it reuses, which can still be mended.
    """
    alike: dict[str, list[str]] = {}
    for name, arm in (ledger.arms(experiment) if specs else {}).items():
        alike.setdefault(arm.fingerprint, []).append(name)
    same = [arms for arms in alike.values() if len(arms) > 1]
    doubts = [
        f"{' and '.join(arms)} are the same: no command, parameter, data or code that a stage depends on differs"
        for arms in same
    ]
    doubts += metric_aliases.uncommitted(ledger, experiment) if specs else []
    outputs = ledger.code.at(experiment.tip).pipeline.outputs() if same else ()
    unshared = [out.path for out in outputs if out.kind == "out" and not out.cached]
    if unshared:
        what = f"{listed(unshared, 3)}, which cache: false keeps out of DVC's cache"
        doubts.append(f"each of these trains anew for {what}: cache it, or declare it under plots or metrics")
    return doubts + list(plan_history.to_be_left_out(ledger, experiment) if specs else ())


def _results(
    ledger: Ledger,
    experiment: Experiment,
    queue: Queue,
    slots: LocalSlots,
    monitor: RunMonitor,
    wanted: Wanted,
    copies: Mapping[str, str | None],
    held: ExitStack,
) -> Generator[Kept]:
    """The recorded trials as they come: those whose result is known, and those that run."""

    def known(spec: Spec) -> Kept | None:
        kept = reuse(ledger, experiment, spec, copies)
        if kept is not None:
            monitor.reused()
        return kept

    def opened(count: int) -> Executor:
        each = wanted.gpus_per_trial
        devices = (
            [] if each is None else gpus.shared_out(ledger.state_dir, os.environ, each=each, slots=count, held=held)
        )
        return LocalExecutor(slots, experiment, Limits(jobs=count, timeout=wanted.timeout, devices=devices), monitor)

    yield from execute(queue, jobs=wanted.jobs or 1, may_be=partial(reusable, experiment), known=known, opened=opened)


def _accept(kept: Sequence[Kept], planned: int) -> None:
    """Whatever the trials measure is fine."""


def _require_metrics(ledger: Ledger, experiment: Experiment, kept: Sequence[Kept], planned: int) -> None:
    """Stop before the hours are spent where what is predicted is not measured. Raises LedgerError."""
    left = planned - len(kept)
    plan = experiment.plan
    if not left or not plan.predictions:
        return
    trials = [*(r.trial for r in experiment.trials), *(one.trial for one in kept)]
    aliases = settled.committed(ledger, experiment.tip).aliases
    had = {aliases.now(name) for trial in trials if trial.succeeded for name in trial.metrics}
    if had.issuperset(aliases.now(p.metric.name) for p in plan.predictions):
        return
    present = {name: arm.fingerprint for name, arm in ledger.arms(experiment).items()}
    lacking = unmeasured(plan, trials, present, aliases)
    if not lacking:
        return
    meant = {name: found for name in lacking if (found := forced(name, had)) is not None}
    hint = "ledger new begins anew with the right one, since to choose among several after a result is post hoc"
    if len(meant) == len(lacking):
        texts = renamed([str(p) for p in plan.predictions], meant)
        predict = " ".join(f"--predict {shlex.quote(text)}" for text in texts)
        hint = f'ledger amend {predict} -m "the name" corrects it'
    have = listed(sorted(had), 8) or "none"
    raise LedgerError(
        f"no trial has the predicted metric {', '.join(lacking)}: they have {have}, and "
        f"{left} trial{' is' if left == 1 else 's are'} left to run",
        hint=f"{hint}; ledger run --yes goes on all the same",
    )


def _in_order(kept: Sequence[Kept], specs: Sequence[Spec]) -> list[Kept]:
    """The trials in the order of the plan, and not as they happened to end."""
    order = {(spec.variant, spec.point): number for number, spec in enumerate(specs)}
    return sorted(kept, key=lambda one: order[one.trial.variant, one.trial.point])


def _warnings(kept: Sequence[Kept]) -> tuple[str, ...]:
    """Each warning once, with the trials that it is about."""
    about: dict[str, list[str]] = {}
    for one in kept:
        for warning in one.warnings:
            about.setdefault(warning, []).append(one.trial.id)
    return tuple(f"{warning} ({_named(ids)})" for warning, ids in about.items())


def _collect(ledger: Ledger, name: str, worker: Worker) -> Collected | None:
    """Collect what has finished; an interrupt waits until branch and work tree agree again."""
    with signals.deferred():
        return collect(ledger, name, worker)


def _states(ledger: Ledger, experiment: Experiment, only: Sequence[str]) -> list[str]:
    """What has become of the trials that were asked for."""
    present = {name: arm.fingerprint for name, arm in ledger.arms(experiment).items()}
    return [row.state for row in progress.declared(experiment, present) if asked(row, only)]


def _settle(ledger: Ledger, experiment: Experiment, message: str | None, worker: Worker) -> str | None:
    """Commit the work tree's changes where there is a message; refuse those that a trial would not see.

    Returns the commit, None where there was nothing to commit.
    """
    code = ledger.code.at(experiment.tip)
    pipeline, dirty = code.pipeline, ledger.git.dirty()
    results = [d.path for d in dirty if pipeline.is_git_result(d.path)]
    if results:
        raise LedgerError(
            f"the work tree holds results that are not recorded: {_named(results)}",
            hint="ledger record keeps them as a trial; git restore (or git clean) drops them",
        )
    changed = [d.path for d in dirty if not d.untracked]
    objects, tip = ledger.git.objects, experiment.tip
    relevant = [
        path
        for path in changed
        if pipeline.reads(path) or not (ledger.settings.ignores(path) or is_record(objects, path, tip))
    ]
    # a folder that git holds in part: a stage would find the new file here, and not in a trial
    held = [source for source in pipeline.sources() if any(inside(file, source) for file in code.files)]
    added = [d.path for d in dirty if d.untracked and any(inside(d.path, folder) for folder in held)]
    unseen = [path for path in added if not any(inside(path, c.rstrip("/")) for c in ledger.settings.copy)]
    if unseen:
        raise LedgerError(
            f"stages depend on new files that git does not know, so they would not be in the trials: {_named(unseen)}",
            hint=f"git add {unseen[0]}, or list it in .gitignore",
        )
    edited = _edited_data(ledger, code, worker)
    if edited:
        add = f"dvc add {edited[0]}" if f"{edited[0]}.dvc" in code.files else f"dvc commit {edited[0]}"
        raise LedgerError(
            f"changes of data would not be in the trials, since DVC does not know them: {_named(edited)}",
            hint=f'{add}, then ledger run -m "what you changed"; dvc checkout {edited[0]} takes them back',
        )
    if message is not None:
        if changed:
            return commit_tracked(ledger, experiment, changed, message)
    elif relevant:
        raise LedgerError(
            f"uncommitted changes would not be in the trials: {_named(relevant)}",
            hint='commit them, or let ledger do it: ledger run -m "what you changed"',
        )
    return None


def _edited_data(ledger: Ledger, code: Code, worker: Worker) -> list[str]:
    """The data that stages read and DVC tracks, and that holds here what is in no cache."""
    sources = code.pipeline.sources()
    read = [path for path in code.data if any(inside(path, source) or inside(source, path) for source in sources)]
    root = ledger.git.root / code.folder
    if not any((ledger.git.root / path).exists() for path in read):
        return []
    main_root = work_trees.listed(ledger.git)[0].path / code.folder
    cache = worker.describe(root, main_root=main_root).cache
    changed = {posixpath.join(code.folder, path) for path in worker.changed_outputs(root, cache)}
    return [path for path in read if path in changed]


def _named(paths: Sequence[str]) -> str:
    return listed(paths, 6)
