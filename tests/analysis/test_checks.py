"""The checks of `verify` as values: what is false, what is merely unproved, and what is neither."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.analysis.checks.branch import shown
from ledger.analysis.checks.code import traced
from ledger.analysis.checks.commit import committed
from ledger.analysis.checks.numbers import compared
from ledger.analysis.checks.plan import plan
from ledger.analysis.checks.records import consistent, duplicates
from ledger.analysis.equality import same
from ledger.analysis.gathered import Claim, CommitState, Gathered, OrderInGit, PlanHistory, TipShown
from ledger.analysis.gathered_tags import Tags
from ledger.analysis.problems import Problem, Subject
from ledger.analysis.witness import Content, Witness
from ledger.model import prediction_parser
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats.lockfile import LockedStage, Pinned
from ledger.model.hypothesis import Hypothesis
from ledger.model.pipeline import Output, Pipeline, Stage, TrackedParameters
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Replicates
from ledger.model.trial import Failure, StageRun, Trial
from ledger.model.verdict import Amendment, Verdict
from ledger.report.problems import sentence

CODE, FINGERPRINT = "c" * 40, "f" * 32
A = Subject("a")

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
PATH = "experiments/a/trials/treatment/seed-0.yaml"
WITNESS = Witness(
    message="trial: x\n\nLedger-Status: succeeded\nLedger-Metric: accuracy=0.5\n",
    touched=("dvc.lock", "metrics.json", "params.yaml", ".gitignore", "experiments/a/trials/treatment/seed-0.yaml",
             "experiments/a/environments/e.yaml"),
    pipeline=PIPELINE, locks={"train": LOCK},
    contents={"train.py": Content(md5s=frozenset("1")), "metrics.json": Content(md5s=frozenset("4")),
              "src": Content(md5s=frozenset({"9.dir"}), doubt="ignored files count")},
    parameters={"params.yaml": {"seed": 0, "train": {"lr": 0.1}, "unread": 1}}, metrics={"accuracy": 0.5},
    fingerprint=FINGERPRINT, arms=frozenset({FINGERPRINT}),
)  # fmt: skip
COMMIT = "d" * 40
CLAIM = Claim(record=Recorded(trial=TRIAL, path=PATH), commit=COMMIT, parents=(CODE,), witness=WITNESS)


def claiming(trial: Trial = TRIAL, **witness: Any) -> Claim:
    """A claim of a trial, whose commit holds something else."""
    return replace(CLAIM, record=replace(CLAIM.record, trial=trial), witness=replace(WITNESS, **witness))


def code_of(claim: Claim) -> list[Problem]:
    """What is found of the code that ran."""
    assert claim.witness is not None
    return list(traced(claim, COMMIT, claim.witness))


def numbers_of(claim: Claim) -> list[Problem]:
    """What is found of the numbers."""
    assert claim.witness is not None
    return list(compared(claim, COMMIT, claim.witness))


def messages(found: Iterable[Problem], *, problem: bool = True) -> list[str]:
    """The sentences of what is wrong, or of what is unproved."""
    return [sentence(one) for one in found if one.unproved != problem]


def test_an_honest_trial_has_no_problem_and_one_doubt() -> None:
    assert [*consistent(TRIAL), *committed(CLAIM), *numbers_of(CLAIM)] == []
    assert messages(code_of(CLAIM)) == []
    [doubt] = messages(code_of(CLAIM), problem=False)
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
    of_commit = {key: value for key, value in change.items() if key in ("parents", "same_record")}
    witness = {key: value for key, value in change.items() if key not in of_commit}
    [message] = messages(committed(replace(claiming(**witness), **of_commit)))
    assert said in message


def test_a_failed_trial_keeps_its_record_alone() -> None:
    failed = replace(TRIAL, status="failed", metrics={}, error=Failure(stage="train", exit_code=1, tail=""))
    message = WITNESS.message.replace("succeeded", "failed").replace("Ledger-Metric: accuracy=0.5\n", "")
    touched = messages(committed(claiming(failed, message=message)))
    assert len(touched) == 4
    assert not [*consistent(failed)]
    assert [*consistent(replace(failed, metrics={"accuracy": 1.0}))]
    assert [*consistent(replace(failed, error=None))]


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        (replace(LOCK, command="python best.py"), "command"),
        (replace(LOCK, dependencies={"train.py": Pinned(md5="7"), "src": Pinned(md5="9.dir")}), "train.py"),
        (replace(LOCK, dependencies={"src": Pinned(md5="9.dir")}), "train.py"),
    ],
)
def test_a_lock_must_pin_what_the_commit_holds(lock: LockedStage, said: str) -> None:
    [message] = messages(code_of(claiming(locks={"train": lock})))
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
    [message] = messages(numbers_of(claiming(replace(TRIAL, **change))))
    assert said in message and "seed-0.yaml" in message


def test_files_that_a_lock_does_not_pin_are_named() -> None:
    other = {"params.yaml": {"seed": 1, "train": {"lr": 0.1}}}
    [message] = messages(numbers_of(claiming(parameters=other)))
    assert "seed" in message and "params.yaml" in message
    contents = {**WITNESS.contents, "metrics.json": Content(md5s=frozenset("5"))}
    [message] = messages(numbers_of(claiming(contents=contents)))
    assert "metrics.json" in message


def test_a_trial_of_another_variant_is_named() -> None:
    [message] = messages(numbers_of(claiming(arms=frozenset({"0" * 32}))))
    assert "variant treatment" in message
    found = numbers_of(claiming(arms=frozenset(), fingerprint=None, untold="it is not here"))
    assert messages(found) == [] and messages(found, problem=False)


def test_one_point_has_one_result() -> None:
    twin = replace(TRIAL, attempt=2)
    assert twice(twin) == []
    assert twice(replace(twin, metrics={"accuracy": 0.9}, fingerprint="0" * 32)) == []
    [finding] = twice(replace(twin, metrics={"accuracy": 0.9}))
    assert "seed-0.yaml" in sentence(finding) and "seed-0.2.yaml" in sentence(finding)
    assert not finding.unproved and twice(replace(twin, metrics={}))


def test_two_clones_may_have_two_results_at_one_point() -> None:
    [finding] = twice(replace(TRIAL, attempt=2, metrics={"accuracy": 0.9}), written=TRIAL.id)
    assert "seed-0.2.yaml" in sentence(finding) and finding.unproved


def twice(other: Trial, written: str | None = None) -> list[Problem]:
    records = (Recorded(trial=TRIAL, path="a"), Recorded(trial=other, path="b", written=written))
    return [*duplicates(Claim(record=record) for record in records)]


def test_a_plan_must_have_been_there() -> None:
    new = Plan(
        title="A", name="a", author="Ada", created=TRIAL.started - timedelta(days=9), base="b" * 40,
        predictions=(prediction_parser.parse("accuracy >= 0"),), variants=(Variant(name="treatment"),),
        replicates=Replicates(),
    )  # fmt: skip
    old = replace(new, predictions=(prediction_parser.parse("accuracy >= 1"),))

    def ordered(held: Plan | None, *versions: Plan, verdict: Verdict | None = None, complete: bool = True) -> Any:
        experiment = Experiment(
            name="a", branch=None, tip="e" * 40, hypothesis=Hypothesis(plan=new, body=""), trials=(), notes="",
            verdict=verdict, landed=False, problems=(),
        )  # fmt: skip
        order = OrderInGit(held=held, unreadable=False, under=None, written=new.created)
        gathered = Gathered(
            experiment=experiment, claims=(replace(CLAIM, order=order),), files={}, tags=Tags(commits={}),
            plans=PlanHistory(versions=versions, complete=complete),
        )  # fmt: skip
        return [(not one.unproved, sentence(one)) for one in plan(gathered)]

    assert ordered(new) == []
    assert ordered(old, old, new) == []
    [(problem, message)] = ordered(old, new)
    assert problem and "predictions" in message and "alpha" not in message
    [(problem, message)] = ordered(None, new)
    assert problem and "hypothesis.md" in message
    # after a squash what the verdict says of amendments is all that is left of them
    silent = Verdict(outcome="supported", predictions=(), warnings=(), amendments=(), looks=1, alpha=0.05)
    listed = [
        replace(silent, amendments=(Amendment(date="2026-01-01", changed=(key,), after_results=False),))
        for key in ("predictions", "alpha")
    ]
    for verdict, found in [(listed[0], False), (None, False), (silent, True), (listed[1], True)]:
        assert [p for p, _ in ordered(old, new, verdict=verdict, complete=False)] == [found]


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
    assert same(a, b) is expected


# --- what a branch shows

MADE = CommitState(label="treatment/seed-0", locks={"train": LOCK}, results={"metrics.json": "made"})
BASE = CommitState(label="base", locks={}, results={"metrics.json": "base"})
CONTENTS = {"metrics.json": Content(md5s=frozenset("4"))}


def look(tip: CommitState, contents: dict[str, Content] | None = None, **kind: Any) -> list[tuple[bool, str]]:
    """What is found at a tip beside one trial and a base."""
    given: dict[str, Any] = {
        "canonical": MADE, "trials": [MADE], "earlier": [BASE], "contents": contents or CONTENTS, "reproduced": set(),
        "lockfiles": {"train": "dvc.lock"}, "metrics": ["metrics.json"], "complete": True, **kind,
    }  # fmt: skip
    return [(not f.unproved, sentence(f)) for f in shown(A, TipShown(tip=tip, **given))]


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
