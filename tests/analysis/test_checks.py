"""The checks of `verify` as values: what is false, what is merely unproved, and what is neither."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.analysis import checks, findings, plan_checks
from ledger.analysis.checks import Content, Witness
from ledger.analysis.plan_checks import PlanHistory
from ledger.analysis.shown import State, shown
from ledger.model.formats.lockfile import LockedStage, Pinned
from ledger.model.pipeline import Output, Pipeline, Stage, TrackedParameters
from ledger.model.trial import Failure, StageRun, Trial

CODE, FINGERPRINT = "c" * 40, "f" * 32

STAGE = Stage(
    name="train", wdir="", command="python train.py", dependencies=("train.py", "src"),
    outputs=(Output(path="model.txt", cached=True), Output(path="metrics.json", cached=False, kind="metric")),
    parameters=(TrackedParameters(file="params.yaml", keys=("seed", "train")),), lockfile="dvc.lock", lock_name="train",
)  # fmt: skip
PIPELINE = Pipeline(stages=(STAGE,), definitions=("dvc.yaml",), metrics=(), plots=())
LOCK = LockedStage(
    command="python train.py",
    dependencies={"train.py": Pinned(md5="1"), "src": Pinned(md5="2.dir")},
    parameters={"params.yaml": {"seed": 0, "train.lr": 0.1}},
    outputs={"model.txt": Pinned(md5="3", size=4), "metrics.json": Pinned(md5="4")},
)
TRIAL = Trial(
    experiment="a", variant="treatment", point=(("seed", 0),), attempt=1, status="succeeded", fingerprint=FINGERPRINT,
    code=CODE, started=datetime(2026, 1, 1, tzinfo=UTC), seconds=1.0,
    params={"params.yaml": {"seed": 0, "train": {"lr": 0.1}}}, metrics={"accuracy": 0.5},
    outs={"model.txt": Pinned(md5="3", size=4)}, stages={"train": StageRun(seconds=1.0, cached=False)}, environment="e",
)  # fmt: skip
WITNESS = Witness(
    trial=TRIAL, path="experiments/a/trials/treatment/seed-0.yaml", commit="d" * 40, parents=(CODE,), same_record=True,
    message="trial: x\n\nLedger-Status: succeeded\nLedger-Metric: accuracy=0.5\n",
    touched=("dvc.lock", "metrics.json", "params.yaml", ".gitignore", "experiments/a/trials/treatment/seed-0.yaml",
             "experiments/a/environments/e.yaml"),
    pipeline=PIPELINE, locks={"train": LOCK},
    contents={"train.py": Content(md5s=frozenset("1")), "metrics.json": Content(md5s=frozenset("4")),
              "src": Content(md5s=frozenset({"9.dir"}), doubt="ignored files count")},
    parameters={"params.yaml": {"seed": 0, "train": {"lr": 0.1}, "unread": 1}}, metrics={"accuracy": 0.5},
    fingerprint=FINGERPRINT, arms=frozenset({FINGERPRINT}),
)  # fmt: skip


def messages(found: list[findings.Finding], *, problem: bool = True) -> list[str]:
    """What the findings of one kind say."""
    return [f.message for f in found if f.problem == problem]


def test_an_honest_trial_has_no_problem_and_one_doubt() -> None:
    assert checks.consistent(TRIAL) == checks.committed(WITNESS) == checks.numbers(WITNESS) == []
    assert messages(checks.traced(WITNESS)) == []
    [doubt] = messages(checks.traced(WITNESS), problem=False)
    assert "src" in doubt and "ignored files count" in doubt


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parents": ("b" * 40,)}, "bbbbbbbbbb"),
        ({"parents": (CODE, "b" * 40)}, "bbbbbbbbbb"),
        ({"parents": ()}, "none"),
        ({"same_record": False}, "seed-0.yaml"),
        ({"touched": ("train.py",)}, "train.py"),
        ({"touched": ("experiments/a/hypothesis.md",)}, "hypothesis.md"),
        ({"touched": ("experiments/a/trials/treatment/seed-1.yaml",)}, "seed-1.yaml"),
        ({"message": "trial: x\n\nLedger-Metric: accuracy=0.9\n"}, "accuracy=0.9"),
        ({"message": "trial: x\n\nLedger-Status: failed\n"}, "failed"),
    ],
)
def test_what_a_trial_commit_may_not(change: dict[str, Any], said: str) -> None:
    [message] = messages(checks.committed(replace(WITNESS, **change)))
    assert said in message


def test_a_failed_trial_keeps_its_record_alone() -> None:
    failed = replace(TRIAL, status="failed", metrics={}, error=Failure(stage="train", exit_code=1, tail=""))
    message = WITNESS.message.replace("succeeded", "failed").replace("Ledger-Metric: accuracy=0.5\n", "")
    touched = messages(checks.committed(replace(WITNESS, trial=failed, message=message)))
    assert len(touched) == 4
    assert not checks.consistent(failed)
    assert checks.consistent(replace(failed, metrics={"accuracy": 1.0}))
    assert checks.consistent(replace(failed, error=None))


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        (replace(LOCK, command="python best.py"), "command"),
        (replace(LOCK, dependencies={"train.py": Pinned(md5="7"), "src": Pinned(md5="9.dir")}), "train.py"),
        (replace(LOCK, dependencies={"src": Pinned(md5="9.dir")}), "train.py"),
    ],
)
def test_a_lock_must_pin_what_the_commit_holds(lock: LockedStage, said: str) -> None:
    [message] = messages(checks.traced(replace(WITNESS, locks={"train": lock})))
    assert said in message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"params": {"params.yaml": {"seed": 0, "train": {"lr": 0.2}}}}, "train.lr"),
        ({"params": {"params.yaml": {"seed": 0}}}, "train.lr"),
        ({"params": {"params.yaml": {"seed": 0, "train": {"lr": 0.1, "depth": 3}}}}, "train.depth"),
        ({"metrics": {"accuracy": 0.51}}, "accuracy"),
        ({"metrics": {}}, "accuracy"),
        ({"metrics": {"accuracy": 0.5, "f1": 1.0}}, "f1"),
        ({"outs": {"model.txt": Pinned(md5="3", size=5)}}, "model.txt"),
        ({"outs": {}}, "model.txt"),
        ({"data": {"data/raw": Pinned(md5="1.dir")}}, "data/raw"),
        ({"fingerprint": "0" * 32}, "fingerprint"),
    ],
)
def test_a_record_must_say_what_the_files_hold(change: dict[str, Any], said: str) -> None:
    [message] = messages(checks.numbers(replace(WITNESS, trial=replace(TRIAL, **change))))
    assert said in message and "seed-0.yaml" in message


def test_files_that_a_lock_does_not_pin_are_named() -> None:
    other = {"params.yaml": {"seed": 1, "train": {"lr": 0.1}}}
    [message] = messages(checks.numbers(replace(WITNESS, parameters=other)))
    assert "seed" in message and "params.yaml" in message
    contents = {**WITNESS.contents, "metrics.json": Content(md5s=frozenset("5"))}
    [message] = messages(checks.numbers(replace(WITNESS, contents=contents)))
    assert "metrics.json" in message


def test_a_trial_of_another_variant_is_named() -> None:
    [message] = messages(checks.numbers(replace(WITNESS, arms=frozenset({"0" * 32}))))
    assert "variant treatment" in message
    found = checks.numbers(replace(WITNESS, arms=frozenset(), fingerprint=None, untold="it is not here"))
    assert messages(found) == [] and messages(found, problem=False)


def test_one_point_has_one_result() -> None:
    twin = replace(TRIAL, attempt=2)
    assert checks.duplicates([TRIAL, twin]) == []
    assert checks.duplicates([TRIAL, replace(twin, metrics={"accuracy": 0.9}, fingerprint="0" * 32)]) == []
    [finding] = checks.duplicates([TRIAL, replace(twin, metrics={"accuracy": 0.9})])
    assert "seed-0.yaml" in finding.message and "seed-0.2.yaml" in finding.message
    assert checks.duplicates([TRIAL, replace(twin, metrics={})])


def test_a_plan_must_have_been_there() -> None:
    old, new = {"predictions": ["a >= 1"], "alpha": 0.05}, {"predictions": ["a >= 0"], "alpha": 0.05}

    def ordered(at_code: dict[str, Any] | None, versions: tuple[dict[str, Any], ...], **kind: Any) -> list[Any]:
        history = PlanHistory(
            file="hypothesis.md", present=new, versions=versions, **{"whole": True, "listed": (), **kind}
        )
        return [(f.problem, f.message) for f in plan_checks.ordered(TRIAL, at_code, history)]

    assert ordered(new, ()) == []
    assert ordered(old, (old, new)) == []
    [(problem, message)] = ordered(old, (new,))
    assert problem and "predictions" in message and "alpha" not in message
    [(problem, message)] = ordered(None, (new,))
    assert problem and "hypothesis.md" in message
    # after a squash what the verdict says of amendments is all that is left of them
    assert [p for p, _ in ordered(old, (new,), whole=False, listed={"predictions"})] == [False]
    assert [p for p, _ in ordered(old, (new,), whole=False, listed=None)] == [False]
    assert [p for p, _ in ordered(old, (new,), whole=False, listed=())] == [True]
    assert [p for p, _ in ordered(old, (new,), whole=False, listed={"alpha"})] == [True]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (1, 1.0, True), (float("nan"), float("nan"), True), (True, 1, False), (True, True, True),
        ([1, 2], (1, 2), True),
        ({"a": [1]}, {"a": [1]}, True), ({"a": 1}, {"b": 1}, False), ("1", 1, True), (None, "None", False),
        (0.1, 0.2, False),
    ],
)  # fmt: skip
def test_values_of_files_are_compared_as_files_write_them(a: object, b: object, expected: bool) -> None:
    assert findings.same(a, b) is expected


# --- what a branch shows

MADE = State(label="treatment/seed-0", locks={"train": LOCK}, results={"metrics.json": "made"})
BASE = State(label="base", locks={}, results={"metrics.json": "base"})
CONTENTS = {"metrics.json": Content(md5s=frozenset("4"))}


def look(tip: State, contents: dict[str, Content] | None = None, **kind: Any) -> list[tuple[bool, str]]:
    """What is found at a tip beside one trial and a base."""
    given: dict[str, Any] = {
        "canonical": MADE, "trials": [MADE], "earlier": [BASE], "contents": contents or CONTENTS, "reproduced": set(),
        "lockfiles": {"train": "dvc.lock"}, "metrics": ["metrics.json"], "complete": True, **kind,
    }  # fmt: skip
    return [(f.problem, f.message) for f in shown(tip, **given)]


def test_a_branch_shows_its_trial_or_what_it_had() -> None:
    assert look(MADE) == []
    [(problem, message)] = look(BASE)
    assert not problem and "treatment/seed-0" in message
    assert look(BASE, canonical=None) == []


def test_a_result_changed_by_hand_is_found() -> None:
    changed = replace(MADE, results={"metrics.json": "changed"})
    other = {"metrics.json": Content(md5s=frozenset("5"))}
    assert [p for p, m in look(changed, other) if "metrics.json" in m] == [True]
    assert [p for p, m in look(changed, other, canonical=None) if "metrics.json" in m] == [True]
    assert [p for p, m in look(replace(MADE, results={})) if "metrics.json is gone" in m] == [True]


def test_a_lock_changed_by_hand_is_found() -> None:
    outputs = {**LOCK.outputs, "model.txt": Pinned(md5="0")}
    [(problem, message)] = look(replace(MADE, locks={"train": replace(LOCK, outputs=outputs)}))
    assert problem and "dvc.lock" in message and "model.txt" in message and "treatment/seed-0" in message


def test_what_was_reproduced_and_not_recorded_is_no_problem() -> None:
    entry = replace(LOCK, parameters={"params.yaml": {"seed": 7, "train.lr": 0.1}})
    tip = replace(MADE, locks={"train": entry})
    assert [p for p, _ in look(tip, reproduced={"train"})] == [False]
    assert [p for p, _ in look(tip)] == [True]
    assert [p for p, _ in look(tip, complete=False)] == [False]
