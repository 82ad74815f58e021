"""What an experiment's records say of its search, with what git says of the versions."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.bisection.answer import Bisection
from ledger.analysis.bisection.gathered import Told, gather
from ledger.analysis.search.records import search_of
from ledger.analysis.search.state import state
from ledger.errors import LedgerError
from ledger.git import lines
from ledger.model.experiment import Experiment
from ledger.repo.ledger import Ledger


def read(ledger: Ledger, experiment: Experiment) -> Bisection:
    """All that is known so far."""
    present = ledger.present(experiment)
    found, search = state(experiment, present), search_of(experiment.plan)
    said = lines.told(ledger.git, [commit for commit in search.versions if ledger.git.commit(commit)])
    told = {commit: Told(subject=each.subject) for commit, each in said.items()}
    if len(found.places) == 1 and search.paths:
        commit = search.versions[found.places[0]]
        told[commit] = replace(told.get(commit, Told(subject="")), files=_files(ledger, experiment, commit))
    return gather(experiment, found, present, told)


def _files(ledger: Ledger, experiment: Experiment, commit: str) -> tuple[str, ...]:
    """The files that a version brought or changed; none where that is not known here."""
    search, found = search_of(experiment.plan), []
    for path in search.paths:
        try:
            versions = ledger.datasets.versions(path, search.versions[0], experiment.plan.base)
        except LedgerError:
            return ()
        own = [version for version in versions if version.commit == commit]
        found += [file for version in own for file in (*(version.brought or ()), *(version.changed or ()))]
    return tuple(found)
