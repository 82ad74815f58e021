"""`ledger conclude` on predictions of every kind, and where another experiment is the baseline."""

from __future__ import annotations

import pytest
from concluding import front_matter, three, values
from conftest import NOISY, Project, Shelved
from scipy import stats
from trained import trained

# --- what predictions are about


def several(project: Project) -> None:
    """Odd metrics, two further arms, and predictions about each."""
    odd = '"val.acc": accuracy, "top`1": 2 * accuracy'
    project.commit("odd", {"train.py": NOISY.replace('"accuracy": accuracy', f'"accuracy": accuracy, {odd}')})
    project.ledger(
        "new", "Many", "--name", "a", "--seeds", "3", "-S", "train.lr=0.2", "--variant", "high:train.lr=0.4",
        "--predict", "val.acc >= baseline + 10%", "--predict", "`top``1` > 1", "--predict", "accuracy[high] > 0.8",
        "--predict", "loss within 0.2 of baseline", "--predict", "accuracy[high] >= accuracy[treatment] - 0.5",
    )  # fmt: skip
    project.ledger("run")


def test_predictions_of_every_kind(shelved: Shelved) -> None:
    project = shelved(several)
    found = project.ledger("conclude", "--json").json
    assert found["outcome"] == "supported"
    relative, odd, high, within, of_arms = found["predictions"]
    contrast = [b - 1.1 * a for b, a in zip(values(project, "a", metric="val.acc"),
                                            values(project, "a", "baseline", "val.acc"), strict=True)]  # fmt: skip
    assert relative["p_value"] == pytest.approx(stats.ttest_1samp(contrast, 0, alternative="greater").pvalue)
    assert odd["text"] == "`top``1` > 1"
    assert odd["estimate"] == pytest.approx(sum(values(project, "a", metric="top`1")) / 3)
    assert (odd["test"], odd["n_baseline"]) == ("one-sample t", None)
    assert high["estimate"] == pytest.approx(sum(values(project, "a", "high")) / 3)
    assert (within["outcome"], within["test"]) == ("supported", "paired t")
    assert of_arms["text"] == "accuracy[high] >= accuracy[treatment] - 0.5"
    differences = [b - a for b, a in zip(values(project, "a", "high"), values(project, "a"), strict=True)]
    assert of_arms["estimate"] == pytest.approx(sum(differences) / 3)
    assert project.ledger("verify", "a", "--json").json["ok"]
    _, body = front_matter(project, "a")
    assert "**supported**: ``` `top``1` > 1 ```" in body
    assert "| high " in body
    # said of what is not supported only
    assert "of the contrary" not in body


def test_one_refuted_of_several(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    project.ledger(
        "amend", "--predict", "accuracy >= baseline + 0.05", "--predict", "loss >= baseline", "--predict",
        "accuracy >= baseline + 0.1", "-m", "more",
    )  # fmt: skip
    found = project.ledger("conclude", "--json").json
    assert [p["outcome"] for p in found["predictions"]] == ["supported", "refuted", "inconclusive"]
    assert found["outcome"] == "refuted"
    assert "of the contrary, corrected: p" in front_matter(project, "good")[1]


def test_a_metric_that_no_trial_has(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    project.ledger("amend", "--predict", "acuracy > baseline", "-m", "a slip")
    state = project.state()
    answer = project.ledger("conclude", code=2)
    assert answer.err == (
        "error: the prediction acuracy > baseline names a metric that no trial has: acuracy\n"
        "hint: did you mean accuracy? ledger amend changes the plan openly\n"
    )
    assert project.state() == state
    project.ledger("amend", "--predict", "f1_macro > baseline", "-m", "another")
    assert "hint: the trials have accuracy and loss" in project.ledger("conclude", code=2).err


def test_a_variant_that_a_hand_edited_plan_does_not_declare(shelved: Shelved) -> None:
    project = shelved(three)
    project.git("switch", "-q", "exp/good")
    path = "experiments/good/hypothesis.md"
    text = (project.root / path).read_text().replace("accuracy >= baseline + 0.05", "'accuracy[deep] > 0'")
    project.commit("by hand", {path: text})
    answer = project.ledger("conclude", code=2)
    assert "is about the variant deep, which the plan does not declare" in answer.err
    assert "hint: it declares baseline, treatment" in answer.err


def test_nothing_predicted(shelved: Shelved) -> None:
    project = shelved(three)
    project.ledger("new", "Just looking", "--name", "look", "--from", "main", "--seeds", "2")
    trained(project, "look")
    found = project.ledger("conclude", "--json").json
    assert (found["outcome"], found["predictions"]) == ("inconclusive", [])
    assert found["warnings"][0].startswith("exploratory: nothing was predicted")
    assert "Nothing was predicted." in front_matter(project, "look")[1]
    assert project.git("log", "-1", "--format=%s") == "verdict: inconclusive"


# --- another experiment as the baseline


def compared(project: Project) -> None:
    """An experiment, and others that compare with it: at the same seeds, at others, by data that they declare."""
    project.commit("data", {"test.csv": "1\n", "dvc.yaml": (project.root / "dvc.yaml").read_text().replace(
        "deps: [train.py]", "deps: [train.py, test.csv]")})  # fmt: skip
    project.ledger("new", "First", "--name", "first", "--seeds", "3", "-S", "train.lr=0.2")
    project.ledger("run")
    for name, seeds in (("same", "0,1,2"), ("others", "1,2,3")):
        project.ledger("new", "Then", "--name", name, "--from", "main", "--baseline", "first", "--seeds", seeds,
                       "--predict", "accuracy > baseline + 0.05", "-S", "train.lr=0.3")  # fmt: skip
        project.ledger("run")


def test_another_experiment_is_paired_where_the_replicates_are_the_same(shelved: Shelved) -> None:
    project = shelved(compared)
    [judged] = project.ledger("conclude", "same", "--json").json["predictions"]
    a, b = values(project, "first"), values(project, "same")
    expected = stats.ttest_rel(b, a)
    assert (judged["test"], judged["outcome"]) == ("paired t", "supported")
    assert judged["interval"] == pytest.approx(list(expected.confidence_interval(0.9)))

    [judged] = project.ledger("conclude", "others", "--json").json["predictions"]
    b = values(project, "others")
    welch = stats.ttest_ind(b, a, equal_var=False)
    assert (judged["test"], judged["outcome"]) == ("Welch's t", "supported")
    assert judged["interval"] == pytest.approx(list(welch.confidence_interval(0.9)))
    assert judged["remarks"] == ["only 2 of 3 replicates are the same on both sides, so they are not paired"]
    assert "Welch's t, n = 3" in front_matter(project, "others")[1]


def test_another_experiment_without_results(shelved: Shelved) -> None:
    project = shelved(compared)
    project.ledger("new", "Unborn", "--name", "unborn", "--from", "main", "--seeds", "3", "--no-switch")
    project.git("switch", "-q", "exp/same")
    project.ledger("amend", "--key", "variants={baseline: {experiment: unborn}, treatment: {}}", "-m", "another")
    answer = project.ledger("conclude", code=2)
    assert answer.err == (
        "error: the experiment unborn, which is compared with, has no results\n"
        "hint: git fetch, or ledger run unborn; --early concludes without it\n"
    )
    project.git("branch", "-D", "exp/unborn")
    assert "unborn, which is compared with, is not in this clone" in project.ledger("conclude", code=2).err
    found = project.ledger("conclude", "--early", "--json").json
    assert found["outcome"] == "inconclusive"
    assert found["predictions"][0]["remarks"] == ["baseline has no trials to compare with"]


def test_data_that_both_sides_must_be_evaluated_on(shelved: Shelved) -> None:
    project = shelved(compared)
    project.git("switch", "-q", "exp/same")
    project.ledger("amend", "--key", "evaluation=[test.csv]", "-m", "say it")
    late = project.ledger("conclude", "--json").json
    assert (late["outcome"], late["numbers_say"]) == ("inconclusive", "supported")
    assert late["reasons"] == ["changed after results had been seen: evaluation"]
    project.commit("more tests", {"test.csv": "1\n2\n"})
    project.ledger("run")
    found = project.ledger("conclude", "--json").json
    assert found["outcome"] == "inconclusive"
    assert found["predictions"][0]["remarks"] == [
        "the two sides were evaluated on different data: test.csv differs, so they cannot be compared"
    ]


def test_two_things_changed_between_experiments_that_predictions_name(shelved: Shelved) -> None:
    project = shelved(compared)
    project.ledger("new", "Both", "--name", "both", "--from", "main", "--seeds", "3", "--predict",
                   "accuracy > first", "-S", "train.lr=0.3")  # fmt: skip
    project.commit("code", {"train.py": NOISY.replace("0.5 +", "0.51 +")})
    trained(project, "both")
    found = project.ledger("conclude", "--json").json
    assert found["outcome"] == "supported"
    assert "both parameters and code differ: no difference can be attributed to one of them" in found["warnings"]
