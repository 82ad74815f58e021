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
        told[commit] = _addition(ledger, experiment, commit, told.get(commit, Told(subject="")))
    return gather(experiment, found, present, told)


def _addition(ledger: Ledger, experiment: Experiment, commit: str, known: Told) -> Told:
    """What a version brought or changed, and what became of that, as far as it is known here."""
    search, files = search_of(experiment.plan), []
    overtaken: list[str] = []
    for path in search.paths:
        try:
            versions = ledger.datasets.versions(path, search.versions[0], experiment.plan.base)
        except LedgerError:
            return known
        at = next((number for number, version in enumerate(versions) if version.commit == commit), len(versions))
        left = {
            file for version in versions[at : at + 1] for file in (*(version.brought or ()), *(version.changed or ()))
        }
        files += sorted(left)
        for version in versions[at + 1 :]:
            gone = left & {*(version.changed or ()), *(version.removed or ())}
            left -= gone
            overtaken += [version.commit] if gone else []
        if left:
            # something of it is still there
            return replace(known, files=tuple(files))
    last = max(overtaken, key=search.versions.index) if overtaken else None
    return replace(known, files=tuple(files), overtaken=last)
