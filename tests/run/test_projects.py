"""Existing projects of every shape: `init`, `new`, `run` and `diff` on them as a user would find them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import PARAMS, PIPELINE, TRAIN, MakeProject, Project, default_files

from ledger.model.formats import yaml12


def one_stage(*lines: str, cmd: str = "python train.py", deps: str = "train.py", metrics: str = "metrics.json") -> str:
    """A `dvc.yaml` with one stage, further lines of it given."""
    head = ["stages:", "  train:", f"    cmd: {cmd}", f"    deps: [{deps}]", *(f"    {line}" for line in lines)]
    return "\n".join([*head, "    metrics:", f"      - {metrics}: {{cache: false}}", ""])


def run_raised(project: Project, key: str, value: object, *options: str, cwd: Path | None = None) -> dict[str, Any]:
    """The comparison of the base with a treatment that sets one parameter, after their trials."""
    arguments = ["--name", "raised", "--predict", "accuracy >= baseline", "-S", f"{key}={value}", *options]
    project.ledger("new", "Raise it", *arguments, cwd=cwd)
    project.ledger("run", cwd=cwd)
    assert project.git("status", "--porcelain") == ""
    return dict(project.ledger("diff", "--json", cwd=cwd).json)


def difference(diff: dict[str, Any], metric: str = "accuracy") -> float:
    """What came of it, on one metric."""
    return float(next(m["difference"] for m in diff["metrics"] if m["name"] == metric))


# --- init


def test_init_leaves_an_existing_pipeline_alone(project: Project) -> None:
    before = {path: (project.root / path).read_bytes() for path in default_files()}
    answer = project.ledger("init")
    assert "wrote ledger.yaml" in answer.out
    assert "set up DVC" not in answer.out
    assert {path: (project.root / path).read_bytes() for path in default_files()} == before
    assert project.git("status", "--porcelain", "-uall").split() == ["??", "experiments/README.md", "??", "ledger.yaml"]
    project.commit("set up ledger")
    assert "everything is already set up" in project.ledger("init").out
    assert project.git("status", "--porcelain") == ""
    assert difference(run_raised(project, "train.lr", 0.3)) == pytest.approx(0.2)


def test_init_refuses_to_write_over_a_pipeline(project: Project) -> None:
    said = project.ledger("init", "--cmd", "python train.py", code=2).err
    assert "dvc.yaml already exists" in said
    assert project.git("status", "--porcelain") == ""


SCRIPT = """\
import json, pickle
import yaml_free
from parts import shape

params = yaml_free.load("params.yaml")
json.dump({"accuracy": params["lr"] * shape.FACTOR}, open("metrics.json", "w"))
pickle.dump(params, open("model.pkl", "wb"))
"""
LOADER = """\
def load(path):
    return {key: float(value) for key, value in (line.split(":") for line in open(path))}
"""


def test_init_wraps_a_bare_script(make_project: MakeProject) -> None:
    files = {
        "train.py": SCRIPT,
        "yaml_free.py": LOADER,
        "parts/__init__.py": "",
        "parts/shape.py": "FACTOR = 2\n",
        "unrelated.py": "",
        "params.yaml": "lr: 0.1\nseed: 0\n",
    }
    project = make_project(files, dvc=False)
    project.ledger("init", "--cmd", "python train.py", "--metrics", "metrics.json", "--outs", "model.pkl")
    assert (project.root / ".dvc/config").is_file()
    assert yaml12.loads((project.root / "dvc.yaml").read_text()) == {
        "stages": {
            "train": {
                "cmd": "python train.py",
                "deps": ["train.py", "yaml_free.py", "parts"],
                "params": ["lr", "seed"],
                "outs": ["model.pkl"],
                "metrics": [{"metrics.json": {"cache": False}}],
            }
        }
    }
    project.commit("set up ledger")
    found = run_raised(project, "lr", 0.3, "--seeds", "2")
    assert found["params"] == [{"name": "lr", "a": 0.1, "b": 0.3}]
    assert difference(found) == pytest.approx(0.4)
    assert found["warnings"] == []
    assert (project.root / "model.pkl").is_file()
    project.commit("another factor", {"parts/shape.py": "FACTOR = 4\n"})
    project.ledger("run")
    assert difference(project.ledger("diff", "--json").json) == pytest.approx(1.0)
    assert project.git("status", "--porcelain") == ""


def test_init_says_what_it_cannot_know(make_project: MakeProject) -> None:
    project = make_project({"train.py": "print(1)\n"}, dvc=False)
    answer = project.ledger("init", "--cmd", "python train.py")
    assert "no metrics file is named" in answer.err
    assert "no parameter file was found" in answer.err
    other = make_project({"train.py": "print(1)\n"}, name="other", dvc=False)
    assert "--deps train.py" in other.ledger("init", "--cmd", "make it", code=2).err
    assert other.git("status", "--porcelain") == ""


# --- where the pipeline lies


def test_a_pipeline_in_a_subfolder(make_project: MakeProject) -> None:
    inner = {f"model/{path}": text for path, text in default_files().items()}
    project = make_project(inner)
    found = run_raised(project, "train.lr", 0.3, cwd=project.root / "model")
    assert difference(found) == pytest.approx(0.2)
    names = project.git("show", "--name-only", "--format=", "HEAD").split()
    assert "model/dvc.lock" in names and "model/metrics.json" in names
    assert (project.root / "model/model.txt").is_file()


@pytest.mark.parametrize("folder", ["model", "research/vision/model"])
def test_a_dvc_project_inside_a_larger_repository(make_project: MakeProject, folder: str) -> None:
    inner = {f"{folder}/{path}": text for path, text in default_files().items()}
    inner |= {f"{folder}/.dvc/config": "", f"{folder}/.dvc/.gitignore": "/config.local\n/tmp\n/cache\n"}
    project = make_project(inner | {"other/dvc.yaml": "not: [this\n"}, dvc=False)
    inside = project.root / folder
    found = run_raised(project, "train.lr", 0.3, cwd=inside)
    assert difference(found) == pytest.approx(0.2)
    assert (inside / "model.txt").is_file()
    assert "up to date" in project.dvc("status", cwd=inside)
    shown = project.ledger("show", "--json", cwd=inside).json
    assert list(shown["trials"][0]["outs"]) == [f"{folder}/model.txt"]


def test_several_pipelines_run_unless_targets_are_named(make_project: MakeProject) -> None:
    files: dict[str, str] = {}
    for name in ("one", "two"):
        files |= {f"{name}/{path}": text for path, text in default_files().items()}
        # a metric of its own, so that the names do not meet
        files[f"{name}/train.py"] = TRAIN.replace('"accuracy":', f'"{name}":')
    project = make_project(files)
    project.ledger("new", "Both", "--name", "both")
    project.ledger("run")
    (trial,) = project.ledger("show", "--json").json["trials"]
    assert {"one", "two"} <= set(trial["metrics"])
    assert set(trial["outs"]) == {"one/model.txt", "two/model.txt"}
    assert set(trial["params"]) >= {"one/params.json:seed", "two/params.json:seed"}

    project.git("switch", "-q", "main")
    project.commit("one only", {"ledger.yaml": "targets: [one/dvc.yaml]\n"})
    project.ledger("new", "One", "--name", "one", "-S", "train.lr=0.4")
    project.ledger("run")
    (trial,) = project.ledger("show", "--json").json["trials"]
    assert set(trial["outs"]) == {"one/model.txt"}
    assert "two" not in trial["metrics"]


def test_a_target_that_is_no_stage_is_named(project: Project) -> None:
    project.commit("targets", {"ledger.yaml": "targets: [trian]\n"})
    said = project.ledger("new", "Nothing", code=2).err
    assert "`targets` names trian" in said and "known: train" in said


def test_a_path_with_spaces_and_letters_of_the_world(make_project: MakeProject) -> None:
    project = make_project({f"mödel 1/{path}": text for path, text in default_files().items()}, name="mein Prøject ✓")
    found = run_raised(project, "train.lr", 0.3, "--seeds", "2", cwd=project.root / "mödel 1")
    assert difference(found) == pytest.approx(0.2)


def test_a_linked_work_tree(project: Project, tmp_path: Path) -> None:
    project.ledger(
        "new", "Linked", "--name", "linked", "--no-switch", "-S", "train.lr=0.3", "--predict", "accuracy > baseline"
    )
    linked = tmp_path / "linked tree"
    project.git("worktree", "add", "-q", str(linked), "exp/linked")
    project.ledger("run", cwd=linked)
    assert difference(project.ledger("diff", "--json", cwd=linked).json) == pytest.approx(0.2)
    assert project.git("status", "--porcelain", cwd=linked) == ""
    assert (linked / "model.txt").is_file()
    assert project.git("status", "--porcelain") == ""
    assert not (linked / ".dvc/cache").exists()
    assert (project.root / ".dvc/cache").is_dir()


# --- templates and parameter files

PRINTS = """\
import json, sys
json.dump({"accuracy": float(sys.argv[1])}, open(sys.argv[2], "w"))
"""


def test_vars_foreach_and_matrix(make_project: MakeProject) -> None:
    pipeline = """\
vars:
  - settings.yaml
stages:
  each:
    foreach: ${sizes}
    do:
      cmd: python train.py ${item.rate} ${key}.json
      deps: [train.py]
      metrics:
        - ${key}.json: {cache: false}
  grid:
    matrix:
      side: [left, right]
    cmd: python train.py ${train.lr} ${item.side}.json
    deps: [train.py]
    metrics:
      - ${item.side}.json: {cache: false}
"""
    settings = "# sizes of the model\nsizes:\n  small: {rate: 0.1}\n  big: {rate: 0.2}  # the big one\n"
    project = make_project(
        {"train.py": PRINTS, "dvc.yaml": pipeline, "settings.yaml": settings, "params.yaml": "train: {lr: 0.5}\n"}
    )
    project.ledger("new", "Bigger", "--name", "bigger", "--predict", "accuracy > 0", "-S", "sizes.big.rate=0.3")
    assert (project.root / "settings.yaml").read_text() == settings.replace("0.2", "0.3")
    project.ledger("run")
    (trial,) = project.ledger("show", "--json").json["trials"]
    expected = {"small.json": 0.1, "big.json": 0.3, "left.json": 0.5, "right.json": 0.5}
    assert trial["metrics"] == {f"{file}:accuracy": value for file, value in expected.items()}
    assert trial["params"] == {"sizes.small.rate": 0.1, "sizes.big.rate": 0.3, "train.lr": 0.5}
    found = project.ledger("diff", "main", "bigger", "--json").json
    assert found["params"] == [{"name": "sizes.big.rate", "a": 0.2, "b": 0.3}]


def test_a_parameter_that_no_template_reads_is_refused(make_project: MakeProject) -> None:
    pipeline = one_stage(cmd="python train.py ${lr} metrics.json")
    project = make_project({"train.py": PRINTS, "dvc.yaml": pipeline, "params.yaml": "lr: 0.1\nspare: 1\n"})
    assert "no stage tracks the parameter spare" in project.ledger("new", "Spare", "-S", "spare=2", code=2).err
    found = run_raised(project, "lr", 0.3)
    assert difference(found) == pytest.approx(0.2)
    assert found["params"] == [{"name": "lr", "a": 0.1, "b": 0.3}]


READS = """\
import json, sys
{reader}
json.dump({{"accuracy": params["train"]["lr"]}}, open("metrics.json", "w"))
"""


@pytest.mark.parametrize(
    ("file", "text", "reader"),
    [
        (
            "conf/p.toml",
            "[train]\nlr = 0.1 # the rate\n",
            'import tomllib; params = tomllib.load(open("conf/p.toml", "rb"))',
        ),
        ("p.py", "class train:\n    lr = 0.1  # the rate\n", 'import p; params = {"train": {"lr": p.train.lr}}'),
        (
            "params.yaml",
            "# all\ntrain:\n  lr: 0.1 # the rate\n  deep: {x: [1, 2]}\n",
            'params = {"train": {"lr": float(open("params.yaml").readlines()[2].split()[1])}}',
        ),
    ],
)
def test_parameters_in_other_formats(make_project: MakeProject, file: str, text: str, reader: str) -> None:
    pipeline = one_stage("params:", f"  - {file}: [train]")
    project = make_project({"train.py": READS.format(reader=reader), "dvc.yaml": pipeline, file: text})
    found = run_raised(project, "train.lr", 0.3)
    assert found["params"] == [{"name": "train.lr", "a": 0.1, "b": 0.3}]
    assert difference(found) == pytest.approx(0.2)
    assert (project.root / file).read_text() == text.replace("0.1", "0.3")
    assert "0.1" not in project.git("show", f"HEAD:{file}")


def test_two_files_that_share_a_parameter_and_a_metric(make_project: MakeProject) -> None:
    train = """\
import json
a, b = json.load(open("a.json"))["lr"], json.load(open("b.json"))["lr"]
json.dump({"accuracy": a, "steps": 1}, open("train.json", "w"))
json.dump({"accuracy": b}, open("test.json", "w"))
"""
    pipeline = one_stage("params:", "  - a.json: [lr]", "  - b.json: [lr]", metrics="train.json") + (
        "      - test.json: {cache: false}\n"
    )
    project = make_project({"train.py": train, "dvc.yaml": pipeline, "a.json": '{"lr": 0.1}', "b.json": '{"lr": 0.1}'})
    said = project.ledger("new", "Both", "-S", "lr=1", code=2).err
    assert "a.json:lr or b.json:lr" in said
    project.ledger(
        "new", "One of them", "--name", "one", "-S", "b.json:lr=0.4", "--predict", "`test.json:accuracy` > baseline"
    )
    project.ledger("run")
    found = project.ledger("diff", "--json").json
    assert found["params"] == [{"name": "b.json:lr", "a": 0.1, "b": 0.4}]
    differences = {m["name"]: m["difference"] for m in found["metrics"]}
    assert differences == {"train.json:accuracy": 0, "test.json:accuracy": pytest.approx(0.3), "steps": 0}


def test_a_stage_with_a_working_directory(make_project: MakeProject) -> None:
    pipeline = "stages:\n  train:\n    wdir: work\n" + PIPELINE.split("  train:\n")[1]
    inner = {f"work/{path}": text for path, text in default_files().items() if path != "dvc.yaml"}
    project = make_project(inner | {"dvc.yaml": pipeline})
    found = run_raised(project, "train.lr", 0.3)
    assert difference(found) == pytest.approx(0.2)
    assert (project.root / "work/metrics.json").is_file()
    assert project.ledger("show", "--json").json["trials"][0]["params"]["seed"] == 0


def test_a_parameter_file_that_is_a_plain_dependency(make_project: MakeProject) -> None:
    pipeline = one_stage(deps="train.py, params.json")
    project = make_project(
        {"train.py": TRAIN.replace('open("model.txt"', "#"), "params.json": json.dumps(PARAMS), "dvc.yaml": pipeline}
    )
    found = run_raised(project, "train.lr", 0.3, "--seeds", "2")
    assert difference(found) == pytest.approx(0.2)
    assert found["params"] == [{"name": "train.lr", "a": 0.1, "b": 0.3}]
    assert found["code"] == []


def test_data_that_git_does_not_track_is_named(make_project: MakeProject) -> None:
    project = make_project({"train.py": "", "scans/README.md": "whose they are"}, dvc=False)
    (project.root / "scans/raw").mkdir()
    for number in range(3):
        (project.root / f"scans/raw/{number}.img").write_bytes(b"\0\1" * 50_000)
    (project.root / "patients.csv").write_text("name,age\n" * 100_000)
    (project.root / "notes.txt").write_text("small")
    (project.root / "own.bin").write_bytes(b"\0")
    project.write({".gitignore": "own.bin\n"})
    answer = project.ledger("init")
    assert "patients.csv (900 kB) and scans/raw (3 files, 300 kB)" in answer.err
    assert "next: dvc add patients.csv scans/raw, then git add -A" in answer.out
    assert "own.bin" not in answer.err + answer.out and "notes.txt" not in answer.err + answer.out


def test_nothing_is_named_where_nothing_is_bulk(make_project: MakeProject) -> None:
    project = make_project({"train.py": ""}, dvc=False)
    project.write({"more.py": "x = 1\n"})
    answer = project.ledger("init")
    assert "next: git add -A" in answer.out and "for good" not in answer.err
