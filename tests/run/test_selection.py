"""Replicates that are chosen for what they gave: pure noise is never "supported"."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import NOISY, Project
from trained import trained

# drawn so that few seeds do to choose from: of all seven the means differ by nothing, and of the worst four by enough
NOISE = NOISY.replace('params["train"]["lr"]', "0.1").replace("text = (", 'text = ("11 " + ')


@pytest.fixture
def noise(project: Project) -> Project:
    """Seven baseline trials of a pipeline in which the rate does nothing."""
    assert NOISE != NOISY
    project.commit("noise", {"train.py": NOISE})
    project.ledger("new", "A rate helps", "--name", "a", "--predict", "accuracy > baseline", "--seeds", "7",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", "--only", "baseline", "-j", "2")
    return project


def lowest(project: Project) -> str:
    """The four seeds whose baselines are the worst, as the plan's axis."""
    trials = project.ledger("show", "a", "--json").json["trials"]
    worst = sorted(trials, key=lambda t: t["metrics"]["accuracy"])[:4]
    return "seed=" + ",".join(str(t["replicate"]["seed"]) for t in worst)


def concluded(project: Project) -> dict[str, Any]:
    found = dict(project.ledger("conclude", "--json").json)
    assert project.ledger("verify").code == 0
    return found


def test_chosen_by_an_amendment_or_by_a_new_plan(noise: Project) -> None:
    chosen = lowest(noise)
    said = noise.ledger("amend", "--over", chosen, "-m", "fewer will do").err
    assert "results had already been seen" in said
    noise.ledger("run", "-j", "2")
    found = concluded(noise)
    assert (found["numbers_say"], found["outcome"], found["confirmatory"]) == ("supported", "inconclusive", False)
    assert found["reasons"] == ["changed after results had been seen: replicates"]
    [change] = found["amendments"]
    assert change["before"]["replicates"] == {"seed": list(range(7))} and change["after_results"]

    # every place that tells the outcome tells it
    assert [row["confirmatory"] for row in noise.ledger("log", "--json").json] == [False]
    assert "inconclusive, post hoc" in noise.ledger("log").out
    assert [row["confirmatory"] for row in noise.ledger("table", "--json").json] == [False]
    assert "confirmatory" in noise.ledger("table").out.splitlines()[0]
    assert noise.ledger("status", "--json").json["confirmatory"] is False
    shown = noise.ledger("show", "a", "--json").json
    assert (shown["confirmatory"], shown["verdict"]["confirmatory"]) == (False, False)
    queried = noise.ledger("query", "SELECT outcome, confirmatory FROM experiments", "--json").json
    assert queried == [{"outcome": "inconclusive", "confirmatory": 0}]
    landed = noise.ledger("land", "a")
    assert "its record only" in landed.out and "the verdict is inconclusive, post hoc;" in landed.out

    # a new plan that takes the same baselines knows the others too
    noise.git("switch", "-q", "main")
    begun = noise.ledger("new", "It helps", "--name", "b", "--predict", "accuracy > baseline", "--over", chosen,
                         "-S", "train.lr=0.2")  # fmt: skip
    warning = "known results of a:baseline are reused without seed="
    assert warning in " ".join(begun.err.split()) + " ".join(begun.out.split())
    ran = noise.ledger("run", "--only", "baseline")
    assert warning in " ".join(ran.err.split()) + " ".join(ran.out.split())
    noise.ledger("run", "-j", "2")
    found = concluded(noise)
    assert {t["reused"] for t in noise.ledger("show", "b", "--json").json["trials"] if t["variant"] == "baseline"} != {
        None
    }
    assert (found["outcome"], found["confirmatory"], len(found["left_out"])) == ("inconclusive", False, 3)
    assert found["reasons"][0].startswith("known before the plan, but left out of it: a/baseline seed=")
    assert found["amendments"] == []

    # one that takes all that were known left nothing out
    noise.git("switch", "-q", "main")
    noise.ledger("new", "It helps so", "--name", "c", "--predict", "accuracy > baseline - 1", "--seeds", "7",
                 "-S", "train.lr=0.2")  # fmt: skip
    trained(noise, "c")
    found = concluded(noise)
    assert (found["outcome"], found["reasons"], found["left_out"]) == ("supported", [], [])
    # and without the other experiment the stored verdict is believed
    noise.git("branch", "-D", "exp/a")
    answer = noise.ledger("verify", "b", code=None)
    assert "left_out" not in answer.out


def test_three_looks_at_more_and_more_seeds(project: Project) -> None:
    """2 → 3 → 4 seeds, each time after a verdict: every extension of the replicates is a look at the results."""
    project.commit("noise", {"train.py": NOISE})
    project.ledger("new", "A rate helps", "--name", "a", "--predict", "accuracy > baseline - 1", "--seeds", "2",
                   "-S", "train.lr=0.2")  # fmt: skip
    trained(project, "a")
    found = concluded(project)
    assert (found["outcome"], found["confirmatory"], found["looks"]) == ("supported", True, 1)
    for looks, seeds in ((2, 3), (3, 4)):
        project.ledger("amend", "--seeds", str(seeds), "-m", "not sure yet")
        trained(project, "a")
        found = concluded(project)
        assert (found["looks"], found["numbers_say"], found["outcome"]) == (looks, "supported", "inconclusive")
        assert f"looks at the results: {looks}, declared: 1" in found["reasons"]
        assert f"looked at {looks} times, but the plan declares 1" in found["warnings"][0]
    assert found["predictions"][0]["n"] == 4
