"""The plan that an amendment makes of another: checked as a new one is, but for what the plan had already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from ledger.errors import FormatError, LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model import names
from ledger.model import seeds as derived
from ledger.model.experiment import Experiment
from ledger.model.formats import front_matter
from ledger.model.formats.replicates import to_mapping
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.near_misses import near_misses
from ledger.model.plan import BASE, BASELINE, Plan, Variant
from ledger.model.search import OPEN_KEYS, STEP, TUNE
from ledger.model.settings import Settings
from ledger.repo import axes, data_arms
from ledger.repo.axes import AskedAxes, Seeds
from ledger.repo.code import Code
from ledger.repo.ledger import Ledger
from ledger.repo.plan_rules import check_alpha, check_evaluations, check_kinds, check_parameters, check_predictions

# what identifies the experiment is not among them: its name, base, author and date
AMENDABLE = (
    "title", "predictions", "groups", "variants", "replicates", "evaluation", "alpha", "looks", "failures",
    "deterministic", "exploratory", "tags", "parent", "search",
)  # fmt: skip

# what a search asks, by its kind
_SEARCHED = {
    STEP: ("metric", "better", "versions", "paths", "axis", "seeds", "evaluation_at", "evaluation_other"),
    TUNE: ("metric", "better", "space", "current", "model", "earlier"),
}


@frozen
class PlanEdits:
    """What is to change: keys of the plan by their values, and the replicates. `retype`: a parameter may become
    another kind of value.
    """

    keys: Mapping[str, Any] = field(default_factory=dict)
    seeds: Seeds | None = None
    axes: AskedAxes = field(default_factory=AskedAxes)
    retype: bool = False


def amended(ledger: Ledger, experiment: Experiment, asked: PlanEdits) -> Plan:
    """The plan as it is to be. Raises LedgerError where that would be no plan, or the same."""
    plan = experiment.plan
    code = ledger.code.at(experiment.tip)
    before = hypotheses.to_mapping(plan)
    given = _of_search(before, asked.keys)
    for key in given:
        if key not in AMENDABLE:
            near = near_misses(key, AMENDABLE)
            raise LedgerError(
                f"the plan's key {key} cannot be amended",
                hint=f"did you mean {near[0]}?" if near else f"these can: {', '.join(AMENDABLE)}",
            )
    changes = _sensible(ledger, code, given) | _replicates(ledger.settings, code, plan, asked)
    if not changes:
        raise LedgerError("say what changes", hint='ledger amend --predict "dice >= baseline + 0.02" -m "why"')
    draft = _plan(before | changes)
    keys = hypotheses.changed_keys(before, hypotheses.to_mapping(draft))
    if not keys:
        raise LedgerError("the amendment changes nothing", hint="ledger show prints the plan")
    if "search" in keys:
        _check_search(plan, draft)
    if "predictions" in keys or "variants" in keys:
        check_predictions(ledger, draft.predictions, draft.variants, plan.name)
    if "replicates" in keys or "variants" in keys:
        check_parameters(ledger, code, draft.replicates, draft.variants)
        if not asked.retype:
            # what the plan has already was meant
            new = [axis for axis in draft.replicates.axes if axis not in plan.replicates.axes]
            check_kinds(ledger, code, new, [v for v in draft.variants if v not in plan.variants])
    if {"groups", "replicates", "variants"} & set(keys):
        data_arms.check(ledger, code, draft)
    return draft


def _of_search(before: Mapping[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    """The changes, with `search.budget` and the like in the search that the plan has."""
    inside = {f"search.{key}": key for key in OPEN_KEYS}
    given = {key: value for key, value in keys.items() if key not in inside}
    own = {inside[key]: value for key, value in keys.items() if key in inside}
    if not own:
        return given
    if "search" not in before:
        raise LedgerError("the plan is not a search", hint="ledger show prints it")
    return given | {"search": {**before["search"], **given.get("search", {}), **own}}


def _check_search(before: Plan, after: Plan) -> None:
    """Raise LedgerError where a search would ask something else: its trials so far would not be its own."""
    if before.search is None or after.search is None:
        raise LedgerError(
            "a plan with a search cannot become one without, or vice versa", hint="ledger new begins another"
        )
    kind = before.search.kind
    kept = ("kind",) if after.search.kind != kind else _SEARCHED[kind]
    changed = [key for key in kept if getattr(before.search, key) != getattr(after.search, key)]
    if changed:
        another = "ledger new --tune" if kind == TUNE else "ledger bisect"
        raise LedgerError(f"what is searched cannot be amended: {listed(changed)}", hint=f"{another} begins another")


def _replicates(settings: Settings, code: Code, plan: Plan, asked: PlanEdits) -> dict[str, Any]:
    """The key for the replicates, where they are to change, and for what hashed seeds are derived from."""
    if not asked.axes and asked.seeds is None:
        return {}
    # more of the hashed seeds begin with those that there are
    source = plan.seeds_from or derived.source(plan.base, plan.title, [str(p) for p in plan.predictions])
    grid = axes.amended(settings, code, plan.replicates, seeds=asked.seeds, source=source, asked=asked.axes)
    hashed = {"seeds_from": source} if asked.seeds is not None and asked.seeds.hashed else {}
    return {"replicates": to_mapping(grid), **hashed}


def _plan(document: Mapping[str, Any]) -> Plan:
    """The plan that the front matter states, with a baseline where a prediction needs one."""
    try:
        draft = hypotheses.parse(front_matter.joined(document, "")).plan
    except FormatError as error:
        raise LedgerError(f"the amended plan is invalid: {error}", hint="ledger amend --help has an example") from None
    if any(p.reference == BASELINE for p in draft.predictions) and draft.variant(BASELINE) is None:
        draft = replace(draft, variants=(Variant(name=BASELINE, at=BASE), *draft.variants))
    if not draft.predictions and not draft.exploratory:
        raise LedgerError(
            "a plan without a prediction is exploratory",
            hint='ledger amend --predict "dice >= baseline + 0.02" -m "why"',
        )
    # the seeds of a search follow from it in a way of their own
    if draft.search is None and draft.seeds_from is not None and not derived.follow(draft.seeds_from, draft.replicates):
        # they are derived no more
        draft = replace(draft, seeds_from=None)
    return draft


def _sensible(ledger: Ledger, code: Code, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes as `ledger new` would write them. Raises LedgerError for what it would refuse too.

    A plan that is stored already may say such a thing and is read all the same.
    """
    found = dict(changes)
    alpha, looks, exploratory = (found.get(key) for key in ("alpha", "looks", "exploratory"))
    if isinstance(alpha, int | float) and not isinstance(alpha, bool):
        check_alpha(alpha)
    if isinstance(looks, float):
        raise LedgerError(f"looks={looks:g} is not a whole number", hint="--key looks=2")
    if exploratory is not None and not isinstance(exploratory, bool):
        raise LedgerError(f"exploratory={exploratory} is neither true nor false", hint="--key exploratory=true")
    if isinstance(found.get("title"), str):
        found["title"] = names.check_title(found["title"])
    if isinstance(found.get("tags"), list):
        found["tags"] = list(names.check_tags(map(str, found["tags"])))
    if isinstance(found.get("evaluation"), list):
        found["evaluation"] = list(check_evaluations(code, map(str, found["evaluation"])))
    parent = found.get("parent")
    if isinstance(parent, str) and ledger.find(parent) is None:
        raise LedgerError(f"there is no experiment {parent} to use as the parent", hint="ledger log lists them")
    return found
