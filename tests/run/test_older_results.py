"""Results that are older than the prediction about them are not its confirmation, however they come to be there."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from conftest import Project, Shelved

PLAN = "experiments/b/hypothesis.md"


def others(project: Project) -> None:
    """An experiment of another name that has trained what `b` is about to predict, and `b` with its baseline."""
    project.ledger("new", "A", "--name", "a", "--predict", "accuracy >= baseline + 0.05", "--seeds", "2",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run")
    project.git("switch", "-q", "main")
    project.ledger("new", "B", "--name", "b", "--predict", "accuracy >= baseline + 0.05", "--seeds", "2",
                   "--from", "main", "-S", "train.lr=0.3")  # fmt: skip
    project.ledger("run", "--only", "baseline")


def replaced(project: Project, pattern: str, text: str) -> None:
    """Change the plan by hand, in the commit that began the experiment."""
    path = project.root / PLAN
    before = path.read_text("utf-8")
    path.write_text(re.sub(pattern, text, before), "utf-8")
    assert path.read_text("utf-8") != before


def copied(project: Project) -> None:
    """Take the other's results for one's own, as if they had been reused."""
    folder = project.root / "experiments/b/trials/treatment"
    folder.mkdir(parents=True)
    for seed in (0, 1):
        text = project.git("show", f"exp/a:experiments/a/trials/treatment/seed-{seed}.yaml")
        text = text.replace("experiment: a", "experiment: b")
        (folder / f"seed-{seed}.yaml").write_text(f"{text}\nreused: a/treatment/seed-{seed}\n")
    params = project.root / "params.json"
    params.write_text(params.read_text("utf-8").replace("0.3", "0.2"), "utf-8")
    project.commit("run: treatment x2")


def problems(project: Project) -> list[str]:
    found = project.ledger("verify", "b", "--json", code=1).json["problems"]
    return [row["message"] for row in found if row["check"] == "plan"]


def test_copied_records_confirm_nothing(shelved: Shelved) -> None:
    project = shelved(others)
    copied(project)
    verdict = project.ledger("conclude", "--json").json
    assert (verdict["outcome"], verdict["numbers_say"]) == ("inconclusive", "supported")
    assert verdict["reasons"] == [
        "results of another experiment, older than the prediction: treatment/seed-0, treatment/seed-1"
    ]
    assert [": the trial started " in message for message in problems(project)] == [True, True]


def test_a_plan_that_says_it_is_older_is_not_believed(shelved: Shelved) -> None:
    project = shelved(others)
    # a second before the other began: the base is older than that
    replaced(project, r"created: .*", "created: '2020-01-01T00:00:00+00:00'")
    copied(project)
    assert project.ledger("conclude", "--json").json["confirmatory"] is False
    base, *late = problems(project)
    assert base.startswith(f"{PLAN}: `created` is 2020-01-01T00:00:00+00:00, before its base ")
    # when it was committed counts
    assert len(late) == 2 and all("before the plan was written" in message for message in late)


def test_an_arm_at_the_base_takes_over_nothing_that_is_older(shelved: Shelved) -> None:
    project = shelved(others)
    replaced(project, r"  treatment: \{\}", "  treatment: {at: base, params: {train.lr: 0.2}}")
    replaced(project, r"created: .*", "created: '2020-01-01T00:00:00+00:00'")
    project.git("commit", "-q", "-a", "-m", "by hand")
    said = project.ledger("run").err
    assert "reused" not in said and said.count("restored") == 2
    project.ledger("conclude")
    assert any("before its base" in message for message in problems(project))


def test_a_clock_that_is_behind_that_of_the_base_accuses_nobody(shelved: Shelved) -> None:
    project = shelved(others)
    made = datetime.fromisoformat(project.git("log", "-1", "--format=%cI", "main"))
    replaced(project, r"created: .*", f"created: '{(made - timedelta(hours=12)).isoformat()}'")
    project.git("commit", "-q", "-a", "-m", "by hand")
    assert project.ledger("verify", "b", "--json").json["ok"]
