"""Writing a verdict down."""

from __future__ import annotations

from ledger.analysis.counting import When
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import trailers, yaml12
from ledger.model.frozen import frozen
from ledger.model.verdict import Verdict, front_matter
from ledger.repo.change import Change, require_branch, transact
from ledger.repo.evidence import gather
from ledger.repo.ledger import Ledger
from ledger.repo.weighing import conclusion
from ledger.report import verdict as report


@frozen
class Concluded:
    """A verdict with its commit; None where it says what the last one said."""

    verdict: Verdict
    commit: str | None


def conclude(ledger: Ledger, experiment: Experiment, *, interpretation: str | None, early: bool) -> Concluded:
    """Compute the verdict, write `verdict.md` and commit it. Raises LedgerError while declared trials are missing."""
    ledger.git.identity()
    require_branch(ledger, experiment)
    path = f"{directory(experiment.name)}/verdict.md"

    def make(change: Change) -> Concluded:
        at = change.experiment(experiment.name)
        evidence = gather(ledger, at, When.PRESENT)
        verdict = conclusion(ledger, at, evidence, early=early)
        earlier = ledger.git.objects.text(at.tip, path) or ""
        said = report.interpretation_of(earlier) if interpretation is None else interpretation
        text = f"---\n{yaml12.dumps(front_matter(verdict))}---\n" + report.body(
            verdict, at, evidence.arms, ledger.settings, said
        )
        if text == earlier:
            return Concluded(verdict=verdict, commit=None)
        subject = report.subject(verdict, [p.metric.name for p in at.plan.predictions])
        told = [(trailers.EXPERIMENT, at.name), (trailers.OUTCOME, verdict.outcome)]
        commit = change.write(at, {path: change.file(text)}, trailers.compose(subject, said, trailers=told))
        return Concluded(verdict=verdict, commit=commit)

    return transact(ledger, make)
