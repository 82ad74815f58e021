"""What a clone lacks or a branch shows is unproved, a remark, or a problem: as gathered for `verify`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tampering import OTHER, SEED0, SEED1, changed, claim_of, found, metrics_of, set_to, without

from ledger.analysis.checks import problems
from ledger.analysis.gathered import Gathered, MissingObjects, Origin, TipShown
from ledger.analysis.problems import Kind
from ledger.analysis.witness import Content
from ledger.model import remarks
from ledger.model.formats.lockfile import LockedStage, Pinned
from ledger.model.remarks import Remark

# --- what is unproved and no problem


def test_what_a_clone_lacks_is_unproved(honest: Gathered) -> None:
    claims = tuple(
        replace(
            one, commit=None, witness=None, origin=Origin(unknown_to=(), commit=None, subject="", with_trials=False)
        )
        for one in honest.claims
    )
    lost = replace(honest, claims=claims, tags=replace(honest.tags, commits={}, runs=()), branch=None)
    assert {(one.kind, one.unproved) for one in problems(lost)} == {(Kind.TRIAL_NOT_HERE, True)}
    gone = MissingObjects(trial=claim_of(honest, SEED1).trial, corrupt=(), absent=("model.txt (12)",))
    found(replace(honest, checkpoints=(gone,)), Kind.ABSENT, SEED1, "model.txt", "not in this clone", unproved=True)
    found(
        replace(honest, checkpoints=(gone,), remotes=("store",)),
        Kind.ABSENT,
        SEED1,
        "store",
        "ledger pull ",
        unproved=True,
    )


def test_what_git_shows_in_place_of_an_object_is_a_remark(honest: Gathered) -> None:
    found(replace(honest, replaced=(OTHER,)), Kind.OBJECT_REPLACED, None, OTHER[:10], unproved=True)


def test_a_filter_over_the_history_excuses_ids_and_not_numbers(honest: Gathered) -> None:
    moved = changed(honest, SEED1, parents=(OTHER,))
    found(replace(moved, filtered=True), Kind.OTHER_PARENTS, SEED1, unproved=True)
    assert problems(replace(moved, filtered=True))[0].kind is Kind.HISTORY_FILTERED
    wrong = set_to(SEED1, metrics=metrics_of(honest, accuracy=0.99))(honest)
    found(replace(wrong, filtered=True), Kind.OTHER_METRIC, SEED1)


def test_what_another_branch_has_is_no_problem(honest: Gathered) -> None:
    behind = replace(without(honest, SEED1), elsewhere=frozenset({f"trials/{SEED1}.yaml"}))
    found(behind, Kind.BEHIND, SEED1, unproved=True)
    edited_since = replace(honest, uncommitted=("experiments/a/hypothesis.md",))
    found(edited_since, Kind.UNCOMMITTED, None, "experiments/a/hypothesis.md", "uncommitted changes", unproved=True)
    later = replace(without(honest, SEED1), after_landing={f"trials/{SEED1}.yaml": "ledger/a/0123456789"})
    found(later, Kind.AFTER_LANDING, SEED1, "had landed", "ledger/a/0123456789", unproved=True)


def test_an_amendment_makes_a_verdict_old_while_there_is_a_branch(honest: Gathered) -> None:
    assert honest.weighed is not None
    since = Remark.of(remarks.Kind.PREDICTIONS_CHANGED_SINCE)
    old = replace(honest, weighed=replace(honest.weighed, outdated=since, changed=True))
    landed = honest.experiment.branch is None
    kind = Kind.OUTDATED_FOR_GOOD if landed else Kind.OUTDATED
    found(old, kind, None, "out of date: the predictions were changed since", unproved=not landed)


# --- what the branch shows


def shown(gathered: Gathered, **changes: Any) -> Gathered:
    """A branch that shows something else."""
    return replace(gathered, branch=replace(gathered.branch, shown=replace(seen(gathered), **changes)))  # type: ignore[type-var]


def seen(gathered: Gathered) -> TipShown:
    assert gathered.branch is not None and gathered.branch.shown is not None
    return gathered.branch.shown


def pinning(gathered: Gathered, **pins: str) -> dict[str, LockedStage]:
    """The branch's locks with other pins of outputs."""
    entry = seen(gathered).tip.locks["train"]
    changed = {path.replace("_", "."): Pinned(md5=md5) for path, md5 in pins.items()}
    return {"train": replace(entry, outputs={**entry.outputs, **changed})}


@pytest.mark.parametrize("canonical", [True, False])
def test_metrics_changed_on_the_branch_are_found(on_branch: Gathered, canonical: bool) -> None:
    was = seen(on_branch)
    tampered = shown(
        on_branch,
        tip=replace(was.tip, results={**was.tip.results, "metrics.json": OTHER}),
        contents={"metrics.json": Content(md5s=frozenset("1"))},
        # where the code has changed since, no trial counts
        canonical=was.canonical if canonical else None,
    )
    found(tampered, Kind.SHOWN_CHANGED, None, "metrics.json")
    found(set_to(SEED0, metrics={"accuracy": 0.99, "loss": 0.01})(tampered), Kind.OTHER_METRIC, SEED0, "0.99")


def test_a_lock_changed_on_the_branch_is_found(on_branch: Gathered) -> None:
    tip = replace(seen(on_branch).tip, locks=pinning(on_branch, model_txt="1" * 32))
    found(shown(on_branch, tip=tip), Kind.OTHER_OUTPUT, None, "dvc.lock", "model.txt")


def test_metrics_and_lock_changed_together_are_found(on_branch: Gathered) -> None:
    was = seen(on_branch).tip
    tip = replace(was, locks=pinning(on_branch, metrics_json="1" * 32), results={**was.results, "metrics.json": OTHER})
    tampered = shown(on_branch, tip=tip, contents={"metrics.json": Content(md5s=frozenset({"1" * 32}))})
    found(tampered, Kind.OTHER_OUTPUT, None, "dvc.lock", "metrics.json", SEED0)


def test_metrics_that_are_removed_are_found(on_branch: Gathered) -> None:
    tip = replace(seen(on_branch).tip, results={})
    found(shown(on_branch, tip=tip), Kind.SHOWN_GONE, None, "metrics.json")
