"""What is gathered of an honest experiment has no problem; with one thing changed, the check that must find it does.

The same through git, for a few of them, is in `tests/run/test_verify_tampered.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tampering import (
    FAILED,
    FILE,
    OTHER,
    SEED0,
    SEED1,
    Tampering,
    changed,
    claim_of,
    edited,
    environment,
    forged,
    found,
    headline,
    invented,
    judged,
    lock_of,
    metrics_of,
    number_in_the_text,
    set_to,
    swapped,
    unread,
    verdict,
    without,
)

from ledger.analysis.checks import problems
from ledger.analysis.gathered import Gathered, MissingObjects, Removed
from ledger.analysis.gathered_tags import OddTag
from ledger.analysis.problems import Kind
from ledger.analysis.witness import Content, OtherData
from ledger.model import remarks
from ledger.model.formats.lockfile import Pinned
from ledger.model.remarks import Remark

NO_METRIC = Remark.of(remarks.Kind.NOT_WEIGHED, why="no metric")

CASES: dict[str, tuple[Tampering, Kind, str | None, tuple[str, ...]]] = {
    "a metric": (
        lambda g: set_to(SEED1, metrics=metrics_of(g, accuracy=0.99))(g), Kind.OTHER_METRIC, SEED1, (FILE, "0.99")
    ),
    "a digit of a metric": (
        lambda g: set_to(SEED1, metrics=metrics_of(g, accuracy=metrics_of(g)["accuracy"] + 1e-12))(g),
        Kind.OTHER_RECORD, SEED1, (FILE,),
    ),
    "a digit of a metric, by its commit": (
        lambda g: set_to(SEED1, metrics=metrics_of(g, accuracy=metrics_of(g)["accuracy"] + 1e-12))(g),
        Kind.OTHER_METRIC_SAID, SEED1, ("accuracy",),
    ),
    "a metric more": (lambda g: set_to(SEED1, metrics=metrics_of(g, f1=0.9))(g), Kind.OTHER_METRIC, SEED1, ("f1",)),
    "a parameter": (
        set_to(SEED1, params={"params.json": {"seed": 1, "train": {"lr": 0.3, "layers": [4, 2], "name": "small"}}}),
        Kind.OTHER_PARAMETER, SEED1, (FILE, "train.lr", "0.3"),
    ),
    "the seed": (
        set_to(SEED1, params={"params.json": {"seed": 4, "train": {"lr": 0.2, "layers": [4, 2], "name": "small"}}}),
        Kind.OTHER_PARAMETER, SEED1, (FILE, "seed"),
    ),
    "the fingerprint": (set_to(SEED1, fingerprint="0" * 32), Kind.OTHER_FINGERPRINT, SEED1, (FILE, "fingerprint")),
    "the code": (set_to(SEED1, code=OTHER), Kind.OTHER_PARENTS, SEED1, (FILE, "code")),
    "code that is nowhere": (
        lambda g: edited(g, SEED1, lambda one: replace(one, code=OTHER), code_here=False, witness=None),
        Kind.NOT_ON_CODE, SEED1, (FILE, "code"),
    ),
    "the checkpoint": (
        set_to(SEED1, outs={"model.txt": Pinned(md5="1" * 32, size=18)}), Kind.OTHER_HASH, SEED1, (FILE, "model.txt")
    ),
    "a failure made a success": (set_to(FAILED, status="succeeded"), Kind.OTHER_RECORD, FAILED, ("seed-2.yaml",)),
    "a failure made a success, by itself": (
        set_to(FAILED, status="succeeded"), Kind.ERROR_OF_SUCCESS, FAILED, ("seed-2.yaml", "succeeded")
    ),
    "a success made a failure": (set_to(SEED1, status="failed"), Kind.FAILURE_WITH_METRICS, SEED1, (FILE, "failed")),
    "the time that it took": (set_to(SEED1, seconds=0.001), Kind.OTHER_RECORD, SEED1, (FILE,)),
    "started before the plan": (
        set_to(SEED1, started=datetime(2020, 1, 1, tzinfo=UTC)), Kind.STARTED_BEFORE_PLAN, SEED1, (FILE, "2020")
    ),
    "marked as by hand": (set_to(SEED1, by_hand=True), Kind.OTHER_RECORD, SEED1, (FILE,)),
    "a record that is gone": (lambda g: without(g, SEED1), Kind.RECORD_GONE, SEED1, (FILE, "gone")),
    "a failure that is gone": (lambda g: without(g, FAILED), Kind.RECORD_GONE, FAILED, ("seed-2.yaml", "gone")),
    "a record without a trial": (
        lambda g: invented(g, "treatment/seed-9", point=(("seed", 9),), attempt=1, seconds=0.0),
        Kind.UNKNOWN_TO_RUN, "treatment/seed-9", ("seed-9.yaml",),
    ),
    "a record from the future": (
        lambda g: invented(
            g, "treatment/seed-9", point=(("seed", 9),), attempt=1, started=datetime(2199, 1, 1, tzinfo=UTC)
        ),
        Kind.CAME_BY_COMMIT, "treatment/seed-9", ("seed-9.yaml", "a small correction"),
    ),
    "two seeds' numbers swapped": (swapped, Kind.OTHER_METRIC, SEED0, ("seed-0.2.yaml", "accuracy")),
    "a second record of a point": (
        lambda g: invented(g, "treatment/seed-1.3", attempt=3, metrics=metrics_of(g, accuracy=0.99)),
        Kind.TWO_RESULTS, "treatment/seed-1.3", ("seed-1.3.yaml", FILE),
    ),
    "a record renamed": (
        lambda g: unread(without(g, SEED1), "treatment/seed-5", f": it says that it is a:{SEED1}"),
        Kind.UNREADABLE_FILE, "treatment/seed-5", ("seed-5.yaml",),
    ),
    "a record that is a link": (
        lambda g: replace(
            unread(without(g, SEED1), SEED1, " is a symbolic link, not a record"),
            links=frozenset({f"trials/{SEED1}.yaml"}),
        ),
        Kind.UNREADABLE_FILE, SEED1, (FILE, "symbolic link"),
    ),
    "a record that is no YAML": (
        lambda g: unread(without(g, SEED1), SEED1, ": it is not YAML"), Kind.UNREADABLE_FILE, SEED1, (FILE, "YAML")
    ),
    "a link beside the records": (
        lambda g: replace(g, files={**g.files, "model": OTHER}, links=frozenset({"model"})),
        Kind.LINK, None, ("experiments/a/model", "symbolic link"),
    ),
    "a submodule beside the records": (
        lambda g: replace(g, files={**g.files, "model": OTHER}, submodules=frozenset({"model"})),
        Kind.SUBMODULE, None, ("experiments/a/model", "submodule"),
    ),
    "a record where none is read": (
        lambda g: replace(g, files={**g.files, "trials/seed-1.yaml": OTHER}), Kind.STRAY_RECORD, None, ("seed-1.yaml",)
    ),
    "a void of no record": (
        lambda g: replace(g, files={**g.files, "trials/treatment/seed-9.void": OTHER}),
        Kind.VOIDS_NOTHING, None, ("seed-9.void",),
    ),
    "an environment's python": (
        lambda g: replace(g, environments=(replace(g.environments[0], digest="0" * 12),)),
        Kind.ENVIRONMENT_CHANGED, None, ("environments/",),
    ),
    "an environment that is no YAML": (
        lambda g: replace(g, environments=(replace(g.environments[0], digest=None, error="it is not YAML"),)),
        Kind.ENVIRONMENT_UNREADABLE, None, ("environments/", "YAML"),
    ),
    "a line more in an environment": (
        lambda g: environment(g, OTHER), Kind.ENVIRONMENT_REPLACED, SEED1, ("environments/",)
    ),
    "an environment that is gone": (
        lambda g: environment(g, None), Kind.ENVIRONMENT_GONE, SEED1, ("environments/", "gone")
    ),
    "the outcome": (verdict(outcome="refuted"), Kind.OTHER_VERDICT, None, ("verdict.md", "`outcome`")),
    "the estimate": (judged(estimate=0.5), Kind.OTHER_VERDICT, None, ("verdict.md", "`predictions[0].estimate`")),
    "the interval": (
        judged(interval=(0.2, 0.9)), Kind.OTHER_VERDICT, None, ("verdict.md", "`predictions[0].interval`")
    ),
    "the number of trials": (judged(n=30), Kind.OTHER_VERDICT, None, ("verdict.md", "`predictions[0].n`")),
    "a warning that is gone": (verdict(warnings=()), Kind.OTHER_VERDICT, None, ("verdict.md", "`warnings`")),
    "a verdict's looks": (verdict(looks=7), Kind.OTHER_VERDICT, None, ("verdict.md", "`looks`")),
    "a key more in the verdict": (
        verdict(unknown={"reviewed": True}), Kind.OTHER_VERDICT, None, ("verdict.md", "`reviewed`")
    ),
    "the verdict's headline": (headline, Kind.OTHER_HEADING, None, ("verdict.md", "a triumph")),
    "a number in the verdict's text": (number_in_the_text, Kind.OTHER_NUMBERS, None, ("verdict.md", "7.654")),
    "a verdict that cannot be computed": (
        lambda g: replace(g, weighed=replace(g.weighed, computed=None, refusal=NO_METRIC)) if g.weighed else g,
        Kind.NOT_COMPUTABLE, None, ("verdict.md", "no metric"),
    ),
    "a tag that was moved": (
        lambda g: replace(
            g, tags=replace(g.tags, odd=(OddTag(kind=Kind.TAG_MOVED, tag="ledger/a/1234567", commit=OTHER),))
        ),
        Kind.TAG_MOVED, None, ("ledger/a/1234567", "moved"),
    ),
    "a bad result that was removed": (
        lambda g: replace(
            without(g, SEED1), tags=replace(g.tags, commits={}),
            removed=(Removed(path=f"trials/{SEED1}.yaml", oid=OTHER, commit=OTHER, changed=False),),
        ),
        Kind.RECORD_REMOVED, SEED1, (FILE, "removed", OTHER[:10]),
    ),
    "a bad result that was changed": (
        lambda g: replace(
            g, removed=(Removed(path=f"trials/{SEED1}.yaml", oid=OTHER, commit=OTHER, changed=True),)
        ),
        Kind.RECORD_CHANGED, SEED1, (FILE, "changed", OTHER[:10]),
    ),
    "a result that was run again, for a better one": (
        lambda g: replace(
            g, tags=replace(g.tags, commits={**g.tags.commits, SEED1: (*g.tags.commits[SEED1], OTHER)})
        ),
        Kind.RESULT_REPLACED, SEED1, (FILE, "another result"),
    ),
    "other data than the plan gives": (
        forged(SEED1, other_data=(OtherData(path="data/raw", differs=("a.png", "b.png")),)),
        Kind.OTHER_DATA, SEED1, ("data/raw", "a.png and b.png differ"),
    ),
    "data that the plan cannot give": (
        forged(SEED1, other_data=(OtherData(path="data/raw", refused="no group is called c"),)),
        Kind.DATA_REFUSED, SEED1, ("data/raw", "no group is called c"),
    ),
    "a list of files that is not what its name says": (
        forged(SEED1, other_data=(OtherData(path="data/raw", forged="0" * 32 + ".dir"),)),
        Kind.DATA_FORGED, SEED1, ("data/raw", "0" * 32 + ".dir"),
    ),
    "a trial commit that changes code": (
        forged(SEED1, touched=("train.py", "notes.txt")), Kind.TRIAL_TOUCHES, SEED1, ("train.py",)
    ),
    "a trial commit that brings a file": (
        forged(SEED1, touched=("train.py", "notes.txt")), Kind.TRIAL_TOUCHES, SEED1, ("notes.txt",)
    ),
    "a trial commit with other code": (
        forged(SEED1, contents={"train.py": Content(md5s=frozenset("1"))}), Kind.OTHER_INPUT, SEED1,
        ("dvc.lock", "train.py"),
    ),
    "a trial commit with other metrics": (
        forged(SEED1, metrics={"accuracy": 0.99, "loss": 0.01}), Kind.OTHER_METRIC, SEED1, ("accuracy", FILE)
    ),
    "a forged commit with its record": (
        lambda g: forged(SEED1, contents={"metrics.json": Content(md5s=frozenset("1"))}, metrics=metrics_of(g))(g),
        Kind.OTHER_RESULT, SEED1, ("metrics.json",),
    ),
    "a failed trial that brings results": (
        forged(FAILED, touched=("metrics.json",)), Kind.FAILURE_TOUCHES, FAILED, ("metrics.json",)
    ),
    "a trial commit on other code": (
        lambda g: changed(g, SEED1, parents=(OTHER,)), Kind.OTHER_PARENTS, SEED1, (FILE, OTHER[:10])
    ),
    "a lock that pins other code": (
        lambda g: forged(
            SEED1, locks={"train": replace(lock_of(g), dependencies={"train.py": Pinned(md5="1" * 32)})}
        )(g),
        Kind.OTHER_INPUT, SEED1, ("dvc.lock", "train.py"),
    ),
    "a lock with another command": (
        lambda g: forged(SEED1, locks={"train": replace(lock_of(g), command="python best.py")})(g),
        Kind.OTHER_COMMAND, SEED1, ("dvc.lock", "command"),
    ),
    "a lock without the stage": (forged(SEED1, locks={}), Kind.STAGE_NOT_PINNED, SEED1, ("dvc.lock", "train")),
    "parameters forged everywhere": (
        forged(SEED1, fingerprint="0" * 32), Kind.OTHER_FINGERPRINT, SEED1, (FILE, "fingerprint")
    ),
    "parameters of another variant": (
        forged(SEED1, arms=frozenset({"0" * 32})), Kind.OTHER_VARIANT, SEED1, (FILE, "variant")
    ),
    "parameters and fingerprint forged": (
        forged(SEED1, parameters={"params.json": {"seed": 1, "train": {"lr": 0.16}}}),
        Kind.OTHER_PINNED, SEED1, ("dvc.lock", "train.lr"),
    ),
    "a seed that did not run": (
        set_to(SEED1, point=(("seed", 8),)), Kind.OTHER_REPLICATE, "treatment/seed-8.2", ("seed-8.2.yaml", "seed")
    ),
    "a checkpoint that was changed": (
        lambda g: replace(
            g, checkpoints=(MissingObjects(trial=claim_of(g, SEED1).trial, corrupt=("model.txt (12)",), absent=()),)
        ),
        Kind.CORRUPT, SEED1, ("model.txt", "12"),
    ),
    "a trial that ran before there was a plan": (
        lambda g: changed(g, SEED1, order=replace(claim_of(g, SEED1).order, held=None)),  # type: ignore[type-var]
        Kind.NO_PLAN, SEED1, ("experiments/a/hypothesis.md",),
    ),
    "a plan that was rewritten in history": (
        lambda g: changed(
            g, SEED1,
            order=replace(claim_of(g, SEED1).order, held=replace(g.experiment.plan, predictions=())),  # type: ignore[type-var]
        ),
        Kind.OTHER_PLAN, SEED1, ("experiments/a/hypothesis.md", "predictions"),
    ),
    "a plan that is older than its base": (
        lambda g: replace(g, plans=replace(g.plans, base_made=datetime(2199, 1, 1, tzinfo=UTC))),
        Kind.CREATED_BEFORE_BASE, None, ("experiments/a/hypothesis.md", "2199"),
    ),
}  # fmt: skip


def test_an_honest_experiment_has_no_problem(honest: Gathered) -> None:
    assert problems(honest) == ()


@pytest.mark.parametrize("name", CASES)
def test_what_is_changed_is_found(honest: Gathered, name: str) -> None:
    tamper, kind, trial, texts = CASES[name]
    found(tamper(honest), kind, trial, *texts)
