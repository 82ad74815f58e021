"""`ledger amend`: the plan changes openly, and the verdict tells of every change that anybody made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Project, Shelved

FILE = "experiments/a/hypothesis.md"


def begun(project: Project) -> None:
    """An experiment that has not run."""
    project.ledger("new", "A rate helps", "--name", "a", "--predict", "accuracy >= baseline + 0.05", "--seeds", "2",
                   "-S", "train.lr=0.2")  # fmt: skip


def recorded(project: Project) -> None:
    """The same with its trials."""
    begun(project)
    project.ledger("run")


def concluded(project: Project) -> dict[str, Any]:
    """The verdict as JSON."""
    return dict(project.ledger("conclude", "--json").json)


def refused(project: Project, *arguments: str, says: str, hint: str) -> None:
    """The amendment is refused with a hint, and nothing has changed."""
    state = project.state()
    answer = project.ledger("amend", *arguments, code=2)
    message, _, advice = answer.err.partition("\nhint: ")
    assert message.startswith("error: ") and says in message
    assert hint in advice
    assert project.state() == state


def by_hand(project: Project, old: str, new: str, message: str = "by hand") -> None:
    """Change the hypothesis file with git alone."""
    path = project.root / FILE
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    project.git("commit", "-q", "-a", "-m", message)


# --- what it changes


def test_keys_of_the_plan(shelved: Shelved) -> None:
    project = shelved(begun)
    done = project.ledger("amend", "--predict", "accuracy >= baseline + 0.02", "--predict", "loss < 1", "-m", "smaller")
    assert done.out.startswith("amended predictions of a as ")
    assert done.err == ""
    project.ledger("amend", "--over", "seed=0..3", "-m", "more")
    project.ledger("amend", "--key", "alpha=0.01", "--key", "looks=2", "--key", "tags=[rate, lr]", "-m", "stricter")
    shown = project.ledger("show", "--json").json
    assert shown["predictions"] == ["accuracy >= baseline + 0.02", "loss < 1"]
    assert shown["replicates"] == {"seed": [0, 1, 2, 3]}
    assert shown["tags"] == ["rate", "lr"]
    text = (project.root / FILE).read_text()
    assert "\nalpha: 0.01\nlooks: 2\n" in text
    assert project.git("status", "--porcelain") == ""
    assert project.git("log", "-1", "--format=%B") == ("amend: alpha, looks, tags\n\nstricter\n\nLedger-Experiment: a")
    assert project.git("diff", "--name-only", "HEAD~3", "HEAD") == FILE
    assert project.ledger("status", "--json").json["missing"] == 8


def test_the_body_stays_as_it_is(shelved: Shelved) -> None:
    project = shelved(begun)
    by_hand(project, "## Why\n", "## Why\n\nIt did *elsewhere* — `¼` of the time.\n")
    body = (project.root / FILE).read_text().split("---\n", 2)[2]
    project.ledger("amend", "--key", "alpha=0.01", "-m", "stricter")
    assert (project.root / FILE).read_text().split("---\n", 2)[2] == body


def test_an_experiment_that_is_not_checked_out(shelved: Shelved) -> None:
    project = shelved(begun)
    project.git("switch", "-q", "main")
    project.ledger("amend", "--exp", "a", "--key", "alpha=0.01", "-m", "stricter")
    assert "alpha: 0.01" in project.git("show", f"exp/a:{FILE}")
    assert project.git("status", "--porcelain") == ""


def test_the_other_axes_stay(shelved: Shelved) -> None:
    project = shelved(begun)
    project.ledger("amend", "--over", "train.name=a,b", "-m", "and names")
    assert project.ledger("show", "--json").json["replicates"] == {"seed": [0, 1], "train.name": ["a", "b"]}
    project.ledger("amend", "--over", "seed=5..7", "-m", "other seeds")
    assert project.ledger("show", "--json").json["replicates"] == {"seed": [5, 6, 7], "train.name": ["a", "b"]}


def test_a_first_prediction_brings_its_baseline(shelved: Shelved) -> None:
    project = shelved(begun)
    project.ledger("new", "Just looking", "--name", "look", "--from", "main", "--seeds", "2")
    project.ledger("amend", "--predict", "accuracy > baseline", "-m", "I have an idea")
    shown = project.ledger("show", "--json").json
    assert (shown["exploratory"], list(shown["variants"])) == (False, ["baseline", "treatment"])
    assert project.ledger("status", "--json").json["missing"] == 4


# --- what it refuses


@pytest.mark.parametrize("key", ["name", "base", "author", "created", "schema"])
def test_what_identifies_the_experiment(shelved: Shelved, key: str) -> None:
    project = shelved(begun)
    refused(
        project, "--key", f"{key}=x", "-m", "why", says=f"the plan's key {key} cannot be amended", hint="these can: "
    )


def test_what_is_no_amendment(shelved: Shelved) -> None:
    project = shelved(begun)
    refused(project, "--key", "alhpa=0.1", "-m", "why", says="key alhpa cannot be", hint="did you mean alpha?")
    refused(project, "--key", "predicton=x", "-m", "why", says="key predicton cannot", hint="did you mean predictions?")
    refused(project, "--key", "alpha=0.05", "-m", "why", says="changes nothing", hint="ledger show")
    refused(project, "--over", "seed=0..1", "-m", "why", says="changes nothing", hint="ledger show")
    refused(project, "-m", "why", says="say what changes", hint='ledger amend --predict "')
    refused(project, "--key", "alpha=0.1", says="missing option '-m'", hint="ledger amend --help")
    refused(project, "--key", "alpha=0.1", "-m", "  ", says="say why the plan changes", hint='-m "why"')
    refused(project, "--over", "seed", "-m", "why", says="--over 'seed' is not KEY=LIST", hint="--over seed=0..9")


def test_what_would_be_no_plan(shelved: Shelved) -> None:
    project = shelved(begun)
    wrong = "accuracy => baselin + x"
    state = project.state()
    answer = project.ledger("amend", "--predict", wrong, "-m", "why", code=2)
    assert "`predictions[0]`: " in answer.err and "\n" in answer.err
    lines = answer.err.splitlines()
    pointed = next(i for i, line in enumerate(lines) if line.strip() == "^")
    assert lines[pointed - 1].strip() == wrong
    assert project.state() == state
    for given, says in {
        "alpha=x": "`alpha` is 'x', not a number from 0 to 0.5",
        "looks=0": "`looks` is 0",
        "failures=maybe": "`failures` is 'maybe'; it may be `inconclusive`, `worst` or a number",
        "tags=x": "`tags` is not a list of texts",
        "variants={treatment: {at: main}}": "`variants.treatment.at` is 'main'",
    }.items():
        refused(project, "--key", given, "-m", "why", says=says, hint="ledger amend --help")


def test_nonsense_that_new_refuses_too(shelved: Shelved) -> None:
    project = shelved(begun)
    for given, says, hint in (
        ("alpha=0.5", "an alpha of 0.5 is not between 0 and 0.5", "0.05 is usual"),
        ("alpha=0", "an alpha of 0 is not between 0 and 0.5", "0.05 is usual"),
        ("alpha=0.9", "an alpha of 0.9 is not between 0 and 0.5", "0.05 is usual"),
        ("looks=2.5", "looks=2.5 is not a whole number", "--key looks=2"),
        ("exploratory=maybe", "exploratory=maybe is neither true nor false", "--key exploratory=true"),
        ("predictions=[]", "a plan without a prediction is exploratory", "ledger amend --predict"),
        ("evaluation=[nowhere.csv]", "the evaluation nowhere.csv is neither an output", "evaluates on"),
        ("parent=nobody", "no experiment nobody", "ledger log"),
    ):
        refused(project, "--key", given, "-m", "why", says=says, hint=hint)


def test_parameters_are_not_amended(shelved: Shelved) -> None:
    project = shelved(begun)
    refused(project, "-S", "alpha=0.01", "-m", "why", says="alpha is a key of the plan",
            hint='ledger amend --key alpha=0.01 -m "why"')  # fmt: skip
    refused(project, "--set", "train.lr=0.3", "-m", "why", says="train.lr is not one of its keys",
            hint="change train.lr in its file")  # fmt: skip


def test_what_the_repository_does_not_have(shelved: Shelved) -> None:
    project = shelved(begun)
    refused(project, "--predict", "accuracy[high] > 1", "-m", "why", says="about the variant high", hint="baseline")
    refused(project, "--predict", "accuracy > nobody", "-m", "why", says="compares with nobody", hint="baseline")
    refused(project, "--predict", "accuracy > a", "-m", "why", says="with itself", hint="compare with baseline")
    refused(project, "--over", "sede=0..4", "-m", "why", says="sede", hint="seed")
    refused(project, "--key", "variants={baseline: {at: base}, treatment: {}, high: {params: {train.lrr: 1}}}", "-m",
            "y", says="train.lrr", hint="train.lr")  # fmt: skip


# --- what the verdict says of it


def test_an_amendment_before_any_result(shelved: Shelved) -> None:
    project = shelved(begun)
    project.ledger("amend", "--predict", "accuracy >= baseline + 0.02", "-m", "smaller")
    project.ledger("run")
    found = concluded(project)
    [change] = found["amendments"]
    assert (change["changed"], change["after_results"]) == (["predictions"], False)
    assert change["date"] == project.git("log", "-1", "--format=%aI", "--grep=^amend:")
    assert not any("amended" in warning for warning in found["warnings"])
    body = project.git("show", "HEAD:experiments/a/verdict.md")
    assert f"## Amendments of the plan\n\n- {change['date']}: predictions, before any result: `" in body


def test_an_amendment_after_results(shelved: Shelved) -> None:
    project = shelved(recorded)
    done = project.ledger("amend", "--key", "alpha=0.1", "-m", "nearly there")
    assert done.err == "warning: results had already been seen, and the verdict will say so too\n"
    project.ledger("amend", "--predict", "accuracy >= baseline + 0.04", "-m", "nearer")
    found = concluded(project)
    assert [(c["changed"], c["after_results"]) for c in found["amendments"]] == [
        (["alpha"], True),
        (["predictions"], True),
    ]
    assert (found["confirmatory"], found["reasons"]) == (
        False, ["changed after results had been seen: alpha, predictions"],
    )  # fmt: skip
    shown = project.git("show", "HEAD:experiments/a/verdict.md")
    assert ": alpha, after results had been seen: `0.05` → `0.1`\n" in shown
    predictions = '`["accuracy >= baseline + 0.05"]` → `["accuracy >= baseline + 0.04"]`'
    assert f": predictions, after results had been seen: {predictions}\n" in shown
    # and taking it back is one more
    project.ledger("amend", "--key", "alpha=0.05", "-m", "better not")
    back = concluded(project)
    assert len(back["amendments"]) == 3
    assert back["reasons"] == ["changed after results had been seen: predictions"]
    assert project.ledger("verify").code == 0


def test_what_does_not_decide_the_outcome_does_not_brand(shelved: Shelved) -> None:
    project = shelved(recorded)
    project.ledger("amend", "--key", "title=Another title", "--key", "tags=[x]", "-m", "words")
    by_hand(project, "## Why\n", "## Why\n\nBecause.\n")
    found = concluded(project)
    assert [(c["changed"], c["after_results"]) for c in found["amendments"]] == [(["title", "tags"], True)]
    assert (found["confirmatory"], found["reasons"]) == (True, [])


def test_a_verdict_on_other_predictions_is_none(shelved: Shelved) -> None:
    project = shelved(recorded)
    concluded(project)
    before = project.ledger("status", "--json").json
    assert (before["status"], before["verdict_outdated"]) == ("concluded", None)
    project.ledger("amend", "--predict", "accuracy >= baseline + 0.5", "-m", "greedy")
    assert [(e["status"], e["outcome"]) for e in project.ledger("log", "--json").json] == [("recorded", None)]
    said = project.ledger("status").out
    assert "! the verdict is out of date: the predictions were changed since\n" in said
    assert "next: ledger conclude computes the verdict again\n" in said
    assert "status      recorded (out of date: the predictions were changed since)\n" in project.ledger("show").out
    assert "no verdict on what it predicts now" in project.ledger("land", "a", code=2).err
    refused = project.ledger("land", "a", "--record", code=2).err
    assert "the verdict of a is out of date: the predictions were changed since" in refused
    assert "ledger conclude a, then land it" in refused
    concluded(project)
    assert project.ledger("status", "--json").json["outcome"] == "refuted"
    project.ledger("land", "a")


def test_a_verdict_does_not_outlive_what_it_rests_on(shelved: Shelved) -> None:
    project = shelved(recorded)
    concluded(project)
    project.ledger("amend", "--key", "alpha=0.1", "-m", "why not")
    assert project.ledger("status", "--json").json["verdict_outdated"] == "the plan was amended since"
    concluded(project)
    project.ledger("note", "prose is no evidence")
    assert project.ledger("status", "--json").json["verdict_outdated"] is None
    project.ledger("amend", "--over", "seed=0..9", "-m", "more")
    project.ledger("run", "--only", "treatment/seed-9")
    assert "! the verdict is out of date: trials were recorded since\n" in project.ledger("status").out
    assert "out of date: trials were recorded since" in project.ledger("land", "a", "--record", code=2).err


def test_a_record_that_changes_nothing_leaves_the_verdict_as_it_was(shelved: Shelved) -> None:
    project = shelved(recorded)
    concluded(project)
    project.write({"train.py": "raise SystemExit('no')\n"})
    project.ledger("run", "--only", "treatment/seed-0", "-m", "a try", code=1)
    project.git("revert", "--no-edit", project.git("log", "-1", "--format=%H", "--grep", "a try"))
    status = project.ledger("status", "--json").json
    assert project.ledger("conclude").code == 0
    assert project.ledger("status", "--json").json["verdict_outdated"] is None, status
    project.ledger("land", "a", "--record")


def test_a_change_by_hand_is_an_amendment(shelved: Shelved) -> None:
    project = shelved(recorded)
    by_hand(project, "baseline + 0.05", "baseline + 0.01", "typo")
    [change] = concluded(project)["amendments"]
    assert (change["changed"], change["after_results"]) == (["predictions"], True)


def test_a_date_that_was_set_back_does_not_hide_it(shelved: Shelved, monkeypatch: pytest.MonkeyPatch) -> None:
    project = shelved(recorded)
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2020-01-01T00:00:00Z")
    by_hand(project, "baseline + 0.05", "baseline + 0.01")
    [change] = concluded(project)["amendments"]
    assert change["after_results"] is True


def test_a_rebase_keeps_the_order_of_things(shelved: Shelved) -> None:
    project = shelved(begun)
    project.ledger("amend", "--key", "alpha=0.01", "-m", "before")
    project.ledger("run")
    project.ledger("amend", "--key", "tags=[x]", "-m", "after")
    before = concluded(project)["amendments"]
    project.git("switch", "-q", "main")
    project.commit("words", {"README.md": "words\n"})
    project.git("switch", "-q", "exp/a")
    project.git("rebase", "-q", "main")
    assert concluded(project)["amendments"] == before
    assert [c["after_results"] for c in before] == [False, True]


def test_a_baseline_alone_is_a_result(shelved: Shelved) -> None:
    project = shelved(begun)
    project.ledger("run", "--only", "baseline")
    done = project.ledger("amend", "--predict", "accuracy >= baseline + 0.02", "-m", "the noise is small")
    assert "results had already been seen" in done.err
    project.ledger("run")
    found = concluded(project)
    assert found["amendments"][0]["after_results"] is True
    assert found["confirmatory"] is False
    # nobody has looked at the treatment
    assert found["looks"] == 1


def test_prose_is_no_amendment(shelved: Shelved) -> None:
    project = shelved(recorded)
    by_hand(project, "## Why\n", "## Why\n\nBecause.\n")
    # nor is another order of keys, or a remark among them
    by_hand(project, "alpha: 0.05\nlooks: 1\n", "looks: 1\nalpha: 0.05  # the usual\n")
    assert concluded(project)["amendments"] == []


def test_a_plan_that_cannot_be_read_in_between(shelved: Shelved) -> None:
    project = shelved(recorded)
    by_hand(project, "alpha: 0.05", "alpha: [")
    assert "hint: correct the file and commit it" in project.ledger("conclude", code=2).err
    by_hand(project, "alpha: [", "alpha: 0.1")
    [change] = concluded(project)["amendments"]
    assert change["changed"] == ["alpha"]


def test_more_replicates_after_results(shelved: Shelved) -> None:
    project = shelved(recorded)
    project.ledger("conclude")
    project.ledger("amend", "--over", "seed=0..3", "-m", "two seeds cannot see it")
    missing = project.ledger("conclude", code=2).err
    assert "4 declared trials have no result yet: baseline/seed-2, baseline/seed-3, treatment/seed-2" in missing
    ran = project.ledger("run")
    told = [line for line in ran.out.splitlines() + ran.err.splitlines() if line.startswith("[")]
    assert [line.split("] ")[1].split(":")[0] for line in told] == [
        "baseline seed=2", "baseline seed=3", "treatment seed=2", "treatment seed=3",
    ]  # fmt: skip
    found = concluded(project)
    assert found["predictions"][0]["n"] == 4
    # to look, and to add seeds until it works, is to look more than once
    assert found["looks"] == 2
    assert found["warnings"][0].startswith("the results were looked at 2 times, but the plan declares 1")
    assert found["reasons"] == [
        "changed after results had been seen: replicates", "looks at the results: 2, declared: 1",
    ]  # fmt: skip
    assert found["amendments"][0]["after_results"] is True


def test_fewer_replicates_leave_trials_beyond(shelved: Shelved) -> None:
    project = shelved(recorded)
    project.ledger("amend", "--over", "seed=1", "-m", "one will do")
    found = concluded(project)
    assert "2 trials are beyond the declared replicates: stored, but not counted" in found["warnings"]
    assert found["predictions"][0]["n"] == 1


def test_an_edit_that_is_not_committed_is_in_the_way(shelved: Shelved) -> None:
    project = shelved(begun)
    path: Path = project.root / FILE
    path.write_text(path.read_text().replace("## Why\n", "## Why\n\nBecause.\n"))
    refused(project, "--key", "alpha=0.01", "-m", "why", says="in the way", hint="commit or stash those changes")
    assert "Because." in path.read_text()
