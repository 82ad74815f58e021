"""Which arm the user's work tree is, by its code, data and parameters; a change of it is committed as code first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.model.listing import listed
from ledger.model.parameters import Value, flatten, identical
from ledger.model.plan import BASELINE, Plan, Variant
from ledger.repo import submodules, unseen
from ledger.repo.code import Arm, Code, edited
from ledger.repo.commit import commit_tracked
from ledger.repo.experiments import is_record
from ledger.repo.ledger import Ledger
from ledger.run.plan import check


def require_arms(experiment: Experiment) -> None:
    """Raise LedgerError for a search for the best parameters: an arm that it did not choose is none of its own."""
    if experiment.plan.tunes is not None:
        raise LedgerError(
            f"{experiment.name} is a search, which chooses its trials: none is recorded by hand",
            hint="ledger run runs them; git restore (or git clean) drops what dvc repro made",
        )


def identified(
    ledger: Ledger, experiment: Experiment, here: Code, message: str | None, variant: str | None
) -> tuple[Arm, str, str | None]:
    """The arm that the work tree's state is, after committing it as code where it is none that is declared."""
    axes, samples = experiment.plan.replicates.parameters, experiment.plan.replicates.samples
    if samples:
        raise LedgerError(
            f"the replicates draw samples of {listed(samples)}, and which one the work tree has is not known",
            hint="ledger run draws them",
        )
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
    leading = experiment.leading
    order = [variant] if variant in fitting else [n for n in (leading, *fitting, BASELINE) if n in fitting]
    _check_unseen(ledger, here)
    if order and not _edited_beside(ledger, experiment, here, axes, arms[order[0]]):
        name = order[0]
        return _checked(ledger, experiment, arms[name]), name, None
    if changed is None:
        raise LedgerError(
            "the parameters in the work tree are those of no arm",
            hint=f"ledger amend declares another arm; there is {', '.join(arms)}",
        )
    commit = _commit_change(ledger, experiment, here, own_parameters(experiment.plan, changed.name), message)
    now = ledger.current()
    return _checked(ledger, now, ledger.arm(now, changed)), changed.name, commit


def _changed_arm(plan: Plan, here: Code, wanted: str | None) -> Variant | None:
    """The arm that a change of the branch is recorded of, one whose own parameters the work tree has: a treatment has
    none, and takes any change.
    """
    own = {
        v.name: v
        for v in plan.variants
        if v.at is None
        and v.experiment is None
        and not v.data
        and all(_has(here, key, value) for key, value in v.params.items())
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
    changed = [d.path for d in ledger.snapshot.dirty if not d.untracked]
    unseen.refuse_undeclared(ledger, here, changed)
    submodules.refuse_changed(ledger.git.root, [path for path in changed if not ledger.settings.ignores(path)])


def _commit_change(ledger: Ledger, experiment: Experiment, here: Code, own: Sequence[str], message: str | None) -> str:
    """Commit what makes the work tree another state of its arm, without the `own` parameters of the trial."""
    before = ledger.code.at(experiment.tip)
    paths = [
        d.path
        for d in ledger.snapshot.dirty
        if not d.untracked and not here.pipeline.is_result(d.path) and not _only_ignored(ledger, here, d.path)
    ]
    instead = {path: text for path, text in _without(before, here, own).items() if path in paths}
    paths = [path for path in paths if path not in instead or instead[path] != before.texts.get(path)]
    if not paths:
        raise LedgerError("the work tree differs from every arm, but no tracked file has changed", hint="ledger status")
    return commit_tracked(ledger, experiment, paths, message or f"change {listed(paths, 3)}", instead=instead)


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


def own_parameters(plan: Plan, variant: str) -> list[str]:
    """The parameters that a trial has and its code has not: its replicate's and its arm's."""
    declared = plan.variant(variant)
    return [*plan.replicates.parameters, *(declared.params if declared is not None else ())]
