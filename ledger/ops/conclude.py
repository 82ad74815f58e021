"""Compute a verdict, and write it down."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.analysis.arms import ArmValues
from ledger.analysis.counting import When
from ledger.model import verdict_file
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import front_matter, trailers
from ledger.model.frozen import frozen
from ledger.model.interpretation import interpretation_of
from ledger.model.verdict import Verdict
from ledger.repo.change import Change, require_branch, transact
from ledger.repo.evidence import gather
from ledger.repo.ledger import Ledger
from ledger.repo.weighing import conclusion
from ledger.report import verdict as report


@frozen
class Concluded:
    """A verdict with its experiment and arms. `commit` is None where the verdict has not changed."""

    experiment: Experiment
    arms: Mapping[str, ArmValues]
    verdict: Verdict
    commit: str | None


def collected(ledger: Ledger, experiment: Experiment) -> Experiment:
    """The experiment, once the trials that an interrupted run has left are on its branch."""
    if not ledger.snapshot.pending.get(experiment.name):
        return experiment
    # imported where there are some: a verdict starts without what runs trials
    from ledger.run.collect import collect
    from ledger.run.worker import Worker

    with Worker() as worker:
        collect(ledger, experiment.name, worker)
    return ledger.experiment(experiment.name)


def preview(ledger: Ledger, experiment: Experiment, *, early: bool) -> Verdict:
    """The verdict that `conclude` would write. Raises LedgerError as it does."""
    return conclusion(ledger, experiment, gather(ledger, experiment, When.PRESENT), early=early)


def conclude(ledger: Ledger, experiment: Experiment, *, interpretation: str | None, early: bool) -> Concluded:
    """Compute the verdict, write `verdict.md` and commit it. Raises LedgerError while declared trials are missing.

    Without an `interpretation` the earlier one is kept.
    """
    ledger.git.identity()
    require_branch(ledger, experiment)
    path = f"{directory(experiment.name)}/verdict.md"

    def make(change: Change) -> Concluded:
        at = change.experiment(experiment.name)
        evidence = gather(ledger, at, When.PRESENT)
        verdict = conclusion(ledger, at, evidence, early=early)
        earlier = ledger.git.objects.text(at.tip, path) or ""
        said = interpretation_of(earlier) if interpretation is None else interpretation
        body = report.body(verdict, at, evidence.arms, ledger.settings, said)
        text = front_matter.joined(verdict_file.front_matter(verdict), body)
        commit = None
        if text != earlier:
            subject = report.subject(verdict, [p.metric.name for p in at.plan.predictions])
            told = [(trailers.EXPERIMENT, at.name), (trailers.OUTCOME, verdict.outcome)]
            commit = change.write(at, {path: change.file(text)}, trailers.compose(subject, said, trailers=told))
        return Concluded(experiment=at, arms=evidence.arms, verdict=verdict, commit=commit)

    return transact(ledger, make)
