"""A metric that was renamed midway is one metric everywhere, and no name is chosen by results."""

from __future__ import annotations

import pytest
from conftest import NOISY, Project, Shelved

SETTINGS = "aliases: {acc: [accuracy]}\n"
ARMS = ("baseline", "treatment")


def called(name: str) -> str:
    """The code with another name for its metric, without the loss, and with other noise."""
    return NOISY.replace("100", "90").replace('"accuracy"', f'"{name}"').replace(', "loss": 1 - accuracy', "")


def renamed(project: Project) -> None:
    """An experiment whose baseline has `accuracy` and whose treatment has `acc`, not run yet."""
    project.ledger("new", "A rate helps", "--name", "a", "--predict", "acc >= baseline - 5", "--seeds", "3")
    project.commit("rename the metric", {"train.py": called("acc")})


def ran(project: Project) -> None:
    """The same, with its results."""
    project.ledger("run", "--yes")


def ran_with_alias(project: Project) -> None:
    """The same with the alias, which was there before the results."""
    project.commit("alias", {"ledger.yaml": SETTINGS})
    project.ledger("run")


@pytest.fixture
def late(shelved: Shelved) -> Project:
    """Results without an alias."""
    return shelved(ran, after=renamed)


@pytest.fixture
def early(shelved: Shelved) -> Project:
    """Results after the alias."""
    return shelved(ran_with_alias, after=renamed)


def columns(project: Project) -> dict[str, set[str]]:
    """By command, the names of the metrics that it has."""
    query = "SELECT DISTINCT name FROM metrics"
    arms = project.ledger("table", "--variants", "--json").json
    return {
        "table": {name for row in arms for name in row["metrics"]},
        "query": {row["name"] for row in project.ledger("query", "--json", query).json},
        "diff": {m["name"] for m in project.ledger("diff", "--json").json["metrics"]},
        "show": {name for trial in project.ledger("show", "--json").json["trials"] for name in trial["metrics"]},
        "export": {c for c in project.ledger("export").out.splitlines()[0].split(",") if c.startswith("metrics.")},
    }


def test_every_command_knows_it_as_one_metric(late: Project) -> None:
    records = late.git("ls-tree", "-r", "HEAD", "experiments")
    assert columns(late)["table"] == {"accuracy", "acc", "loss"}
    # the index notices the settings of the work tree
    late.write({"ledger.yaml": SETTINGS})
    found = columns(late)
    assert {"acc", "loss"} == found["table"] == found["query"] == found["diff"] == found["show"]
    assert "metrics.accuracy" not in str(found["export"]) and "metrics.acc" in str(found["export"])
    change = next(m for m in late.ledger("diff", "--json").json["metrics"] if m["name"] == "acc")
    assert (change["a"]["n"], change["b"]["n"]) == (3, 3)
    # by any of its names
    for name in ("accuracy", "acc"):
        rows = late.ledger("table", "--variants", "--where", f"{name} > 0", "--sort", f"-{name}", "--json").json
        assert {row["variant"] for row in rows} == {*ARMS}
        assert late.ledger("plot", "--distribution", name, "--json").json["metric"] == "acc"
    assert late.ledger("log", "--json").json[0]["metric"] == "acc"
    assert "acc" in late.ledger("power", "--metric", "accuracy").out
    assert late.git("ls-tree", "-r", "HEAD", "experiments") == records
    (late.root / "ledger.yaml").unlink()
    assert columns(late)["table"] == {"accuracy", "acc", "loss"}


def test_a_verdict_with_an_alias_from_before_the_results(early: Project) -> None:
    verdict = early.ledger("conclude", "--json").json
    assert (verdict["outcome"], verdict["confirmatory"]) == ("supported", True)
    assert verdict["aliases"] == {"acc": ["accuracy"]} and "late_aliases" not in verdict
    assert "accuracy is read as acc, by `aliases` in ledger.yaml, in 3 trials" in verdict["warnings"]
    proof = early.ledger("verify", "a", "--json").json
    assert proof["problems"] == [] and proof["unproved"] == []
    # a later change makes no honest verdict false
    early.commit("no alias", {"ledger.yaml": "jobs: 1\n"})
    proof = early.ledger("verify", "a", "--json").json
    assert proof["problems"] == []
    assert ["aliases" in finding["message"] for finding in proof["unproved"]] == [True]
    assert "out of date" in early.ledger("land", "a", code=2).err
    assert "acc" in early.ledger("conclude", code=None).out + early.ledger("conclude", code=None).err


def test_another_present_name_changes_no_verdict(early: Project) -> None:
    early.ledger("conclude", "-m", "")
    early.commit("again", {"ledger.yaml": "aliases: {score: [acc, accuracy], nll: [loss]}\n"})
    proof = early.ledger("verify", "a", "--json").json
    assert proof["problems"] == []
    assert early.ledger("log", "--json").json[0]["metric"] == "score"


def test_an_alias_from_after_the_results_is_post_hoc(late: Project) -> None:
    late.ledger("conclude", code=None)
    late.write({"ledger.yaml": SETTINGS})
    late.commit("alias")
    verdict = late.ledger("conclude", "--json").json
    assert (verdict["outcome"], verdict["numbers_say"], verdict["confirmatory"]) == ("inconclusive", "supported", False)
    assert verdict["late_aliases"] == ["accuracy as acc"]
    assert "an alias committed after results decides which metric is meant: accuracy as acc" in verdict["reasons"]
    assert late.ledger("verify", "a", "--json").json["problems"] == []


def test_a_name_that_leaves_no_choice_is_not_post_hoc(shelved: Shelved) -> None:
    project = shelved(renamed)
    project.commit("spelt alike", {"train.py": called("val_accuracy")})
    project.ledger("amend", "--predict", "val_accuracy >= baseline - 5", "-m", "the name")
    project.ledger("run", "--yes")
    project.commit("alias", {"ledger.yaml": "aliases: {val_accuracy: [accuracy]}\n"})
    verdict = project.ledger("conclude", "--json").json
    assert (verdict["outcome"], verdict["confirmatory"]) == ("supported", True)
    assert project.ledger("verify", "a", "--json").json["problems"] == []


def test_another_metric_after_the_results_is_post_hoc(early: Project) -> None:
    early.commit("another", {"ledger.yaml": "aliases: {acc: [loss]}\n"})
    verdict = early.ledger("conclude", "--json").json
    assert (verdict["numbers_say"], verdict["confirmatory"]) == ("supported", False)
    assert verdict["late_aliases"] == ["loss as acc"]
    assert early.ledger("verify", "a", "--json").json["problems"] == []


def test_a_trial_with_two_values_for_one_metric_is_refused(early: Project) -> None:
    early.commit("two", {"ledger.yaml": "aliases: {acc: [accuracy, loss]}\n"})
    said = early.ledger("conclude", code=2).err
    assert (
        "a:baseline/seed-0 has accuracy and loss with different values, and ledger.yaml calls them one metric" in said
    )
    assert "accuracy and loss with different values" in early.ledger("log").err
    assert "accuracy and loss with different values" in early.ledger("show").out
    assert early.ledger("table").err.startswith("warning: ")
    arms = {r["variant"]: r["metrics"] for r in early.ledger("table", "--variants", "--json").json}
    assert arms["baseline"] == {} and arms["treatment"]["acc"]["n"] == 3
    assert early.ledger("verify", "a", "--json").json["problems"] == []


def test_an_alias_that_nobody_committed_settles_nothing(late: Project) -> None:
    late.write({"ledger.yaml": SETTINGS})
    verdict = late.ledger("conclude", "--json").json
    assert verdict["numbers_say"] == "inconclusive" and "aliases" not in verdict
    assert late.ledger("verify", "a", "--json").json["problems"] == []


def test_an_alias_that_is_put_into_a_verdict_is_found(early: Project) -> None:
    early.ledger("conclude", "-m", "")
    path = early.root / "experiments/a/verdict.md"
    path.write_text(path.read_text().replace("acc: [accuracy]", "acc: [loss]"))
    early.commit("forge")
    problems = early.ledger("verify", "a", "--json", code=1).json["problems"]
    found = {f["message"].split("`")[1] for f in problems if f["kind"] == "other-verdict"}
    assert {"confirmatory", "outcome", "predictions[0].estimate"} <= found


def concluded(project: Project) -> None:
    """With the alias before the results, and a verdict."""
    project.ledger("conclude", "-m", "")


@pytest.mark.parametrize("way", ["record", "adopt", "squash", "rebase", "archive"])
def test_an_honest_verdict_stays_proved(shelved: Shelved, way: str) -> None:
    shelved(ran_with_alias, after=renamed)
    project = shelved(concluded, after=ran_with_alias)
    project.git("switch", "-q", "main")
    if way in ("record", "adopt"):
        project.ledger("land", "a", f"--{way}")
    elif way == "squash":
        project.git("merge", "-q", "--squash", "exp/a")
        project.git("commit", "-q", "-m", "squashed")
    elif way == "rebase":
        project.commit("meanwhile", {"docs/meanwhile.md": "x\n"})
        project.git("rebase", "-q", "main", "exp/a")
    else:
        project.ledger("archive", "a")
    if way not in ("rebase", "archive"):
        project.git("branch", "-q", "-D", "exp/a")
    project.git("switch", "-q", "main")
    assert project.ledger("verify", "a", "--json", code=None).json["problems"] == []
    # whatever main says later of names
    for text in ("aliases: {acc: [loss]}\n", "jobs: 1\n"):
        project.commit("other names", {"ledger.yaml": text})
        assert project.ledger("verify", "a", "--json", code=None).json["problems"] == []


def test_an_alias_that_was_moved_before_the_results_is_post_hoc(late: Project) -> None:
    base = late.git("merge-base", "main", "HEAD")
    late.git("switch", "-q", "--detach", f"{base}")
    plan = late.git("rev-list", "--reverse", f"{base}..exp/a").splitlines()
    late.git("cherry-pick", plan[0])
    late.commit("alias", {"ledger.yaml": SETTINGS})
    for commit in plan[1:]:
        late.git("cherry-pick", commit)
    late.git("branch", "-q", "-f", "exp/a", "HEAD")
    late.git("switch", "-q", "exp/a")
    verdict = late.ledger("conclude", "--json").json
    assert not verdict["confirmatory"] and verdict["late_aliases"] == ["accuracy as acc"]


def test_a_run_tells_of_an_alias_that_nobody_committed(shelved: Shelved) -> None:
    project = shelved(renamed)
    project.write({"ledger.yaml": SETTINGS})
    said = project.ledger("run", code=2).err
    assert "ledger.yaml here also has accuracy for acc, but a's branch does not" in said
    # the hours are not spent on what the verdict would not know
    assert "no trial has the predicted metric acc: they have accuracy and loss" in said
    assert len(project.ledger("show", "--json").json["trials"]) == 1
