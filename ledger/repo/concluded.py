"""Whether a stored verdict is still that of the plan and the records, and what both were when it was written."""

from __future__ import annotations

from ledger.errors import FormatError, LedgerError
from ledger.model import settings
from ledger.model.aliases import Aliases
from ledger.model.experiment import Experiment
from ledger.model.formats import trailers
from ledger.model.remarks import Kind, Remark
from ledger.repo import experiments, since_verdict, voided
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
    reason = since_verdict.own_change(ledger, experiment)
    if reason is not None:
        return reason if _differs(ledger, experiment, None) else None
    if experiment.branch is not None and _renamed(ledger, experiment):
        # what has landed or was put away keeps the names that it had
        from ledger.repo import metric_aliases

        if _differs(ledger, experiment, metric_aliases.at(ledger.git, experiment.tip)):
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
    from ledger.analysis.problems import Subject
    from ledger.analysis.verdict_checks import differences
    from ledger.repo.weighing import weigh

    assert experiment.verdict is not None
    try:
        return bool(differences(Subject(experiment.name), experiment.verdict, weigh(ledger, experiment, aliases)))
    except LedgerError:
        return True


def as_concluded(ledger: Ledger, experiment: Experiment) -> Experiment:
    """The experiment as it was when its verdict was written; itself where that is what it is, or cannot be read."""
    commit = since_verdict.computed_at(ledger, experiment)
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


def is_lost(ledger: Ledger, experiment: Experiment) -> bool:
    """Whether that commit is not in this clone: the verdict was made anew on other records than it is about."""
    commit = since_verdict.written_by(ledger, experiment)
    original = None if commit is None else trailers.value(ledger.git.objects.message(commit), trailers.REPLAYED)
    return original is not None and ledger.git.objects.read(f"{original}^{{commit}}") is None


def _renamed(ledger: Ledger, experiment: Experiment) -> bool:
    """Whether other names of metrics have been committed since the verdict."""
    concluded = since_verdict.computed_at(ledger, experiment)
    commits = (concluded or experiment.tip, experiment.tip)
    before, now = (ledger.git.objects.text(commit, settings.FILE) for commit in commits)
    return before != now and _named(before) != _named(now)


def _named(text: str | None) -> Aliases | None:
    """The aliases in a `ledger.yaml`, None where it cannot be read."""
    try:
        return settings.parse(text or "").aliases
    except LedgerError:
        return None
