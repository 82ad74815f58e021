"""The whole life of an experiment on projects of many shapes, `tests/projects/`: new, run, diff, and so on to land."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import MakeProject, Project

PROJECTS = Path(__file__).parents[1] / "projects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a life does on a project: the parameter that it raises by 0.2, from where, and what there is to see.

    `metric` follows the parameter. `edited`: a line that is added to files of code. `frozen`: a stage that is frozen
    once it has run. `seed`: the replicates' axis. `also`: other metrics, which do not change.
    """

    parameter: str = "train.lr"
    before: float = 0.1
    metric: str = "accuracy"
    seed: str | None = None
    edited: tuple[str, ...] = ()
    frozen: str | None = None
    also: Mapping[str, float] = field(default_factory=dict)


SHAPES = {
    "code_in_experiments": Shape(edited=("experiments/lib/model.py",)),
    "foreach_and_matrix": Shape(parameter="sizes.big.rate", before=0.2, metric="big-score.json:accuracy"),
    "two_pipelines": Shape(edited=("features/features.py",)),
    "wdir_and_vars": Shape(parameter="model.rate"),
    "python_and_toml": Shape(parameter="Train.lr", seed="SEED", also={"width": 8}),
    "frozen_stage": Shape(frozen="download", also={"rows": 7}),
    "wildcard_params": Shape(),
    "cached_metrics": Shape(),
    "gathered_outputs": Shape(),
    "tuned_parameters": Shape(),
    "dotted_keys": Shape(parameter='"train.lr"', also={"tokens": 2**53 + 5}),
}


def test_every_project_has_a_life() -> None:
    assert {folder.name for folder in PROJECTS.iterdir() if folder.is_dir()} == SHAPES.keys()
    listed = (PROJECTS / "README.md").read_text("utf-8")
    assert all(f"| `{name}` |" in listed for name in SHAPES)


def begun(make_project: MakeProject, name: str, shape: Shape) -> Project:
    """The project with results on its main branch, set up for the ledger."""
    folder = PROJECTS / name
    files = {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}
    project = make_project({path: text for path, text in files.items() if "__pycache__" not in path})
    project.dvc("repro", "-q", "--all-pipelines")
    if shape.frozen is not None:
        project.dvc("freeze", "-q", shape.frozen)
    project.commit("results")
    project.ledger("init")
    project.commit("set up ledger")
    return project


@pytest.mark.parametrize("name", SHAPES)
def test_a_life(make_project: MakeProject, name: str) -> None:
    shape = SHAPES[name]
    project = begun(make_project, name, shape)
    after = round(shape.before + 0.2, 3)
    axis = ["--over", f"{shape.seed}=1,2"] if shape.seed else ["--seeds", "2"]
    claim = f"`{shape.metric}` >= baseline + 0.1"
    project.ledger("new", "Raise it", "--name", "x", *axis, "-S", f"{shape.parameter}={after}", "--predict", claim)
    for path in shape.edited:
        project.commit("code", {path: (project.root / path).read_text() + "\nRAISED = True\n"})
    project.ledger("run")
    assert project.git("status", "--porcelain") == ""

    found = project.ledger("diff", "--json").json
    assert found["params"] == [{"name": shape.parameter, "a": shape.before, "b": after}]
    assert [change["path"] for change in found["code"]] == list(shape.edited)
    assert (found["data"], found["environment"]) == ([], [])
    metrics = {one["name"]: one for one in found["metrics"]}
    assert metrics[shape.metric]["difference"] == pytest.approx(0.2, abs=0.02)
    assert {n: (metrics[n]["a"]["mean"], metrics[n]["difference"]) for n in shape.also} == {
        n: (value, 0) for n, value in shape.also.items()
    }
    # two revisions, from what git and DVC hold of them
    between = project.ledger("diff", "main", "HEAD", "--json").json
    assert [(c["name"], c["a"], c["b"]) for c in between["params"]] == [(shape.parameter, shape.before, after)]
    assert [change["path"] for change in between["code"]] == list(shape.edited)
    assert between["data"] == []
    shown = {one["name"]: one["difference"] for one in between["metrics"]}
    assert shown[shape.metric] == pytest.approx(0.2, abs=0.02)

    project.ledger("conclude", "-m", "It is.")
    assert_proved(project)
    assert "reproduced" in project.ledger("reproduce", "x:treatment").out
    sql = "SELECT DISTINCT name, value FROM metrics WHERE trial IS NOT NULL"
    values = {row["name"]: row["value"] for row in project.ledger("query", sql, "--json").json}
    assert {n: values[n] for n in shape.also} == shape.also

    project.git("switch", "-q", "main")
    project.ledger("land", "x")
    assert project.git("status", "--porcelain") == ""
    assert_proved(project)
    (row,) = project.ledger("table", "--json").json
    assert (row["outcome"], row["trials"], row["missing"]) == ("supported", 2, 0)
    assert row["params"][shape.parameter] == after
    assert {n: row["metrics"][n]["mean"] for n in shape.also} == shape.also
    text = "".join(path.read_text() for path in project.root.rglob("*") if is_parameters(path))
    assert str(after) in text


def is_parameters(path: Path) -> bool:
    """Whether the file holds parameters of one of the projects."""
    return path.name.startswith(("params.", "conf.", "vars.")) and ".git" not in path.parts


def assert_proved(project: Project) -> None:
    """`verify` finds no problem, and nothing that it cannot prove."""
    found = project.ledger("verify", "x", "--json").json
    assert json.dumps(found["problems"]) == "[]"
    assert json.dumps(found["unproved"]) == "[]"
