"""`ledger diff` on every kind of target, in agreement with what DVC says of the same revisions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import PARAMS, PIPELINE, TRAIN, MakeProject, Project, Shelved, default_files

BETTER = TRAIN.replace("0.5 +", "0.6 +")


def differences(diff: dict[str, Any]) -> dict[str, float]:
    """What came of it, by metric."""
    return {metric["name"]: metric["difference"] for metric in diff["metrics"]}


def better(project: Project) -> None:
    """A project whose base has results, on an experiment that changes a parameter and the code."""
    project.dvc("repro", "-q")
    project.commit("results")
    project.ledger("new", "X", "--name", "x", "--predict", "accuracy > baseline", "--seeds", "2", "-S", "train.lr=0.3")
    project.commit("a better start", {"train.py": BETTER})
    project.ledger("run")


@pytest.fixture
def concluded(shelved: Shelved) -> Project:
    """A project whose base has results, on an experiment that changes a parameter and the code."""
    return shelved(better, default_files())


def test_targets_of_every_kind(concluded: Project) -> None:
    def found(*targets: str, cwd: Path | None = None) -> dict[str, Any]:
        return dict(concluded.ledger("diff", *targets, "--json", cwd=cwd).json)

    arms = found()
    assert (arms["a"], arms["b"]) == ("x:baseline", "x")
    assert arms["params"] == [{"name": "train.lr", "a": 0.1, "b": 0.3}]
    assert arms["code"] == [{"path": "train.py", "change": "changed", "lines_added": 1, "lines_removed": 1}]
    assert arms["metrics"][0]["a"]["n"] == arms["metrics"][0]["b"]["n"] == 2
    assert differences(arms)["accuracy"] == pytest.approx(0.3)
    assert any("both parameters and code differ" in warning for warning in arms["warnings"])

    # an arm with a single trial: the seed is no difference
    one = found("x:baseline", "x:treatment/seed-0")
    assert one["params"] == arms["params"]
    assert (one["metrics"][0]["a"]["n"], one["metrics"][0]["b"]["n"]) == (2, 1)
    assert any("one replicate" in warning for warning in one["warnings"])
    same = found("x:treatment/seed-0", "exp/x:treatment/seed-1")
    assert (same["params"], same["code"], same["data"]) == ([], [], [])
    assert differences(same)["accuracy"] != 0

    # a revision with an experiment; from below the root too
    (concluded.root / "below").mkdir()
    for main in (found("main", "x"), found("main", "exp-x", cwd=concluded.root / "below")):
        assert [(p["name"], p["b"]) for p in main["params"]] == [("train.lr", 0.3)]
        assert main["metrics"][0]["a"]["n"] == 1

    # two plain revisions, as DVC tells it
    plain = found("main", "HEAD")
    told = json.loads(concluded.dvc("metrics", "diff", "main", "HEAD", "--json"))
    expected = {name: change["diff"] for name, change in told["metrics.json"].items()}
    assert differences(plain) == pytest.approx(expected)
    params = json.loads(concluded.dvc("params", "diff", "main", "HEAD", "--json"))
    told = {name: (change["old"], change["new"]) for name, change in params["params.json"].items()}
    assert {p["name"]: (p["a"], p["b"]) for p in plain["params"]} == told
    assert [c["path"] for c in plain["code"]] == ["train.py"]
    assert [c["path"] for c in found("HEAD~2", "HEAD~1")["code"]] == ["train.py"]
    records_only = found("HEAD~1", "HEAD")
    assert (records_only["code"], records_only["params"]) == ([], [])


def test_the_patch_of_the_code(concluded: Project) -> None:
    short = concluded.ledger("diff").out
    assert "train.py" in short and "+1 -1" in short and "@@" not in short
    long = concluded.ledger("diff", "--patch").out
    assert "-accuracy = 0.5 + params" in long and "+accuracy = 0.6 + params" in long
    assert "hypothesis" not in long and "dvc.lock" not in long


def test_revisions_without_results(make_project: MakeProject) -> None:
    project = make_project()
    project.commit("another rate", {"params.json": json.dumps(PARAMS | {"train": {"lr": 0.2}, "unused": 1})})
    project.commit("code", {"train.py": BETTER, "lib.py": "", "README.md": "words\n"})
    found = project.ledger("diff", "HEAD~2", "HEAD~1", "--json").json
    assert [p["name"] for p in found["params"]] == ["train.lr", "train.layers", "train.name"]
    assert found["metrics"] == []
    assert found["warnings"][-2:] == ["HEAD~2 has no metrics", "HEAD~1 has no metrics"]
    found = project.ledger("diff", "HEAD~1", "HEAD", "--json").json
    assert {c["path"]: c["change"] for c in found["code"]} == {
        "train.py": "changed",
        "lib.py": "added",
        "README.md": "added",
    }


def test_what_is_ignored_confounds_nothing(project: Project) -> None:
    """Notes beside the code, and where DVC pushes to: neither explains a number."""
    project.ledger("new", "X", "--name", "x", "--predict", "accuracy > baseline", "-S", "train.lr=0.3", "--seeds", "2")
    project.write({"NOTES.md": "words\n"})
    project.dvc("remote", "add", "-d", "store", "/nowhere")
    project.git("add", "NOTES.md", ".dvc/config")
    project.git("commit", "-qm", "notes, remote")
    project.ledger("run")
    found = project.ledger("diff", "--json").json
    assert {c["path"]: c["ignored"] for c in found["code"]} == {"NOTES.md": True, ".dvc/config": True}
    assert not [w for w in found["warnings"] if "attributed" in w]
    assert "NOTES.md" in project.ledger("diff").out
    verdict = project.ledger("conclude", "-m", "so", "--json").json
    assert not [w for w in verdict["warnings"] if "attributed" in w]
    # what a stage reads is a difference, whatever it is called
    project.commit("code", {"train.py": BETTER})
    project.ledger("run")
    found = project.ledger("diff", "--json").json
    assert [w for w in found["warnings"] if "attributed" in w]


def test_an_arm_that_has_not_run_or_has_changed_says_so(project: Project) -> None:
    project.ledger("new", "X", "--name", "x", "--predict", "accuracy > baseline", "-S", "train.lr=0.3")
    found = project.ledger("diff", "--json").json
    assert found["params"] == [{"name": "train.lr", "a": 0.1, "b": 0.3}]
    assert found["metrics"] == []
    assert "x has not run yet" in found["warnings"]
    project.ledger("run")
    project.commit("a better start", {"train.py": BETTER})
    found = project.ledger("diff", "--json").json
    assert differences(found)["accuracy"] == pytest.approx(0.2)
    assert any(warning.startswith("x has changed since its trials ran") for warning in found["warnings"])


def test_what_is_no_target_is_refused(project: Project) -> None:
    project.ledger("new", "X", "--name", "exes")
    for target, said in {
        "nothing": "no experiment and no revision",
        "exes:other": "exes has no variant other",
        "exes:treatment/seed-9": "exes has no trial treatment/seed-9",
    }.items():
        assert said in project.ledger("diff", "main", target, code=2).err
    # an arm of the experiment that is checked out
    assert "did you mean exes:treatment?" in project.ledger("diff", "main", "treatment", code=2).err


def test_data_of_a_project_deep_below_the_root(make_project: MakeProject) -> None:
    deep = "research/vision/model"
    files = {f"{deep}/{path}": text for path, text in default_files().items()}
    files[f"{deep}/dvc.yaml"] = PIPELINE.replace("[train.py]", "[train.py, data]")
    files |= {f"{deep}/.dvc/config": "", f"{deep}/.dvc/.gitignore": "/config.local\n/tmp\n/cache\n"}
    project = make_project(files, dvc=False)
    inside = project.root / deep
    for names in ("ab", "bcd"):
        project.write({f"{deep}/data/{name}.csv": name for name in names})
        for path in set(inside.glob("data/*.csv")) - {inside / f"data/{name}.csv" for name in names}:
            path.unlink()
        project.dvc("add", "-q", "data", cwd=inside)
        project.commit(f"data {names}")
    for cwd in (inside, inside / "data", project.root):
        (data,) = project.ledger("diff", "HEAD~1", "HEAD", "--json", cwd=cwd).json["data"]
        assert (data["path"], data["added"], data["removed"], data["changed"]) == (f"{deep}/data", 2, 1, 0)


def test_data_of_an_arm_that_has_not_run_is_named_as_of_one_that_has(make_project: MakeProject) -> None:
    # one stage reads a folder that holds tracked files, and a file within a tracked folder; nothing reads `spare`
    reads = TRAIN + 'open("d/x").read(), open("whole/part").read()\n'
    files = default_files() | {
        "train.py": reads,
        "dvc.yaml": PIPELINE.replace("[train.py]", "[train.py, d, whole/part]"),
    }
    project = make_project(files)
    project.write({"d/x": "1", "whole/part": "1", "whole/rest": "1", "spare": "1"})
    project.dvc("add", "-q", "d/x", "whole", "spare")
    project.commit("data")
    project.ledger("new", "X", "--name", "x", "--predict", "accuracy > baseline", "-S", "train.lr=0.3")
    project.ledger("run", "--only", "baseline")
    for targets in ([], ["x:baseline", "HEAD"], ["main", "x:baseline"], ["main", "x"]):
        assert project.ledger("diff", *targets, "--json").json["data"] == [], targets
    project.write({"d/x": "22"})
    project.dvc("add", "-q", "d/x")
    project.commit("other data")
    (change,) = project.ledger("diff", "--json").json["data"]
    assert (change["path"], change["a"]["size"], change["b"]["size"]) == ("d/x", 1, 2)
    project.ledger("run")
    (change,) = project.ledger("diff", "--json").json["data"]
    assert (change["path"], change["a"]["size"], change["b"]["size"]) == ("d/x", 1, 2)


def test_one_fact_stands_in_one_cell(concluded: Project) -> None:
    lines = concluded.ledger("diff", "--format", "md").out.splitlines()
    (code,) = (line for line in lines if "| train.py" in line)
    assert [cell.strip() for cell in code.strip("|").split("|")] == ["train.py", "changed", "+1 -1"]
    assert 'code,train.py,,,"changed, +1 -1"' in concluded.ledger("diff", "--format", "csv").out.splitlines()
