"""Does the experiment hold as a whole: was the plan there before its trials, and does the verdict follow from them?"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ledger.analysis.findings import PLAN, VERDICT, Finding, same
from ledger.model import seeds
from ledger.model.frozen import frozen
from ledger.model.hypothesis import Plan
from ledger.model.trial import Trial
from ledger.model.verdict import SCHEMA


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


def judged(stored: Mapping[str, Any], computed: Mapping[str, Any], file: str) -> list[Finding]:
    """Where the stored front matter differs from the verdict that the records give.

    A verdict of another schema may say the same in other words, and less: its sentences are unproved, its numbers are
    not, and what verdicts have said only since is not asked of it. One from before verdicts said whether they are
    confirmatory counted looks, and what came after results, by other rules.
    """
    kept = {key: value for key, value in stored.items() if key not in ("schema", "early")}
    worded_alike = stored.get("schema") == SCHEMA
    found: list[Finding] = []
    unproved: tuple[str, ...] = ("warnings", "remarks")
    if not worded_alike:
        if "confirmatory" not in stored:
            found, computed = _post_hoc(computed, file), _as_before(stored, computed)
            unproved += ("looks", "after_results")
        computed = {key: value for key, value in computed.items() if key in kept}
    return found + [
        Finding(
            check=VERDICT,
            message=f"{file}: `{key}` is {_short(a)}, but the records give {_short(b)}",
            problem=worded_alike or not key.endswith(unproved),
        )
        for key, a, b in _differences("", kept, computed)
    ]


def _post_hoc(computed: Mapping[str, Any], file: str) -> list[Finding]:
    if computed["confirmatory"]:
        return []
    why = "; ".join(computed["reasons"])
    message = f"{file} is older than `confirmatory`, and the records give no ({why}): ledger conclude says so"
    return [Finding(check=VERDICT, message=message, problem=False)]


def _as_before(stored: Mapping[str, Any], computed: Mapping[str, Any]) -> dict[str, Any]:
    """The computed verdict in the terms of one that does not know `confirmatory`, and does not cap its outcome."""
    said = dict(computed)
    if stored.get("outcome") == computed["numbers_say"]:
        said["outcome"] = computed["numbers_say"]
    said["amendments"] = [
        {key: change[key] for key in ("date", "changed", "after_results")} for change in computed["amendments"]
    ]
    return said


_ABSENT = object()


def _differences(key: str, a: object, b: object) -> list[tuple[str, object, object]]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        names = dict.fromkeys([*a, *b])
        pairs = [(f"{key}.{n}".removeprefix("."), a.get(n, _ABSENT), b.get(n, _ABSENT)) for n in names]
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b) and any(isinstance(i, dict) for i in a):
        pairs = [(f"{key}[{n}]", one, other) for n, (one, other) in enumerate(zip(a, b, strict=True))]
    else:
        return [] if same(a, b) or _close(a, b) else [(key, a, b)]
    return [row for name, one, other in pairs for row in _differences(name, one, other)]


def _close(a: object, b: object) -> bool:
    """Whether two numbers differ by no more than mathematical libraries do."""
    return isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=1e-8, abs_tol=1e-12)


def _short(value: object) -> str:
    if value is _ABSENT:
        return "lacking"
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
