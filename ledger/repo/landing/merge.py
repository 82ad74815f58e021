"""The tree of an adoption: main and an experiment's branch merged, without a checkout.

Git merges the files. What it cannot know is done here: parameters key by key, `dvc.lock` stage by stage, results from
the side whose lock entry they belong to. What is left is a true conflict, and nothing is made of it.
"""

from __future__ import annotations

from ledger.analysis.lock_entries import OURS, THEIRS
from ledger.errors import LedgerError, Refused
from ledger.git.git import Git
from ledger.git.shallow import is_shallow
from ledger.git.three_way import merge_base, merge_trees
from ledger.model.experiment import Experiment
from ledger.model.frozen import frozen
from ledger.model.remarks import Remark
from ledger.repo.code import Code
from ledger.repo.landing.files import merge_files
from ledger.repo.landing.merging import BASE, Merging
from ledger.repo.landing.results import merge_locks, merge_results
from ledger.repo.ledger import Ledger


@frozen
class Merged:
    """A merged tree. `stale`: the stages to reproduce; `remarks`: where git alone would have found a conflict."""

    tree: str
    stale: tuple[str, ...]
    remarks: tuple[Remark, ...]


def merge(ledger: Ledger, experiment: Experiment, main: str, ours: str) -> Merged:
    """Merge the experiment's tip into the commit `ours` of the branch `main`.

    Raises Refused with every file that conflicts, and LedgerError where the histories cannot be merged here.
    """
    git, theirs = ledger.git, experiment.tip
    commits = {BASE: _base(ledger.git, experiment, main, ours), OURS: ours, THEIRS: theirs}
    merged = merge_trees(git, ours, theirs)
    codes = {THEIRS: ledger.code.at(theirs)}
    if ledger.code.has_pipeline(ours):
        codes[OURS] = ledger.code.at(ours)
    state = Merging(
        ledger=ledger,
        experiment=experiment,
        main=main,
        commits=commits,
        files={side: git.objects.files(commit) for side, commit in commits.items()},
        codes=codes,
        conflicts=merged.conflicts,
    )
    merge_files(state)
    if state.clashes:
        raise Refused(
            f"{state.branch} and {main} conflict, so nothing was changed:\n  " + "\n  ".join(map(str, state.clashes)),
            hint=f"by hand: git switch {main} && git merge {state.branch}; or rebase {state.branch} and land it again",
        )
    code = _merged_code(state, git.tree(merged.tree, state.changes))
    choice = merge_locks(state, code)
    merge_results(state, code, choice)
    return Merged(tree=git.tree(merged.tree, state.changes), stale=choice.stale, remarks=tuple(state.remarks))


def _base(git: Git, experiment: Experiment, main: str, ours: str) -> str:
    base = merge_base(git, ours, experiment.tip)
    if base is not None:
        return base
    if is_shallow(git.common):
        raise LedgerError(
            f"this clone is too shallow to merge: it lacks the commit that {experiment.name} was forked from",
            hint="git fetch --unshallow, then land it again; ledger land --record needs no merge",
        )
    raise LedgerError(
        f"{main} and {experiment.name} share no history, so there is nothing to merge",
        hint="ledger land --record keeps only the record",
    )


def _merged_code(state: Merging, tree: str) -> Code:
    """The code of the merged files. Raises Refused where two sound pipelines have become one that is not."""
    code, wrong = state.pipeline_of(tree)
    if code is None or wrong is not None:
        raise Refused(
            f"merged with {state.main}, the pipeline of {state.branch} would not run: {wrong}",
            hint=f"git switch {state.branch} && git rebase {state.main}, correct it there, then land it again",
        )
    return code
