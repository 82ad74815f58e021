"""Checks that keep a run from wasting hours: on its branch, its plan, and what its trials measure."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Sequence

from ledger.analysis.metric_names import forced, renamed, unmeasured
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.listing import listed
from ledger.model.remarks import Kind, Remark
from ledger.repo import known_results, metric_aliases, settled
from ledger.repo.change import require_branch
from ledger.repo.commit import require_text
from ledger.repo.ledger import Ledger
from ledger.run.trial_commit import Kept
from ledger.run.work import Work

# how many trials without a value, and none with one, are no bad luck
_FRUITLESS = 5


def require_recordable(ledger: Ledger, experiment: Experiment, message: str | None) -> str:
    """The branch to record on. Raises LedgerError where there is none here, or a message has nothing to commit."""
    ledger.git.identity()
    require_text(message)
    require_branch(ledger, experiment)
    branch = ledger.branch_of(experiment.name)
    if message is not None and ledger.snapshot.head[0] != branch:
        raise LedgerError(
            f"-m commits changes on the checked-out branch, which is not {experiment.name}'s",
            hint=f"git switch {branch.removeprefix('refs/heads/')}, then ledger run -m",
        )
    return branch


def doubts(work: Work) -> Iterator[Remark]:
    """What the author may not have meant: arms that are the same, aliases that are not committed, and known results
    that the plan would reuse in part. Nothing where nothing is to run.
    """
    if work.search is not None and (stale := work.search.stale):
        yield Remark.of(Kind.SEARCH_CHANGED, count=stale)
    if work.specs:
        yield from _same_arms(work.ledger, work.experiment)
        yield from metric_aliases.uncommitted(work.ledger, work.experiment)
        yield from known_results.to_be_left_out(work.ledger, work.experiment)


def _same_arms(ledger: Ledger, experiment: Experiment) -> Iterator[Remark]:
    """Which arms are one and the same, so that only noise can come of comparing them, and why they share no stage."""
    alike: dict[str, list[str]] = {}
    for name, arm in ledger.arms(experiment).items():
        alike.setdefault(arm.fingerprint, []).append(name)
    same = [tuple(arms) for arms in alike.values() if len(arms) > 1]
    yield from (Remark.of(Kind.SAME_ARMS, arms=arms) for arms in same)
    outputs = ledger.code.at(experiment.tip).pipeline.outputs() if same else ()
    unshared = tuple(out.path for out in outputs if out.kind == "out" and not out.cached)
    if unshared:
        yield Remark.of(Kind.NOT_SHARED, outputs=unshared)


def require_measured(work: Work, kept: Sequence[Kept]) -> None:
    """Raise LedgerError where trials are left to run and what is predicted is measured by none that has run."""
    ledger, experiment, plan = work.ledger, work.experiment, work.experiment.plan
    left = len(work.specs) - len(kept)
    if work.wanted.unmeasured or not left or not plan.predictions:
        return
    trials = [*(r.trial for r in experiment.trials), *(one.trial for one in kept)]
    aliases = settled.committed(ledger.git, experiment.tip).aliases
    had = {aliases.now(name) for trial in trials if trial.succeeded for name in trial.metrics}
    if had.issuperset(aliases.now(p.metric.name) for p in plan.predictions):
        return
    present = {name: arm.fingerprint for name, arm in ledger.arms(experiment).items()}
    lacking = unmeasured(plan, trials, present, aliases)
    if not lacking:
        return
    meant = {name: found for name in lacking if (found := forced(name, had)) is not None}
    hint = "start over with ledger new: choosing among several after a result is post hoc"
    if len(meant) == len(lacking):
        texts = renamed([str(p) for p in plan.predictions], meant)
        predict = " ".join(f"--predict {shlex.quote(text)}" for text in texts)
        hint = f'ledger amend {predict} -m "the name" corrects it'
    have = listed(sorted(had), 8) or "none"
    raise LedgerError(
        f"no trial has the predicted metric {', '.join(lacking)}: they have {have}, and "
        f"{left} trial{' is' if left == 1 else 's are'} left to run",
        hint=f"{hint}; ledger run --yes continues anyway",
    )


def require_values(work: Work, kept: Sequence[Kept]) -> None:
    """Raise LedgerError where nothing that a search has tried has a value, after some trials of this run: the rest of
    the budget would probably fail alike.
    """
    experiment, search = work.experiment, work.experiment.plan.tunes
    if search is None or work.wanted.unmeasured or len(kept) < _FRUITLESS:
        return
    trials = [*(r.trial for r in experiment.trials if r.valid), *(one.trial for one in kept)]
    metric = settled.committed(work.ledger.git, experiment.tip).aliases.now(search.metric)
    if any(t.succeeded and math.isfinite(t.metrics.get(metric, math.nan)) for t in trials):
        return
    if len({(t.variant, t.point) for t in trials}) >= search.budget:
        return
    raise LedgerError(
        f"none of the first {len(trials)} trials has a value of {search.metric}",
        hint=f"ledger show {experiment.name}:{trials[-1].id} --log says why; ledger run --yes continues anyway",
    )


def require_own(work: Work) -> None:
    """Raise LedgerError where all trials that were planned turned out to be another run's."""
    name, count = work.experiment.name, len(work.specs)
    if count and len(work.queue.elsewhere) == count:
        raise LedgerError(
            f"another run of {name} is already running the {count} missing trial{'s' if count > 1 else ''}",
            hint=f"wait for it; ledger status {name} shows its progress",
        )
