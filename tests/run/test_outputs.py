"""Outputs of every kind, and stages that are frozen: what trials lay out, and what is recorded of it."""

from __future__ import annotations

import json

import pytest
from conftest import PIPELINE, TRAIN, MakeProject, Project, Shelved, default_files, difference


def test_metrics_that_dvc_keeps_in_its_cache(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("- metrics.json: {cache: false}", "- metrics.json")
    project = make_project(default_files() | {"dvc.yaml": pipeline, ".gitignore": "/model.txt\n/metrics.json\n"})
    project.dvc("repro", "-q")
    project.commit("results")
    project.ledger("new", "Cached", "--name", "cached", "-S", "train.lr=0.3", "--predict", "accuracy > baseline")
    project.ledger("run")
    assert difference(project.ledger("diff", "--json").json) == pytest.approx(0.2)
    assert "metrics.json" not in project.git("ls-tree", "-r", "--name-only", "HEAD").split()
    assert float(json.loads((project.root / "metrics.json").read_text())["accuracy"]) > 0.7
    # revisions have them too, as `dvc metrics diff` does
    assert difference(project.ledger("diff", "main", "HEAD", "--json").json) == pytest.approx(0.2)
    assert "0.2" in project.dvc("metrics", "diff", "main", "HEAD")


@pytest.mark.parametrize("by_hand", [False, True])
def test_outputs_that_git_does_not_ignore_yet(make_project: MakeProject, by_hand: bool) -> None:
    project = make_project(default_files() | {".gitignore": "/scratch"})
    project.ledger("new", "Careless", "--name", "careless")
    if by_hand:
        project.dvc("repro", "-q")
        project.ledger("record")
    else:
        project.ledger("run")
    assert (project.root / "model.txt").is_file()
    assert project.git("status", "--porcelain") == ""
    assert (project.root / ".gitignore").read_text() == "/scratch\n/model.txt\n"
    assert "model.txt" not in project.git("ls-files").split()
    assert "nothing to run" in project.ledger("run").out


def test_metrics_and_plots_beside_the_stages(make_project: MakeProject) -> None:
    train = TRAIN.replace('"metrics.json"', '"out/metrics.json"').replace('open("model.txt"', "open('out/curve.csv'")
    train = "import os; os.makedirs('out', exist_ok=True)\n" + train
    pipeline = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - params.json: [seed, train]
    outs:
      - out: {cache: false}
metrics: [out/metrics.json]
plots:
  - out/curve.csv: {x: step}
"""
    files = default_files() | {"train.py": train, "dvc.yaml": pipeline}
    project = make_project(files)
    project.ledger("new", "Beside", "--name", "beside", "-S", "train.lr=0.3", "--predict", "accuracy > baseline")
    project.ledger("run")
    found = project.ledger("diff", "--json").json
    assert difference(found) == pytest.approx(0.2)
    assert found["code"] == []
    assert project.git("status", "--porcelain") == ""
    assert {"out/metrics.json", "out/curve.csv"} <= set(project.git("ls-files").split())


def test_a_stage_that_always_runs(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("    outs:", "    always_changed: true\n    outs:")
    project = make_project(default_files() | {"dvc.yaml": pipeline})
    project.ledger("new", "Always", "--name", "always", "-S", "train.lr=0.3", "--predict", "accuracy > baseline")
    project.ledger("run")
    assert difference(project.ledger("diff", "--json").json) == pytest.approx(0.2)
    assert "nothing to run" in project.ledger("run").out


TWO_STAGES = """\
stages:
  prepare:
    cmd: python prepare.py
    deps: [prepare.py]
    params:
      - params.json: [rows]
    outs: [rows.txt]
    frozen: true
  train:
    cmd: python train.py
    deps: [train.py, rows.txt]
    params:
      - params.json: [seed]
    metrics:
      - metrics.json: {cache: false}
"""


TWO_STAGES_FILES = {
    "prepare.py": "import json\nopen('rows.txt', 'w').write(str(json.load(open('params.json'))['rows']))\n",
    "train.py": "import json\njson.dump({'accuracy': float(open('rows.txt').read())}, open('metrics.json', 'w'))\n",
    "params.json": '{"seed": 0, "rows": 5}\n',
    "dvc.yaml": TWO_STAGES.replace("    frozen: true\n", ""),
    ".gitignore": "/rows.txt\n",
}


def frozen(project: Project) -> None:
    """The first stage has run once and is frozen since."""
    project.dvc("repro", "-q")
    project.commit("results", {"dvc.yaml": TWO_STAGES})


@pytest.fixture
def with_frozen(shelved: Shelved) -> Project:
    """A project whose first stage has run once and is frozen since."""
    return shelved(frozen, TWO_STAGES_FILES)


def test_a_parameter_that_a_frozen_stage_alone_reads_is_refused(with_frozen: Project) -> None:
    project = with_frozen
    # what DVC would have said: nothing changed, and the number of five rows as that of nine
    project.write({"params.json": '{"seed": 0, "rows": 9}\n'})
    project.dvc("repro")
    assert json.loads((project.root / "metrics.json").read_text()) == {"accuracy": 5}
    project.git("checkout", "-q", "--", ".")

    said = project.ledger("new", "More rows", "-S", "rows=9", code=2).err
    assert "no stage tracks the parameter rows" in said


def test_trials_use_what_a_frozen_stage_made(with_frozen: Project) -> None:
    project = with_frozen
    project.ledger("new", "Frozen", "--name", "frozen", "--seeds", "2")
    project.ledger("run")
    trials = project.ledger("show", "--json").json["trials"]
    assert [t["metrics"]["accuracy"] for t in trials] == [5, 5]
    project.commit("prepare otherwise", {"prepare.py": "open('rows.txt', 'w').write('7')\n"})
    assert "prepare.py" in project.ledger("run", code=2).err
    project.dvc("unfreeze", "prepare")
    project.ledger("run", "-m", "thaw")
    current = [t for t in project.ledger("show", "--json").json["trials"] if t["current"]]
    assert [(t["id"], t["metrics"]["accuracy"]) for t in current] == [
        ("treatment/seed-0.2", 7),
        ("treatment/seed-1.2", 7),
    ]


def test_no_time_where_that_of_one_stage_is_not_known(with_frozen: Project) -> None:
    project = with_frozen
    project.dvc("unfreeze", "prepare")
    project.commit("thaw")
    # DVC alone has made the rows: nobody knows how long that took
    project.ledger("new", "Restored", "--name", "restored")
    project.ledger("run")
    (record,) = (project.root / "experiments/restored/trials").rglob("*.yaml")
    said = record.read_text()
    assert "cached: true" in said
    assert "\nseconds:" not in said.replace("\nseconds: null", "")
