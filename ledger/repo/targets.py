"""What a command's argument means: a name, `name:variant`, `name:variant/seed-3`, a revision, a unique prefix.

A trial is the attempt that counts where the argument does not say which (`seed-3.1`, `seed-3.2`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from ledger.analysis.counting import When, counting_attempt
from ledger.errors import LedgerError, NotHere
from ledger.model import names, replicates, trial_names
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.near_misses import either_of, near_misses
from ledger.model.plan import TREATMENT, Variant
from ledger.model.replicates import Point

if TYPE_CHECKING:
    from ledger.git.git import Git
    from ledger.model.settings import Settings
    from ledger.repo.code_reader import CodeReader
    from ledger.repo.snapshot import Snapshot


class LedgerView(Protocol):
    """What a ledger must be able to tell for an argument to be understood."""

    @property
    def git(self) -> Git: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def snapshot(self) -> Snapshot: ...
    @property
    def code(self) -> CodeReader: ...
    def find(self, name: str) -> Experiment | None: ...
    def current(self) -> Experiment: ...
    def present(self, experiment: Experiment) -> dict[str, str]: ...


@frozen
class Target:
    """What a command's argument means: an experiment, an arm or a trial of one, or else a git revision.

    `variant` is the arm that is named, else the one that leads; empty for a revision.
    """

    text: str
    experiment: Experiment | None = None
    variant: str = ""
    trial: Recorded | None = None
    commit: str | None = None


def resolve(ledger: LedgerView, text: str) -> Target:
    """What `text` means: an exact name, `name:variant`, `name:variant/seed-3`, a revision, a unique prefix.

    Raises LedgerError with near misses where it means nothing, or more than one thing.
    """
    found = sought(ledger, text)
    if found is not None:
        return found
    reference = names.parse_reference(text)
    short = reference.name.removeprefix(ledger.settings.branch_prefix)
    near = _own_arm(ledger, text) or near_misses(short, list(ledger.snapshot.sources))
    # as lists of trials call them
    trial = f"; a trial is named with its experiment: NAME:{text}" if "/" in short and not reference.variant else ""
    raise LedgerError(
        f"there is no experiment and no revision {text!r}",
        hint=either_of(near, f"ledger log lists the experiments{trial}"),
    )


def sought(ledger: LedgerView, text: str) -> Target | None:
    """The same, and None where it means nothing.

    Raises LedgerError where it means more than one thing, or what is neither an experiment nor has a pipeline.
    """
    reference = names.parse_reference(text)
    prefix = ledger.settings.branch_prefix
    for name in names.candidates(reference.name, prefix=prefix):
        experiment = ledger.find(name)
        if experiment is not None:
            return _part(ledger, text, experiment, reference.variant, reference.replicate)
    commit = ledger.git.commit(text)
    if commit is not None:
        if not ledger.code.has_pipeline(commit):
            raise LedgerError(
                f"{text} is a revision without a dvc.yaml",
                hint="name one that has a pipeline, or an experiment: ledger log lists them",
            )
        return Target(text=text, commit=commit)
    short = reference.name.removeprefix(prefix)
    begun = list(islice(_begun_with(ledger, short), 9))
    if len(begun) == 1:
        return _part(ledger, text, _exactly(ledger, begun[0]), reference.variant, reference.replicate)
    if begun:
        raise LedgerError(f"{text} may mean {listed(sorted(begun), 8, word='or')}", hint="write more of the name")
    if short in ledger.snapshot.sources:
        raise LedgerError(
            f"the branch {prefix}{short} is not an experiment: it has no {directory(short)}/hypothesis.md",
            hint=_kept(ledger, short) or "ledger log lists the experiments",
        )
    return None


def _own_arm(ledger: LedgerView, text: str) -> list[str]:
    """The arm of the experiment that is checked out by its whole name, where it is called so."""
    try:
        here = ledger.current()
    except LedgerError:
        return []
    arm = text.partition("/")[0]
    return [] if here.plan.variant(arm) is None else [f"{here.name}:{text}"]


@frozen
class TargetPart:
    """An experiment, with the arm of it that was named, or None, and the trial, which may not have run.

    The trial has its axes by their whole names (`train.seed-0`), however it was written; `record` is its attempt that
    counts, or that was named.
    """

    experiment: Experiment
    arm: str | None = None
    trial: str | None = None
    record: Recorded | None = None

    @property
    def name(self) -> str | None:
        """`hi`, or `hi/seed-0`; None for a whole experiment."""
        return self.arm if self.trial is None else f"{self.arm}/{self.trial}"


def part(ledger: LedgerView, text: str | None) -> TargetPart:
    """What an argument names of an experiment, without one that which is checked out.

    Raises LedgerError where it is a revision, or has no such arm.
    """
    if text is None:
        return TargetPart(experiment=ledger.current())
    reference = names.parse_reference(text)
    arm = text if reference.replicate is None else text.rpartition("/")[0]
    target = resolve(ledger, arm)
    if target.experiment is None:
        raise LedgerError(f"{text} is a git revision, not an experiment", hint="ledger log lists the experiments")
    experiment, trial, record = target.experiment, reference.replicate, None
    if trial is not None:
        record = _recorded(ledger, text, experiment, target.variant, trial)
        points = [*experiment.plan.replicates.points(), *(r.trial.point for r in experiment.of(target.variant))]
        found = _called(text, trial, points)
        # one that was never declared is the command's to refuse
        trial = trial if found is None else replicates.stem(found.point, found.attempt or 1)
    return TargetPart(experiment=experiment, arm=reference.variant, trial=trial, record=record)


def whole(ledger: LedgerView, text: str) -> Experiment:
    """The experiment that an argument names. Raises LedgerError where it names a part of one, or a revision."""
    named = part(ledger, text)
    if named.name is not None:
        raise LedgerError(
            f"{text} is {'an arm' if named.trial is None else 'a trial'}, and this is about whole experiments",
            hint=f"name the experiment: {named.experiment.name}",
        )
    return named.experiment


def filling(ledger: LedgerView, variant: Variant) -> Target | None:
    """The arm of another experiment whose trials fill one, followed where that is filled by a third one's.

    None where it is not in this clone, and for an arm that has trials of its own. Raises LedgerError where arms fill
    each other.
    """
    passed: set[str | None] = set()
    found: Target | None = None
    while variant.experiment is not None:
        if variant.filled_by in passed:
            raise LedgerError(f"{variant.filled_by} is filled by itself", hint="correct the `variants` of its plan")
        passed.add(variant.filled_by)
        experiment = ledger.find(variant.experiment)
        if experiment is None:
            return None
        arm = experiment.leading if variant.arm == TREATMENT else variant.arm
        found = Target(text=variant.filled_by or "", experiment=experiment, variant=arm)
        variant = experiment.plan.variant(arm) or Variant(name=arm)
    return found


def filler(ledger: LedgerView, variant: Variant, text: str) -> Target:
    """The arm that fills one, which an argument calls `text`. Raises LedgerError where it is not in this clone."""
    found = filling(ledger, variant)
    if found is None:
        raise NotHere(f"{text} is filled by {variant.filled_by}, which is not in this clone", hint="git fetch")
    return found


def _kept(ledger: LedgerView, name: str) -> str | None:
    """What to type where a branch without the experiment has the name of one that tags hold; None where none do."""
    if not ledger.git.refs(f"refs/tags/ledger/{name}/"):
        return None
    away = f"git branch -m {ledger.settings.branch_prefix}{name} {name}-other"
    return f"tags hold the trials of one: {away}, then ledger archive {name} --undo brings its branch back"


def _begun_with(ledger: LedgerView, short: str) -> Iterator[str]:
    """The names of experiments that begin so, in their order; they are read one by one, as they are asked for."""
    return (name for name in sorted(ledger.snapshot.sources) if short and name.startswith(short) and ledger.find(name))


def _exactly(ledger: LedgerView, name: str) -> Experiment:
    experiment = ledger.find(name)
    assert experiment is not None
    return experiment


def _part(ledger: LedgerView, text: str, experiment: Experiment, variant: str | None, trial: str | None) -> Target:
    if variant is None:
        return Target(text=text, experiment=experiment, variant=experiment.leading)
    known = dict.fromkeys([*(v.name for v in experiment.plan.variants), *(r.trial.variant for r in experiment.trials)])
    if variant not in known:
        raise LedgerError(f"{experiment.name} has no variant {variant}", hint=f"it has {', '.join(known)}")
    if trial is None:
        return Target(text=text, experiment=experiment, variant=variant)
    record = _recorded(ledger, text, experiment, variant, trial)
    if record is None:
        raise no_trial(experiment, variant, trial)
    return Target(text=text, experiment=experiment, variant=variant, trial=record)


def no_trial(experiment: Experiment, variant: str, trial: str) -> LedgerError:
    """That an arm has no such trial, and which it has."""
    have = listed((r.trial.id for r in experiment.of(variant)), 8) or "none yet"
    return LedgerError(f"{experiment.name} has no trial {variant}/{trial}", hint=f"recorded: {have}")


def _recorded(ledger: LedgerView, text: str, experiment: Experiment, variant: str, trial: str) -> Recorded | None:
    """The attempt that a trial's name means, and where it does not say which, the one that counts."""
    own = experiment.of(variant)
    meant = _called(text, trial, [r.trial.point for r in own])
    found = [r for r in own if meant and r.trial.point == meant.point and meant.attempt in (None, r.trial.attempt)]
    if len(found) > 1:
        # what it is at present costs a look at the code
        present = ledger.present(experiment).get(variant)
        return counting_attempt(experiment, found, When.JUDGED, present=present)
    return found[0] if found else None


def _called(text: str, trial: str, points: Sequence[Point]) -> trial_names.Called | None:
    """The one point that a trial's name means, None where it is of none. Raises LedgerError where it is of several."""
    found = trial_names.called(trial, points)
    if len(found) > 1:
        several = [replicates.stem(one.point, one.attempt or 1) for one in found]
        raise LedgerError(f"{text} may mean {listed(several, 8, word='or')}", hint="write the axis by its whole name")
    return found[0] if found else None
