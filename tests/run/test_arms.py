"""Arms of experiments in the roles that experiments have: a baseline, what is forked from, what lands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Project, Shelved

import ledger
from ledger.errors import LedgerError
from ledger.store.evidence import gather


def with_arms(project: Project) -> None:
    """A project on main, with an experiment `a` whose arm `hi` is far better than its treatment."""
    project.ledger("new", "Arms", "--name", "a", "--seeds", "2", "--variant", "hi:train.lr=0.9")
    project.ledger("run")
    project.git("switch", "-q", "main")


@pytest.fixture
def arms(shelved: Shelved) -> Project:
    """A copy of it."""
    return shelved(with_arms)


def rate(project: Project, commit: str) -> float:
    """The learning rate that a commit has."""
    return float(json.loads(project.git("show", f"{commit}:params.json"))["train"]["lr"])


def test_an_arm_is_the_baseline(arms: Project) -> None:
    arms.ledger(
        *("new", "B", "--name", "b", "-S", "train.lr=0.7", "--seeds", "2"),
        *("--predict", "accuracy >= baseline", "--baseline", "a:hi"),
    )
    held = arms.git("show", "exp/b:experiments/b/hypothesis.md")
    assert "  baseline: {experiment: a, variant: hi}\n" in held
    arms.ledger("run")
    verdict = arms.ledger("conclude", "-m", "", "--json").json
    difference = verdict["predictions"][0]["estimate"]
    assert verdict["outcome"] == "refuted" and difference == pytest.approx(-0.2, abs=0.02)
    assert arms.ledger("verify", "b").code == 0
    for compared in (("a:hi", "b"), ("b",)):
        diff = arms.ledger("diff", *compared, "--json").json
        assert diff["a"] == "a:hi" and diff["metrics"][0]["difference"] == pytest.approx(difference)
    assert "baseline: the trials of a:hi" in arms.ledger("show", "b").out
    assert arms.ledger("show", "b", "--json").json["variants"]["baseline"] == {"experiment": "a", "variant": "hi"}
    drawn = arms.ledger("plot", "b", "--distribution", "accuracy", "--json").json
    assert "a:hi" in json.dumps(drawn)

    # an arm that is filled is followed to who has the trials
    arms.ledger("new", "C", "--name", "c", "--from", "main", "--seeds", "2", "--baseline", "b:baseline")
    with ledger.open(arms.root) as book:
        chosen = book.find("c")
        assert chosen is not None
        filled = chosen.plan.variant("baseline")
        assert filled is not None and filled.filled_by == "a:hi"
        assert {r.trial.id for r in gather(book, chosen).records["baseline"]} == {"hi/seed-0", "hi/seed-1"}


def test_what_is_no_arm_is_no_baseline(arms: Project) -> None:
    before = arms.state()
    for wanted, said in {
        "a:hi/seed-0": "is one trial, and a baseline is an arm",
        "a:low": "a has no variant low",
        "main": "is a git revision",
    }.items():
        assert said in arms.ledger("new", "B", "--name", "b", "--baseline", wanted, code=2).err
    assert arms.state() == before
    arms.ledger("new", "B", "--name", "b", "--baseline", "a:hi")
    amended = ("amend", "--set", "variants={baseline: {experiment: a, variant: low}, treatment: {}}", "-m", "x")
    assert "a has no variant low" in arms.ledger(*amended, code=2).err


def test_a_circle_of_arms_is_refused(arms: Project) -> None:
    arms.ledger("new", "B", "--name", "b", "--baseline", "a")
    path = Path("experiments/b/hypothesis.md")
    text = (arms.root / path).read_text().replace("{experiment: a}", "{experiment: b, variant: baseline}")
    arms.commit("in a circle", {str(path): text})
    with ledger.open(arms.root) as book, pytest.raises(LedgerError, match="filled by itself"):
        gather(book, book.experiment("b"))


def test_a_fork_of_an_arm_has_its_parameters(arms: Project) -> None:
    arms.ledger("new", "F", "--name", "f", "--from", "a:hi/seed-1", "--seeds", "2", "--predict", "accuracy > baseline")
    assert rate(arms, "exp/f") == 0.9
    # its baseline is the arm: nobody trains it again
    arms.git("switch", "-q", "exp/f")
    arms.commit("a change", {"train.py": (arms.root / "train.py").read_text().replace("0.5 +", "0.6 +")})
    report = arms.ledger("run", "--json").json
    with ledger.open(arms.root) as book:
        plan = book.experiment("f").plan
        assert plan.parent == "a" and rate(arms, plan.base) == 0.9
        reused = {r.trial.id: r.trial.reused for r in book.experiment("f").of("baseline")}
    assert reused == {"baseline/seed-0": "a/hi/seed-0", "baseline/seed-1": "a/hi/seed-1"}
    assert report["trials"]
    diff = arms.ledger("diff", "a:hi", "f", "--json").json
    assert diff["params"] == [] and [c["path"] for c in diff["code"]] == ["train.py"]

    arms.ledger("new", "G", "--name", "g", "--from", "a:hi", "-S", "train.name=large")
    assert rate(arms, "exp/g") == 0.9
    # an arm that has the branch's own parameters forks from the branch itself
    arms.ledger("new", "H", "--name", "h", "--from", "a:treatment")
    assert rate(arms, "exp/h") == 0.1
    assert arms.git("rev-parse", "exp/h^") == arms.git("rev-parse", "exp/a")
