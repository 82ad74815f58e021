"""Changing a plan openly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from ledger.analysis.metric_names import corrections
from ledger.errors import FormatError, LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model import names, seeds
from ledger.model.experiment import Experiment, directory
from ledger.model.formats import trailers, yaml12
from ledger.model.frozen import frozen
from ledger.model.hypothesis import BASE, BASELINE, Hypothesis, Plan, Variant
from ledger.model.parameters import near_misses
from ledger.repo.change import Change, require_branch, transact
from ledger.repo.code import Code
from ledger.repo.ledger import Ledger
from ledger.repo.plan_order import known_now
from ledger.repo.planning import check_alpha, check_evaluation, check_kinds, check_parameters, check_predictions


@frozen
class Amended:
    """The plan as it is now, the keys that changed, and whether results had been seen by then.

    `corrects`: where nothing but names of metrics changed that no result has, the new ones by the old ones.
    """

    plan: Plan
    keys: tuple[str, ...]
    commit: str
    after_results: bool
    corrects: Mapping[str, str] = field(default_factory=dict)


def amend(
    ledger: Ledger,
    experiment: Experiment,
    changes: Mapping[str, Any],
    *,
    seeds_from: str | None = None,
    retype: bool = False,
    reason: str,
) -> Amended:
    """Change keys of the plan openly. Raises LedgerError where that would be no plan, or the same.

    `seeds_from` is what the seeds among the changes were derived from; with `retype` a parameter may become another
    kind of value. What identifies the experiment (its name, base, author and date) cannot be amended.
    """
    ledger.git.identity()
    require_branch(ledger, experiment)
    if not reason.strip():
        raise LedgerError("an amendment needs its reason", hint='ledger amend … -m "why"')
    path = f"{directory(experiment.name)}/hypothesis.md"

    def make(change: Change) -> Amended:
        at = change.experiment(experiment.name)
        plan = at.plan
        before = hypotheses.to_mapping(plan)
        for key in changes:
            if key not in AMENDABLE:
                near = near_misses(key, AMENDABLE)
                raise LedgerError(
                    f"the plan's key {key} cannot be amended",
                    hint=f"did you mean {near[0]}?" if near else f"these can: {', '.join(AMENDABLE)}",
                )
        code = ledger.code.at(at.tip)
        derived = {} if seeds_from is None else {"seeds_from": seeds_from}
        draft = _amended(plan, before | _sensible(ledger, code, changes) | derived)
        after = hypotheses.to_mapping(draft)
        keys = hypotheses.changed_keys(before, after)
        if not keys:
            raise LedgerError("the amendment changes nothing", hint="ledger show says what the plan is")
        if "predictions" in keys or "variants" in keys:
            check_predictions(ledger, draft.predictions, draft.variants, plan.name)
        if "replicates" in keys or "variants" in keys:
            check_parameters(ledger, code, draft.replicates, draft.variants)
            if not retype:
                # what the plan has already was meant
                axes = [axis for axis in draft.replicates.axes if axis not in plan.replicates.axes]
                check_kinds(ledger, code, axes, [v for v in draft.variants if v not in plan.variants])
        text = hypotheses.render(Hypothesis(plan=draft, body=at.hypothesis.body))
        told = [(trailers.EXPERIMENT, at.name), *((trailers.KNOWN, trial) for trial in known_now(ledger, at))]
        results = [r.trial for r in at.trials if r.trial.succeeded]
        names_now = corrections(plan, draft, results) if results else {}
        if names_now:
            told.append((trailers.CORRECTS, ", ".join(f"{old} to {new}" for old, new in names_now.items())))
        message = trailers.compose(f"amend: {', '.join(keys)}", reason, trailers=told)
        commit = change.write(at, {path: change.file(text)}, message)
        return Amended(plan=draft, keys=tuple(keys), commit=commit, after_results=bool(results), corrects=names_now)

    return transact(ledger, make)


def _amended(plan: Plan, document: Mapping[str, Any]) -> Plan:
    """The plan that the front matter states, with a baseline where a prediction needs one."""
    try:
        draft = hypotheses.parse(f"---\n{yaml12.dumps(document)}---\n").plan
    except FormatError as error:
        raise LedgerError(
            f"the amended plan would not be one: {error}", hint="ledger amend --help has an example"
        ) from None
    if any(p.reference == BASELINE for p in draft.predictions) and draft.variant(BASELINE) is None:
        draft = replace(draft, variants=(Variant(name=BASELINE, at=BASE), *draft.variants))
    if not draft.predictions and not draft.exploratory:
        raise LedgerError(
            "a plan without a prediction is exploratory",
            hint='ledger amend --predict "dice >= baseline + 0.02" -m "why"',
        )
    if draft.seeds_from is not None and not seeds.follow(draft.seeds_from, draft.replicates):
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
        raise LedgerError(f"looks={looks:g} is no whole number", hint="--key looks=2")
    if exploratory is not None and not isinstance(exploratory, bool):
        raise LedgerError(f"exploratory={exploratory} is neither true nor false", hint="--key exploratory=true")
    if isinstance(found.get("title"), str):
        found["title"] = names.check_title(found["title"])
    if isinstance(found.get("tags"), list):
        found["tags"] = list(dict.fromkeys(names.check_tag(str(tag)) for tag in found["tags"]))
    if isinstance(found.get("evaluation"), list):
        found["evaluation"] = list(dict.fromkeys(check_evaluation(code, str(path)) for path in found["evaluation"]))
    parent = found.get("parent")
    if isinstance(parent, str) and ledger.find(parent) is None:
        raise LedgerError(f"there is no experiment {parent} to be the parent", hint="ledger log lists them")
    return found


AMENDABLE = (
    "title", "predictions", "variants", "replicates", "evaluation", "alpha", "looks", "failures", "deterministic",
    "exploratory", "tags", "parent",
)  # fmt: skip
