"""Was every trial of a search one that it may ask for?

Each record tells what the search knew when it asked (`asked:`). From that the rule says again which trial it asks for,
whoever ran the others, at the same time or in another clone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.gathered import Gathered
from ledger.analysis.problems import Kind, Problem, unproved, wrong
from ledger.model.search import RULE


def search(gathered: Gathered) -> Iterator[Problem]:
    """The trials that no version of the plan's search would have asked for, given what they followed."""
    plan = gathered.experiment.plan
    if plan.search is None:
        return
    if plan.search.rule != RULE:
        yield unproved(Kind.OTHER_RULE, gathered.whole, rule=str(plan.search.rule), own=str(RULE))
        return
    # imported late: few plans are searches
    from ledger.analysis.search import replay

    own = gathered.experiment.trials
    records = {record.trial.id: record for record in own}
    rules = replay.rules([plan, *gathered.plans.versions])
    for record in own:
        trial = record.trial
        if trial.asked is None:
            yield wrong(Kind.NOT_ASKED_FOR, trial, path=record.path)
            continue
        ids = trial.asked.ids
        gone = [id for id in ids if id not in records]
        if gone:
            # what cannot be read is told of elsewhere, and may be it
            found = unproved if gathered.experiment.problems or gathered.experiment.too_new else wrong
            yield found(Kind.KNEW_NOTHING, trial, path=record.path, names=tuple(gone))
            continue
        if trial.id in ids:
            yield wrong(Kind.KNEW_ITSELF, trial, path=record.path)
            continue
        known = [records[id] for id in ids]
        if replay.again(trial, known) or any(replay.asks(rule, trial, known) for rule in rules):
            continue
        found = wrong if gathered.plans.complete else unproved
        yield found(Kind.NOT_THE_NEXT, trial, path=record.path, count=str(len(known)))
