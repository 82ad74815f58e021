"""What an experiment's branch shows, gathered beside what its trials made."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.analysis import progress
from ledger.analysis.checks.code import agrees
from ledger.analysis.gathered import Branch, CommitState, TipShown
from ledger.errors import LedgerError, NotHere
from ledger.git.git import Git
from ledger.model.experiment import Experiment
from ledger.repo import unseen
from ledger.repo.ledger import Ledger
from ledger.repo.proof.contents import Contents
from ledger.repo.proof.trees import Tree, Trees


def branch(
    ledger: Ledger, experiment: Experiment, trees: Trees, contents: Contents, commits: Mapping[str, str]
) -> Branch | None:
    """What the branch shows; None for what has no branch, or no results.

    `commits` are the trial commits by the path of the record.
    """
    succeeded = [r for r in experiment.trials if r.collected and r.trial.succeeded]
    if experiment.branch is None or not succeeded:
        return None
    refusal = unseen.since_trials(ledger, experiment)
    said = None if refusal is None else refusal.message
    changed, perhaps = (None, said) if isinstance(refusal, NotHere) else (said, None)
    try:
        tip = next(iter(trees.trees(experiment.tip, experiment.tip, experiment.tip)))
    except LedgerError as error:
        return Branch(changed_unseen=changed, perhaps_changed=perhaps, unreadable=error.message)
    made: dict[str, CommitState] = {}
    for record in succeeded:
        commit = commits.get(record.path)
        tree = None if commit is None else _tree(trees, record.trial.code, commit, experiment)
        if tree is not None:
            made[record.path] = _state(tree, record.trial.id)
    arm = experiment.plan.on_branch
    canonical = None if arm is None else progress.canonical(experiment, ledger.present(experiment), arm.name)
    before = dict.fromkeys([experiment.plan.base, *(r.trial.code for r in succeeded)])
    earlier = {commit: _tree(trees, commit, commit, experiment) for commit in before}
    shown = TipShown(
        tip=_state(tip, "the branch"),
        canonical=None if canonical is None else made.get(canonical.path),
        trials=tuple(made.values()),
        earlier=tuple(_state(tree, commit[:10]) for commit, tree in earlier.items() if tree is not None),
        contents=contents.of(tip),
        reproduced=_reproduced(ledger.git, experiment, trees, contents, tip),
        lockfiles={stage.name: stage.lockfile for stage in tip.pipeline.stages},
        metrics=tip.pipeline.metric_files(),
        complete=len(made) == len(succeeded),
    )
    return Branch(changed_unseen=changed, perhaps_changed=perhaps, shown=shown)


def _state(tree: Tree, label: str) -> CommitState:
    return CommitState(label=label, locks=tree.locks, results=tree.results())


def _tree(trees: Trees, code: str, commit: str, experiment: Experiment) -> Tree | None:
    if trees.ledger.git.objects.read(f"{code}^{{commit}}") is None:
        return None
    try:
        return next(iter(trees.trees(code, commit, experiment.tip)))
    except LedgerError:
        return None


def _reproduced(git: Git, experiment: Experiment, trees: Trees, contents: Contents, tip: Tree) -> set[str]:
    """The stages whose lock entries agree with the tip's code, or with that of the commit that wrote them."""
    found = _agreeing(trees, contents, tip)
    if found >= tip.locks.keys():
        return found
    for lockfile in tip.pipeline.lockfiles():
        commit = git.text("log", "-1", "--format=%H", experiment.tip, "--", lockfile).strip()
        tree = _tree(trees, commit, commit, experiment) if commit else None
        if tree is not None:
            agreeing = _agreeing(trees, contents, tree)
            found |= {name for name in agreeing if tree.locks.get(name) == tip.locks.get(name)}
    return found


def _agreeing(trees: Trees, contents: Contents, tree: Tree) -> set[str]:
    """The stages whose entries pin the commands, code and parameters of their own commit."""
    held, parameters = contents.of(tree), trees.parameters(tree)
    return {
        stage.name
        for stage in tree.pipeline.stages
        if stage.name in tree.locks and agrees(stage, tree.locks[stage.name], held, parameters)
    }
