"""What an experiment's records say of its search, with what git says of the versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.analysis.bisection import nature
from ledger.analysis.bisection.answer import Bisection, ConfirmedStep
from ledger.analysis.bisection.gathered import CommitSaid, gather
from ledger.analysis.bisection.nature import Judgement
from ledger.analysis.counting import at
from ledger.analysis.search.records import fresh_points, search_of
from ledger.analysis.search.state import state
from ledger.errors import LedgerError
from ledger.git import lines
from ledger.model.experiment import Experiment
from ledger.repo import cases
from ledger.repo.ledger import Ledger


def read(ledger: Ledger, experiment: Experiment) -> Bisection:
    """All that is known so far."""
    present = ledger.present(experiment)
    found, search = state(experiment, present), search_of(experiment.plan)
    said = lines.told(ledger.git, [commit for commit in search.versions if ledger.git.commit(commit)])
    told = {commit: CommitSaid(subject=each.subject) for commit, each in said.items()}
    if len(found.places) == 1 and search.paths:
        commit = search.versions[found.places[0]]
        told[commit] = _addition(ledger, experiment, commit, told.get(commit, CommitSaid(subject="")))
    read = gather(experiment, found, present, told)
    if read.confirmation is not None and read.judgement is None:
        return replace(read, judgement=_by_cases(ledger, experiment, read.confirmation, present, told))
    return read


def _by_cases(
    ledger: Ledger,
    experiment: Experiment,
    found: ConfirmedStep,
    present: Mapping[str, str],
    told: Mapping[str, CommitSaid],
) -> Judgement | None:
    """Bad or only different, by the per-case results of the trials that confirm; None where these have none."""
    search, columns = search_of(experiment.plan), ledger.settings.cases
    if columns is None or not columns.by or search.metric not in columns.metrics:
        return None
    only = replace(columns, metrics={search.metric: columns.metrics[search.metric]}, cluster=None)
    fresh, arms, sides = fresh_points(experiment.plan), list(search.arms), []
    for place in (found.before, found.after):
        records = at(experiment.of(arms[place]), present.get(arms[place]))
        own = [record for point, record in records.items() if point in fresh]
        try:
            sides.append(nature.of_cases(cases.results(ledger, arms[place], own, only), search.metric))
        except LedgerError:
            return None
    groups = dict.fromkeys(group for side in sides for values in side.values() for group in values)
    version = told.get(search.versions[found.after])
    own_group = nature.own_groups(groups, () if version is None else version.files)
    named = {group: group for group in groups}
    return nature.judge(sides[0], sides[1], groups=named, own=own_group, sign=search.sign)


def _addition(ledger: Ledger, experiment: Experiment, commit: str, known: CommitSaid) -> CommitSaid:
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
