"""Data that DVC tracks: what trials find, and what is recorded of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import MakeProject, Project, Shelved, difference

COUNTS = """\
import os
rows = sum(len(open(f"data/raw/{name}").read().split()) for name in os.listdir("data/raw"))
weight = float(open("data/weight.txt").read())
open("metrics.json", "w").write('{"accuracy": %r}' % (rows * weight))
"""

ONE_STAGE = """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py, data/raw, data/weight.txt]
    metrics:
      - metrics.json: {cache: false}
"""


def tracked(project: Project) -> None:
    """A folder and a file are tracked by `.dvc` files."""
    project.write({f"data/raw/{n}.csv": "1 2 3\n" for n in range(4)} | {"data/weight.txt": "1\n"})
    project.dvc("add", "-q", "data/raw", "data/weight.txt")
    project.commit("data")


@pytest.fixture
def with_data(shelved: Shelved) -> Project:
    """A project whose stage reads a folder and a file that `.dvc` files track."""
    return shelved(tracked, {"train.py": COUNTS, "dvc.yaml": ONE_STAGE})


def test_data_that_was_changed_and_not_added_is_refused(with_data: Project) -> None:
    project = with_data
    project.ledger("new", "More data", "--name", "more")
    project.write({"data/raw/0.csv": "7 7 7\n"})
    for message in ((), ("-m", "more data")):
        refused = project.ledger("run", *message, code=2)
        assert "trials would not see changed data that DVC does not track yet: data/raw\n" in refused.err
        assert "dvc add data/raw, then ledger run -m" in refused.err
    assert (project.root / "data/raw/0.csv").read_text() == "7 7 7\n"
    project.dvc("add", "-q", "data/raw")
    project.ledger("run", "-m", "more data")
    # another version that DVC knows is no work of anybody's: the trials take what their commit pins
    project.git("switch", "-q", "main")
    project.ledger("new", "The same data", "--name", "same")
    assert (project.root / "data/raw/0.csv").read_text() == "7 7 7\n"
    project.ledger("run")


def test_a_change_of_the_data_is_counted_in_files(with_data: Project) -> None:
    project = with_data
    project.ledger("new", "More data", "--name", "more", "--predict", "accuracy > baseline")
    project.write({"data/raw/9.csv": "1 2 3 4\n", "data/raw/8.csv": "1\n", "data/raw/0.csv": "1\n"})
    (project.root / "data/raw/3.csv").unlink()
    project.dvc("add", "-q", "data/raw")
    project.git("commit", "-qam", "more data")
    project.ledger("run")

    found = project.ledger("diff", "--json").json
    (data,) = found["data"]
    assert (data["path"], data["added"], data["removed"], data["changed"]) == ("data/raw", 2, 1, 1)
    assert (data["a"]["nfiles"], data["b"]["nfiles"]) == (4, 5)
    assert found["code"] == found["params"] == []
    assert difference(found) == 0
    text = project.ledger("diff").out
    assert "+2 files, -1, 1 changed" in text and "(4 → 5 files)" in text
    trials = {t["id"]: t for t in project.ledger("show", "--json").json["trials"]}
    assert trials["treatment/trial"]["data"]["data/raw"] == data["b"]
    assert trials["baseline/trial"]["data"]["data/weight.txt"]["size"] == 2
    assert project.git("status", "--porcelain") == ""
    assert sorted(p.name for p in (project.root / "data/raw").iterdir()) == [
        "0.csv",
        "1.csv",
        "2.csv",
        "8.csv",
        "9.csv",
    ]
    # the same by revisions, whose locks and pointers say it
    found = project.ledger("diff", "main", "HEAD", "--json").json
    assert [(d["path"], d["added"]) for d in found["data"]] == [("data/raw", 2)]


def test_a_changed_file_of_data(with_data: Project) -> None:
    project = with_data
    project.ledger("new", "Heavier", "--name", "heavier", "--predict", "accuracy > baseline")
    project.write({"data/weight.txt": "2\n"})
    project.dvc("add", "-q", "data/weight.txt")
    project.ledger("run", "-m", "heavier")
    found = project.ledger("diff", "--json").json
    assert [(d["path"], d["added"]) for d in found["data"]] == [("data/weight.txt", None)]
    assert difference(found) == 12


def test_data_that_only_the_remote_has_is_fetched(with_data: Project) -> None:
    project = with_data
    config = "[core]\n    remote = store\n['remote \"store\"']\n    url = ../../storage\n"
    project.commit("a remote", {".dvc/config": config})
    project.dvc("push", "-q")
    assert (project.root.parent / "storage").is_dir()
    shutil.rmtree(project.root / ".dvc/cache")
    shutil.rmtree(project.root / "data/raw")
    (project.root / "data/weight.txt").unlink()
    project.ledger("new", "From afar", "--name", "afar")
    project.ledger("run")
    (trial,) = project.ledger("show", "--json").json["trials"]
    assert trial["metrics"] == {"accuracy": 12}


def test_data_that_is_nowhere_is_no_failure_of_a_trial(with_data: Project) -> None:
    project = with_data
    shutil.rmtree(project.root / ".dvc/cache")
    project.ledger("new", "Lost", "--name", "lost")
    said = project.ledger("run", code=2).err
    assert "data/raw" in said
    # no trial began, so that nothing stands in the way of the next run
    assert project.ledger("show", "--json").json["trials"] == []
    assert project.git("status", "--porcelain") == ""


def test_data_that_no_stage_reads_may_be_elsewhere(with_data: Project) -> None:
    project = with_data
    project.write({"old/raw.bin": "x\n"})
    project.dvc("add", "-q", "old/raw.bin")
    project.commit("old data")
    digest = (project.root / "old/raw.bin.dvc").read_text().split("md5: ")[1].split()[0]
    (project.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]).unlink()
    (project.root / "old/raw.bin").unlink()
    project.ledger("new", "Without", "--name", "without")
    project.ledger("run")
    (trial,) = project.ledger("show", "--json").json["trials"]
    assert trial["metrics"] == {"accuracy": 12}


def test_data_that_a_later_stage_reads_is_laid_out_again(with_data: Project) -> None:
    """Past the run cache, as `reproduce` and repeats are, DVC goes through the data of every stage as well."""
    project = with_data
    pipeline = ONE_STAGE.replace("data/raw, data/weight.txt", "words.txt, data/raw, data/weight.txt").replace(
        "stages:\n",
        "stages:\n  first:\n    cmd: wc -w data/raw/0.csv > words.txt\n    deps: [data/raw]\n    outs: [words.txt]\n",
    )
    project.commit("two stages", {"dvc.yaml": pipeline, ".gitignore": "/words.txt\n"})
    project.ledger("new", "Repeats", "--name", "a", "--repeats", "2")
    project.ledger("run")
    assert [t["status"] for t in project.ledger("show", "--json").json["trials"]] == ["succeeded", "succeeded"]
    project.ledger("reproduce", "a")


def test_a_remote_whose_plugin_is_missing_is_needed_for_what_is_not_here_alone(with_data: Project) -> None:
    project = with_data
    project.dvc("remote", "add", "-d", "store", "gs://bucket/x")
    project.git("commit", "-qam", "remote")
    project.ledger("new", "Remote", "--name", "a")
    project.ledger("run")
    project.ledger("conclude", "-m", "so")
    shutil.rmtree(project.root / ".dvc" / "cache")
    shutil.rmtree(project.root / "data" / "raw")
    shutil.rmtree(project.root / ".git" / "ledger" / "slots")
    refused = project.ledger("reproduce", "a", code=2).err
    assert "data/raw" in refused
    assert "pip install 'dvc[gs]'" in refused


def test_what_a_linked_work_tree_recorded_outlives_it(make_project: MakeProject, tmp_path: Path) -> None:
    """Its own cache goes with it: what `dvc repro` put there by hand is brought into the one that stays."""
    project = make_project()
    linked = Project(tmp_path / "linked", project._capsys, project._monkeypatch)
    project.git("worktree", "add", "-q", "-b", "side", str(linked.root))
    linked.ledger("new", "Linked", "--name", "linked", "--seeds", "2")
    linked.dvc("repro", "-q")
    linked.ledger("record")
    linked.ledger("run")
    project.git("worktree", "remove", "--force", str(linked.root))
    trials = project.ledger("show", "linked", "--json").json["trials"]
    assert [trial["status"] for trial in trials] == ["succeeded", "succeeded"]
    verified = project.ledger("verify", "linked", "--data", "--json").json
    assert (verified["problems"], verified["unproved"]) == ([], [])
    project.git("switch", "-q", "exp/linked")
    project.dvc("checkout", "-q")
    assert project.dvc("status", "--json").strip() == "{}"


def test_data_that_was_added_in_a_linked_work_tree(make_project: MakeProject, tmp_path: Path) -> None:
    project = make_project({"train.py": COUNTS, "dvc.yaml": ONE_STAGE})
    project.write({"data/weight.txt": "1\n"})
    project.dvc("add", "-q", "data/weight.txt")
    project.commit("weight")
    linked = Project(tmp_path / "linked", project._capsys, project._monkeypatch)
    project.git("worktree", "add", "-q", "-b", "side", str(linked.root))
    linked.write({"data/raw/0.csv": "1 2 3\n"})
    linked.dvc("add", "-q", "data/raw")
    linked.commit("data")
    # its own cache has the folder, the main one the file
    linked.ledger("new", "Linked", "--name", "linked")
    linked.ledger("run")
    (trial,) = linked.ledger("show", "--json").json["trials"]
    assert trial["metrics"] == {"accuracy": 3}
    assert linked.dvc("status", "--json").strip() == "{}"
    # and from the main one
    linked.git("switch", "-q", "--detach")
    project.git("switch", "-q", "exp/linked")
    project.ledger("run", "--again")
    project.commit("again", {"train.py": COUNTS + "\n"})
    project.ledger("run")


@pytest.mark.parametrize("kind", ["separate", "submodule", "bare"])
def test_a_git_directory_elsewhere(make_project: MakeProject, tmp_path: Path, kind: str) -> None:
    project = make_project()
    elsewhere = Project(tmp_path / "elsewhere", project._capsys, project._monkeypatch)
    if kind == "separate":
        project.git("clone", "-q", "--separate-git-dir", str(tmp_path / "git"), ".", str(elsewhere.root))
    elif kind == "bare":
        project.git("clone", "-q", "--bare", ".", str(tmp_path / "git"))
        for name in ("other", "elsewhere"):
            project.git("worktree", "add", "-q", "-b", name, str(tmp_path / name), cwd=tmp_path / "git")
    else:
        (tmp_path / "super").mkdir()
        project.git("init", "-q", cwd=tmp_path / "super")
        allowed = ("-c", "protocol.file.allow=always")
        project.git(*allowed, "submodule", "add", "-q", str(project.root), "sub", cwd=tmp_path / "super")
        elsewhere = Project(tmp_path / "super/sub", project._capsys, project._monkeypatch)
    elsewhere.ledger("new", "Seeds", "--name", "a", "--seeds", "2")
    elsewhere.ledger("run")
    assert (elsewhere.root / "model.txt").is_file()
    assert (elsewhere.root / ".dvc/cache/files").is_dir()
    assert not list(tmp_path.glob("git/.dvc")) and not list(tmp_path.glob("other/.dvc/cache"))
    assert not list((tmp_path / "super/.git/modules").rglob("cache/files"))
    assert elsewhere.git("status", "--porcelain") == ""
    assert elsewhere.dvc("status", "--json").strip() == "{}"


@pytest.mark.parametrize("name", ["%(x)s", "ö,#[a]"])
def test_a_path_that_dvc_would_read_otherwise(make_project: MakeProject, tmp_path: Path, name: str) -> None:
    project = make_project(name=f"project {name}")
    local = "['remote \"here\"']\n    url = ../storage\n"
    local += "['remote \"store\"']\n    url = webdavs://example.org\n    password = secret\n"
    project.write({".dvc/config.local": local})
    project.ledger("new", "Seeds", "--name", "a", "--seeds", "1")
    project.ledger("run")
    assert (project.root / ".dvc/cache/files").is_dir()
    slot = project.root / ".git/ledger/slots/0/.dvc/config.local"
    assert "secret" in slot.read_text()
    assert slot.stat().st_mode & 0o777 == 0o600


def test_data_that_nothing_tracks_is_refused(make_project: MakeProject) -> None:
    project = make_project({"train.py": COUNTS, "dvc.yaml": ONE_STAGE, ".gitignore": "/data\n"})
    project.write({"data/raw/0.csv": "1\n", "data/weight.txt": "1\n"})
    project.ledger("new", "Untracked", "--name", "untracked")
    before = project.state()
    said = project.ledger("run", code=2).err
    assert "depends on data/raw, which neither git nor DVC holds" in said
    assert "dvc add data/raw" in said and "`copy`" in said
    assert project.state() == before
    project.commit("copy it", {"ledger.yaml": "copy: [data]\n"})
    project.ledger("run")
    (trial,) = project.ledger("show", "--json").json["trials"]
    assert trial["metrics"] == {"accuracy": 1}
    # what is copied is known by its content: another one is another thing
    project.write({"data/weight.txt": "3\n"})
    project.ledger("run")
    trials = project.ledger("show", "--json").json["trials"]
    assert [(t["id"], t["metrics"]["accuracy"], t["current"]) for t in trials] == [
        ("treatment/trial", 1, False),
        ("treatment/trial.2", 3, True),
    ]
