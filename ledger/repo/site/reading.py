"""All that the page of one experiment shows, out of the repository."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.analysis.answers import Shown
from ledger.analysis.site.brief import Brief
from ledger.analysis.site.page import ExperimentPage
from ledger.errors import LedgerError
from ledger.model.experiment import Experiment
from ledger.repo import concluded, histories
from ledger.repo.ledger import Ledger
from ledger.repo.review.reading import read as reviewed


def read(ledger: Ledger, name: str, briefs: Mapping[str, Brief], children: tuple[Brief, ...]) -> ExperimentPage:
    """The experiment with what its page shows; `briefs` are those of all that the site has, by name.

    Raises LedgerError where it cannot be read.
    """
    experiment = ledger.find(name)
    if experiment is None:
        raise LedgerError(f"there is no experiment {name}")
    return ExperimentPage(
        brief=briefs[name],
        shown=Shown(
            experiment=experiment,
            present=ledger.present(experiment),
            commits=histories.trial_commits(ledger, name),
            outdated=concluded.outdated(ledger, experiment),
            record=None,
        ),
        review=reviewed(ledger, name, ledger.snapshot.sources[name], None, None),
        parent=briefs.get(experiment.plan.parent or ""),
        children=children,
    )


def others(experiment: Experiment) -> tuple[str, ...]:
    """The other experiments that its page says something of beside their names: whose trials it has or names."""
    plan = experiment.plan
    named = [
        *(variant.filled_by.partition(":")[0] for variant in plan.variants if variant.filled_by is not None),
        *(p.reference for p in plan.predictions if p.reference is not None and not p.of_variant),
        *(r.trial.reused.partition("/")[0] for r in experiment.trials if r.trial.reused is not None),
    ]
    return tuple(sorted({name for name in named if name != experiment.name}))
