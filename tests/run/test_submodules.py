"""Submodules: each arm has the commit that its own code names, and the user's are left as they are."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import Build, Project, Shelved

from ledger.dvc.store import store_of
from ledger.model.formats import yaml12
from ledger.repo import histories
from ledger.repo.ledger import open_ledger
from ledger.repo.proof.contents import Contents
from ledger.repo.proof.trees import Trees

ALLOWED = ("-c", "protocol.file.allow=always")

TRAIN = """\
import json, sys
sys.path.insert(0, "vendor/sub")
from lib import V
seed = json.load(open("p.json"))["seed"]
depth = float(open("vendor/sub/deep/depth.txt").read())
json.dump({"accuracy": V + depth + seed / 1000}, open("metrics.json", "w"))
"""

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py, DEP]
    params:
      - p.json: [seed]
    metrics:
      - metrics.json: {cache: false}
"""


def with_submodule(project: Project, dep: str = "vendor/sub") -> None:
    """A submodule `vendor/sub` with one in it, each of two versions; the experiment `a` takes the later ones."""
    beside = project.root / ".git/beside"
    beside.mkdir()
    for name, files in {"deep": {"depth.txt": "0.1\n"}, "sub": {"lib.py": "V = 1\n"}}.items():
        (beside / name).mkdir()
        project.git("init", "-q", cwd=beside / name)
        commit(project, beside / name, files)
    project.git(*ALLOWED, "submodule", "add", "-q", str(beside / "deep"), "deep", cwd=beside / "sub")
    commit(project, beside / "sub", {})
    project.git(*ALLOWED, "submodule", "add", "-q", str(beside / "sub"), "vendor/sub")
    project.git(*ALLOWED, "submodule", "update", "-q", "--init", "--recursive")
    files = {"train.py": TRAIN, "p.json": '{"seed": 0}\n', "dvc.yaml": PIPELINE.replace("DEP", dep)}
    project.commit("submodule", {**files, "vendor/own.txt": "own\n"})
    project.ledger("new", "Newer", "--name", "a", "--seeds", "1", "--predict", "accuracy > baseline")
    commit(project, project.root / "vendor/sub/deep", {"depth.txt": "0.4\n"})
    commit(project, project.root / "vendor/sub", {"lib.py": "V = 2\n", "more.txt": "more\n"})
    project.git("commit", "-q", "-a", "-m", "newer library")


def with_folder(project: Project) -> None:
    """The same, where the stage depends on the folder around it."""
    with_submodule(project, "vendor")


def with_file(project: Project) -> None:
    """The same, where the stage depends on a file in it."""
    with_submodule(project, "vendor/sub/lib.py")


def commit(project: Project, where: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (where / name).write_text(text)
    project.git("add", ".", cwd=where)
    project.git("commit", "-q", "-m", "version", cwd=where)


@pytest.fixture
def library(shelved: Shelved) -> Project:
    return shelved(with_submodule, {})


def theirs(project: Project) -> list[tuple[str, bytes]]:
    """All that is the user's of the submodules."""
    git = project.root / ".git/modules/vendor/sub"
    files = [path for path in (project.root / "vendor").rglob("*") if path.is_file() and ".git" not in path.parts]
    held = [git / name for name in ("HEAD", "index", "modules/deep/HEAD", "modules/deep/index")]
    return [(str(path), path.read_bytes()) for path in sorted(files + held)]


def pinned(text: str) -> dict[str, Any]:
    (stage,) = yaml12.loads(text)["stages"].values()  # type: ignore[index]
    return {dep["path"]: dep["md5"] for dep in stage["deps"]}


@pytest.mark.parametrize("build", [with_submodule, with_folder])
def test_each_arm_has_the_submodule_of_its_commit(shelved: Shelved, build: Build) -> None:
    project = shelved(build, {})
    # so that the noise can be estimated
    project.ledger("amend", "--seeds", "2", "-m", "two")
    before = theirs(project)
    project.ledger("run", "-j", "2")
    assert theirs(project) == before
    assert project.git("status", "--porcelain") == ""
    found = project.ledger("diff", "a", "--json").json
    assert [change["path"] for change in found["code"]] == ["vendor/sub"]
    assert [round(m["difference"], 3) for m in found["metrics"]] == [1.3]
    assert found["warnings"] == []
    # the hashes are proved from the submodules' own objects
    proved = project.ledger("verify", "--json").json
    assert (proved["problems"], proved["unproved"]) == ([], [])
    assert project.ledger("reproduce", "a").code == 0
    # DVC sees what it sees in a clone
    shown = project.ledger("show", "a", "--json").json["trials"]
    for trial in (t for t in shown if t["id"].endswith("seed-0")):
        clone = project.root.parent / trial["id"].partition("/")[0]
        project.git(*ALLOWED, "clone", "-q", str(project.root), str(clone))
        project.git("checkout", "-q", trial["code"], cwd=clone)
        for inner in ("vendor/sub", "vendor/sub/deep"):
            # commits that nobody has pushed
            above, name = (clone / inner).parent, Path(inner).name
            (path,) = [p for p in (project.root / ".git/modules").rglob(name) if (p / "HEAD").is_file()]
            project.git(*ALLOWED, "-c", f"submodule.{'vendor/sub' if name == 'sub' else name}.url={path}", "submodule",
                        "update", "-q", cwd=above)  # fmt: skip
        project.dvc("repro", "-q", cwd=clone)
        assert pinned((clone / "dvc.lock").read_text()) == pinned(project.git("show", f"{trial['commit']}:dvc.lock"))


def test_a_submodule_that_changed_beside_the_file_that_a_stage_depends_on_is_refused(shelved: Shelved) -> None:
    project = shelved(with_file, {})
    refused = project.ledger("run", code=2).err
    assert "changed, but no stage depends on it: vendor/sub/deep/depth.txt and vendor/sub/more.txt." in refused
    project.ledger("run", "--only", "baseline")


def test_the_file_differs_as_data_where_the_submodule_is_ignored(shelved: Shelved) -> None:
    project = shelved(with_file, {})
    project.commit("ignored", {"ledger.yaml": "ignore: [vendor/sub]\n"})
    project.ledger("run")
    assert [change["path"] for change in project.ledger("diff", "--json").json["data"]] == ["vendor/sub/lib.py"]


def test_arms_that_differ_in_the_file_of_a_submodule_that_a_stage_depends_on_run(shelved: Shelved) -> None:
    project = shelved(with_file, {})
    # so that the noise can be estimated
    project.ledger("amend", "--seeds", "2", "-m", "two")
    project.git("checkout", "-q", "HEAD~1", cwd=project.root / "vendor/sub")
    project.git("submodule", "update", "-q", cwd=project.root / "vendor/sub")
    commit(project, project.root / "vendor/sub", {"lib.py": "V = 3\n", "README.md": "words have no effect\n"})
    project.git("commit", "-q", "-a", "-m", "the file alone")
    project.ledger("run")
    found = project.ledger("diff", "--json").json
    assert [round(m["difference"], 3) for m in found["metrics"]] == [2.0]
    # the file is code and no data, so that one thing differs
    assert (found["data"], found["warnings"]) == ([], [])
    assert [change["path"] for change in found["code"]] == ["vendor/sub"]
    assert project.ledger("diff", "main", "a", "--json").json["data"] == []
    proved = project.ledger("verify", "--data", "--json").json
    assert (proved["problems"], proved["unproved"]) == ([], [])
    assert not any(row["data"] for row in project.ledger("table", "--all", "--trials", "--json").json)
    # in a clone without it nothing is wrong, and it is said what brings it
    clone = project.root.parent / "without"
    project.git("clone", "-q", "-b", "exp/a", str(project.root), str(clone))
    alone = project.ledger("verify", "--json", cwd=clone).json
    assert alone["problems"] == []
    said = "the submodule vendor/sub is not checked out here (git submodule update --init --recursive)"
    doubts = [one["message"] for one in alone["unproved"] if one["kind"] == "input-doubtful"]
    assert len(doubts) == 4 and all(said in one for one in doubts), alone["unproved"]
    assert "perhaps-changed" in [one["kind"] for one in alone["unproved"]]
    refused = project.ledger("conclude", "-m", "so", cwd=clone, code=2).err
    assert "the submodule vendor/sub is not here" in refused and "git submodule update --init" in refused


def test_what_both_sides_are_evaluated_on_may_be_the_file_of_a_submodule(shelved: Shelved) -> None:
    project = shelved(with_file, {})
    project.commit("ignored", {"ledger.yaml": "ignore: [vendor/sub/deep, vendor/sub/more.txt]\n"})
    project.ledger("amend", "--key", "evaluation=[vendor/sub/lib.py]", "-m", "it scores")
    project.ledger("run")
    said = project.ledger("conclude", "-m", "so", "--json").json
    assert "vendor/sub/lib.py" in str(said), said


def test_a_submodule_that_is_not_here_is_refused_with_what_brings_it(library: Project, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    library.git("clone", "-q", "-b", "exp/a", str(library.root), str(clone))
    refused = library.ledger("run", cwd=clone, code=2).err
    assert "the submodule vendor/sub is not checked out, and a stage depends on it" in refused
    assert "git submodule update --init --recursive vendor/sub" in refused
    # the baseline's is there, and the treatment's is nowhere but in the other clone
    library.git("checkout", "-q", "exp/a~1", cwd=clone)
    library.git(*ALLOWED, "submodule", "init", cwd=clone)
    library.git("config", "submodule.vendor/sub.url", str(library.root / ".git/beside/sub"), cwd=clone)
    library.git(*ALLOWED, "submodule", "update", "-q", cwd=clone)
    refused = library.ledger("run", "a", "--only", "baseline", cwd=clone, code=2).err
    assert "the submodule vendor/sub/deep is not checked out" in refused
    library.git("config", "submodule.deep.url", str(library.root / ".git/beside/deep"), cwd=clone / "vendor/sub")
    library.git(*ALLOWED, "submodule", "update", "-q", "--init", cwd=clone / "vendor/sub")
    library.ledger("run", "a", "--only", "baseline", cwd=clone)
    refused = library.ledger("run", "a", cwd=clone, code=2).err
    assert "of the submodule vendor/sub, which" in refused and "is not in this clone" in refused
    assert "git -C vendor/sub fetch" in refused
    # what is checked out is not what the branch names, and git cannot tell which was meant
    library.git("switch", "-q", "exp/a", cwd=clone)
    assert "git submodule update vendor/sub" in library.ledger("run", cwd=clone, code=2).err


def test_a_submodule_whose_changes_no_commit_holds_is_refused(library: Project) -> None:
    (library.root / "vendor/sub/lib.py").write_text("V = 3\n")
    assert "vendor/sub" in library.ledger("run", code=2).err
    refused = library.ledger("run", "-m", "change", code=2).err
    assert "uncommitted changes: no commit names the code that would run" in refused
    library.dvc("repro", "-q")
    assert "no commit names the code that would run" in library.ledger("record", "-m", "by hand", code=2).err
    commit(library, library.root / "vendor/sub", {})
    library.git("checkout", "-q", "HEAD", "--", ".")
    library.git("clean", "-fdq")
    library.ledger("run", "-m", "change", "--only", "treatment")
    (accuracy,) = {round(t["metrics"]["accuracy"], 1) for t in library.ledger("show", "--json").json["trials"]}
    assert accuracy == 3.4


def test_a_stage_that_writes_into_a_submodule_has_failed(library: Project) -> None:
    library.commit("bad", {"train.py": TRAIN + 'open("vendor/sub/lib.py", "a").write("W = 1\\n")\n'})
    told = library.ledger("run", "--only", "treatment", code=1).err
    assert "vendor/sub/lib.py changed while the trial ran" in told
    # what it left is gone from the slot
    library.commit("good", {"train.py": TRAIN})
    library.ledger("run")


def test_a_submodule_that_was_listed_to_be_copied_is_laid_out_too(library: Project) -> None:
    library.commit("listed", {"ledger.yaml": "copy: [vendor/sub]\n"})
    library.ledger("run")
    found = library.ledger("diff", "a", "--json").json
    assert [round(m["difference"], 3) for m in found["metrics"]] == [1.3]


def test_what_no_stage_depends_on_need_not_be_here(library: Project) -> None:
    files = {
        "train.py": TRAIN.replace("vendor/sub/deep/depth.txt", "p.txt"),
        "p.txt": "1\n",
        "ledger.yaml": "ignore: [vendor/sub]\n",
        "dvc.yaml": PIPELINE.replace("DEP", "vendor/sub/lib.py, p.txt"),
    }
    library.commit("alone", files)
    library.git("submodule", "deinit", "-q", "-f", "deep", cwd=library.root / "vendor/sub")
    shutil.rmtree(library.root / ".git/modules/vendor/sub/modules")
    library.ledger("run", "--only", "treatment")


def test_the_hash_of_a_file_in_a_submodule_is_known_without_a_doubt(shelved: Shelved) -> None:
    project = shelved(with_file, {})
    project.ledger("run", "--only", "baseline/seed-0")
    with open_ledger(project.root) as ledger:
        (record,) = ledger.experiment("a").trials
        commit = histories.trial_commits(ledger, "a")[record.trial.id]
        (tree,) = Trees(ledger).trees(record.trial.code, commit, ledger.experiment("a").tip)
        content = Contents(ledger.git, store_of(ledger.git)).of(tree)["vendor/sub/lib.py"]
    assert hashlib.md5(b"V = 1\n").hexdigest() in content.md5s
    # so that another one in the record is a problem
    assert content.doubt is None
