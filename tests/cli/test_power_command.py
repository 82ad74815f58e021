"""`ledger power`, and the note of `new`: what so many replicates show."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import NOISY, Project
from pytest import approx
from trained import trained


def noisy(project: Project) -> None:
    """An experiment with its results, whose paired differences vary."""
    project.commit("noise", {"train.py": NOISY})
    project.ledger("new", "A", "--predict", "accuracy >= baseline + 0.02", "--seeds", "4", "-S", "train.lr=0.2")
    trained(project, "a")


def test_numbers_alone_need_no_repository(project: Project, tmp_path: Path) -> None:
    answer = project.ledger(
        "power", "--sd", "0.0447", "--df", "4", "--margin", "0.02", "--n", "5", "--json", cwd=tmp_path
    )
    (found,) = answer.json
    assert found["sd_interval"] == approx([0.0290, 0.1060], abs=1e-4)
    (row,) = found["rows"]
    assert row["smallest"] == approx(0.0808, abs=5e-5)
    assert found["needed"] is None
    text = project.ledger("power", "--sd", "0.0447", "--df", "4", "--margin", "0.02", "--effect", "0.05").out
    assert "90% interval 0.029 to 0.106, 4 degrees of freedom" in text
    assert "if the true value is the margin itself, any number of replicates supports it in 5% of cases" in text
    assert project.ledger("power", "--sd", "0.0447", "--within", "0.02", "--json").json[0]["needed"] == 45


def test_formats(project: Project) -> None:
    asked = ("power", "--sd", "1", "--effect", "1", "--n", "3,5")
    assert project.ledger(*asked, "--format", "csv").out.splitlines()[0] == "n,df,difference shown at 80%,power"
    assert project.ledger(*asked, "--format", "md").out.startswith("| n ")


def test_folds_are_no_independent_pairs(project: Project) -> None:
    asked = ("power", "--sd", "1", "--n", "2,5", "--json")
    folds, pairs = (project.ledger(*asked, *more).json[0] for more in (("--folds", "5"), ()))
    assert folds["counts"] == "partitions into 5 folds"
    assert folds["rows"][0]["df"] == 9
    # ten pairs would see 0.85
    assert folds["rows"][0]["smallest"] == approx(1.5955, abs=1e-3)
    assert pairs["rows"][1]["smallest"] == approx(1.36, abs=0.005)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--sd", "x"], "--sd 'x' is not a number"),
        (["--sd", "0"], "--sd is out of range"),
        (["--sd", "1", "--alpha", "0.7"], "--alpha is out of range"),
        (["--sd", "1", "--n", "0"], "--n is not from 1"),
        (["--sd", "1", "--n", "x"], "not a list of whole numbers"),
        (["--df", "3"], "--df needs --sd"),
        (["--unpaired"], "needs the sd of one side"),
        (["--sd", "1", "--within", "1", "--margin", "1"], "--within is already a margin"),
        (["--sd", "1", "--predict", "m >= baseline + 5%"], "needs a level"),
        (["--metric", "accuracy"], "shows how noisy accuracy is"),
    ],
)
def test_what_cannot_be_told(project: Project, options: list[str], says: str) -> None:
    answer = project.ledger("power", *options, code=2)
    assert says in answer.err
    assert "hint: " in answer.err


def test_of_an_experiment(project: Project) -> None:
    noisy(project)
    (found,) = project.ledger("power", "--json").json
    assert (found["prediction"], found["margin"], found["sd_df"]) == ("accuracy >= baseline + 0.02", 0.02, 3)
    assert found["experiments"] == ["a"]
    (relative,) = project.ledger("power", "--predict", "accuracy >= baseline + 2%", "--json").json
    assert 0.01 < relative["margin"] < 0.02
    (mean,) = project.ledger("power", "--predict", "accuracy >= 0.6", "--json").json
    assert mean["margin"] == 0.6
    assert "of a" in project.ledger("power", "--metric", "accuracy", "--effect", "0.05").out


def test_new_says_what_its_margin_asks_for(project: Project) -> None:
    noisy(project)
    (known,) = project.ledger("power", "--n", "5", "--json").json
    project.git("switch", "-q", "main")
    ask = ("new", "B", "--no-switch", "--seeds", "5", "-S", "train.lr=0.3")
    note = project.ledger(*ask, "--name", "b", "--predict", "accuracy >= baseline + 0.02").err
    assert f"5 pairs can see a true difference of at least {known['rows'][0]['smallest']:.3g} in accuracy" in note
    assert "one as large as the margin is supported in 5% of cases, however many there are" in note
    assert "3 degrees of freedom" in note
    equal = project.ledger(*ask, "--name", "c", "--predict", "accuracy within 0.02 of baseline").err
    assert "5 pairs show accuracy within 0.02 in" in equal
    below = project.ledger(*ask, "--name", "d", "--predict", "loss <= baseline - 0.02").err
    assert "a true difference of at most -0.0" in below
    # what seeds vary says nothing of what another design counts
    repeats = project.ledger(
        *ask[:3], *ask[5:], "--repeats", "3", "--name", "e", "--predict", "accuracy >= baseline"
    ).err
    assert "3 pairs can see" in repeats


def test_one_degree_of_freedom_is_said_to_be_a_guess(project: Project) -> None:
    project.commit("noise", {"train.py": NOISY})
    project.ledger("new", "A", "--predict", "accuracy >= baseline", "--seeds", "2", "-S", "train.lr=0.2")
    trained(project, "a")
    project.git("switch", "-q", "main")
    note = project.ledger("new", "B", "--predict", "accuracy >= baseline", "--seeds", "5", "-S", "train.lr=0.3").err
    assert "1 degree of freedom, hardly more than a guess" in note
