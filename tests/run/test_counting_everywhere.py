"""One rule for which trials count: whatever is asked, the same state of an arm answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import TRAIN, Project, Shelved

NEW = ("new", "A higher rate", "--name", "a", "--seeds", "2", "--predict", "accuracy >= baseline", "-S")


def rates(project: Project) -> dict[str, object]:
    """The rate and the metric that every command shows for the treatment."""
    (row,) = project.ledger("table", "--json").json
    (arm,) = (r for r in project.ledger("table", "--variants", "--json").json if r["variant"] == "treatment")
    query = "SELECT value FROM metrics WHERE variant = 'treatment' AND trial IS NULL AND name = 'accuracy'"
    (queried,) = project.ledger("query", "--json", query).json
    drawn = project.ledger("plot", "a", "--parallel", "--metric", "accuracy", "--json").json
    (line,) = (arm for arm in drawn["arms"] if arm["arm"] == "a:treatment")
    assert line["params"]["train.lr"] == row["params"]["train.lr"]
    change = project.ledger("diff", "--json").json["metrics"]
    found = {
        round(row["metrics"]["accuracy"]["mean"], 10),
        round(arm["metrics"]["accuracy"]["mean"], 10),
        round(queried["value"], 10),
        round(line["mean"], 10),
        round(next(m["b"]["mean"] for m in change if m["name"] == "accuracy"), 10),
    }
    assert len(found) == 1, found
    return {"lr": row["params"]["train.lr"], "accuracy": found.pop()}


def lr(project: Project, value: float) -> None:
    params = Path(project.root / "params.json")
    document = json.loads(params.read_text())
    document["train"]["lr"] = value
    project.commit(f"lr {value}", {"params.json": json.dumps(document)})


def back_and_forth(project: Project) -> None:
    """Run at 0.2, at 0.3, and set back to 0.2."""
    project.ledger(*NEW, "train.lr=0.2")
    project.ledger("run")
    lr(project, 0.3)
    project.ledger("run")
    lr(project, 0.2)


@pytest.fixture
def returned(shelved: Shelved) -> Project:
    return shelved(back_and_forth)


def test_the_state_that_the_branch_has_counts(returned: Project) -> None:
    assert rates(returned)["lr"] == 0.2
    first = rates(returned)
    # a branch that moves on moves the answer, though no record has changed
    lr(returned, 0.3)
    assert rates(returned)["lr"] == 0.3
    assert rates(returned)["accuracy"] != first["accuracy"]
    lr(returned, 0.2)
    assert rates(returned) == first
    # and a verdict settles it
    returned.ledger("conclude", "-m", "So it is.")
    judged = returned.ledger("conclude", "--json").json
    assert rates(returned) == first
    lr(returned, 0.3)
    (row,) = returned.ledger("table", "--json").json
    assert (row["params"]["train.lr"], row["outcome"]) == (0.2, judged["outcome"])


def test_code_that_crashes_takes_nothing_back(returned: Project) -> None:
    returned.ledger("conclude", "-m", "So it is.")
    before = rates(returned)
    returned.commit("broken", {"train.py": TRAIN + "raise SystemExit(3)\n"})
    returned.ledger("run", code=1)
    assert returned.ledger("verify", "--json").json["problems"] == []
    (row,) = returned.ledger("table", "--json").json
    assert round(row["metrics"]["accuracy"]["mean"], 10) == before["accuracy"]


def test_a_verdict_that_was_overtaken_is_old_and_not_false(returned: Project) -> None:
    returned.ledger("conclude", "-m", "So it is.")
    returned.ledger("amend", "--over", "seed=0..3", "-m", "more of them")
    returned.ledger("run")
    proof = returned.ledger("verify", "--json").json
    assert proof["problems"] == []
    assert [f["check"] for f in proof["unproved"] if "out of date" in f["message"]] == ["verdict"]
    # what it says of its own moment must still be true
    verdict = returned.root / "experiments/a/verdict.md"
    text = verdict.read_text().replace("\nlooks: 2\n", "\nlooks: 1\n")
    assert text != verdict.read_text()
    returned.commit("fewer looks", {"experiments/a/verdict.md": text})
    assert returned.ledger("verify", "--json", code=1).json["problems"]
