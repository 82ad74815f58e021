"""A metric and a parameter are the same whichever file holds them now, and what a stage reads no more is noticed."""

from __future__ import annotations

from conftest import MakeProject, Project

from ledger.model.parameters import in_same_terms

TRAIN = """\
import json, os, random

params = {}
for file in ("params.json", "config/train.json"):
    if os.path.exists(file):
        params.update(json.load(open(file)))
random.seed(params["seed"])
os.makedirs("eval", exist_ok=True)
accuracy = 0.5 + params.get("lr", 0.4) + random.random() * params.get("noise", 1) / 100
json.dump({"accuracy": accuracy}, open("metrics.json", "w"))
"""
PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - params.json: [seed, lr]
    metrics:
      - metrics.json: {cache: false}
"""


def begun(make_project: MakeProject) -> Project:
    """An experiment on a base that has results."""
    project = make_project(
        {"train.py": TRAIN, "params.json": '{"seed": 0, "lr": 0.1, "spare": 1}\n', "dvc.yaml": PIPELINE}
    )
    project.dvc("repro", "-q")
    project.commit("results")
    project.ledger("new", "Move", "--name", "x", "--predict", "accuracy >= baseline", "--seeds", "2")
    return project


def test_a_metric_and_a_parameter_are_moved_to_other_files(make_project: MakeProject) -> None:
    project = begun(make_project)
    project.git("rm", "-q", "params.json", "metrics.json")
    moved = PIPELINE.replace("params.json", "config/train.json").replace("metrics.json", "eval/metrics.json")
    files = {
        "train.py": TRAIN.replace('open("metrics', 'open("eval/metrics').replace("* params", "* 2 * params"),
        "config/train.json": '{"seed": 0, "lr": 0.2, "spare": 1}\n',
        "dvc.yaml": moved,
    }
    project.commit("move", files)
    project.ledger("run")
    for targets in ((), ("main", "x")):
        found = project.ledger("diff", *targets, "--json").json
        assert found["params"] == [{"name": "lr", "a": 0.1, "b": 0.2}]
        assert [m["name"] for m in found["metrics"]] == ["accuracy"]
    rows = project.ledger("table", "--variants", "--json").json
    assert {row["variant"]: row["params"]["lr"] for row in rows} == {"baseline": 0.1, "treatment": 0.2}
    assert all(row["metrics"]["accuracy"]["n"] == 2 for row in rows)
    assert project.ledger("conclude", "-m", "so", "--json").json["outcome"] == "supported"
    assert project.ledger("verify", "--json").json["problems"] == []
    project.ledger("land", "x", "--adopt")
    assert not (project.root / "params.json").exists()
    assert project.ledger("verify", "--json").json["problems"] == []


def test_another_file_comes_to_hold_the_same_name(make_project: MakeProject) -> None:
    project = begun(make_project)
    stage = PIPELINE.replace(
        "    metrics:", "      - config/train.json: [lr]\n    metrics:\n      - eval/test.json: {cache: false}"
    )
    files = {
        "train.py": TRAIN.replace("* params", "* 2 * params")
        + 'json.dump({"accuracy": 1}, open("eval/test.json", "w"))\n',
        "config/train.json": '{"lr": 0.2}\n',
        "dvc.yaml": stage,
    }
    project.commit("a second of each", files)
    project.ledger("run")
    for targets in ((), ("main", "x")):
        found = project.ledger("diff", *targets, "--json").json
        assert found["params"] == [{"name": "config/train.json:lr", "a": None, "b": 0.2}]
        assert {m["name"]: m["difference"] is None for m in found["metrics"]} == {
            "accuracy": False, "eval/test.json:accuracy": True,
        }  # fmt: skip
    verdict = project.ledger("conclude", "-m", "so", "--json").json
    assert (verdict["outcome"], verdict["predictions"][0]["n"]) == ("supported", 2)
    shown = [line.split() for line in project.ledger("show").out.splitlines()]
    assert [line for line in shown if line[:1] == ["accuracy"] and "-" not in line]
    assert all("-" not in line for line in shown if line and line[0].startswith("treatment/"))
    one_name_everywhere(project)
    assert project.ledger("verify", "--json").json["problems"] == []


def one_name_everywhere(project: Project) -> None:
    """The metric that both arms have is one in every command, by the name that the prediction has."""
    own = {"accuracy": 2}
    both = own | {"eval/test.json:accuracy": 2}
    rows = project.ledger("table", "--variants", "--json").json
    counted = {row["variant"]: {name: s["n"] for name, s in row["metrics"].items()} for row in rows}
    assert counted == {"baseline": own, "treatment": both}
    trials = project.ledger("table", "--trials", "--json").json
    assert all(set(row["metrics"]) == set(own if row["variant"] == "baseline" else both) for row in trials)
    sql = "SELECT variant, name, n FROM metrics WHERE trial IS NULL ORDER BY 1, 2"
    found = project.ledger("query", sql, "--json").json
    assert [tuple(row.values()) for row in found] == [
        ("baseline", "accuracy", 2), ("treatment", "accuracy", 2), ("treatment", "eval/test.json:accuracy", 2),
    ]  # fmt: skip
    for trial in project.ledger("show", "--json").json["trials"]:
        assert set(trial["metrics"]) == set(own if trial["variant"] == "baseline" else both)
    exported = project.ledger("export", "--level", "trials", "--format", "json").json
    assert all(row["metrics.accuracy"] is not None and "metrics.metrics.json:accuracy" not in row for row in exported)
    # records of the treatment have it after its file, and so does what a run prints of a trial
    where = project.ledger("table", "--trials", "--where", "metrics.json:accuracy > 0", "--json").json
    assert [row["metrics"].keys() for row in where] == [row["metrics"].keys() for row in trials]
    shown = project.ledger("table", "--variants", "--keep", "metrics.json:accuracy", "--sort", "metrics.json:accuracy")
    assert "accuracy" in shown.out.splitlines()[0]
    by_file = project.ledger("plot", "x", "--distribution", "metrics.json:accuracy", "--json").json
    assert by_file == project.ledger("plot", "x", "--distribution", "accuracy", "--json").json
    project.ledger("plot", "x", "--against", "lr", "--metric", "metrics.json:accuracy")
    noise = [project.ledger("power", "--metric", m, "--json").json for m in ("metrics.json:accuracy", "accuracy")]
    assert [one["rows"] for one in noise[0]] == [one["rows"] for one in noise[1]]
    for targets in ((), ("x",)):
        drawn = project.ledger("plot", *targets, "--distribution", "accuracy", "--json").json
        assert [len(each["trials"]) for each in drawn["arms"]] == [2, 2], drawn


def test_what_a_stage_reads_no_more_makes_it_run_anew(make_project: MakeProject) -> None:
    """DVC looks at what dvc.yaml names alone: it takes a stage that lost a parameter for unchanged."""
    project = begun(make_project)
    files = {"params.json": '{"seed": 0, "spare": 1}\n', "dvc.yaml": PIPELINE.replace("[seed, lr]", "[seed]")}
    project.commit("the default rate", files)
    project.ledger("run")
    (metric,) = project.ledger("diff", "--json").json["metrics"]
    assert round(metric["difference"], 9) == 0.3
    assert project.ledger("verify", "--json").json["problems"] == []
    # by hand too: what the branch shows is the results of the stage that had the rate
    project.git("checkout", "-q", "main", "--", "dvc.lock", "metrics.json")
    said = project.ledger("record", code=2).err
    assert "depended on lr too" in said and "dvc repro -f" in said


def test_names_in_the_same_terms() -> None:
    one = {"acc": "m.json", "loss": "m.json"}
    assert in_same_terms(one, {"acc": "eval/m.json", "loss": "m.json"}) == ({}, {})
    two = {"m.json:acc": "m.json", "t.json:acc": "t.json", "loss": "m.json"}
    assert in_same_terms(one, two) == ({"acc": "m.json:acc"}, {"m.json:acc": "m.json:acc"})
    moved = {"e.json:acc": "e.json", "t.json:acc": "t.json"}
    assert in_same_terms(two, moved)[0] == {"m.json:acc": "e.json:acc", "t.json:acc": "t.json:acc"}
    # a prediction says which of several is meant by the key alone
    settled = {"acc": "m.json", "t.json:acc": "t.json", "loss": "m.json"}
    assert in_same_terms(one, settled) == ({"acc": "acc"}, {"acc": "acc"})
    assert in_same_terms(two, settled)[0] == {"m.json:acc": "acc", "t.json:acc": "t.json:acc"}
    other = {"m.json:acc": "m.json", "acc": "t.json", "loss": "m.json"}
    assert set(in_same_terms(settled, other)[0].values()) == {"m.json:acc", "t.json:acc"}, "each means another"
    # of one that is in neither nobody knows which it is
    assert in_same_terms({"acc": "z.json"}, two) == ({}, {})
