"""What kind of axis replicates lie on: folds, reshuffled folds, splits; said with options, never guessed in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import NOISY, PARAMS, PIPELINE, Project
from trained import trained

from ledger.model import hypothesis
from ledger.model.formats.replicates import to_mapping


def folded(project: Project) -> None:
    """A pipeline with a parameter `fold` and one `data.split`."""
    params = {**PARAMS, "fold": 0, "data": {"split": 7}}
    pipeline = PIPELINE.replace("seed", "seed, fold, data.split", 1)
    assert pipeline != PIPELINE
    project.commit("folds", {"params.json": json.dumps(params, indent=2) + "\n", "dvc.yaml": pipeline})


def planned(project: Project) -> dict[str, Any]:
    """The replicates of the experiment's plan."""
    text = (project.root / "experiments/a/hypothesis.md").read_text()
    return to_mapping(hypothesis.parse(text).plan.replicates)


NEW = ("new", "A", "--predict", "accuracy >= baseline", "-S", "train.lr=0.2")

ASKED: list[tuple[list[str], dict[str, Any]]] = [
    (["--folds", "3"], {"fold": [0, 1, 2], "kind": "fold"}),
    (["--folds", "fold=1..3"], {"fold": [1, 2, 3], "kind": "fold"}),
    (["--splits", "2"], {"data.split": [7, 8], "kind": "split"}),
    (["--independent", "fold=0,1"], {"fold": [0, 1], "kind": {"fold": "seed"}}),
    (
        ["--folds", "2", "--seeds", "2", "--reshuffled-by", "seed"],
        {"seed": [0, 1], "fold": [0, 1], "kind": "fold", "reshuffled_by": "seed"},
    ),
]


@pytest.mark.parametrize(("options", "expected"), ASKED)
def test_kinds_are_declared(project: Project, options: list[str], expected: dict[str, Any]) -> None:
    folded(project)
    project.ledger(*NEW, *options)
    assert planned(project) == expected


@pytest.mark.parametrize(("options", "expected"), ASKED)
def test_amend_declares_them_alike(project: Project, options: list[str], expected: dict[str, Any]) -> None:
    folded(project)
    project.ledger(*NEW)
    if "--seeds" in options:
        options = [
            {"--seeds": "--over", "2": "seed=0,1"}.get(o, o) if i in (2, 3) else o for i, o in enumerate(options)
        ]
    project.ledger("amend", *options, "-m", "why")
    assert planned(project) == dict(expected)


def test_a_declared_kind_stays_when_values_are_added(project: Project) -> None:
    folded(project)
    project.ledger(*NEW, "--folds", "2", "--seeds", "2", "--reshuffled-by", "seed")
    project.ledger("amend", "--over", "fold=0..3", "--over", "seed=0..2", "-m", "more")
    assert planned(project) == {
        "seed": [0, 1, 2], "fold": [0, 1, 2, 3], "kind": "fold", "reshuffled_by": "seed"
    }  # fmt: skip


def test_repeats_are_counted(project: Project) -> None:
    project.ledger(*NEW, "--repeats", "2")
    project.ledger("amend", "--over", "repeat=5", "-m", "more")
    assert planned(project) == {"repeat": 5}
    answer = project.ledger("new", "B", "--from", "main", "--over", "repeat=5", code=2)
    assert "--repeats 5" in answer.err


def test_hashed_seeds_reshuffle_folds_too(project: Project) -> None:
    folded(project)
    project.ledger(*NEW, "--folds", "2", "--seeds", "hashed:3", "--reshuffled-by", "seed")
    plan = planned(project)
    assert (len(plan["seed"]), plan["fold"], plan["kind"], plan["reshuffled_by"]) == (3, [0, 1], "fold", "seed")


def test_new_counts_folds_and_not_seeds_times_folds(project: Project) -> None:
    folded(project)
    project.commit("noise", {"train.py": NOISY})
    project.ledger(*NEW, "--folds", "3", "--seeds", "2")
    trained(project, "a")
    project.git("switch", "-q", "main")
    ask = ("new", "B", "--no-switch", "--predict", "accuracy >= baseline", "-S", "train.lr=0.3", "--name")
    note = project.ledger(*ask, "b", "--folds", "3", "--seeds", "2").err
    assert "3 folds can see a true difference of at least" in note
    assert "2 degrees of freedom, hardly more than a guess" in note
    # what folds vary is not what seeds vary, nor what new partitions do
    assert "can see" not in project.ledger(*ask, "c", "--seeds", "5").err
    assert "can see" not in project.ledger(*ask, "d", "--folds", "3", "--seeds", "2", "--reshuffled-by", "seed").err


@pytest.mark.parametrize("name", ["fold", "data.split"])
def test_an_axis_that_sounds_like_folds_is_asked_about(project: Project, name: str) -> None:
    folded(project)
    answer = project.ledger(*NEW, "--over", f"{name}=0..2", code=2)
    assert "sounds like parts of one data set" in answer.err
    for option in ("--folds", "--splits", "--independent", "--reshuffled-by"):
        assert option in answer.err.partition("hint: ")[2]
    project.ledger(*NEW)
    state = project.state()
    assert "sounds like" in project.ledger("amend", "--over", f"{name}=0..2", "-m", "why", code=2).err
    assert project.state() == state


def test_reshuffled_folds_whole(project: Project) -> None:
    folded(project)
    project.ledger(*NEW, "--folds", "2", "--seeds", "2", "--reshuffled-by", "seed")
    project.ledger("run")
    shown = project.ledger("show", "--json").json
    assert shown["kinds"] == {"fold": "fold"}
    assert shown["reshuffled_by"] == "seed"
    assert "fold 0, 1 (folds reshuffled by seed)" in project.ledger("show").out
    verdict = project.ledger("conclude", "--json").json
    assert verdict["predictions"][0]["n"] == 4
    project.ledger("verify")


def test_a_plan_that_leaves_it_open_is_judged_as_ever_and_says_so(project: Project) -> None:
    folded(project)
    project.commit("noise", {"train.py": NOISY})
    project.ledger(*NEW, "--independent", "fold=0..2")
    path = project.root / "experiments/a/hypothesis.md"
    text = path.read_text()
    assert "  kind: {fold: seed}\n" in text
    # as plans of before were written
    path.write_text(text.replace("  kind: {fold: seed}\n", ""))
    project.git("commit", "-qam", "an older plan")
    trained(project, "a")
    assert "fold 0, 1, 2 (assumed independent)" in project.ledger("show").out
    (judged,) = project.ledger("conclude", "--json").json["predictions"]
    assert (judged["test"], judged["n"]) == ("paired t", 3)
    assert any("sounds like parts of one data set" in remark for remark in judged["remarks"])
    project.ledger("verify")


def test_show_gives_the_shares_of_variance(project: Project) -> None:
    folded(project)
    train = """\
import json
p = json.load(open("params.json"))
split, seed, lr = p["data"]["split"], p["seed"], p["train"]["lr"]
metrics = {"accuracy": lr * (1 + split * split) + seed * seed * lr / 10}
json.dump(metrics, open("metrics.json", "w"))
open("model.txt", "w").write(str(metrics))
"""
    project.commit("split", {"train.py": train})
    project.ledger(*NEW, "--splits", "3", "--seeds", "2")
    trained(project, "a")
    found = project.ledger("show", "--json").json["variance"]["accuracy"]
    assert found["of"] == "differences"
    assert found["more"] == "data.split"
    assert found["shares"]["data.split"] > 0.9
    assert "variance of the differences in accuracy: 100% split, 0% seed, 0% rest: more splits, not seeds" in (
        project.ledger("show").out
    )
