"""What one stage writes another reads: parameters that DVC alone holds, plots, metrics, what fills in templates."""

from __future__ import annotations

from conftest import MakeProject, Project

TUNE = """\
import json, random
p = json.load(open("params.json"))
random.seed(p["seed"])
gain = p["lr"] + random.random() * p["lr"] / 100
open("best.yaml", "w").write(f"gain: {gain}\\nname: adam\\n")
json.dump({"tuned": gain}, open("tune.json", "w"))
open("trace.csv", "w").write(f"step,loss\\n0,1\\n1,{1 - gain}\\n")
"""
TRAIN = """\
import json
gain = float(open("best.yaml").readline().split()[1])
assert json.load(open("tune.json"))["tuned"] == gain and open("trace.csv").readline() == "step,loss\\n"
json.dump({"accuracy": gain + 0.5}, open("final.json", "w"))
"""
PIPELINE = """\
stages:
  tune:
    cmd: python tune.py
    deps: [tune.py]
    params:
      - params.json: [seed, lr]
    outs: [best.yaml]
    metrics:
      - tune.json: {cache: false}
    plots:
      - trace.csv: {cache: false, x: step, y: loss}
  train:
    cmd: python train.py
    deps: [train.py, trace.csv, tune.json]
    params:
      - best.yaml: [gain, name]
    metrics:
      - final.json: {cache: false}
  notify:
    cmd: "true"
    deps: [final.json]
    always_changed: true
"""


def begun(make_project: MakeProject, files: dict[str, str], claim: str) -> Project:
    """An experiment that raises a rate, on a base that has results."""
    project = make_project({"params.json": '{"seed": 1, "lr": 0.1}', **files})
    project.dvc("repro", "-q")
    project.commit("results")
    project.ledger("new", "Raise", "--name", "x", "--seeds", "2", "-S", "lr=0.3", "--predict", claim)
    return project


def test_a_parameter_file_that_dvc_alone_holds(make_project: MakeProject) -> None:
    files = {"tune.py": TUNE, "train.py": TRAIN, "dvc.yaml": PIPELINE, ".gitignore": "/best.yaml\n"}
    project = begun(make_project, files, "accuracy >= baseline + 0.1")
    project.ledger("run")
    for targets in ((), ("main", "x")):
        found = project.ledger("diff", *targets, "--json").json
        assert found["params"] == [{"name": "lr", "a": 0.1, "b": 0.3}]
        assert (found["code"], found["data"]) == ([], [])
    assert project.ledger("conclude", "-m", "so", "--json").json["outcome"] == "supported"
    assert project.ledger("verify", "--json").json["problems"] == []
    assert "reproduced" in project.ledger("reproduce", "x:treatment").out
    project.git("switch", "-q", "main")
    assert "to be reproduced" not in project.ledger("land", "x", "--adopt").out
    assert project.ledger("verify", "--json").json["problems"] == []
    # by hand, where DVC says of one stage for ever that it has changed
    project.ledger("new", "By hand", "--name", "y", "--seeds", "2", "--predict", "accuracy >= baseline")
    project.write({"params.json": '{"seed": 1, "lr": 0.35}'})
    project.dvc("repro", "-q")
    assert "recorded treatment seed=1" in project.ledger("record").out
    assert project.ledger("verify", "y", "--json").json["problems"] == []


def test_commands_that_were_filled_in_from_an_earlier_run_give_no_result(make_project: MakeProject) -> None:
    """DVC fills in templates before it runs: the numbers would be those of what the branch had before."""
    pipeline = """\
vars: [items.json]
stages:
  plan:
    cmd: python plan.py
    deps: [plan.py]
    params:
      - params.json: [seed, lr]
    outs:
      - items.json: {cache: false}
  each:
    foreach: ${items}
    do:
      cmd: python each.py ${key} ${item.w}
      deps: [each.py, items.json]
      metrics:
        - ${key}.json: {cache: false}
"""
    plan = """\
import json
lr = json.load(open("params.json"))["lr"]
json.dump({"items": {"a": {"w": lr}, "b": {"w": lr}}}, open("items.json", "w"))
"""
    each = """\
import json, sys
json.dump({sys.argv[1]: float(sys.argv[2])}, open(sys.argv[1] + ".json", "w"))
"""
    files = {"plan.py": plan, "each.py": each, "dvc.yaml": pipeline, "items.json": '{"items": {"a": {"w": 0.1}}}'}
    project = make_project({"params.json": '{"seed": 1, "lr": 0.1}', **files})
    project.dvc("repro", "-q")
    project.dvc("repro", "-q")
    project.commit("results")
    project.ledger("new", "Raise", "--name", "x", "--seeds", "2", "-S", "lr=0.3", "--predict", "a >= baseline + 0.1")
    said = project.ledger("run", code=1).err
    assert "items.json got other values after DVC had filled in commands from it" in said
    trials = project.ledger("show", "--json").json["trials"]
    assert {t["id"]: t["status"] for t in trials} == {
        "baseline/seed-1": "succeeded", "baseline/seed-2": "succeeded",
        "treatment/seed-1": "failed", "treatment/seed-2": "failed",
    }  # fmt: skip
    assert project.ledger("verify", "--json").json["problems"] == []
    # as the hint says
    project.dvc("repro", "-q", "plan")
    project.commit("the plan at the new rate")
    project.ledger("run")
    found = {m["name"]: round(m["difference"], 9) for m in project.ledger("diff", "--json").json["metrics"]}
    assert found == {"a": 0.2, "b": 0.2}
    assert project.ledger("verify", "--json").json["problems"] == []


def test_what_is_logged_beside_the_metrics_is_a_result(make_project: MakeProject) -> None:
    """As DVCLive writes it: parameters to be shown, which no stage declares and nothing reads."""
    pipeline = """\
params: [live/params.yaml, conf.yaml]
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params:
      - params.json: [seed, lr]
    metrics:
      - live/metrics.json: {cache: false}
"""
    train = """\
import json, os
os.makedirs("live", exist_ok=True)
p = json.load(open("params.json"))
json.dump({"accuracy": p["lr"] + p["seed"] / 1000}, open("live/metrics.json", "w"))
open("live/params.yaml", "w").write(f"rate: {p['lr']}\\n")
"""
    files = {"train.py": train, "dvc.yaml": pipeline, "conf.yaml": "depth: 3\n"}
    project = begun(make_project, files, "accuracy >= baseline + 0.1")
    project.ledger("run")
    assert (project.root / "live/params.yaml").read_text() == "rate: 0.3\n"
    assert project.git("status", "--porcelain") == ""
    for targets in ((), ("main", "x")):
        found = project.ledger("diff", *targets, "--json").json
        assert (found["params"], found["code"]) == ([{"name": "lr", "a": 0.1, "b": 0.3}], [])
    assert project.ledger("verify", "--json").json["problems"] == []
    # what is listed elsewhere may be read unseen, as ever
    project.commit("deeper", {"conf.yaml": "depth: 4\n"})
    assert "no stage depends on it: conf.yaml" in project.ledger("run", code=2).err
