"""Values that DVC, Python or a float take for one another are told apart, or refused before anything runs."""

from __future__ import annotations

import json
import math
import shutil

import pytest
from conftest import MakeProject, Project

from ledger.model.formats import metrics

TYPES = """\
import json
params = json.load(open("params.json"))
code = {"int": 1, "float": 2, "bool": 3}[type(params["k"]).__name__]
json.dump({"accuracy": code + params["seed"] / 1000}, open("metrics.json", "w"))
"""
PIPELINE = """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py]
    params:
      - params.json: [seed, k]
    metrics:
      - metrics.json: {cache: false}
"""


def typed(make_project: MakeProject, *, cached: bool) -> Project:
    # DVC lays a cached output out again, and pins it with the new value
    pipeline = PIPELINE.replace("    metrics:", "    outs: [kept.txt]\n    metrics:") if cached else PIPELINE
    files = {"train.py": TYPES, "dvc.yaml": pipeline, "params.json": json.dumps({"seed": 0, "k": 1}), ".gitignore": ""}
    if cached:
        files |= {"train.py": TYPES + 'open("kept.txt", "w").write(str(code))\n', ".gitignore": "/kept.txt\n"}
        files["dvc.yaml"] = files["dvc.yaml"].replace("{cache: false}", "{cache: true}")
        files[".gitignore"] += "/metrics.json\n"
    project = make_project(files)
    project.dvc("repro", "-q")
    project.commit("results")
    return project


@pytest.mark.parametrize("cached", [False, True])
def test_one_and_one_point_nought_and_true_are_three_programs(make_project: MakeProject, cached: bool) -> None:
    project = typed(make_project, cached=cached)
    project.ledger(
        *("new", "Types", "--name", "a", "--seeds", "2", "--predict", "accuracy > baseline"),
        *("-S", "k=1.0", "--variant", "flag:k=true", "--retype"),
    )
    project.ledger("run")
    trials = {t["id"]: t for t in project.ledger("show", "--json").json["trials"]}
    assert {name: round(t["metrics"]["accuracy"]) for name, t in trials.items()} == {
        "baseline/seed-0": 1, "baseline/seed-1": 1, "treatment/seed-0": 2, "treatment/seed-1": 2,
        "flag/seed-0": 3, "flag/seed-1": 3,
    }  # fmt: skip
    assert {name: repr(t["params"]["k"]) for name, t in trials.items() if name.endswith("0")} == {
        "baseline/seed-0": "1", "treatment/seed-0": "1.0", "flag/seed-0": "True",
    }  # fmt: skip
    assert project.ledger("verify", "--json").json["problems"] == []
    (change,) = project.ledger("diff", "a", "--json").json["params"]
    assert (change["name"], repr(change["a"]), repr(change["b"])) == ("k", "1", "1.0")
    types = project.ledger(
        "query", "SELECT type FROM params WHERE name = 'k' AND trial IS NULL ORDER BY variant", "--json"
    )
    assert [one["type"] for one in types.json] == ["integer", "true", "real"]
    if cached:
        return
    # by hand too: DVC holds the old results for those of the new value
    project.write({"params.json": json.dumps({"seed": 7, "k": 1})})
    project.dvc("repro", "-q")
    project.write({"params.json": json.dumps({"seed": 7, "k": 1.0})})
    project.dvc("repro", "-q")
    refused = project.ledger("record", code=2).err
    assert "k" in refused
    assert "dvc repro -f" in refused


def test_a_date_is_refused_before_anything_runs(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("params.json: [seed, k]", "params.yaml: [seed, split]")
    files = {"train.py": TYPES, "dvc.yaml": pipeline, "params.yaml": "seed: 0\nsplit: {until: 2020-01-01}\n"}
    project = make_project(files)
    refused = project.ledger("new", "Dates", "--name", "a", code=2).err
    assert "params.yaml:split.until is a date" in refused
    assert "quotes" in refused
    given = project.ledger("new", "Dates", "--name", "a", "-S", "seed=2020-01-02", code=2).err
    assert "is a date" in given
    project.commit("quoted", {"params.yaml": "seed: 0\nsplit: {until: '2020-01-01'}\n"})
    project.ledger("new", "Dates", "--name", "a")
    project.commit("a date again", {"params.yaml": "seed: 0\nsplit: {until: 2020-01-01}\n"})
    assert "params.yaml:split.until is a date" in project.ledger("run", code=2).err


@pytest.mark.parametrize(("text", "value"), [("1" + "0" * 400, math.inf), ("-1" + "0" * 400, -math.inf)])
def test_a_number_that_no_float_holds_is_infinite(text: str, value: float) -> None:
    assert metrics.parse("m.json", f'{{"a": {text}, "b": {2**60}}}')[0] == {"a": value, "b": 2**60}
    assert metrics.parse("m.yaml", f"a: {text}\n")[0] == {"a": value}


@pytest.mark.parametrize("known", [True, False])
def test_by_hand_an_output_laid_out_again_may_be_that_of_an_equal_value(make_project: MakeProject, known: bool) -> None:
    project = typed(make_project, cached=True)
    project.ledger("new", "Types", "--name", "a", "--seeds", "2", "-S", "k=1.0", "--predict", "accuracy > 0")
    # as in a clone: nothing is in place, and DVC pins what it lays out with the new value
    (project.root / "metrics.json").unlink()
    if not known:
        shutil.rmtree(project.root / ".dvc/cache/runs")
    said = project.dvc("repro")
    assert "is cached - skipping run" in said and "k: 1.0" in (project.root / "dvc.lock").read_text()
    refused = project.ledger("record", code=2).err
    assert "the results of train may belong to another k" in refused and "ledger run" in refused
    # what is in the run cache now is not handed out either
    project.git("checkout", "-q", "--", "dvc.lock")
    if known:
        project.git("rm", "-q", "dvc.lock")
        project.git("commit", "-qm", "no lock")
    project.ledger("run")
    trials = project.ledger("show", "--json").json["trials"]
    assert [round(t["metrics"]["accuracy"]) for t in trials if t["id"].startswith("treatment")] == [2, 2]
