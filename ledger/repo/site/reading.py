"""Experiments out of the repository, in brief and as what their pages show."""

from __future__ import annotations

from ledger.analysis.answers import Shown
from ledger.analysis.site.brief import Brief, brief
from ledger.analysis.site.page import ExperimentPage
from ledger.model.experiment import Experiment
from ledger.repo import concluded, histories
from ledger.repo.ledger import Ledger
from ledger.repo.review.reading import read as reviewed


def in_brief(ledger: Ledger, experiment: Experiment) -> Brief:
    """The experiment in brief."""
    return brief(experiment, ledger.present(experiment), None)


def read(ledger: Ledger, experiment: Experiment, briefs: tuple[Brief, ...]) -> ExperimentPage:
    """All that the page of an experiment shows; `briefs` are all experiments that the site has."""
    name = experiment.name
    source = ledger.snapshot.sources[name]
    return ExperimentPage(
        brief=next(one for one in briefs if one.name == name),
        shown=Shown(
            experiment=experiment,
            present=ledger.present(experiment),
            commits=histories.trial_commits(ledger, name),
            outdated=concluded.outdated(ledger, experiment),
            record=None,
        ),
        review=reviewed(ledger, name, source, None, None),
        parent=next((one for one in briefs if one.name == experiment.plan.parent), None),
        children=tuple(one for one in briefs if one.parent == name),
    )
