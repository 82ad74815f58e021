"""`ledger run`: plan, execute, collect."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from ledger.analysis import progress
from ledger.errors import LedgerError
from ledger.model import replicates
from ledger.model.experiment import Experiment
from ledger.model.pipeline import inside
from ledger.model.trial import Trial
from ledger.run.collect import Collected, collect
from ledger.run.execute import Executor, OneSlot, Watcher
from ledger.run.plan import Spec, missing
from ledger.run.record import Kept
from ledger.run.reuse import reuse
from ledger.run.slots import slot
from ledger.run.worker import Worker
from ledger.store.branch import Overlap
from ledger.store.commit import commit_tracked, require_text
from ledger.store.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run did.

    `earlier`: trials that an earlier run had left to collect. `uncollected`: why this run's trials are not on the
    branch yet, though they are recorded.
    """

    name: str
    trials: tuple[Trial, ...]
    skipped_failures: int
    earlier: Collected | None
    collected: Collected | None
    uncollected: str | None
    warnings: tuple[str, ...]


def run(
    ledger: Ledger,
    experiment: Experiment,
    watcher: Watcher,
    *,
    only: Sequence[str] = (),
    again: bool = False,
    message: str | None = None,
) -> Report:
    """Run the trials of an experiment that are declared and missing, and bring them onto its branch."""
    ledger.git.identity()
    require_text(message)
    name = experiment.name
    if experiment.branch is None or not experiment.branch.startswith("refs/heads/"):
        raise LedgerError(
            f"{name} has no branch here to record trials on",
            hint=f"git switch {ledger.settings.branch_prefix}{name}"
            if experiment.branch
            else "it has landed; begin a new one",
        )
    here = ledger.git.head()[0] == experiment.branch
    if message is not None and not here:
        raise LedgerError(
            f"-m commits changes of the branch that is checked out, which is not {name}'s",
            hint=f"git switch {experiment.branch.removeprefix('refs/heads/')}, then ledger run -m",
        )
    kept: list[Kept] = []
    earlier, collected, uncollected = None, None, None
    try:
        with ExitStack() as stack, slot(ledger.git, ledger.place) as own, Worker(keeps=[own.lock]) as worker:
            # before the look at the work tree: a run that was killed while it collected has left its files there
            with contextlib.suppress(Overlap):
                earlier = collect(ledger, name, worker)
            if here:
                _settle(ledger, ledger.experiment(name), message)
            earlier = collect(ledger, name, worker) or earlier
            specs = _claimed(ledger, name, stack, only=only, again=again)
            experiment = ledger.experiment(name)
            found = {spec.id: reuse(ledger, experiment, spec) for spec in specs}
            reused = {trial_id: one for trial_id, one in found.items() if one is not None}
            for number, one in enumerate(reused.values(), 1):
                kept.append(one)
                watcher.ended(one, number, len(specs))
            left = [spec for spec in specs if spec.id not in reused]
            if left:
                executor: Executor = OneSlot(ledger, experiment, worker, own)
                for one in executor.run(left, _Counted(watcher, len(reused))):
                    kept.append(one)
            try:
                collected = collect(ledger, name, worker)
            except Overlap as overlap:
                uncollected = overlap.message
    except BaseException:
        # what has finished is kept, whatever ended the run; the worker has been ended with it
        if kept:
            with Worker() as another, contextlib.suppress(Overlap):
                collect(ledger, name, another)
        raise
    return Report(
        name=name,
        trials=tuple(one.trial for one in kept),
        skipped_failures=0 if again else _failed(ledger, ledger.experiment(name)),
        earlier=earlier,
        collected=collected,
        uncollected=uncollected,
        warnings=tuple(dict.fromkeys(w for one in kept for w in one.warnings)),
    )


def _claimed(ledger: Ledger, name: str, stack: ExitStack, *, only: Sequence[str], again: bool) -> tuple[Spec, ...]:
    """The missing trials that no other run is at work on; they are ours until the stack is left.

    Raises LedgerError where others have them all.
    """
    wanted = missing(ledger, ledger.experiment(name), only=only, again=again)
    mine = {
        (spec.variant, spec.point)
        for spec in wanted
        if stack.enter_context(ledger.place.claimed(name, f"{spec.variant}/{replicates.slug(spec.point)}"))
    }
    if wanted and not mine:
        count = len(wanted)
        raise LedgerError(
            f"another run of {name} is at work on the {count} missing trial{'s' if count > 1 else ''}",
            hint=f"wait for it; ledger status {name} says how far it is",
        )
    # a trial may have been recorded between the first look and the claim
    ledger.refresh()
    found = missing(ledger, ledger.experiment(name), only=only, again=again)
    return tuple(spec for spec in found if (spec.variant, spec.point) in mine)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A watcher that is told of trials as if those that were reused had been the first."""

    watcher: Watcher
    before: int

    def started(self, spec: Spec, number: int, total: int) -> None:
        self.watcher.started(spec, self.before + number, self.before + total)

    def ended(self, kept: Kept, number: int, total: int) -> None:
        self.watcher.ended(kept, self.before + number, self.before + total)


def _failed(ledger: Ledger, experiment: Experiment) -> int:
    present = {name: arm.fingerprint for name, arm in ledger.arms(experiment).items()}
    return sum(row.state == progress.FAILED for row in progress.declared(experiment, present))


def _settle(ledger: Ledger, experiment: Experiment, message: str | None) -> None:
    """Commit the work tree's changes where there is a message; refuse those that a trial would not see."""
    code = ledger.code.at(experiment.tip)
    pipeline, dirty = code.pipeline, ledger.git.dirty()
    results = [d.path for d in dirty if pipeline.is_git_result(d.path)]
    if results:
        raise LedgerError(
            f"the work tree holds results that are not recorded: {_named(results)}",
            hint="ledger record keeps them as a trial; git restore (or git clean) drops them",
        )
    changed = [d.path for d in dirty if not d.untracked]
    relevant = [path for path in changed if pipeline.reads(path) or not ledger.settings.ignores(path)]
    # a folder that git holds in part: a stage would find the new file here, and not in a trial
    held = [source for source in pipeline.sources() if any(inside(file, source) for file in code.files)]
    added = [d.path for d in dirty if d.untracked and any(inside(d.path, folder) for folder in held)]
    unseen = [path for path in added if not any(inside(path, c.rstrip("/")) for c in ledger.settings.copy)]
    if unseen:
        raise LedgerError(
            f"stages depend on new files that git does not know, so they would not be in the trials: {_named(unseen)}",
            hint=f"git add {unseen[0]}, or list it in .gitignore",
        )
    if message is not None:
        if changed:
            commit_tracked(ledger, experiment, changed, message)
    elif relevant:
        raise LedgerError(
            f"uncommitted changes would not be in the trials: {_named(relevant)}",
            hint='commit them, or let ledger do it: ledger run -m "what you changed"',
        )


def _named(paths: Sequence[str]) -> str:
    return ", ".join(paths[:6]) + (f" and {len(paths) - 6} more" if len(paths) > 6 else "")
