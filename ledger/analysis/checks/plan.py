"""Did the plan come first? What the experiment's commits say of it, beside when its trials ran, and on which code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from ledger.analysis.equality import same
from ledger.analysis.gathered import Claim, Gathered, OrderInGit
from ledger.analysis.problems import Kind, Problem, unproved, wrong
from ledger.model import hypothesis as hypotheses
from ledger.model import seeds
from ledger.model.plan import Plan
from ledger.model.trial import Trial

# by how much the clocks of two machines may differ
_CLOCKS = timedelta(days=1)


def plan(gathered: Gathered) -> Iterator[Problem]:
    """Where the plan cannot have been there before the trials, or changed without an amendment."""
    yield from _begun(gathered)
    plans = (gathered.experiment.plan, *gathered.plans.versions)
    digests = set(map(hypotheses.digest, plans))
    versions = list(map(hypotheses.to_mapping, plans))
    for claim in gathered.claims:
        if claim.order is not None:
            yield from _in_time(gathered, claim, claim.order, digests)
            if not elsewhere(gathered.experiment.plan, claim.trial):
                yield from _on_code(gathered, claim, claim.order, versions)
    yield from seeds_follow(gathered)


def concerns(plan: Plan, trial: Trial) -> bool:
    """Whether the plan predicts of a trial, so that it has to be older: not of a baseline that ran for others too."""
    return bool(plan.predictions) and (not elsewhere(plan, trial) or trial.variant in plan.predicted)


def elsewhere(plan: Plan, trial: Trial) -> bool:
    """Whether a trial ran on code that need not have the plan: its arm's code is the base, or another's."""
    variant = plan.variant(trial.variant)
    return trial.reused is not None or (variant is not None and variant.at is not None)


def _file(gathered: Gathered) -> str:
    return f"{gathered.folder}/hypothesis.md"


def _begun(gathered: Gathered) -> Iterator[Problem]:
    """Whether the plan can be as old as it says: it names the commit that it starts from."""
    plan, made = gathered.experiment.plan, gathered.plans.base_made
    if made is not None and plan.created < made - _CLOCKS:
        said = {"created": plan.created.isoformat(), "base": plan.base, "made": made.isoformat()}
        yield wrong(Kind.CREATED_BEFORE_BASE, gathered.whole, file=_file(gathered), **said)


def _in_time(gathered: Gathered, claim: Claim, order: OrderInGit, digests: set[str]) -> Iterator[Problem]:
    """Whether a trial began after the plan was written; `digests` are those of all its versions."""
    plan, trial = gathered.experiment.plan, claim.trial
    # a plan that the code held, or under which the trial was committed, proves the order: a clock may be behind
    under = order.held is not None or (trial.reused is None and order.under in digests)
    late = order.written if elsewhere(plan, trial) else plan.created
    if under:
        late = plan.created - _CLOCKS
    # what is repeated in the second in which the plan was written was there before: nothing is reused then
    too_soon = trial.started < late or (trial.reused is not None and trial.started == late)
    restored = any(run.cached for run in trial.stages.values())
    if too_soon and not trial.by_hand and not restored:
        said = {"started": trial.started.isoformat(), "late": late.isoformat()}
        yield wrong(Kind.STARTED_BEFORE_PLAN, trial, path=claim.record.path, **said)


def _on_code(
    gathered: Gathered, claim: Claim, order: OrderInGit, versions: Sequence[Mapping[str, Any]]
) -> Iterator[Problem]:
    """Whether the code that ran held the plan, as it is now or with an amendment for what differs.

    `versions` are the plans of the history, the present one first.
    """
    trial, file = claim.trial, _file(gathered)
    if not claim.code_here:
        yield unproved(Kind.PLAN_NOT_HERE, trial, code=trial.code)
        return
    if order.held is None:
        if order.unreadable:
            yield unproved(Kind.PLAN_UNREADABLE, trial, file=file, code=trial.code)
        else:
            yield wrong(Kind.NO_PLAN, trial, file=file, code=trial.code)
        return
    held, present = hypotheses.to_mapping(order.held), versions[0]
    if any(same(held, version) for version in versions):
        return
    differing = [key for key in dict.fromkeys([*held, *present]) if not same(held.get(key), present.get(key))]
    keys = ", ".join(differing)
    verdict = gathered.experiment.verdict
    told = verdict is None or set(differing) <= {key for change in verdict.amendments for key in change.changed}
    if told and not gathered.plans.complete:
        yield unproved(Kind.AMENDMENT_GONE, trial, file=file, keys=keys, code=trial.code)
    else:
        yield wrong(Kind.OTHER_PLAN, trial, file=file, keys=keys, code=trial.code)


def seeds_follow(gathered: Gathered) -> Iterator[Problem]:
    """Whether derived seeds are those that `seeds_from` gives, and whether that follows from a version of the plan."""
    plan = gathered.experiment.plan
    if plan.seeds_from is None:
        return
    if plan.search is None and not seeds.follow(plan.seeds_from, plan.replicates):
        yield wrong(Kind.SEEDS_CHOSEN, gathered.whole, file=_file(gathered))
        return
    versions = map(hypotheses.to_mapping, (plan, *gathered.plans.versions))
    if seeds.of_a_plan(plan.seeds_from) and plan.seeds_from not in map(seeds.source_of, versions):
        found = wrong if gathered.plans.whole else unproved
        yield found(Kind.SEEDS_OF_NO_PLAN, gathered.whole, file=_file(gathered))
