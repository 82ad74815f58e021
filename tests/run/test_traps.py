"""No silent wrong numbers: each trap is shown with plain DVC, refused by `run`, and gone once the hint is followed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import PIPELINE, MakeProject, Project, default_files
from traps import accuracies, lib, measured, refused, with_lib

# --- the seed trap

UNTRACKED_SEED = PIPELINE.replace("[seed, train]", "[train]")


def test_dvc_hands_out_the_first_seeds_number_for_every_untracked_seed(make_project: MakeProject) -> None:
    project = make_project(default_files() | {"dvc.yaml": UNTRACKED_SEED})
    project.dvc("repro")
    first = measured(project)
    project.shell('sed -i.bak \'s/"seed": 0/"seed": 1/\' params.json && rm params.json.bak')

    assert "didn't change, skipping" in project.dvc("repro")
    assert measured(project) == first
    project.shell("python train.py")
    assert measured(project) != first


def test_replicates_over_an_untracked_seed_are_refused(make_project: MakeProject) -> None:
    project = make_project(default_files() | {"dvc.yaml": UNTRACKED_SEED})
    said = refused(project, "new", "Seeds matter", "--seeds", "3")
    assert "no stage tracks the parameter seed" in said
    assert "`params:`" in said and "train" in said

    project.commit("track the seed", {"dvc.yaml": PIPELINE})
    project.ledger("new", "Seeds matter", "--seeds", "3")
    project.ledger("run")
    assert len(set(accuracies(project).values())) == 3


def test_a_seed_that_loses_its_tracking_on_the_branch_is_refused(project: Project) -> None:
    project.ledger("new", "Seeds matter", "--seeds", "2")
    project.commit("tidy", {"dvc.yaml": UNTRACKED_SEED})
    assert "no stage tracks the parameter seed" in refused(project, "run")


def test_a_seed_that_stands_in_the_command_alone_is_tracked(make_project: MakeProject) -> None:
    train = "import json, sys\njson.dump({'accuracy': int(sys.argv[2]) / 10}, open('metrics.json', 'w'))\n"
    pipeline = (
        "stages:\n  train:\n    cmd: python train.py --seed ${seed}\n    deps: [train.py]\n"
        "    metrics:\n      - metrics.json: {cache: false}\n"
    )
    project = make_project({"train.py": train, "params.yaml": "seed: 0\n", "dvc.yaml": pipeline})
    project.ledger("new", "Seeds matter", "--seeds", "3")
    project.ledger("run")
    assert accuracies(project) == {f"treatment/seed-{seed}": seed / 10 for seed in range(3)}
    shown = project.ledger("show", "--json").json
    assert len({trial["fingerprint"] for trial in shown["trials"]}) == 1
    assert [trial["params"]["seed"] for trial in shown["trials"]] == [0, 1, 2]


def test_an_override_that_no_stage_tracks_is_refused(make_project: MakeProject) -> None:
    params = json.dumps({"seed": 0, "train": {"lr": 0.1}, "verbose": False})
    project = make_project(default_files() | {"params.json": params})
    assert "no stage tracks the parameter verbose" in refused(project, "new", "Loud", "-S", "verbose=true")
    assert "no stage tracks the parameter verbose" in refused(project, "new", "Loud", "--variant", "loud:verbose=true")


def test_an_untracked_parameter_that_changed_on_the_branch_is_refused(make_project: MakeProject) -> None:
    params: dict[str, Any] = {"seed": 0, "train": {"lr": 0.1}, "smoothing": 0.0}
    train = default_files()["train.py"].replace(
        'params["train"]["lr"] +', 'params["train"]["lr"] + params["smoothing"] +'
    )
    project = make_project(default_files() | {"params.json": json.dumps(params), "train.py": train})
    project.ledger("new", "Smoothing helps", "--name", "smooth", "--predict", "accuracy >= baseline + 0.1")
    project.dvc("repro")
    before = measured(project)
    project.git("add", "-A")
    project.commit("smooth", {"params.json": json.dumps(params | {"smoothing": 0.2})})

    # what DVC would have said: the same number, as if smoothing did nothing
    assert "didn't change, skipping" in project.dvc("repro")
    assert measured(project) == before

    assert "no stage tracks the parameter params.json:smoothing" in refused(project, "run")
    project.commit("track it", {"dvc.yaml": PIPELINE.replace("[seed, train]", "[seed, train, smoothing]")})
    project.ledger("run")
    found = accuracies(project)
    assert found["treatment/trial"] - found["baseline/trial"] == pytest.approx(0.2)


# --- trials that went stale


def test_after_a_code_change_only_the_stale_trials_run_again(project: Project) -> None:
    project.ledger("new", "A bonus", "--name", "bonus", "--predict", "accuracy >= baseline + 0.1", "--seeds", "2")
    project.ledger("run")
    first = accuracies(project)
    project.commit("a bonus", {"train.py": default_files()["train.py"].replace("0.5 +", "0.7 +")})
    status = project.ledger("status", "--json").json
    assert (status["succeeded"], status["missing"], status["stale"]) == (2, 2, 2)

    answer = project.ledger("run")

    assert "[2/2]" in answer.err
    trials = {t["id"]: t for t in project.ledger("show", "--json").json["trials"]}
    assert list(trials) == [
        "baseline/seed-0",
        "baseline/seed-1",
        "treatment/seed-0",
        "treatment/seed-0.2",
        "treatment/seed-1",
        "treatment/seed-1.2",
    ]
    assert [t["current"] for t in trials.values()] == [True, True, False, True, False, True]
    assert trials["treatment/seed-0.2"]["metrics"]["accuracy"] == pytest.approx(first["treatment/seed-0"] + 0.2)
    files = project.git("ls-tree", "-r", "--name-only", "HEAD", "experiments/bonus/trials/").split()
    assert "experiments/bonus/trials/treatment/seed-0.2.yaml" in files
    assert len(files) == 6
    assert "nothing to run" in project.ledger("run").out


def test_code_that_changes_unseen_after_a_trial_is_refused(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py"))
    project.ledger("new", "A better lib", "--name", "better")
    project.ledger("run")
    project.commit("better lib", {"src/lib.py": lib(0.9)})
    # nothing is missing, but what is recorded is not this code's
    assert "src/lib.py" in refused(project, "run")
    project.git("revert", "--no-edit", "HEAD")
    assert "nothing to run" in project.ledger("run").out


# --- what DVC's run cache hands out


def restored(project: Project, experiment: str) -> list[bool]:
    """Whether DVC restored the stage of each trial, as their records say."""
    records = sorted((project.root / f"experiments/{experiment}/trials").rglob("*.yaml"))
    return ["cached: true" in record.read_text() for record in records]


def test_a_restored_stage_of_code_that_changed_unseen_runs_again(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py"))
    project.ledger("new", "First", "--name", "first")
    project.ledger("run")
    project.git("switch", "-q", "main")
    project.commit("another lib", {"src/lib.py": lib(0.9)})
    project.ledger("new", "Second", "--name", "second", "-S", "train.lr=0.2", "--predict", "accuracy >= baseline + 0.5")
    project.ledger("run")
    # the baseline of `first` has the same stage, command, dependencies and parameters
    assert accuracies(project) == {"baseline/trial": 0.9, "treatment/trial": 0.9}
    assert restored(project, "second") == [False, False]


def test_a_restored_stage_of_the_same_code_does_not_run_again(make_project: MakeProject) -> None:
    project = make_project(with_lib(deps="train.py, src"))
    project.ledger("new", "First", "--name", "first")
    project.ledger("run")
    project.git("switch", "-q", "main")
    project.commit("said elsewhere", {"README.md": "more\n"})
    project.ledger("new", "Second", "--name", "second")
    project.ledger("run")
    assert restored(project, "second") == [True]


def test_the_trap_after_the_trials(make_project: MakeProject) -> None:
    """What `run` refuses, no other command calls measured."""
    project = make_project(with_lib(deps="train.py"))
    project.ledger("new", "X", "--name", "x", "-S", "train.lr=0.3", "--seeds", "2", "--predict", "accuracy <= 0.9")
    project.ledger("run")
    project.ledger("conclude", "-m", "")
    assert project.ledger("verify", "x").code == 0
    assert project.ledger("status", "--json").json["changed_unseen"] is None
    project.commit("behind its back", {"src/lib.py": lib(40.5)})
    for command in (("run",), ("conclude", "-m", ""), ("land", "--adopt"), ("land", "--record")):
        assert "no stage depends on it: src/lib.py" in refused(project, *command)
    assert "since the trials: changed, but no stage depends on it: src/lib.py" in project.ledger("verify", code=1).out
    status = project.ledger("status").out
    assert "! changed, but no stage depends on it: src/lib.py" in status and "next: list it in dvc.yaml" in status
    assert "src/lib.py" in project.ledger("status", "--json").json["changed_unseen"]

    # a file that has no effect is named as such, and nothing else is in the way
    project.commit("no effect", {"ledger.yaml": "ignore: [src/]\n"})
    assert project.ledger("verify", "x").code == 0
    project.ledger("conclude", "-m", "")
    # what is changed is not changed in the past: a landed record is what it was
    project.ledger("land", "--record")
    project.git("switch", "-q", "main")
    project.git("branch", "-q", "-D", "exp/x")
    project.commit("main moves on", {"src/lib.py": lib(7.0)})
    assert project.ledger("verify", "x").code == 0
