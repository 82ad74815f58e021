"""Arms of experiments in the roles that experiments have: a baseline, what is forked from, what lands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Project, Shelved

import ledger
from ledger.analysis.counting import When
from ledger.errors import LedgerError
from ledger.repo.evidence import gather


def with_arms(project: Project) -> None:
    """A project on main, with an experiment `a` whose arm `hi` is far better than its treatment."""
    project.ledger("new", "Arms", "--name", "a", "--seeds", "2", "--variant", "hi:train.lr=0.9", "-S", "train.lr=0.1")
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
        assert {r.trial.id for r in gather(book, chosen, When.PRESENT).records["baseline"]} == {
            "hi/seed-0",
            "hi/seed-1",
        }


def test_what_is_no_arm_is_no_baseline(arms: Project) -> None:
    before = arms.state()
    for wanted, said in {
        "a:hi/seed-0": "is one trial; a baseline must be an arm",
        "a:low": "a has no variant low",
        "main": "is a git revision",
    }.items():
        assert said in arms.ledger("new", "B", "--name", "b", "--baseline", wanted, code=2).err
    assert arms.state() == before
    arms.ledger("new", "B", "--name", "b", "--baseline", "a:hi")
    amended = ("amend", "--key", "variants={baseline: {experiment: a, variant: low}, treatment: {}}", "-m", "x")
    assert "a has no variant low" in arms.ledger(*amended, code=2).err


def test_an_arm_that_its_plan_has_no_more_is_what_ran_last(arms: Project) -> None:
    """As a baseline it counts like everywhere else, before and after it is taken out of the plan."""
    options = ("-S", "train.lr=0.7", "--seeds", "2", "--predict", "accuracy >= baseline", "--baseline", "a:hi")
    arms.ledger("new", "B", "--name", "b", *options)
    arms.ledger("run")
    arms.ledger("amend", "--exp", "a", "--key", "variants={treatment: {}}", "-m", "no more")
    verdict = arms.ledger("conclude", "-m", "", "--json").json
    assert verdict["predictions"][0]["estimate"] == pytest.approx(-0.2, abs=0.02)
    assert arms.ledger("verify", "b", "--json").json["problems"] == []


def test_a_circle_of_arms_is_refused(arms: Project) -> None:
    arms.ledger("new", "B", "--name", "b", "--baseline", "a")
    path = Path("experiments/b/hypothesis.md")
    text = (arms.root / path).read_text().replace("{experiment: a}", "{experiment: b, variant: baseline}")
    arms.commit("in a circle", {str(path): text})
    with ledger.open(arms.root) as book, pytest.raises(LedgerError, match="filled by itself"):
        gather(book, book.experiment("b"), When.PRESENT)


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
    # they ran on code that has not the arm's parameters
    assert arms.ledger("verify", "f", "--json").json["problems"] == []
    diff = arms.ledger("diff", "a:hi", "f", "--json").json
    assert diff["params"] == [] and [c["path"] for c in diff["code"]] == ["train.py"]

    arms.ledger("new", "G", "--name", "g", "--from", "a:hi", "-S", "train.name=large")
    assert rate(arms, "exp/g") == 0.9
    # an arm that has the branch's own parameters forks from the branch itself
    arms.ledger("new", "H", "--name", "h", "--from", "a:treatment")
    assert rate(arms, "exp/h") == 0.1
    assert arms.git("rev-parse", "exp/h^") == arms.git("rev-parse", "exp/a")


# --- landing


def predicts(project: Project, *predictions: str) -> None:
    """A concluded experiment `h` about the arm `hi`, and another arm."""
    options = [word for text in predictions for word in ("--predict", text)]
    project.ledger(
        *("new", "H", "--name", "h", "--seeds", "2", "--variant", "hi:train.lr=0.9", "--variant", "low:train.lr=0.05"),
        *options,
    )
    project.ledger("run")
    project.ledger("conclude", "-m", "")


def about_one(project: Project) -> None:
    """The same, predicting about one arm."""
    predicts(project, "accuracy[hi] >= baseline")


def about_two(project: Project) -> None:
    """The same, predicting about two."""
    predicts(project, "accuracy[hi] >= baseline", "accuracy[low] <= baseline")


def test_the_arm_that_is_predicted_about_stands_for_the_experiment(shelved: Shelved) -> None:
    project = shelved(about_one)
    (arm,) = (r for r in project.ledger("table", "--variants", "--json").json if r["variant"] == "hi")
    mean = arm["metrics"]["accuracy"]["mean"]
    (low,) = (r for r in project.ledger("table", "--variants", "--json").json if r["variant"] == "low")
    assert low["metrics"]["accuracy"]["mean"] != mean
    (row,) = project.ledger("table", "--json").json
    assert (row["variant"], row["params"]["train.lr"], row["metrics"]["accuracy"]["mean"]) == ("hi", 0.9, mean)
    (line,) = project.ledger("log", "--json").json
    assert (line["variant"], line["metric"], line["value"]["mean"]) == ("hi", "accuracy", mean)
    assert "accuracy[hi] " in project.ledger("log").out
    (queried,) = project.ledger("query", "--json", "SELECT variant FROM experiments").json
    assert queried == {"variant": "hi"}


def test_a_diff_without_a_baseline_is_of_what_the_prediction_compares(project: Project) -> None:
    def sides(*given: str) -> tuple[str, str]:
        found = project.ledger("diff", *given, "--json").json
        return found["a"], found["b"]

    arms = ("--variant", "hi:train.lr=0.9", "--variant", "low:train.lr=0.05")
    project.ledger("new", "H", "--name", "h", *arms, "--predict", "accuracy[hi] >= accuracy[low] + 0.1")
    assert sides() == sides("h") == sides("h:hi") == ("h:low", "h:hi")
    # nothing is predicted of this one
    assert "hint: name the other side: ledger diff main h:low" in project.ledger("diff", "h:low", code=2).err
    project.ledger("new", "G", "--name", "g", "--from", "main", "-S", "train.lr=0.4", "--predict", "accuracy >= h")
    assert sides() == sides("g:treatment") == ("h:hi", "g")
    project.ledger("new", "K", "--name", "k", "--from", "main", *arms)
    assert "hint: name two arms: ledger diff k:hi k:low" in project.ledger("diff", "k", code=2).err


def test_a_supported_arm_lands_with_its_parameters(shelved: Shelved) -> None:
    project = shelved(about_one)
    answer = project.ledger("land", "h")
    assert "with the change of its arm hi" in answer.out and "may not be" not in answer.out
    assert "to be reproduced" not in answer.out
    assert rate(project, "main") == 0.9
    metrics = json.loads(project.git("show", "main:metrics.json"))
    with ledger.open(project.root) as book:
        record = book.experiment("h").of("hi")[0].trial
    assert metrics["accuracy"] == record.metrics["accuracy"]
    assert project.git("merge-base", "--is-ancestor", "exp/h", "main") == ""
    project.git("switch", "-q", "main")
    project.dvc("checkout", "-q")
    assert "up to date" in project.dvc("status")
    assert project.ledger("verify", "h").code == 0
    project.git("branch", "-q", "-d", "exp/h")
    assert project.ledger("verify", "h").code == 0
    # the lock that main has is that of its parameters: nothing runs again
    assert project.ledger("diff", "main", "h:hi", "--json").json["params"] == []


def test_of_several_arms_it_must_be_said_which(shelved: Shelved) -> None:
    project = shelved(about_two)
    before = project.state()
    refused = project.ledger("land", "h", code=2).err
    assert "ledger land --adopt h:hi or ledger land --adopt h:low" in refused
    for wanted, said in {
        ("h:hi", "--record"): "a record covers the whole experiment",
        ("h:baseline", "--adopt"): "runs the base",
        ("h:hi/seed-0", "--adopt"): "is a trial; only an arm can be adopted",
    }.items():
        assert said in project.ledger("land", *wanted, code=2).err
    assert project.state() == before
    assert "its arm low" in project.ledger("land", "--adopt", "h:low").out
    assert rate(project, "main") == 0.05


def test_without_predictions_one_of_several_arms_is_not_adopted_for_being_the_first(project: Project) -> None:
    project.ledger("new", "H", "--name", "h", "--vary", "train.lr=0.2,0.3")
    project.ledger("run")
    refused = project.ledger("land", "--adopt", "h", code=2).err
    assert "h has several arms (lr-0-2, lr-0-3)" in refused and "ledger land --adopt h:lr-0-2" in refused
    project.ledger("land", "--adopt", "h:lr-0-3")
    assert rate(project, "main") == 0.3


def test_another_arm_of_what_has_landed(shelved: Shelved) -> None:
    """With one arm the whole branch is on main: another is still to be had, in place of the first."""
    project = shelved(about_two)
    project.ledger("land", "--adopt", "h:hi")
    before = project.state()
    assert "h has landed already" in project.ledger("land", "--adopt", "h:hi", code=2).err
    refused = project.ledger("land", "--adopt", "h:low", code=1).err
    assert "main has the change of another arm of h" in refused and "train.lr was" in refused
    assert project.state() == before
    taken_back, again = refused.partition("hint: ")[2].strip().split(", then ")
    project.shell(taken_back)
    project.ledger(*again.split()[1:])
    assert rate(project, "main") == 0.05
    assert project.ledger("verify", "h").code == 0
    assert "landed already" in project.ledger("land", "--adopt", "h:low", code=2).err


def test_an_arm_lands_without_its_trial_commits(shelved: Shelved) -> None:
    project = shelved(about_one)
    project.git("tag", "-d", *project.git("tag", "--list").split())
    assert "to be reproduced on main: train" in project.ledger("land", "--adopt", "h:hi").out
    assert rate(project, "main") == 0.9


# --- the other commands


def test_commands_about_whole_experiments_refuse_an_arm(arms: Project) -> None:
    before = arms.state()
    for command in (
        ("status", "a:hi"),
        ("verify", "a:hi"),
        ("conclude", "a:hi", "-m", "x"),
        ("archive", "a:hi"),
        ("note", "x", "--exp", "a:hi"),
        ("amend", "--key", "alpha=0.01", "-m", "x", "--exp", "a:hi"),
    ):
        refused = arms.ledger(*command, code=2).err
        assert "a:hi is an arm" in refused and "name the experiment: a" in refused
    assert "a:hi/seed-0 is a trial" in arms.ledger("status", "a:hi/seed-0", code=2).err
    assert arms.state() == before


def test_commands_about_arms_honour_one(arms: Project) -> None:
    shown = arms.ledger("show", "a:hi").out
    assert "hi/seed-1" in shown and "treatment/seed" not in shown
    assert {t["variant"] for t in arms.ledger("show", "a:hi", "--json").json["trials"]} == {"hi"}
    arms.ledger("new", "B", "--name", "b", "--seeds", "2", "--variant", "low:train.lr=0.05", "--baseline", "a:hi")
    assert "hint: ledger show a:hi" in arms.ledger("show", "b:baseline", code=2).err
    assert [t["id"] for t in arms.ledger("run", "b:low/seed-1", "--json").json["trials"]] == ["low/seed-1"]
    assert [t["id"] for t in arms.ledger("run", "b:low", "--json").json["trials"]] == ["low/seed-0"]
    assert "both choose trials" in arms.ledger("run", "b:low", "--only", "seed-0", code=2).err
    assert "no trial" in arms.ledger("run", "b:low/seed-7", code=2).err
    diff = arms.ledger("diff", "b:low", "--json").json
    assert (diff["a"], diff["b"]) == ("a:hi", "b:low")


def test_results_that_are_known_are_not_reused_for_what_is_predicted(arms: Project) -> None:
    arms.ledger("new", "B", "--name", "b", "--seeds", "2", "--predict", "accuracy >= baseline")
    path = "experiments/b/hypothesis.md"
    text = (
        (arms.root / path)
        .read_text()
        .replace(
            "treatment: {}",
            "treatment: {at: base, params: {train.lr: 0.9}}\n  other: {at: base, params: {train.lr: 0.9}}",
        )
    )
    arms.commit("the plan", {path: text})
    arms.ledger("run")
    trials = arms.ledger("show", "--json").json["trials"]
    held = {t["id"]: arms.git("show", f"{t['commit']}:experiments/b/trials/{t['id']}.yaml") for t in trials}
    assert {name for name, record in held.items() if "\nreused: a/hi/" in record} == {"other/seed-0", "other/seed-1"}
    assert arms.ledger("verify", "b", "--json").json["problems"] == []
