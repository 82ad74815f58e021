"""A baseline that another experiment has trained is reused, and only where it is the same."""

from __future__ import annotations

import re

from conftest import Project, Shelved, default_files


def begin(project: Project, name: str, *more: str) -> None:
    project.git("switch", "-q", "main")
    project.ledger("new", f"Question {name}", "--name", name, "--predict", "accuracy >= baseline", *more)


def first(project: Project) -> None:
    """An experiment `first` that has run, with its baseline; one seed."""
    begin(project, "first", "--seeds", "1", "-S", "train.lr=0.2")
    project.ledger("run")


def baseline(project: Project, name: str) -> dict[str, str | None]:
    shown = project.ledger("show", name, "--json").json
    return {t["id"]: t["reused"] for t in shown["trials"] if t["variant"] == "baseline"}


def test_a_baseline_is_not_trained_twice_and_the_record_says_from_where(shelved: Shelved) -> None:
    project = shelved(first, default_files())
    begin(project, "second", "--seeds", "2", "-S", "train.lr=0.3")
    told = project.ledger("run")

    assert "reused from first/baseline/seed-0" in told.err
    assert baseline(project, "second") == {
        "baseline/seed-0": "first/baseline/seed-0",
        "baseline/seed-1": None,
    }
    one, other = (project.ledger("show", name, "--json").json["trials"][0] for name in ("first", "second"))
    for key in ("metrics", "params", "outs", "seconds", "code", "started", "fingerprint"):
        assert one[key] == other[key], key
    # its trial commit stands on the code that ran, and adds what the trial wrote and this experiment's record
    assert project.git("rev-parse", f"{other['commit']}^") == other["code"]
    added = project.git("diff", "--name-only", f"{other['commit']}^", other["commit"]).splitlines()
    assert "experiments/second/trials/baseline/seed-0.yaml" in added
    assert not [path for path in added if path.startswith("experiments/first/")]
    assert project.git("fsck") == ""


def test_reused_trials_are_told_apart_in_tables_and_queries(shelved: Shelved) -> None:
    project = shelved(first, default_files())
    begin(project, "second", "--seeds", "1", "-S", "train.lr=0.3")
    project.ledger("run")
    rows = project.ledger("table", "--trials", "--where", "reused is not null", "--json").json
    assert len(rows) == 1
    assert {(row["experiment"], row["trial"]): row["reused"] for row in rows} == {
        ("second", f"baseline/seed-{n}"): f"first/baseline/seed-{n}" for n in range(len(rows))
    }
    own = project.ledger(
        "query", "--json", "SELECT count(*) AS n FROM trials WHERE variant = 'baseline' AND reused IS NULL"
    )
    assert own.json == [{"n": len(rows)}]
    refused = project.ledger("show", "second:baseline/seed-0", "--log", code=2)
    assert "it is another experiment's trial: ledger show first:baseline/seed-0 --log" in refused.err
    exported = project.ledger("export", "--format", "csv").out.splitlines()
    place = exported[0].split(",").index("reused")
    assert sorted(filter(None, (line.split(",")[place] for line in exported[1:]))) == [row["reused"] for row in rows]


def test_a_third_experiment_names_the_trial_that_ran(shelved: Shelved) -> None:
    project = shelved(first, default_files())
    for name, rate in (("second", "0.3"), ("third", "0.4")):
        begin(project, name, "--seeds", "1", "-S", f"train.lr={rate}")
        project.ledger("run")
    assert baseline(project, "third") == {"baseline/seed-0": "first/baseline/seed-0"}


def test_a_trial_whose_state_is_lost_is_run_again(shelved: Shelved) -> None:
    project = shelved(first, default_files())
    for tag in project.git("tag", "--list", "ledger/*").splitlines():
        project.git("tag", "--delete", tag)
    begin(project, "second", "--seeds", "1", "-S", "train.lr=0.3")
    project.ledger("run")
    assert baseline(project, "second") == {"baseline/seed-0": None}


def test_code_that_changed_behind_the_stages_is_not_taken_for_the_same(shelved: Shelved) -> None:
    project = shelved(first, default_files())
    project.git("switch", "-q", "main")
    project.commit("a file that no stage declares", {"helper.py": "X = 1\n"})
    begin(project, "second", "--seeds", "1", "-S", "train.lr=0.3")
    project.ledger("run")
    assert baseline(project, "second") == {"baseline/seed-0": None}


def test_a_treatment_is_never_reused(shelved: Shelved) -> None:
    project = shelved(first, default_files())
    begin(project, "second", "--seeds", "1", "-S", "train.lr=0.2")
    project.ledger("run")
    shown = project.ledger("show", "second", "--json").json
    assert [t["reused"] for t in shown["trials"] if t["variant"] == "treatment"] == [None]


def test_an_arm_whose_parameters_have_landed_is_the_next_one_s_baseline_and_is_proved(shelved: Shelved) -> None:
    """What an arm had by its parameters the new base has by itself: the same fingerprint from other code."""
    project = shelved(first)
    project.ledger("conclude", "first", "-m", "seen")
    project.ledger("land", "--adopt", "first")
    begin(project, "next", "--seeds", "1", "-S", "train.lr=0.3")
    assert "reused from first/treatment/seed-0" in project.ledger("run").err
    project.git("switch", "-q", "main")
    project.ledger("new", "Arms", "--name", "arms", "--seeds", "1", "--variant", "hi:train.lr=0.4")
    project.ledger("run", "--only", "hi")
    project.git("switch", "-q", "main")
    text = (project.root / "params.json").read_text()
    project.commit("lr", {"params.json": re.sub(r'"lr": [0-9.]+', '"lr": 0.4', text)})
    begin(project, "third", "--seeds", "1", "-S", "train.lr=0.5")
    assert "reused from arms/hi/seed-0" in project.ledger("run").err

    found = project.ledger("verify", "--json").json
    assert found["problems"] == []
