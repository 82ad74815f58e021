"""Writing a verdict down, and changing a plan openly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ledger.analysis.counting import When
from ledger.errors import FormatError, LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model import yaml12
from ledger.model.experiment import Experiment, directory
from ledger.model.hypothesis import BASELINE, Hypothesis, Plan, Variant
from ledger.model.parameters import near_misses
from ledger.model.verdict import Verdict
from ledger.report import verdict as report
from ledger.store.branch import Moved, Step, advance
from ledger.store.evidence import conclusion, front_matter, gather
from ledger.store.ledger import Ledger
from ledger.store.planning import check_parameters, check_predictions


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """A verdict with its commit; None where it says what the last one said."""

    verdict: Verdict
    commit: str | None


def conclude(ledger: Ledger, experiment: Experiment, *, interpretation: str | None, early: bool) -> Concluded:
    """Compute the verdict, write `verdict.md` and commit it. Raises LedgerError while declared trials are missing."""
    ledger.git.identity()
    _require_branch(ledger, experiment)
    path = f"{directory(experiment.name)}/verdict.md"
    with ledger.place.locked():
        ledger.refresh()
        experiment = ledger.experiment(experiment.name)
        evidence = gather(ledger, experiment, When.PRESENT)
        verdict = conclusion(ledger, experiment, evidence, early=early)
        earlier = ledger.git.objects.text(experiment.tip, path) or ""
        said = report.interpretation_of(earlier) if interpretation is None else interpretation
        text = f"---\n{yaml12.dumps(front_matter(verdict))}---\n" + report.body(
            verdict, experiment, evidence.arms, ledger.settings, said
        )
        if text == earlier:
            return Concluded(verdict=verdict, commit=None)
        predicted = [p.metric.name for p in experiment.plan.predictions]
        message = f"{report.subject(verdict, predicted)}\n\n{said.strip()}\n\nLedger-Experiment: {experiment.name}\n"
        commit = _write(ledger, experiment, path, text, message + f"Ledger-Outcome: {verdict.outcome}\n")
    return Concluded(verdict=verdict, commit=commit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """The plan as it is now, the keys that changed, and whether results had been seen by then."""

    plan: Plan
    keys: tuple[str, ...]
    commit: str
    after_results: bool


def amend(ledger: Ledger, experiment: Experiment, changes: Mapping[str, Any], *, reason: str) -> Amended:
    """Change keys of the plan openly. Raises LedgerError where that would be no plan, or the same.

    What identifies the experiment (its name, base, author and date) cannot be amended.
    """
    ledger.git.identity()
    _require_branch(ledger, experiment)
    if not reason.strip():
        raise LedgerError("an amendment needs its reason", hint='ledger amend … -m "why"')
    path = f"{directory(experiment.name)}/hypothesis.md"
    with ledger.place.locked():
        ledger.refresh()
        experiment = ledger.experiment(experiment.name)
        plan = experiment.plan
        before = hypotheses.to_mapping(plan)
        for key in changes:
            if key not in AMENDABLE:
                near = near_misses(key, AMENDABLE)
                raise LedgerError(
                    f"the plan's key {key} cannot be amended",
                    hint=f"did you mean {near[0]}?" if near else f"these can: {', '.join(AMENDABLE)}",
                )
        draft = _amended(plan, before | dict(changes))
        after = hypotheses.to_mapping(draft)
        keys = [key for key in dict.fromkeys([*before, *after]) if after.get(key) != before.get(key)]
        if not keys:
            raise LedgerError("the amendment changes nothing", hint="ledger show says what the plan is")
        if "predictions" in keys or "variants" in keys:
            check_predictions(ledger, draft.predictions, draft.variants, plan.name)
        if "replicates" in keys or "variants" in keys:
            code = ledger.code.at(experiment.tip)
            check_parameters(ledger, code, draft.replicates, [variant.params for variant in draft.variants])
        text = hypotheses.render(Hypothesis(plan=draft, body=experiment.hypothesis.body))
        message = f"amend: {', '.join(keys)}\n\n{reason.strip()}\n\nLedger-Experiment: {experiment.name}\n"
        seen = any(r.trial.succeeded for r in experiment.trials)
        commit = _write(ledger, experiment, path, text, message)
    return Amended(plan=draft, keys=tuple(keys), commit=commit, after_results=seen)


def _amended(plan: Plan, document: Mapping[str, Any]) -> Plan:
    """The plan that the front matter states, with a baseline where a prediction needs one."""
    try:
        draft = hypotheses.parse(f"---\n{yaml12.dumps(document)}---\n").plan
    except FormatError as error:
        raise LedgerError(
            f"the amended plan would not be one: {error}", hint="ledger amend --help has an example"
        ) from None
    if any(p.reference == BASELINE for p in draft.predictions) and draft.variant(BASELINE) is None:
        draft = replace(draft, variants=(Variant(name=BASELINE, at_base=True), *draft.variants))
    return draft


AMENDABLE = (
    "title", "predictions", "variants", "replicates", "evaluation", "alpha", "looks", "failures", "deterministic",
    "exploratory", "tags", "parent",
)  # fmt: skip


def _require_branch(ledger: Ledger, experiment: Experiment) -> None:
    ledger.require_current(experiment)
    if experiment.branch is None or not experiment.branch.startswith("refs/heads/"):
        raise LedgerError(
            f"{experiment.name} has no branch here to write on",
            hint=experiment.branch_hint(ledger.settings.branch_prefix),
        )


def _write(ledger: Ledger, experiment: Experiment, path: str, text: str, message: str) -> str:
    git = ledger.git
    assert experiment.branch is not None
    tree = git.tree(experiment.tip, {path: ("100644", git.blob(text.encode()))})
    commit = git.commit_tree(tree, [experiment.tip], message.replace("\n\n\n\n", "\n\n"))
    reason = f"ledger: {message.splitlines()[0]}"
    try:
        advance(git, Step(ref=experiment.branch, old=experiment.tip, new=commit, reason=reason))
    except Moved:
        raise LedgerError("the branch moved meanwhile", hint="try again") from None
    ledger.refresh()
    return commit
