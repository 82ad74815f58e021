"""Writing a verdict down."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.analysis.counting import When
from ledger.errors import LedgerError
from ledger.git.branch import Moved, Step, advance
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import yaml12
from ledger.model.verdict import Verdict
from ledger.repo.evidence import conclusion, front_matter, gather
from ledger.repo.ledger import Ledger
from ledger.report import verdict as report


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """A verdict with its commit; None where it says what the last one said."""

    verdict: Verdict
    commit: str | None


def conclude(ledger: Ledger, experiment: Experiment, *, interpretation: str | None, early: bool) -> Concluded:
    """Compute the verdict, write `verdict.md` and commit it. Raises LedgerError while declared trials are missing."""
    ledger.git.identity()
    require_branch(ledger, experiment)
    path = f"{directory(experiment.name)}/verdict.md"
    with ledger.place.locked():
        ledger.refresh()
        experiment = ledger.experiment(experiment.name)
        evidence = gather(ledger, experiment, When.PRESENT)
        verdict = conclusion(ledger, experiment, evidence, early=early)
        earlier = ledger.git.objects.text(experiment.tip, path) or ""
        said = report.interpretation_of(earlier) if interpretation is None else interpretation
        text = f"---\n{yaml12.dumps(front_matter(verdict))}---\n" + report.body(
            verdict, experiment, evidence.arms, ledger.settings, said
        )
        if text == earlier:
            return Concluded(verdict=verdict, commit=None)
        predicted = [p.metric.name for p in experiment.plan.predictions]
        message = f"{report.subject(verdict, predicted)}\n\n{said.strip()}\n\nLedger-Experiment: {experiment.name}\n"
        commit = write(ledger, experiment, path, text, message + f"Ledger-Outcome: {verdict.outcome}\n")
    return Concluded(verdict=verdict, commit=commit)


def require_branch(ledger: Ledger, experiment: Experiment) -> None:
    """Raise LedgerError where the experiment has no branch here to write on."""
    ledger.require_current(experiment)
    if experiment.branch is None or not experiment.branch.startswith("refs/heads/"):
        raise LedgerError(
            f"{experiment.name} has no branch here to write on",
            hint=experiment.branch_hint(ledger.settings.branch_prefix),
        )


def write(ledger: Ledger, experiment: Experiment, path: str, text: str, message: str) -> str:
    """Commit a file of the experiment on its branch; returns the commit. Raises LedgerError where the branch moved."""
    git = ledger.git
    assert experiment.branch is not None
    tree = git.tree(experiment.tip, {path: ("100644", git.blob(text.encode()))})
    commit = git.commit_tree(tree, [experiment.tip], message.replace("\n\n\n\n", "\n\n"))
    reason = f"ledger: {message.splitlines()[0]}"
    try:
        advance(git, Step(ref=experiment.branch, old=experiment.tip, new=commit, reason=reason))
    except Moved:
        raise LedgerError("the branch moved meanwhile", hint="try again") from None
    ledger.refresh()
    return commit
