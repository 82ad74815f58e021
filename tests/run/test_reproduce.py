"""A recorded trial is run again from its own commit: what comes back, what does not, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import TRAIN, MakeProject, Project, Shelved, default_files

# what a second run finds changed: a file beside the repository, five folders above a slot, which no stage declares
DRIFTS = (
    TRAIN
    + """
drift = float(open("../../../../../drift").read())
open("metrics.json", "w").write(str(metrics | {"accuracy": accuracy + drift}).replace("'", '"'))
"""
)


# each run leaves another output: it counts them beside the repository
COUNTED = default_files() | {
    "train.py": f"""{TRAIN}
open("../../../../../count", "a").write("x")
open("model.txt", "w").write(open("../../../../../count").read())
"""
}


def counted(project: Project) -> None:
    """One trial whose output no other run has."""
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "1")
    project.ledger("run")


@pytest.fixture
def counting(shelved: Shelved) -> Project:
    """One trial whose output no other run has, recorded from the first."""
    project = shelved(counted, COUNTED)
    (project.root.parent / "count").write_text("x")
    return project


def three_seeds(project: Project) -> None:
    """Three seeds of a pipeline whose accuracy is shifted by what a file says."""
    (project.root.parent / "drift").write_text("0")
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "3")
    project.ledger("run")


@pytest.fixture
def drifting(shelved: Shelved) -> tuple[Project, Path]:
    """Three seeds of a pipeline whose accuracy is shifted by what a file says; and that file."""
    project = shelved(three_seeds, default_files() | {"train.py": DRIFTS})
    drift = project.root.parent / "drift"
    drift.write_text("0")
    return project, drift


def test_the_same_again(drifting: tuple[Project, Path]) -> None:
    project, _ = drifting
    before = project.state()
    got = project.ledger("reproduce", "a:treatment/seed-1")
    assert "a:treatment/seed-1, run again from" in got.out
    assert got.out.splitlines()[-1] == "reproduced"
    found = project.ledger("reproduce", "--all", "--json").json
    assert found["ok"] is True
    assert [t["trial"] for t in found["trials"]] == [f"treatment/seed-{n}" for n in range(3)]
    assert {m["state"] for t in found["trials"] for m in t["metrics"]} == {"identical"}
    assert [o["path"] for o in found["trials"][0]["outs"]] == ["model.txt"]
    # nothing is recorded, and nothing has changed
    assert project.state() == before


def test_within_the_noise_and_beyond_it(drifting: tuple[Project, Path]) -> None:
    project, drift = drifting
    values = [t["metrics"]["accuracy"] for t in project.ledger("show", "--json").json["trials"]]
    drift.write_text(repr((max(values) - min(values)) / 2))
    # the seed is the same: what seeds do explains nothing
    found = project.ledger("reproduce", "a", "--json", code=1).json
    states = {m["name"]: m["state"] for m in found["trials"][0]["metrics"]}
    assert states == {"accuracy": "less than replicates", "loss": "identical"}
    assert found["ok"] is False
    said = project.ledger("reproduce", "a", code=1).out.splitlines()[-1]
    assert said == "accuracy differs, but by less than seeds: --within-noise accepts that"
    assert project.ledger("reproduce", "a", "--json", "--within-noise").json["ok"] is True
    drift.write_text("0.4")
    got = project.ledger("reproduce", "a", code=1)
    assert got.out.splitlines()[-1] == "not reproduced: accuracy differs"
    (metric, _) = project.ledger("reproduce", "a", "--json", code=1).json["trials"][0]["metrics"]
    assert metric["again"] - metric["recorded"] == pytest.approx(0.4)
    assert metric["margin"] < 0.4


def test_trials_beyond_the_plan_do_not_widen_the_band(drifting: tuple[Project, Path]) -> None:
    project, drift = drifting
    (before, _) = project.ledger("reproduce", "a", "--json").json["trials"][0]["metrics"]
    project.ledger("amend", "--over", "seed=0..3", "-m", "one more")
    drift.write_text("0.3")
    project.ledger("run")
    project.ledger("amend", "--over", "seed=0..2", "-m", "and no more")
    drift.write_text("0")
    (metric, _) = project.ledger("reproduce", "a", "--json").json["trials"][0]["metrics"]
    assert metric["margin"] == before["margin"]


def test_repeats_differ_by_their_own_noise(make_project: MakeProject) -> None:
    project = make_project(default_files() | {"train.py": TRAIN.replace('random.seed(params["seed"])', "")})
    project.ledger("new", "Repeats", "--name", "a", "--repeats", "3")
    project.ledger("run")
    found = project.ledger("reproduce", "a", "--metrics-only", "--json", code=None).json
    for metric in found["trials"][0]["metrics"]:
        near = abs(metric["again"] - metric["recorded"]) <= metric["margin"]
        assert metric["state"] == ("within noise" if near else "different")


def test_an_output_that_differs(counting: Project) -> None:
    project = counting
    got = project.ledger("reproduce", code=1)
    assert "different" in got.out and "the metrics are reproduced, the outputs are not" in got.out
    assert project.ledger("reproduce", "--metrics-only").out.splitlines()[-1] == "reproduced"


def test_an_output_that_dvc_does_not_keep(make_project: MakeProject) -> None:
    pipeline = default_files()["dvc.yaml"].replace("outs: [model.txt]", "outs:\n      - model.txt: {cache: false}")
    project = make_project(COUNTED | {"dvc.yaml": pipeline})
    counted(project)
    (out,) = project.ledger("reproduce", "--json", code=1).json["trials"][0]["outs"]
    assert (out["path"], out["state"]) == ("model.txt", "different")
    assert out["recorded"] and out["again"]


def test_the_caches_stay_as_they_were(counting: Project) -> None:
    project = counting

    def kept() -> list[Path]:
        folders = [project.root / ".dvc/cache", project.root / ".git/ledger/timings"]
        return sorted(path for folder in folders for path in folder.rglob("*"))

    before = kept()
    assert len(before) > 3
    project.ledger("reproduce", code=1)
    assert kept() == before


def test_variants_parameters_and_the_code_that_ran(drifting: tuple[Project, Path]) -> None:
    project, _ = drifting
    # the branch has moved on: the trial's own code and parameters are what counts
    project.commit("later", {"train.py": "raise SystemExit(3)\n"})
    project.git("switch", "-q", "main")
    assert project.ledger("reproduce", "a").out.splitlines()[-1] == "reproduced"
    project.ledger("new", "Rates", "--name", "b", "--vary", "train.lr=0.2,0.3", "--vary", "train.name='a b',c")
    project.ledger("run", "-j", "2")
    found = project.ledger("reproduce", "b:lr-0-3-name-a-b", "--json").json
    assert found["ok"] is True
    assert found["trials"][0]["trial"] == "lr-0-3-name-a-b/trial"


def test_it_fails_now(drifting: tuple[Project, Path]) -> None:
    project, drift = drifting
    drift.unlink()
    got = project.ledger("reproduce", "a", code=1)
    assert "it has no result now: train failed (exit code 1)" in got.out
    assert "FileNotFoundError" in got.out
    assert got.out.splitlines()[-1] == "not reproduced: it has no result now"
    assert project.ledger("reproduce", "a", "--json", code=1).json["trials"][0]["error"]["stage"] == "train"


def test_what_cannot_be_run_again(drifting: tuple[Project, Path]) -> None:
    project, _ = drifting
    assert "is a revision" in project.ledger("reproduce", "main", code=2).err
    assert "has no trial treatment/seed-9" in project.ledger("reproduce", "a:treatment/seed-9", code=2).err
    project.git("switch", "-q", "main")
    project.ledger("new", "Nothing yet", "--name", "b")
    assert "b has no trial with a result" in project.ledger("reproduce", code=2).err
    record = json.loads(project.ledger("show", "a:treatment/seed-0", "--json").out)
    assert record["status"] == "succeeded"
    # somebody else's branch is not run before it is one's own
    project.git("update-ref", "refs/remotes/origin/exp/c", "exp/a")
    text = project.git("show", "exp/a:experiments/a/hypothesis.md").replace("name: a\n", "name: c\n")
    project.git("switch", "-q", "--detach", "exp/a")
    project.commit("theirs", {"experiments/c/hypothesis.md": text})
    project.git("update-ref", "refs/remotes/origin/exp/c", "HEAD")
    project.git("switch", "-q", "main")
    assert "has no trial with a result" in project.ledger("reproduce", "c", code=2).err
