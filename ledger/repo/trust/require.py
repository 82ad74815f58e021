"""Refusing to run what came from somebody else and is not trusted yet.

What takes part in a run is the code of its arms, and beside it the DVC configuration and `ledger.yaml` of the work tree
from which it is started and of the main one: a cache folder, `targets`, files to `copy`. Each is asked about by its
commit, not by the branch that may move meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ledger.errors import LedgerError
from ledger.git import work_trees
from ledger.git.git import Git
from ledger.git.process import call
from ledger.model.experiment import Experiment
from ledger.repo.ledger import Ledger
from ledger.repo.trust.bases import remote_of


def arms_of(git: Git, experiment: Experiment) -> dict[str, list[str]]:
    """The commits whose code the arms of an experiment run, as far as they are here, with the arms of each.

    The branch's own is among them, whether or not an arm runs it: its plan says what runs.
    """
    found: dict[str, list[str]] = {experiment.tip: []}
    for variant in experiment.plan.variants:
        if variant.experiment is None:
            commit = experiment.plan.commit_of(variant) or experiment.tip
            if commit in found or git.commit(commit) == commit:
                found.setdefault(commit, []).append(variant.name)
    return found


def may_run(ledger: Ledger, name: str) -> bool:
    """Whether an experiment that came may run here as it is; one that cannot be read runs nothing."""
    try:
        experiment = ledger.find(name)
    except LedgerError:
        return True
    return experiment is None or not _lacking(ledger, experiment, arms_of(ledger.git, experiment))


def require_trusted(ledger: Ledger, experiment: Experiment, code: Mapping[str, Sequence[str]] | None = None) -> None:
    """Raise LedgerError where a run of the experiment would run, or be set up by, what is not trusted here.

    `code`: the commits that would run, with the arms or trials of each; else those of all arms.
    """
    code, around = arms_of(ledger.git, experiment) if code is None else code, checked_out(ledger)
    lacking = _lacking(ledger, experiment, [*code, *around])
    if not lacking:
        return
    if lacking[0] in code:
        raise _refused(ledger, experiment, lacking[0], code[lacking[0]])
    ref = around[lacking[0]].removeprefix("refs/heads/")
    name = ledger.name_of(around[lacking[0]]) or ref
    raise LedgerError(
        f"{ref}, which is checked out, came from {origin_of(ledger, lacking[0])} and is not trusted yet: its DVC "
        f"configuration and ledger.yaml would set up the run{_why_not_known(ledger)}",
        hint=f"git switch to a branch of your own, or ledger trust {name} shows what would run",
    )


def require_code(ledger: Ledger, experiment: Experiment, commits: Sequence[str], part: str | None = None) -> None:
    """The same of commits alone, at the moment when they are laid out to run. `part`: the arm or trial that runs."""
    lacking = _lacking(ledger, experiment, commits)
    if lacking:
        raise _refused(ledger, experiment, lacking[0], () if part is None else (part,))


def _lacking(ledger: Ledger, experiment: Experiment, commits: Iterable[str]) -> list[str]:
    return ledger.trust.lacking(commits, near=ledger.branch_of(experiment.name))


def _refused(ledger: Ledger, experiment: Experiment, commit: str, parts: Sequence[str]) -> LedgerError:
    name = experiment.name
    whose = f"{name}:{parts[0]}" if parts and commit != experiment.tip else name
    from_ = origin_of(ledger, commit)
    return LedgerError(
        f"{whose} runs code that came from {from_} and is not trusted yet{_why_not_known(ledger)}",
        hint=f"ledger trust {name} shows what would run{_way_out(ledger, from_)}",
    )


def _way_out(ledger: Ledger, remote: str) -> str:
    """What a lab types, whose members trust each other."""
    return f"; ledger trust --remote {remote} trusts all there" if remote in ledger.trust.bases.remotes else ""


def checked_out(ledger: Ledger) -> dict[str, str]:
    """The commits that are checked out where the run starts and in the main work tree, with their refs."""
    ref, commit = ledger.snapshot.head
    found = {} if commit is None else {commit: ref or commit[:10]}
    if not (ledger.git.root / ".git").is_dir():
        main = work_trees.listed(ledger.git)[0]
        said = call(["rev-parse", "-q", "--verify", "HEAD^{commit}"], cwd=main.path).stdout.decode().strip()
        if said:
            found.setdefault(said, main.branch or said[:10])
    return found


def origin_of(ledger: Ledger, commit: str) -> str:
    """The remote whose branches hold the commit, or what others made of it; `elsewhere` where none does."""
    commit = ledger.trust.foreign_part(commit)
    refs = ledger.git.text(
        "for-each-ref", "--format=%(refname)", "--contains", commit, "refs/remotes", "refs/ledger/remotes"
    )
    remotes = [remote for ref in refs.split("\n") if (remote := remote_of(ref)) is not None]
    return remotes[0] if remotes else "elsewhere"


def _why_not_known(ledger: Ledger) -> str:
    if ledger.trust.bases.keeps_reflogs:
        return ""
    return "; what was made here is unknown, because core.logAllRefUpdates is off"
