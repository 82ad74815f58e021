"""How an experiment stands as of now: its verdict, whether that still holds, and whether the finding was confirmed.

What keeps models asks `standing`, and so does the Python API; `log`, `table`, `show` and the site have the same facts
of many at once, from the index.
"""

from __future__ import annotations

from ledger.analysis.looks import predicted_arms
from ledger.model.confirmation import Standing
from ledger.model.experiment import Experiment
from ledger.repo import concluded
from ledger.repo.ledger import Ledger


def standing(ledger: Ledger, experiment: Experiment) -> Standing:
    """How an experiment stands as of now, from the records of all: nothing of it is stored.

    Whether its own verdict holds is read from its history; what was confirmed comes from the index.
    """
    about = predicted_arms(experiment.plan)[0]
    arms = ledger.index.tested().get(experiment.name, ())
    return Standing(
        experiment=experiment.name,
        outcome=experiment.outcome,
        confirmatory=experiment.confirmatory,
        found=experiment.found,
        outdated=concluded.outdated(ledger, experiment),
        tested=tuple(sorted(arms, key=lambda one: one.variant != about)),
    )
