"""Whether a stored verdict is still that of the plan and the records, and what both were when it was written."""

from __future__ import annotations

from ledger.errors import FormatError, LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model import settings
from ledger.model.aliases import Aliases
from ledger.model.experiment import Experiment, directory
from ledger.model.void import SUFFIX
from ledger.repo import experiments
from ledger.repo.experiments import Wanted
from ledger.repo.ledger import Ledger

_RENAMED = "the aliases of metrics in ledger.yaml were changed since"


def outdated(ledger: Ledger, experiment: Experiment) -> str | None:
    """Why the verdict is no longer that of the plan and the records, None where it still is.

    The experiment's own history says whether anything has changed since; only then the verdict is computed again, and
    records that change nothing (a trial that failed on code that was taken back) leave it as it was.
    """
    if experiment.verdict is None:
        return None
    if experiment.overtaken:
        return "the predictions were changed since"
    reason = _changed_since(ledger, experiment)
    alone = not any(v.experiment for v in experiment.plan.variants) and all(
        p.reference is None or experiment.plan.variant(p.reference) for p in experiment.plan.predictions
    )
    if reason is None and alone:
        return None
    # imported late: what computes verdicts takes a quarter of a second to import
    from ledger.repo import metric_aliases
    from ledger.repo.evidence import differences, voided_elsewhere, weigh

    if reason is None:
        return voided_elsewhere(ledger, experiment)
    try:
        aliases = metric_aliases.at(ledger, experiment.tip) if reason == _RENAMED else None
        return reason if differences(experiment, weigh(ledger, experiment, aliases)) else None
    except LedgerError:
        return reason


def as_concluded(ledger: Ledger, experiment: Experiment) -> Experiment:
    """The experiment as it was when its verdict was written; itself where that is what it is, or cannot be read."""
    commit = _concluded(ledger, experiment)
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
    file = f"{directory(experiment.name)}/verdict.md"
    return ledger.git.text("log", "-1", "--format=%H", experiment.tip, "--", file).strip() or None


def _changed_since(ledger: Ledger, experiment: Experiment) -> str | None:
    """What has been committed of the plan and the records since the verdict."""
    folder, git = directory(experiment.name), ledger.git
    concluded = _concluded(ledger, experiment)
    if concluded is None:
        return None
    changed = git.text("diff", "--name-only", "--no-renames", concluded, experiment.tip, "--", f"{folder}/trials")
    if changed:
        names = changed.splitlines()
        return f"trials were {'voided' if all(n.endswith(SUFFIX) for n in names) else 'recorded'} since"
    before = git.objects.text(concluded, f"{folder}/hypothesis.md")
    try:
        same = before is None or hypotheses.parse(before).plan == experiment.plan
    except FormatError:
        same = True
    if not same:
        return "the plan was amended since"
    texts = [git.objects.text(commit, settings.FILE) for commit in (concluded, experiment.tip)]
    return None if texts[0] == texts[1] or _named(texts[0]) == _named(texts[1]) else _RENAMED


def _named(text: str | None) -> Aliases | None:
    """The aliases in a `ledger.yaml`, None where it cannot be read."""
    try:
        return settings.parse(text or "").aliases
    except LedgerError:
        return None
