"""Which commit wrote an experiment's verdict, and what has been committed of its plan and records since.

It needs no more than git's history, so that the index can ask it of experiments that others depend on.
"""

from __future__ import annotations

from ledger.errors import FormatError
from ledger.model import hypothesis as hypotheses
from ledger.model.experiment import Experiment, directory
from ledger.model.remarks import Kind, Remark
from ledger.model.void import SUFFIX
from ledger.repo import histories
from ledger.repo.snapshot import Repository


def holds(ledger: Repository, experiment: Experiment) -> bool | None:
    """Whether nothing has been committed of the plan and the records since the verdict; None where there is none.

    `concluded.outdated` asks more: what changed may have left the verdict as it was.
    """
    return None if experiment.outcome is None else own_change(ledger, experiment) is None


def written_by(ledger: Repository, experiment: Experiment) -> str | None:
    """The commit that wrote the verdict as it stands."""
    known, key = ledger.snapshot.concluded, (experiment.name, experiment.tip)
    if key not in known:
        changes = histories.changes_of(ledger.git, experiment.tip, experiment.name, "verdict.md")
        known[key] = next((commit for commit, _ in changes), None)
    return known[key]


def computed_at(ledger: Repository, experiment: Experiment) -> str | None:
    """The commit whose plan and records the verdict is about, None where none is known."""
    commit = written_by(ledger, experiment)
    return None if commit is None else histories.as_it_was(ledger, experiment, commit)


def own_change(ledger: Repository, experiment: Experiment) -> Remark | None:
    """What has been committed of the plan and the records since the verdict."""
    folder, git = directory(experiment.name), ledger.git
    concluded = computed_at(ledger, experiment)
    if concluded is None or concluded == experiment.tip:
        return None
    then, now = git.objects.at(concluded, f"{folder}/trials"), git.objects.at(experiment.tip, f"{folder}/trials")
    if (then and then.oid) != (now and now.oid):
        changed = git.text("diff", "--name-status", "--no-renames", concluded, experiment.tip, "--", f"{folder}/trials")
        how = {line[0] for line in changed.splitlines() if not line.endswith(SUFFIX)}
        if "A" in how:
            return Remark.of(Kind.RECORDED_SINCE)
        return Remark.of(Kind.RECORDS_CHANGED_SINCE if how else Kind.VOIDED_SINCE)
    before = git.objects.text(concluded, f"{folder}/hypothesis.md")
    try:
        same = before is None or hypotheses.parse(before).plan == experiment.plan
    except FormatError:
        same = True
    return None if same else Remark.of(Kind.PLAN_AMENDED_SINCE)
