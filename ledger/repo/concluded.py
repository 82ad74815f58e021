"""Whether a stored verdict is still that of the plan and the records, and what both were when it was written."""

from __future__ import annotations

from ledger.analysis.problems import Subject
from ledger.errors import FormatError, LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model import settings
from ledger.model.aliases import Aliases
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import trailers
from ledger.model.remarks import Kind, Remark
from ledger.model.void import SUFFIX
from ledger.repo import experiments, histories, voided
from ledger.repo.experiments import Wanted
from ledger.repo.ledger import Ledger


def outdated(ledger: Ledger, experiment: Experiment) -> Remark | None:
    """Why the verdict is no longer that of the plan and the records, None where it still is.

    The experiment's own history says whether anything has changed since; only then the verdict is computed again, and
    records that change nothing (a trial that failed on code that was taken back) leave it as it was.
    """
    if experiment.verdict is None:
        return None
    if experiment.overtaken:
        return Remark.of(Kind.PREDICTIONS_CHANGED_SINCE)
    reason = own_change(ledger, experiment)
    if reason is not None:
        return reason if _differs(ledger, experiment, None) else None
    if experiment.branch is not None and _renamed(ledger, experiment):
        # what has landed or was put away keeps the names that it had
        from ledger.repo import metric_aliases

        if _differs(ledger, experiment, metric_aliases.at(ledger, experiment.tip)):
            return Remark.of(Kind.ALIASES_CHANGED_SINCE)
    reason = voided.sources_since(ledger, experiment)
    alone = not any(v.experiment for v in experiment.plan.variants) and all(
        p.reference is None or experiment.plan.variant(p.reference) for p in experiment.plan.predictions
    )
    if reason is not None or alone:
        return reason
    from ledger.repo.evidence import voided_elsewhere

    return voided_elsewhere(ledger, experiment)


def _differs(ledger: Ledger, experiment: Experiment, aliases: Aliases | None) -> bool:
    """Whether the verdict would be another now; with other `aliases` than it was written with, where they are given."""
    # imported late: what computes verdicts takes a quarter of a second to import
    from ledger.analysis.verdict_checks import differences
    from ledger.repo.weighing import weigh

    assert experiment.verdict is not None
    try:
        return bool(differences(Subject(experiment.name), experiment.verdict, weigh(ledger, experiment, aliases)))
    except LedgerError:
        return True


def as_concluded(ledger: Ledger, experiment: Experiment) -> Experiment:
    """The experiment as it was when its verdict was written; itself where that is what it is, or cannot be read."""
    commit = computed_at(ledger, experiment)
    if commit in (None, experiment.tip):
        return experiment
    try:
        found = experiments.read(
            ledger.git.objects,
            Wanted(name=experiment.name, tip=commit or "", pending=(), aliases=experiment.aliases),
            branch=experiment.branch,
            landed=experiment.landed,
            archived=experiment.archived,
        )
    except FormatError:
        return experiment
    return experiment if found is None or found.verdict is None else found


def _concluded(ledger: Ledger, experiment: Experiment) -> str | None:
    """The commit that wrote the verdict as it stands."""
    known, key = ledger.snapshot.concluded, (experiment.name, experiment.tip)
    if key not in known:
        changes = histories.changes_of(ledger.git, experiment.tip, experiment.name, "verdict.md")
        known[key] = next((commit for commit, _ in changes), None)
    return known[key]


def computed_at(ledger: Ledger, experiment: Experiment) -> str | None:
    """The commit whose plan and records the verdict is about, None where none is known."""
    commit = _concluded(ledger, experiment)
    return None if commit is None else histories.as_it_was(ledger, experiment, commit)


def is_lost(ledger: Ledger, experiment: Experiment) -> bool:
    """Whether that commit is not in this clone: the verdict was made anew on other records than it is about."""
    commit = _concluded(ledger, experiment)
    original = None if commit is None else trailers.value(ledger.git.objects.message(commit), trailers.REPLAYED)
    return original is not None and ledger.git.objects.read(f"{original}^{{commit}}") is None


def own_change(ledger: Ledger, experiment: Experiment) -> Remark | None:
    """What has been committed of the plan and the records since the verdict."""
    folder, git = directory(experiment.name), ledger.git
    concluded = computed_at(ledger, experiment)
    if concluded is None or concluded == experiment.tip:
        return None
    changed = git.text("diff", "--name-status", "--no-renames", concluded, experiment.tip, "--", f"{folder}/trials")
    if changed:
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


def _renamed(ledger: Ledger, experiment: Experiment) -> bool:
    """Whether other names of metrics have been committed since the verdict."""
    concluded = computed_at(ledger, experiment)
    commits = (concluded or experiment.tip, experiment.tip)
    before, now = (ledger.git.objects.text(commit, settings.FILE) for commit in commits)
    return before != now and _named(before) != _named(now)


def _named(text: str | None) -> Aliases | None:
    """The aliases in a `ledger.yaml`, None where it cannot be read."""
    try:
        return settings.parse(text or "").aliases
    except LedgerError:
        return None
