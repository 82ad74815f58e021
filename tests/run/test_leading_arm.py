"""Plans whose arms are all declared: no treatment that equals the baseline, and one of the arms stands for them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from conftest import Project, Shelved

import ledger
from ledger.model.formats.replicates import from_mapping
from ledger.model.plan import Plan, Variant
from ledger.model.prediction_parser import parse

BASE = Variant(name="baseline", at="base")
TREATMENT = Variant(name="treatment")
HI = Variant(name="hi", params={"lr": 0.9})
LO = Variant(name="lo", params={"lr": 0.1})


@pytest.mark.parametrize(
    ("variants", "predictions", "leading", "on_branch"),
    [
        ((BASE, TREATMENT, HI), (), "treatment", "treatment"),
        ((BASE, TREATMENT, HI), ("a[hi] >= baseline",), "treatment", "treatment"),
        ((BASE, LO, HI), ("a[hi] >= baseline", "a[lo] >= 1"), "hi", None),
        ((BASE, LO, HI), (), "lo", None),
        ((BASE, LO, HI), ("a[gone] >= baseline",), "lo", None),
        ((BASE, Variant(name="plain"), HI), ("a[plain] >= baseline",), "plain", "plain"),
        ((BASE,), (), "treatment", None),
    ],
)
def test_the_arm_that_stands_for_a_plan(
    variants: tuple[Variant, ...], predictions: tuple[str, ...], leading: str, on_branch: str | None
) -> None:
    plan = Plan(
        title="T",
        name="t",
        author="a",
        created=datetime(2026, 11, 1, tzinfo=UTC),
        base="0" * 40,
        variants=variants,
        predictions=tuple(map(parse, predictions)),
        replicates=from_mapping({"seed": [0]}),
    )
    assert plan.leading == leading
    assert (None if plan.on_branch is None else plan.on_branch.name) == on_branch


ARM = ("--variant", "hi:train.lr=0.9")
GRID = ("--vary", "train.lr=0.1,0.2")


@pytest.mark.parametrize(
    ("options", "arms"),
    [
        ((*ARM, "--predict", "accuracy[hi] >= baseline"), ["baseline", "hi"]),
        (ARM, ["hi"]),
        ((), ["treatment"]),
        ((*ARM, "-S", "train.lr=0.3", "--predict", "accuracy[hi] >= baseline"), ["baseline", "treatment", "hi"]),
        ((*ARM, "--predict", "accuracy >= baseline"), ["baseline", "treatment", "hi"]),
        ((*ARM, "--predict", "accuracy[hi] >= 0.5", "--predict", "accuracy >= 0.1"), ["treatment", "hi"]),
        # the combination that the branch has: the baseline's already, unless a prediction names it
        ((*GRID, "--predict", "accuracy[lr-0-2] >= baseline"), ["baseline", "lr-0-2"]),
        ((*GRID, "--predict", "accuracy[lr-0-1] >= baseline"), ["baseline", "lr-0-1", "lr-0-2"]),
        ((*GRID, "--predict", "accuracy[lr-0-2] >= 0.5"), ["treatment", "lr-0-2"]),
        (GRID, ["treatment", "lr-0-2"]),
    ],
)
def test_nobody_trains_a_treatment_that_nothing_tells_apart(
    project: Project, options: tuple[str, ...], arms: list[str]
) -> None:
    project.ledger("new", "Arms", "--name", "a", *options)
    assert list(project.ledger("show", "--json").json["variants"]) == arms


def test_a_treatment_that_is_not_there_is_not_predicted_about(project: Project) -> None:
    project.ledger("new", "Arms", "--name", "a", *ARM)
    refused = project.ledger("amend", "--predict", "accuracy >= 0.4", "--key", "exploratory=false", "-m", "x", code=2)
    assert "about the treatment, which the plan does not declare" in refused.err and "accuracy[hi]" in refused.err


def arms(project: Project) -> None:
    """A concluded experiment `h`, which predicts about its arm `hi`."""
    project.ledger("new", "H", "--name", "h", "--seeds", "2", *ARM, "--predict", "accuracy[hi] >= baseline")
    project.ledger("run")
    project.ledger("conclude", "-m", "")


def test_every_command_takes_the_arm_that_leads(shelved: Shelved) -> None:
    project = shelved(arms)
    assert project.ledger("verify", "h", "--json").json["problems"] == []
    assert project.git("log", "-1", "--skip", "1", "--format=%s").startswith("run: hi x2, accuracy ")
    assert project.git("tag", "-l", "--format=%(contents:subject)") == "trials of h: 2 hi, 2 baseline"
    # on the branch the arm's parameters would be every arm's
    assert json.loads(project.git("show", "exp/h:params.json"))["train"]["lr"] == 0.1
    assert "baseline (n=2)" in project.ledger("show", "h").out and "hi (n=2)" in project.ledger("show", "h").out
    for compared in ((), ("h",)):
        diff = project.ledger("diff", *compared, "--json").json
        assert (diff["a"], diff["b"]) == ("h:baseline", "h:hi")
    assert project.ledger("reproduce", "h", "--json").json["trials"][0]["trial"] == "hi/seed-0"

    project.git("switch", "-q", "main")
    project.ledger("new", "F", "--name", "f", "--from", "h")
    assert json.loads(project.git("show", "exp/f:params.json"))["train"]["lr"] == 0.9
    project.git("switch", "-q", "main")
    options = ("--seeds", "2", "-S", "train.lr=0.7", "--predict", "accuracy >= baseline", "--predict", "accuracy >= h")
    project.ledger("new", "B", "--name", "b", "--baseline", "h", *options)
    project.ledger("run")
    verdict = project.ledger("conclude", "-m", "", "--json").json
    of_baseline, of_reference = (p["estimate"] for p in verdict["predictions"])
    assert of_baseline == of_reference == pytest.approx(-0.2, abs=0.02)
    with ledger.open(project.root) as book:
        filled = book.experiment("b").plan.variant("baseline")
        assert filled is not None and filled.filled_by == "h:hi"
    # a plan that names no arm of the other one means the arm that leads it too
    text = (project.root / "experiments/b/hypothesis.md").read_text()
    named = text.replace("{experiment: h, variant: hi}", "{experiment: h}")
    assert named != text
    project.commit("by hand", {"experiments/b/hypothesis.md": named})
    assert project.ledger("diff", "b", "--json").json["a"] == "h:hi"
    assert project.ledger("verify", "b", "--json").json["problems"] == []


def test_what_is_recorded_by_hand_is_the_arm_whose_parameters_it_has(project: Project) -> None:
    predicted = ("--predict", "accuracy[hi] >= baseline", "--variant", "large:train.name=large")
    project.ledger("new", "H", "--name", "h", "--seeds", "2", *ARM, *predicted)

    def made(seed: int, lr: float, name: str) -> None:
        text = begun.replace('"seed": 0', f'"seed": {seed}').replace('"lr": 0.1', f'"lr": {lr}')
        project.write({"params.json": text.replace('"small"', f'"{name}"')})
        project.dvc("repro", "-q")

    begun = (project.root / "params.json").read_text()
    made(0, 0.9, "small")
    assert "as hi/seed-0" in project.ledger("record").out
    # a change of the code is of the arm too, and the arm's parameters stay its own
    project.write({"train.py": (project.root / "train.py").read_text().replace("0.5 +", "0.6 +")})
    made(1, 0.9, "small")
    done = project.ledger("record", "--json").json
    assert any("train.lr: 0.1 again" in line for line in done["warnings"])
    assert project.git("diff", "--name-only", "HEAD~1", "HEAD~2").split() == ["train.py"]
    assert project.git("log", "-1", "--skip", "1", "--format=%s") == "code: change train.py"
    made(0, 0.1, "large")
    assert "as large/seed-0" in project.ledger("record").out
    made(1, 0.7, "small")
    assert "are those of no arm" in project.ledger("record", code=2).err
    assert project.ledger("verify", "h", "--json").json["problems"] == []
