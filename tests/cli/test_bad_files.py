"""Bad input in files: plans, records, metrics, pipelines. The broken one is named, and all else goes on working."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import PIPELINE, MakeProject, Project, Shelved, default_files
from made_records import record_of
from planned import wider, wider_twice
from test_bad_input import refused

PLAN = "experiments/broken/hypothesis.md"


# --- plans


@pytest.fixture
def two(project: Project) -> Project:
    """An experiment that is sound, and one that will be broken, which is checked out."""
    project.ledger("new", "Sound", "--no-switch")
    project.ledger("new", "Broken", "--tag", "x")
    return project


PLANS = [
    ("---\nschema: 1", "schema: 1", "there is no front matter between two lines of `---`"),
    ("title: Broken", "title: [a", "the front matter is not YAML: line 4"),
    ("title: Broken\n", "", "the front matter lacks the key `title`"),
    ("base: ", "bse: ", "the front matter lacks the key `base`"),
    ("name: broken", "name: other", "`name` is other, but the folder is experiments/broken"),
    ("schema: 1", "schema: 99", "schema 99 is newer than this version of ledger reads"),
    ("schema: 1", "schema: one", "`schema` is 'one', not a number"),
    ("replicates: {}", "replicates: {seed: 3}", "`replicates`: seed: a list of values was expected"),
    ("variants:\n  treatment: {}", "variants: [a]", "`variants` is not a mapping of names to arms"),
    ("alpha: 0.05", "alpha: high", "`alpha` is 'high', not a number from 0 to 0.5"),
    ("created: '", "created: 'last ", "`created` is 'last "),
    ("alpha: 0.05", "predictions: [accuracy is good]", "`predictions[0]`: cannot read the prediction, column 10"),
    ("tags: [x]", "tags: &a [x]", "the front matter is not YAML: line"),
]


def test_a_plan_that_cannot_be_read_is_named_and_the_others_are_listed(two: Project) -> None:
    good = (two.root / PLAN).read_text("utf-8")
    for old, new, says in PLANS:
        assert old in good
        two.commit("break", {PLAN: good.replace(old, new)})
        log = two.ledger("log")
        assert "sound" in log.out
        assert f"warning: skipped: {PLAN} on exp/broken: {says}" in log.err
        assert [e["name"] for e in two.ledger("log", "--json").json] == ["sound"]
        refused(two, "run", says=f"{PLAN} on exp/broken: {says}", hint=f"git log -p exp/broken -- {PLAN}")
    for command in (["status"], ["show"], ["record"], ["note", "x"], ["diff", "sound", "broken"], ["show", "brok"]):
        refused(two, *command, says=f"{PLAN} on exp/broken", hint="correct the file and commit it")
    two.ledger("show", "sound")
    two.ledger("note", "still works", "--exp", "sound")
    refused(two, "new", "Broken", "--from", "main", says="taken by the branch exp/broken", hint="--name broken-2")


def test_a_plan_that_names_what_no_parameter_file_has(two: Project) -> None:
    good = (two.root / PLAN).read_text("utf-8")
    for old, new, name in (
        ("replicates: {}", "replicates: {sed: [1]}", "sed"),
        ("treatment: {}", "treatment: {}\n  big: {params: {train.lrr: 1}}", "train.lrr"),
    ):
        two.commit("break", {PLAN: good.replace(old, new)})
        refused(two, "run", says=f"no parameter file has {name} (params.json)", hint="did you mean")


# --- records


# in records of seed N
RECORDS = [
    (None, "a: [", "it is not YAML: line 2"),
    (None, "", "it is not a mapping"),
    (None, "- a\n", "it is not a mapping"),
    ("schema: 1", "schema: 9", "schema 9 is newer"),
    ("schema: 1\n", "", "it lacks the key `schema`"),
    ("fingerprint: ", "fngerprint: ", "it lacks the key `fingerprint`"),
    ("status: succeeded", "status: fine", "`status` is 'fine', none of succeeded"),
    ("{seed: N}", "{seed: [1]}", "`replicate`: seed: [1] is not a number"),
    ("{seed: N}", "{seed: .nan}", "`replicate`: seed: nan is not a finite number"),
    ("attempt: 1", "attempt: 0", "`attempt` is 0"),
    ("{accuracy: ", "{accuracy: high", "`metrics.accuracy` is 'high"),
    ("params: {}", "params: [a]", "`params` is ['a'], not a mapping"),
    ("seconds: 1.0", "seconds: -1", "`seconds` is -1"),
    # records that claim to be another one
    ("{seed: N}", "{seed: 0}", "it says that it is wider:treatment/seed-0"),
    ("experiment: wider", "experiment: deeper", "it says that it is deeper:treatment/seed-N"),
    ("variant: treatment", "variant: ../../x", "it says that it is wider:../../x/seed-N"),
    ("attempt: 1", "attempt: 2", "it says that it is wider:treatment/seed-N.2"),
]


def test_a_record_that_cannot_be_read_is_passed_over(shelved: Shelved) -> None:
    project = shelved(wider_twice, default_files())
    seeds = range(1, len(RECORDS) + 1)
    project.commit("records", dict(record_of("wider", seed) for seed in (0, *seeds)))
    assert project.ledger("log", "--json").json[0]["trials"] == 1 + len(RECORDS)
    broken, lines = {}, []
    for seed, (old, new, says) in zip(seeds, RECORDS, strict=True):
        path, good = record_of("wider", seed)
        marked = good.replace(f"seed: {seed}}}", "seed: N}")
        assert old is None or old in marked
        changed = new if old is None else marked.replace(old, new)
        broken[path] = changed.replace("seed: N}", f"seed: {seed}}}")
        lines.append(f"{path}: {says.replace('N', str(seed))}")
    # nothing is wrong with a record of a newer schema, so it is only counted
    newer = "1 record is from a newer version"
    bad = [line for line in lines if "is newer" not in line]
    assert len(bad) == len(lines) - 1
    first = next(iter(broken))
    project.commit("break one", {first: broken[first]})
    for command in (["table"], ["export"], ["query", "SELECT 1"]):
        said = project.ledger(*command).err
        assert "warning: 1 file of experiments cannot be read and is skipped" in said
    project.commit("break all", broken)
    log = project.ledger("log", "--json")
    assert log.json[0]["trials"] == 1
    assert [f"warning: skipped: {line}" in log.err for line in bad] == [True] * len(bad)
    assert f"warning: {newer}" in log.err
    counted = f"{len(bad)} files of experiments cannot be read and are skipped"
    for command in (["table"], ["export"], ["query", "SELECT 1"]):
        said = project.ledger(*command).err
        assert f"warning: {counted}" in said and f"warning: {newer}" in said
    shown = project.ledger("show", "--json")
    assert [t["id"] for t in shown.json["trials"]] == ["treatment/seed-0"]
    status = project.ledger("status").out
    assert [line for line in lines if line not in shown.err or line not in status] == []


def test_a_link_is_no_record(shelved: Shelved) -> None:
    project = shelved(wider_twice, default_files())
    place, text = record_of("wider", 0)
    path = project.root / place
    project.write({"kept.yaml": text})
    path.parent.mkdir(parents=True)
    path.symlink_to(project.root / "kept.yaml")
    project.commit("link")
    assert "seed-0.yaml is a symbolic link, not a record" in project.ledger("log").err
    assert project.ledger("show", "--json").json["trials"] == []


def test_a_record_that_cannot_be_read_is_not_overwritten(shelved: Shelved) -> None:
    project = shelved(wider, default_files())
    path, text = record_of("wider", 0)
    project.commit("newer", {path: text.replace("schema: 1", "schema: 9")})
    # what it says is not known, so the trial is not run again either
    assert "a newer version of ledger wrote 1 of the records of wider" in project.ledger("run", code=2).err
    assert "schema: 9" in project.git("show", f"exp/wider:{path}")
    assert project.ledger("show", "--json").json["trials"] == []


# --- metrics, and stages that fail

# what the stage does for each seed
MISBEHAVES = """\
import json, os, sys

seed = json.load(open("params.json"))["seed"]
texts = {
    1: "", 2: "{", 3: "[1]", 4: '{"name": "x", "all": [1, 2], "none": null}', 5: '{"accuracy": NaN, "loss": 1}',
    6: '{"accuracy": Infinity}', 7: '{"accuracy": 0.5, "name": "x", "all": [1, 2]}',
}
open("model.txt", "w").write("half")
if seed == 8:
    print("the disk is full")
    sys.exit(3)
if seed == 9:
    os.mkdir("metrics.json")
elif seed:
    open("metrics.json", "w").write(texts[seed])
"""


def test_metrics_that_cannot_be_read_and_stages_that_fail(make_project: MakeProject) -> None:
    project = make_project(default_files() | {"train.py": MISBEHAVES})
    project.ledger("new", "Wider", "--seeds", "0..9")
    work_tree = {p.name: p.read_text() for p in project.root.iterdir() if p.is_file()}

    answer = project.ledger("run", code=1)

    assert {p.name: p.read_text() for p in project.root.iterdir() if p.is_file() and p.name in work_tree} | {
        "params.json": work_tree["params.json"]
    } == work_tree
    assert project.git("status", "--porcelain") == ""
    shown = {t["replicate"]["seed"]: t for t in project.ledger("show", "--json").json["trials"]}
    failed = {seed: t["error"]["tail"] for seed, t in shown.items() if t["status"] == "failed"}
    for seed, says in {
        0: "output 'metrics.json' does not exist",
        1: "the metrics file metrics.json is empty",
        2: "the metrics file metrics.json cannot be read",
        3: "the metrics file metrics.json holds a list, not names with numbers",
        4: "no numbers in metrics.json",
        8: "the disk is full",
        9: "the metrics file metrics.json cannot be read",
    }.items():
        assert says in failed[seed]
        assert str(project.root) not in failed[seed]
        assert f"treatment seed={seed}: failed in train" in answer.err
    assert shown[8]["error"]["exit_code"] == 3
    assert sorted(failed) == [0, 1, 2, 3, 4, 8, 9]
    # numbers that are none are kept as what they are, and said
    assert [shown[seed]["metrics"] for seed in (5, 6, 7)] == [
        {"accuracy": None, "loss": 1},
        {"accuracy": None},
        {"accuracy": 0.5},
    ]
    assert "warning: accuracy is not finite" in answer.err
    assert "warning: metrics.json: name, all are left out: not numbers" in answer.err
    # a failure is recorded, and not tried again unasked
    assert "7 failed earlier in this state: ledger run --again" in project.ledger("run", code=1).err
    project.git("fsck", "--strict")


WRITES = """\
import json

open("model.txt", "w").write("m")
open("metrics.json", "w").write(json.load(open("params.json"))["text"])
"""


def test_record_refuses_metrics_that_cannot_be_read(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("[seed, train]", "[text]")
    files = {"train.py": WRITES, "dvc.yaml": pipeline, "params.json": '{"text": "{}"}'}
    project = make_project(default_files() | files)
    project.ledger("new", "Wider")
    for text, says in (
        ("", "the metrics file metrics.json is empty"),
        ("{", "the metrics file metrics.json cannot be read"),
        ('{"a": "x", "b": [1]}', "no numbers in metrics.json"),
    ):
        project.write({"params.json": json.dumps({"text": text})})
        project.dvc("repro", "-q")
        refused(project, "record", says=says, hint="correct the stage that writes it, dvc repro")
    project.write({"params.json": json.dumps({"text": '{"a": NaN, "b": 1}'})})
    refused(project, "record", says="train changed since", hint="dvc repro, then ledger record")
    project.dvc("repro", "-q")
    answer = project.ledger("record", "-m", "not a number")
    assert "warning: a is not finite" in answer.err
    assert project.ledger("show", "--json").json["trials"][0]["metrics"] == {"a": None, "b": 1}


# --- pipelines, locks and parameter files

CONFLICT = "<<<<<<< HEAD\n{}=======\n>>>>>>> other\n"


@pytest.mark.parametrize(
    ("path", "text", "says", "hint"),
    [
        ("dvc.yaml", "stages: [", "DVC cannot read the pipeline: unable to read: 'dvc.yaml'", "dvc stage list"),
        ("dvc.yaml", CONFLICT.format(PIPELINE), "unable to read: 'dvc.yaml'", "dvc.yaml holds conflict markers"),
        ("dvc.yaml", "- a\n", "'dvc.yaml' validation failed", "correct it and commit"),
        ("dvc.yaml", PIPELINE.replace("deps", "dpes"), "extra keys not allowed", "correct it and commit"),
        ("dvc.yaml", PIPELINE.replace("train.py\n", "${nope}\n"), "Could not find 'nope'", "correct it and commit"),
        ("dvc.yaml", PIPELINE.replace("params.json", "other.json"), "git does not track other.json", "no such file"),
        (
            "dvc.yaml",
            PIPELINE.replace("[train.py]", "[data.csv]"),
            "depends on data.csv, which does not exist",
            "right?",
        ),
        ("dvc.yaml", "stages: {}\n", "has no stage to run", "dvc stage add"),
        ("dvc.lock", "a: [", "is not YAML: line 2", "git rm dvc.lock && git commit"),
        ("dvc.lock", CONFLICT.format("schema: '2.0'\n"), "dvc.lock at ", "git rm dvc.lock && git commit"),
        ("dvc.lock", "- a\n", "does not pin any stage", "git rm dvc.lock && git commit"),
        (".dvc/config", "[core\nx", "DVC cannot read its configuration .dvc/config: ", "dvc config --list"),
        (".dvc/config", "[cache]\ntype = none\n", "Unsupported cache type(s): none", "correct .dvc/config"),
        ("params.json", "{", "params.json:1:2: Expecting property name", "correct params.json"),
        ("params.json", CONFLICT.format("{}\n"), "params.json:1:1", "correct params.json"),
        ("params.json", "[1]", "params.json holds a list, not parameters by name", "name: value"),
    ],
)
def test_pipeline_files_that_cannot_be_read(shelved: Shelved, path: str, text: str, says: str, hint: str) -> None:
    project = shelved(wider, default_files())
    project.commit("break", {path: text})
    refused(project, "run", says=says, hint=hint)
    assert project.ledger("record", code=2).err.startswith("error: ")
    for command in (["log"], ["show"]):
        assert "wider" in project.ledger(*command).out


def one_to_go(project: Project) -> None:
    """One trial of two has run."""
    project.ledger("new", "Wider", "--seeds", "1", "-S", "train.lr=0.2")
    project.ledger("run")
    project.ledger("amend", "--seeds", "2", "-m", "more")


CONFIGURATIONS = [
    ("GLOBAL", b"garbage [ here\n[["),
    ("GLOBAL", b"[core]\nremoote = x\n"),
    ("GLOBAL", b"[cache]\ndir = \xff\n"),
    ("SYSTEM", b"[cache]\ntype = none\n"),
]


def test_a_configuration_of_dvc_outside_the_project(
    shelved: Shelved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shelved(one_to_go, default_files())
    file = tmp_path / "config"
    says = f"DVC cannot read its configuration {file}: "
    for level, text in CONFIGURATIONS:
        with monkeypatch.context() as patch:
            patch.setenv(f"DVC_{level}_CONFIG_DIR", str(tmp_path))
            file.write_bytes(text)
            refused(project, "run", says=says, hint=f"correct {file};")
            assert says in project.ledger("reproduce", "wider", code=2).err
            assert says in project.ledger("init", code=2).err
            assert len(project.ledger("show", "--json").json["trials"]) == 1
            file.unlink()
    # none of them has left anything behind
    project.ledger("run")
    trials = project.ledger("show", "--json").json["trials"]
    assert [t["status"] for t in trials] == ["succeeded"] * 2
    project.write({"params.json": (project.root / "params.json").read_text().replace("0.2", "0.3")})
    project.dvc("repro")
    for level, text in CONFIGURATIONS:
        with monkeypatch.context() as patch:
            patch.setenv(f"DVC_{level}_CONFIG_DIR", str(tmp_path))
            file.write_bytes(text)
            assert says in project.ledger("record", "-m", "by hand", code=2).err


def test_a_lock_in_the_work_tree_that_cannot_be_read(shelved: Shelved) -> None:
    project = shelved(wider, default_files())
    project.write({"dvc.lock": "a: ["})
    refused(project, "record", says="unable to read: 'dvc.lock'", hint="git restore")


def test_data_that_is_nowhere(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("[train.py]", "[train.py, data.csv]")
    project = make_project(default_files() | {"dvc.yaml": pipeline})
    project.ledger("new", "Wider", "--seeds", "1")
    refused(project, "run", says="train depends on data.csv, which does not exist", hint="path in dvc.yaml")
    project.write({"data.csv": "1\n"})
    refused(project, "run", says="data.csv, which neither git nor DVC holds", hint="git add data.csv, or dvc add")


def test_data_that_the_cache_has_lost(project: Project) -> None:
    project.write({"data.csv": "1\n", "dvc.yaml": PIPELINE.replace("[train.py]", "[train.py, data.csv]")})
    project.dvc("add", "-q", "data.csv")
    project.commit("data")
    project.ledger("new", "Wider", "--seeds", "1")
    shutil.rmtree(project.root / ".dvc" / "cache")
    # the trial never began: no failure is recorded
    refused(project, "run", says="data.csv is not in DVC's cache, and no remote is set", hint="dvc remote add")
    project.dvc("remote", "add", "--local", "--default", "away", str(project.root.parent / "away"))
    refused(project, "run", says="data.csv is not in DVC's cache and cannot be fetched", hint="dvc pull says more")
    project.dvc("commit", "-q", "-f", "data.csv.dvc")
    project.ledger("run")


def test_a_file_to_copy_that_is_nowhere(shelved: Shelved) -> None:
    project = shelved(wider, default_files())
    project.commit("settings", {"ledger.yaml": "copy: [.env]\n"})
    refused(project, "run", says="ledger.yaml: `copy` names .env, which does not exist", hint="remove it from `copy`")
