"""Was every trial of a search one that it may ask for?

Each record tells what the search knew when it asked (`asked:`). From that the rule says again which trial it asks for,
whoever ran the others, at the same time or in another clone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.gathered import Claim, Gathered
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

    records = {record.trial.id: record for record in gathered.experiment.trials}
    rules = replay.rules([plan, *gathered.plans.versions])
    for claim in gathered.claims:
        trial, path = claim.trial, claim.record.path
        if trial.asked is None:
            yield wrong(Kind.NOT_ASKED_FOR, trial, path=path)
            continue
        # where two clones have used one name it may mean either's trial
        readings = [[names.get(id, id) for id in trial.asked.ids] for names in claim.known or ({},)]
        sound = [ids for ids in readings if trial.id not in ids and all(id in records for id in ids)]
        if not sound:
            yield _unsound(gathered, claim, tuple(id for id in readings[0] if id not in records))
            continue
        knowing = [[records[id] for id in ids] for ids in sound]
        if any(
            replay.again(trial, known) or any(replay.asks(rule, trial, known) for rule in rules) for known in knowing
        ):
            continue
        found = wrong if gathered.plans.complete else unproved
        yield found(Kind.NOT_THE_NEXT, trial, path=path, count=str(len(sound[0])))


def _unsound(gathered: Gathered, claim: Claim, gone: tuple[str, ...]) -> Problem:
    """What is to be said of a trial that followed others which cannot have been before it."""
    if not gone:
        return wrong(Kind.KNEW_ITSELF, claim.trial, path=claim.record.path)
    # what cannot be read is told of elsewhere, and may be it
    found = unproved if gathered.experiment.problems or gathered.experiment.too_new else wrong
    return found(Kind.KNEW_NOTHING, claim.trial, path=claim.record.path, names=gone)
