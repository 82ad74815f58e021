"""Where an experiment forks from: HEAD, a revision, or the state in which another experiment's arm or trial ran.

An arm's parameters are written in no commit of its branch. They get one of their own, which becomes the `base` of the
new experiment: its baseline is then the arm, and only what the new branch changes differs from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.plan import TREATMENT
from ledger.model.trial import Trial
from ledger.repo import histories
from ledger.repo.code import Code, ParameterKey, edited, recorded_changes
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target, filler


@frozen
class Start:
    """The commit to fork from, what to call it, and the experiment that it belongs to."""

    commit: str
    label: str
    parent: str | None


def start(ledger: Ledger, wanted: str | None) -> Start:
    """Where `wanted` says; by default HEAD. Raises LedgerError if HEAD would be ambiguous, or the code is gone."""
    ref, commit = ledger.snapshot.head
    if commit is None:
        raise LedgerError(
            "there is no commit yet to fork from", hint="commit your pipeline first: git add -A && git commit"
        )
    if wanted is not None:
        target = ledger.target(wanted)
        if target.experiment is not None:
            return of_target(ledger, target)
        assert target.commit is not None
        return Start(commit=target.commit, label=wanted, parent=ledger.name_of(f"refs/heads/{wanted}"))
    if ref is None:
        raise LedgerError(
            f"HEAD is detached at {commit[:10]}, so it is unclear where to fork from",
            hint="say which: --from HEAD, or --from main",
        )
    name = ledger.name_of(ref)
    parent = None if name is None else ledger.find(name)
    if parent is not None and parent.outcome != "supported":
        outcome, main = parent.outcome or "not concluded", ledger.snapshot.main or "main"
        raise LedgerError(
            f"you are on the experiment {parent.name}, which is {outcome}: a fork would inherit its change",
            hint=f"--from {main} to start fresh, --from {parent.name} to build on it anyway",
        )
    return Start(commit=commit, label=ref.removeprefix("refs/heads/"), parent=None if parent is None else parent.name)


def of_target(ledger: Ledger, target: Target) -> Start:
    """Where an experiment, an arm or a trial forks from.

    An arm forks from the code that it runs on now, a trial from the code that ran. Raises LedgerError where that is not
    here.
    """
    origin = target.experiment
    assert origin is not None
    declared = origin.plan.variant(target.variant)
    if declared is not None and declared.experiment is not None:
        return of_target(ledger, filler(ledger, declared, target.text))
    trial = None if target.trial is None else target.trial.trial
    if trial is None and declared is None:
        # an arm that the plan has no more is what its last trial was
        trial = max(origin.of(target.variant), key=lambda record: record.trial.started).trial
    if trial is not None:
        code = _code(ledger, origin, trial.code)
        changes: Mapping[ParameterKey, Any] = of_arm(code, trial)
    else:
        assert declared is not None
        code = _code(ledger, origin, origin.plan.commit_of(declared) or histories.tip(ledger, origin))
        changes = {code.locate(key): value for key, value in declared.params.items()}
    part = target.variant if target.trial is None else target.trial.trial.id
    label = origin.name if part == TREATMENT else f"{origin.name}:{part}"
    return Start(commit=_with_parameters(ledger.git, code, changes, label), label=label, parent=origin.name)


def _code(ledger: Ledger, origin: Experiment, commit: str | None) -> Code:
    if commit is None or ledger.git.commit(commit) is None:
        raise LedgerError(
            f"the branch of {origin.name} is gone, and its code with it",
            hint=f"ledger pull {origin.name}, or --from {ledger.snapshot.main or 'main'}",
        )
    return ledger.code.at(commit)


def of_arm(code: Code, trial: Trial) -> dict[ParameterKey, Any]:
    """What the record has other than the code, without its replicate: that is none of the arm's parameters."""
    replicate = {code.locate(axis) for axis, _ in trial.point if axis in code.names}
    return {key: value for key, value in recorded_changes(code, trial).items() if key not in replicate}


def _with_parameters(git: Git, code: Code, changes: Mapping[ParameterKey, Any], label: str) -> str:
    """The commit of the code itself where it has the parameters already, else one on top of it."""
    texts = edited(code.texts, changes)
    entries = {
        path: replace(code.files[path], oid=git.blob(text.encode()))
        for path, text in texts.items()
        if text != code.texts[path]
    }
    if not entries:
        return code.commit
    return git.commit_tree(git.tree(code.commit, entries), [code.commit], f"fork: the parameters of {label}\n")
