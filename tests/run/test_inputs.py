"""Inputs that git does not hold: how they come into a slot, and that no stage changes what the next trial reads."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import COMMAND, TRAIN, MakeProject, Project, default_files

READS = "deps: [train.py, data/x.csv]"


def behaving(make_project: MakeProject, code: str, **files: str) -> Project:
    return make_project(default_files() | {"train.py": TRAIN + code} | files)


def trials_of(project: Project) -> dict[str, dict[str, Any]]:
    return {trial["id"].removeprefix("treatment/"): trial for trial in project.ledger("show", "--json").json["trials"]}


def slot_of(project: Project) -> Path:
    return project.root / ".git/ledger/slots/0"


def object_of(project: Project, digest: str) -> Path:
    return project.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]


# --- what DVC holds

# Seed 1 writes into its input and succeeds, seed 2 writes into it and fails.
DAMAGES = """\
import os, sys
seed = params["seed"]
assert open("data/x.csv").read() == "1,2\\n" * 1000, "the input is not what it was"
if seed in (1, 2):
    os.chmod("data/x.csv", 0o644)
    open("data/x.csv", "a").write("damaged")
if seed == 2:
    sys.exit(7)
"""


@pytest.mark.parametrize("copies", [True, False])
def test_a_stage_that_writes_into_its_input(make_project: MakeProject, copies: bool) -> None:
    project = behaving(
        make_project, DAMAGES, **{"dvc.yaml": default_files()["dvc.yaml"].replace("deps: [train.py]", READS)}
    )
    project.write({"data/x.csv": "1,2\n" * 1000})
    # hard links, as on a file system that cannot share blocks
    project.write({".dvc/config": "[core]\n    analytics = false\n[cache]\n    type = hardlink,copy\n"})
    project.dvc("add", "-q", "data/x.csv")
    project.commit("data")
    data = project.root / "data/x.csv"
    pinned = data.with_suffix(".csv.dvc").read_text()
    held = object_of(project, pinned.split("md5: ")[1].split()[0])
    text = data.read_text()
    # the user's own file: a copy, or the same link
    data.unlink()
    if copies:
        data.write_text(text)
    else:
        os.link(held, data)
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "4")
    got = project.ledger("run", code=1 if copies else 2)
    found = trials_of(project)
    reason = "the stage train wrote into its own input data/x.csv"
    assert found["seed-0"]["status"] == "succeeded"
    assert (found["seed-1"]["status"], found["seed-1"]["error"]["exit_code"]) == ("failed", None)
    assert found["seed-1"]["error"]["reason"].startswith(reason)
    if copies:
        assert held.read_text() == text
        assert (found["seed-2"]["error"]["exit_code"], found["seed-3"]["status"]) == (7, "succeeded")
        assert data.read_text() == text
    else:
        # nobody has the data any more: no trial reads what is false
        assert not held.exists()
        assert "data/x.csv is not in DVC's cache" in got.err
        assert list(found) == ["seed-0", "seed-1"]


@pytest.mark.parametrize("deps", ["data/x.csv", "data", "data/other.csv", "."])
def test_a_stage_that_writes_into_a_folder_of_data(make_project: MakeProject, deps: str) -> None:
    # `.`: only the second stage, which does not declare it, writes there
    second = "  later:\n    cmd: python later.py\n    deps: [later.py, model.txt]\n"
    second += "    params:\n      - params.json: [seed]\n    outs: [later.txt]\n"
    later = DAMAGES.replace("import os, sys", "import json, os, sys\n\nparams = json.load(open('params.json'))")
    later += "open('later.txt', 'w').write('x')\n"
    read = "data/x.csv" if deps == "." else deps
    pipeline = default_files()["dvc.yaml"].replace("deps: [train.py]", f"deps: [train.py, {read}]")
    files = {
        "train.py": TRAIN + ("" if deps == "." else DAMAGES),
        "later.py": later,
        "dvc.yaml": pipeline + (second if deps == "." else ""),
        ".gitignore": "/model.txt\n/later.txt\n",
    }
    project = make_project(default_files() | files)
    project.write({"data/x.csv": "1,2\n" * 1000, "data/other.csv": "3\n"})
    project.write({".dvc/config": "[core]\n    analytics = false\n[cache]\n    type = hardlink,copy\n"})
    project.dvc("add", "-q", "data")
    project.commit("data")
    data = project.root / "data/x.csv"
    text = data.read_text()
    data.unlink()
    data.write_text(text)
    project.ledger("new", "Seeds", "--name", "a", "--over", "seed=1,2,3")
    project.ledger("run", code=1)
    found = trials_of(project)
    # a file that nothing depends on is mended, and that is all
    one = "succeeded" if deps == "data/other.csv" else "failed"
    assert [trial["status"] for trial in found.values()] == [one, "failed", "succeeded"]
    assert found["seed-2"]["error"]["exit_code"] == 7
    if one == "failed":
        assert "data/x.csv: its numbers do not come from what is recorded" in found["seed-1"]["error"]["reason"]
    assert object_of(project, hashlib.md5(text.encode()).hexdigest()).read_text() == text


def test_big_inputs_are_linked_and_cannot_be_written(make_project: MakeProject) -> None:
    code = 'import os\nprint("input", os.stat("data/x.csv").st_ino, oct(os.stat("data/x.csv").st_mode))\n'
    project = behaving(
        make_project, code, **{"dvc.yaml": default_files()["dvc.yaml"].replace("deps: [train.py]", READS)}
    )
    project.write({"data/x.csv": "1,2\n" * 1000})
    project.write({".dvc/config": "[core]\n    analytics = false\n[cache]\n    type = hardlink,copy\n"})
    project.dvc("add", "-q", "data/x.csv")
    project.commit("data")
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "1")
    project.ledger("run")
    digest = (project.root / "data/x.csv.dvc").read_text().split("md5: ")[1].split()[0]
    said = project.ledger("show", "a:treatment/seed-0", "--log").out.splitlines()[-1].split()
    assert said == ["input", str(object_of(project, digest).stat().st_ino), "0o100444"]


# --- what nobody holds


def test_a_symbolic_link_that_git_ignores(make_project: MakeProject, tmp_path: Path) -> None:
    code = 'import os\nprint("link", os.path.islink("data"), os.path.realpath("data/x.csv"))\n'
    files = {
        "dvc.yaml": default_files()["dvc.yaml"].replace("deps: [train.py]", READS),
        ".gitignore": "/model.txt\n/data\n",
    }
    project = behaving(make_project, code, **files)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.csv").write_text("1,2\n")
    (project.root / "data").symlink_to(elsewhere)
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "1")
    project.ledger("run")
    log = project.ledger("show", "a:treatment/seed-0", "--log").out
    assert log.splitlines()[-1] == f"link True {elsewhere / 'x.csv'}"
    assert project.ledger("status", "--json").json["missing"] == 0
    assert "nothing to run" in project.ledger("run").out
    # its content is part of what the trial is
    (elsewhere / "x.csv").write_text("1,2,3\n")
    assert project.ledger("status", "--json").json["missing"] == 1
    project.ledger("run")
    assert list(trials_of(project)) == ["seed-0", "seed-0.2"]
    assert (elsewhere / "x.csv").read_text() == "1,2,3\n"


COPIED = """\
import os
print("tables", sorted(os.listdir("tables")), os.stat("tables/a.csv").st_ino, os.path.islink("settings"))
if params["seed"] == 1:
    open("tables/a.csv", "a").write("more")
"""


def test_copied_inputs(make_project: MakeProject, tmp_path: Path) -> None:
    files = {
        "dvc.yaml": default_files()["dvc.yaml"].replace("deps: [train.py]", "deps: [train.py, tables]"),
        ".gitignore": "/model.txt\n/tables\n/settings\n",
        "ledger.yaml": "copy: [tables, settings]\n",
    }
    project = behaving(make_project, COPIED, **files)
    project.write({"tables/a.csv": "1\n", "tables/b.csv": "2\n"})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "4")
    refused = project.ledger("run", code=2)
    assert "ledger.yaml: `copy` names settings, which does not exist" in refused.err
    (tmp_path / "settings").mkdir()
    (project.root / "settings").symlink_to(tmp_path / "settings")
    got = project.ledger("run", code=1)
    logs = [project.ledger("show", f"a:treatment/seed-{seed}", "--log").out.splitlines()[1] for seed in range(4)]
    assert all(log.startswith("tables ['a.csv', 'b.csv']") and log.endswith("True") for log in logs)
    # the same file as in the trial before, and a new one after a stage has written to it
    inodes = [log.split()[3] for log in logs]
    assert inodes[0] == inodes[1]
    assert inodes[2] == inodes[3]
    assert (slot_of(project) / "tables/a.csv").read_text() == "1\n"
    assert (project.root / "tables/a.csv").read_text() == "1\n"
    found = trials_of(project)
    assert [trial["status"] for trial in found.values()] == ["succeeded", "failed", "succeeded", "succeeded"]
    assert found["seed-1"]["error"]["reason"] == "tables changed while the trial ran, though recorded as its input"
    assert "tables changed while the trial ran" in got.err


# --- what only the user's work tree has


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (f"python -c \"open('extra/words.txt')\" && {COMMAND}", "extra/words.txt"),
        (f"cat extra/words.txt && {COMMAND}", "extra/words.txt"),
        (f'python -c "import helper" && {COMMAND}', "helper.py"),
    ],
)
def test_the_hint_for_a_file_that_git_does_not_hold(make_project: MakeProject, command: str, path: str) -> None:
    pipeline = default_files()["dvc.yaml"].replace(f"cmd: {COMMAND}", f"cmd: {command}")
    project = behaving(make_project, "", **{"dvc.yaml": pipeline, ".gitignore": "/model.txt\n/extra\n/helper.py\n"})
    project.write({path: "x = 1\n"})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "1")
    got = project.ledger("run", code=1)
    assert f"hint: {path} is in your work tree, but neither git nor DVC holds it" in got.err
    assert "list it under `copy` in ledger.yaml" in got.err
    project.commit("settings", {"ledger.yaml": f"copy: [{path}]\n"})
    project.ledger("run", "--again")
    assert [trial["status"] for trial in trials_of(project).values()] == ["failed", "succeeded"]


# --- pipelines without a seed


def test_repeats_run_past_the_run_cache(make_project: MakeProject, tmp_path: Path) -> None:
    count = tmp_path / "count"
    count.touch()
    project = behaving(make_project, f'open({str(count)!r}, "a").write("x")\n')
    project.ledger("new", "Repeats", "--name", "a", "--repeats", "3")
    project.ledger("run", "-j", "2")
    assert count.read_text() == "xxx"
    assert [trial["status"] for trial in trials_of(project).values()] == ["succeeded"] * 3
    assert "nothing to run" in project.ledger("run").out
    assert count.read_text() == "xxx"


def test_a_copied_file_that_no_stage_depends_on_may_not_change_between_trials(make_project: MakeProject) -> None:
    reads = TRAIN + "import json\njson.dump({'accuracy': float(open('table.txt').read())}, open('metrics.json', 'w'))\n"
    files = {"train.py": reads, "ledger.yaml": "copy: [table.txt]\n", ".gitignore": "/model.txt\n/table.txt\n"}
    project = make_project(default_files() | files)
    project.write({"table.txt": "1"})
    project.ledger("new", "Table", "--name", "a", "--seeds", "3")
    project.ledger("run", "--only", "treatment/seed-0")
    project.ledger("run", "--only", "treatment/seed-1")
    project.write({"table.txt": "0.5"})
    refused = project.ledger("run", code=2)
    assert "table.txt (listed under `copy`) has changed since earlier trials of a" in refused.err
    assert "list table.txt under `deps:` of the stage that reads it" in refused.err
    # nor does another experiment reuse what ran with another content
    for name, runs in (("b", "predicts"), ("c", "again")):
        project.git("switch", "-q", "main")
        project.ledger("new", f"Rate {runs}", "--name", name, "--predict", "accuracy > baseline", "-S", "train.lr=0.2")
        project.ledger("run")
        told = [t["reused"] for t in project.ledger("show", "--json").json["trials"] if t["variant"] == "baseline"]
        assert told == ([None] if name == "b" else ["b/baseline/trial"])
    project.write({"table.txt": "2"})
    project.git("switch", "-q", "main")
    project.ledger("new", "Rate", "--name", "d", "--predict", "accuracy > baseline", "-S", "train.lr=0.3")
    project.ledger("run")
    assert {t["reused"] for t in project.ledger("show", "--json").json["trials"]} == {None}
    project.git("switch", "-q", "exp/a")
    project.commit("no effect", {"ledger.yaml": "copy: [table.txt]\nignore: [table.txt]\n"})
    project.ledger("run")


def test_a_copied_file_may_be_corrected_where_nothing_has_succeeded(make_project: MakeProject) -> None:
    reads = TRAIN + "assert open('table.txt').read() == 'right'\n"
    files = {"train.py": reads, "ledger.yaml": "copy: [table.txt]\n", ".gitignore": "/model.txt\n/table.txt\n"}
    project = make_project(default_files() | files)
    project.write({"table.txt": "wrong"})
    project.ledger("new", "Table", "--name", "a")
    project.ledger("run", code=1)
    project.write({"table.txt": "right"})
    project.ledger("run", "--again")
