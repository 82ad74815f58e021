"""What a first user stumbled over: each answered before it costs a trial or a verdict."""

from __future__ import annotations

from conftest import MakeProject, Project, default_files


def test_a_metric_that_no_file_has_is_doubted_when_it_is_predicted(project: Project) -> None:
    project.commit("results", {"metrics.json": '{"accuracy": 0.6, "loss": 0.4}\n'})
    doubted = project.ledger("new", "Rate", "--predict", "acuracy >= 0.5", "--seeds", "2", "--no-switch")
    assert "did you mean accuracy?" in doubted.err
    fine = project.ledger("new", "Rate again", "--predict", "accuracy >= 0.5", "--seeds", "2", "--no-switch")
    assert "metrics file" not in fine.err


def test_a_metric_that_no_trial_has_had_is_doubted_where_git_holds_no_metrics_file(project: Project) -> None:
    def said(name: str, metric: str) -> str:
        return project.ledger("new", name, "--from", "main", "--predict", f"{metric} >= 0.5", "--no-switch").err

    # nobody knows yet
    assert "acuracy" not in said("One", "acuracy")
    project.ledger("run", "one", "--yes")
    assert "no recent trial has acuracy: did you mean accuracy?" in said("Two", "acuracy")
    assert "no recent trial has dice; known: accuracy and loss" in said("Three", "dice")
    assert "no recent trial" not in said("Four", "accuracy")


def test_a_pipeline_without_metrics_is_doubted(make_project: MakeProject) -> None:
    files = default_files()
    files["dvc.yaml"] = files["dvc.yaml"].partition("    metrics:")[0]
    project = make_project(files)
    doubted = project.ledger("new", "Rate", "--predict", "accuracy >= 0.5", "--seeds", "2")
    assert "names no metrics file" in doubted.err


def test_repeats_beside_seeds_are_no_evidence(project: Project) -> None:
    refused = project.ledger("new", "Rate", "--seeds", "2", "--repeats", "2", code=2)
    assert "repeating a seed gives the same numbers" in refused.err


def test_repeats_of_a_pipeline_that_has_a_seed_are_doubted(project: Project) -> None:
    said = project.ledger("new", "Again", "--name", "a", "--repeats", "3").err
    assert "note: the pipeline has a seed, seed, which is the same in every repeat: vary it with --seeds\n" in said


def test_one_replicate_of_every_arm(project: Project) -> None:
    project.ledger("new", "Rate", "--name", "a", "--vary", "train.lr=0.1,0.2", "--seeds", "2")
    project.ledger("run", "--only", "seed-1")
    ids = [trial["id"] for trial in project.ledger("show", "--json").json["trials"]]
    assert ids == ["treatment/seed-1", "lr-0-2/seed-1"]


def test_an_output_that_main_does_not_ignore_is_no_unrecorded_result(make_project: MakeProject) -> None:
    files = default_files()
    del files[".gitignore"]
    project = make_project(files)
    project.ledger("new", "One", "--seeds", "1", "-S", "train.lr=0.2")
    project.ledger("run")
    project.git("switch", "-q", "main")
    assert (project.root / "model.txt").exists()
    project.ledger("new", "Two", "--seeds", "1", "-S", "train.lr=0.3")
    assert project.ledger("status", "--json").json["unrecorded"] == []
    project.ledger("run")


def test_a_change_without_a_trial_that_succeeded_is_not_adopted(project: Project) -> None:
    project.ledger("new", "Broken", "--seeds", "1")
    project.commit("break it", {"train.py": "raise SystemExit(3)\n"})
    project.ledger("run", code=1)
    state = project.state()
    refused = project.ledger("land", "broken", "--adopt", code=2)
    assert "has no successful treatment trial" in refused.err
    assert project.state() == state


def test_trials_beyond_the_plan_are_shown_and_not_counted(project: Project) -> None:
    project.ledger("new", "Rate", "--seeds", "2")
    project.ledger("run")
    text = (project.root / "params.json").read_text()
    project.write({"params.json": text.replace('"seed": 0', '"seed": 9')})
    project.dvc("repro")
    project.ledger("record")
    assert "beyond the plan" in project.ledger("show").out
    assert project.ledger("log", "--json").json[0]["value"]["n"] == 2


def test_what_a_remote_branch_says_comes_before_what_has_landed(project: Project) -> None:
    project.ledger("new", "Rate", "--seeds", "1", "--predict", "accuracy >= 0.1", "-S", "train.lr=0.2")
    project.ledger("run")
    project.ledger("land", "rate", "--record")
    tip = project.git("rev-parse", "exp/rate")
    project.git("clone", "-q", str(project.root), "../other")
    other = project.root.parent / "other"
    project.git("config", "user.name", "Bob", cwd=other)
    project.git("switch", "-q", "main", cwd=other)
    begun = project.ledger("new", "More", "--from", "rate", "--no-switch", "--json", cwd=other).json
    assert (begun["base"], begun["parent"]) == (tip, "rate")
