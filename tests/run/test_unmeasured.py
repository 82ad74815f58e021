"""A predicted metric that no trial has: the run stops early, and correcting the name brands nothing."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Project, Shelved

NEW = ("new", "A higher rate", "--name", "a", "--seeds", "2", "-S", "train.lr=0.2", "--predict")


def stopped(project: Project) -> None:
    """The prediction names `acuracy`; the run has stopped after the baseline's first trial."""
    said = project.ledger(*NEW, "acuracy >= baseline + 0.02").err
    assert "no metrics file" not in said or "accuracy" in said
    project.ledger("run", code=2)


@pytest.fixture
def early(shelved: Shelved) -> Project:
    return shelved(stopped)


def trials(project: Project) -> list[str]:
    return [t["id"] for t in project.ledger("show", "--json").json["trials"]]


def amended(project: Project, *predictions: str) -> dict[str, Any]:
    options = [word for text in predictions for word in ("--predict", text)]
    return dict(project.ledger("amend", *options, "-m", "the name", "--json").json)


def concluded(project: Project) -> dict[str, Any]:
    found = dict(project.ledger("conclude", "--json").json)
    assert project.ledger("verify").code == 0
    return found


def test_the_run_stops_after_the_first_trial_and_asks(early: Project) -> None:
    assert trials(early) == ["baseline/seed-0"]
    again = early.ledger("run", code=2).err
    assert (
        "no trial has the predicted metric acuracy: they have accuracy and loss, and 3 trials are left to run" in again
    )
    assert "ledger amend --predict 'accuracy >= baseline + 0.02'" in again and "ledger run --yes" in again
    assert trials(early) == ["baseline/seed-0"]
    early.ledger("run", "--yes")
    assert len(trials(early)) == 4


def test_correcting_the_name_brands_nothing(early: Project) -> None:
    done = early.ledger("amend", "--predict", "accuracy >= baseline + 0.02", "-m", "the name")
    assert "no result has acuracy, so accuracy corrects a name" in done.err and "had been seen" not in done.err
    early.ledger("run")
    found = concluded(early)
    assert (found["outcome"], found["confirmatory"]) == ("supported", True)
    assert found["amendments"][0]["corrects"] == {"acuracy": "accuracy"}
    assert "the name of a metric that no result had" in (early.root / "experiments/a/verdict.md").read_text()


def test_a_choice_brands_though_a_baseline_alone_has_a_result(early: Project) -> None:
    assert amended(early, "loss >= baseline + 0.02")["corrects"] == {}
    early.ledger("run")
    assert concluded(early)["confirmatory"] is False


def test_where_several_may_be_meant_the_run_says_to_begin_anew(project: Project) -> None:
    project.ledger(*NEW, "score >= baseline + 0.02")
    said = project.ledger("run", code=2).err
    assert "they have accuracy and loss" in said and "start over with ledger new" in said and "ledger amend" not in said


@pytest.mark.parametrize("changed", ["accuracy >= baseline + 0.01", "accuracy > baseline + 0.02", "accuracy >= 0.5"])
def test_whatever_else_moves_brands(early: Project, changed: str) -> None:
    assert amended(early, changed)["corrects"] == {}
    early.ledger("run")
    assert concluded(early)["reasons"] == ["changed after results had been seen: predictions"]


def test_another_change_on_top_of_a_correction_brands(early: Project) -> None:
    amended(early, "accuracy >= baseline + 0.02")
    assert amended(early, "accuracy >= baseline + 0.01")["corrects"] == {}
    early.ledger("run")
    assert concluded(early)["confirmatory"] is False


def test_the_one_name_that_is_near_is_a_correction_at_any_time(early: Project) -> None:
    early.ledger("run", "--yes")
    assert amended(early, "accuracy >= baseline + 0.02")["corrects"] == {"acuracy": "accuracy"}
    assert concluded(early)["confirmatory"] is True


def test_a_metric_that_exists_cannot_be_renamed(project: Project) -> None:
    project.ledger(*NEW, "accuracy >= baseline + 0.02")
    project.ledger("run", "--only", "baseline/seed-0")
    assert amended(project, "loss >= baseline + 0.02")["corrects"] == {}
    project.ledger("run")
    assert concluded(project)["confirmatory"] is False


def test_a_correction_that_is_claimed_by_hand_is_proved_or_not_believed(project: Project) -> None:
    project.ledger(*NEW, "accuracy >= baseline + 0.02")
    project.ledger("run")
    path = project.root / "experiments/a/hypothesis.md"
    text = path.read_text().replace("accuracy >= baseline + 0.02", "accuracy >= baseline + 0.05")
    project.commit("amend: predictions\n\nwhy\n\nLedger-Experiment: a\nLedger-Corrects: acuracy to accuracy",
                   {"experiments/a/hypothesis.md": text})  # fmt: skip
    assert concluded(project)["confirmatory"] is False


def test_the_last_trial_leaves_nothing_to_stop(project: Project) -> None:
    project.ledger("new", "One", "--name", "b", "--seeds", "1", "--predict", "acuracy >= 0.5")
    project.ledger("run")
