"""Was the plan there before its trials?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ledger.analysis.findings import PLAN, Finding, same
from ledger.model import seeds
from ledger.model.frozen import frozen
from ledger.model.hypothesis import Plan
from ledger.model.trial import Trial


@frozen
class PlanHistory:
    """The plan as the experiment has it now, and the versions in its history.

    `whole`: whether that is the experiment's own history, and not what a squash has left of it. `listed`: the keys that
    the stored verdict says were amended, None where there is no verdict.
    """

    file: str
    present: Mapping[str, Any]
    versions: Sequence[Mapping[str, Any]]
    whole: bool
    listed: Collection[str] | None


def ordered(trial: Trial, at_code: Mapping[str, Any] | None, plan: PlanHistory) -> list[Finding]:
    """Whether the trial's code held the plan, as it is now or with an amendment for what differs."""
    code = trial.code[:10]
    if at_code is None:
        message = f"the trial ran on {code}, which holds no {plan.file}: the plan came after it"
        return [Finding(check=PLAN, trial=trial.id, message=message)]
    if any(same(at_code, version) for version in (plan.present, *plan.versions)):
        return []
    keys = [
        key for key in dict.fromkeys([*at_code, *plan.present]) if not same(at_code.get(key), plan.present.get(key))
    ]
    was = "was" if len(keys) == 1 else "were"
    differs = f"{plan.file}: {', '.join(keys)} {was} another when the trial ran ({code})"
    if not plan.whole and (plan.listed is None or set(keys) <= set(plan.listed)):
        message = f"{differs}, and the history that would show the amendment is gone"
        return [Finding(check=PLAN, trial=trial.id, message=message, problem=False)]
    return [Finding(check=PLAN, trial=trial.id, message=f"{differs}, and no commit amended it")]


def seeds_follow(plan: Plan, versions: Iterable[Mapping[str, Any]], file: str, *, whole: bool) -> list[Finding]:
    """Whether the seeds are those that `seeds_from` gives, and whether that is what the plan predicted of what.

    `versions` are the plans of the history, which is `whole` or not; a plan may have been amended since.
    """
    if plan.seeds_from is None:
        return []
    if not seeds.follow(plan.seeds_from, plan.replicates):
        message = f"{file}: the seeds are not those that `seeds_from` gives: somebody chose them"
        return [Finding(check=PLAN, message=message)]
    if not seeds.of_a_plan(plan.seeds_from) or plan.seeds_from in map(seeds.source_of, versions):
        return []
    message = f"{file}: `seeds_from` does not follow from the base, the title and the predictions of any version of it"
    return [Finding(check=PLAN, message=message, problem=whole)]
