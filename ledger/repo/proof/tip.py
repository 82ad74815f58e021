"""What an experiment's branch shows, gathered beside what its trials made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.analysis import checks, progress
from ledger.analysis.findings import BRANCH, Finding
from ledger.analysis.shown import State, shown
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.repo import unseen
from ledger.repo.ledger import Ledger
from ledger.repo.proof.witness import Tree, Trees


def tip_findings(ledger: Ledger, experiment: Experiment, trees: Trees, commits: Mapping[str, str]) -> Iterator[Finding]:
    """What the branch shows that it should not; nothing for what has no branch, or no trials.

    `commits` are the trial commits by the path of the record.
    """
    succeeded = [r for r in experiment.trials if r.collected and r.trial.succeeded]
    if experiment.branch is None or not succeeded:
        return
    refusal = unseen.since_trials(ledger, experiment)
    if refusal is not None:
        yield Finding(check=BRANCH, message=f"since the trials: {refusal.message}")
    try:
        tip = next(iter(trees.trees(experiment.tip, experiment.tip, experiment.tip)))
    except LedgerError as error:
        yield Finding(check=BRANCH, message=f"the branch cannot be read: {error.message}", problem=False)
        return
    made: dict[str, State] = {}
    for record in succeeded:
        commit = commits.get(record.path)
        tree = None if commit is None else _tree(trees, record.trial.code, commit, experiment)
        if tree is not None:
            made[record.path] = state(tree, record.trial.id)
    arm = experiment.plan.on_branch
    canonical = None if arm is None else progress.canonical(experiment, ledger.present(experiment), arm.name)
    earlier = []
    for commit in dict.fromkeys([experiment.plan.base, *(r.trial.code for r in succeeded)]):
        tree = _tree(trees, commit, commit, experiment)
        if tree is not None:
            earlier.append(state(tree, commit[:10]))
    yield from shown(
        state(tip, "the branch"),
        canonical=None if canonical is None else made.get(canonical.path),
        trials=list(made.values()),
        earlier=earlier,
        contents=trees.contents(tip),
        reproduced=_reproduced(ledger, experiment, trees, tip),
        lockfiles={stage.name: stage.lockfile for stage in tip.pipeline.stages},
        metrics=tip.pipeline.metric_files(),
        complete=len(made) == len(succeeded),
    )


def state(tree: Tree, label: str) -> State:
    """What a commit shows."""
    return State(label=label, locks=tree.locks, results=tree.results())


def _tree(trees: Trees, code: str, commit: str, experiment: Experiment) -> Tree | None:
    if trees.ledger.git.objects.read(f"{code}^{{commit}}") is None:
        return None
    try:
        return next(iter(trees.trees(code, commit, experiment.tip)))
    except LedgerError:
        return None


def _reproduced(ledger: Ledger, experiment: Experiment, trees: Trees, tip: Tree) -> set[str]:
    """The stages whose lock entries agree with the tip's code, or with that of the commit that wrote them."""
    found = _agreeing(trees, tip)
    if found >= tip.locks.keys():
        return found
    for lockfile in tip.pipeline.lockfiles():
        commit = ledger.git.text("log", "-1", "--format=%H", experiment.tip, "--", lockfile).strip()
        tree = _tree(trees, commit, commit, experiment) if commit else None
        if tree is not None:
            found |= {name for name in _agreeing(trees, tree) if tree.locks.get(name) == tip.locks.get(name)}
    return found


def _agreeing(trees: Trees, tree: Tree) -> set[str]:
    """The stages whose entries pin the commands, code and parameters of their own commit."""
    contents, parameters = trees.contents(tree), trees.parameters(tree)
    return {
        stage.name
        for stage in tree.pipeline.stages
        if stage.name in tree.locks and checks.agrees(stage, tree.locks[stage.name], contents, parameters)
    }
