"""`ledger verify` on arms of other data: honest ones are proved anew from the plan, forged ones are found."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import PARAMS, Project, Shelved
from forging import commits, forge

from ledger.dvc import manifests
from ledger.model.formats import yaml12

# a trial whose sample lacks c.png fails
TRAIN = """\
import os

files = sorted(os.listdir("data/raw"))
labels = sum(int(open("labels/" + name).read()) for name in os.listdir("labels"))
assert "c.png" in files or labels > 6
open("metrics.json", "w").write('{"files": %d, "labels": %d}' % (len(files), labels))
"""

PIPELINE = """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py, data/raw, labels]
    params:
      - params.json: [seed]
    metrics:
      - metrics.json: {cache: false}
"""

FILES = {
    "train.py": TRAIN,
    "dvc.yaml": PIPELINE,
    "params.json": json.dumps(PARAMS),
    "labels/1.txt": "1",
    "labels/2.txt": "2",
}

SITES = {f"{name}.png": "x" if name in "bdf" else "y" for name in "abcdefg"}


def add(project: Project, files: dict[str, str]) -> None:
    """A data set at `data/raw`, and at `data/sites.csv` the table of its groups, both held by DVC."""

    def put(data: bytes, suffix: str = "") -> str:
        digest = hashlib.md5(data).hexdigest() + suffix
        path = project.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return digest

    manifest = manifests.dumps({name: put(text.encode()) for name, text in files.items()})
    table = "file,site\n" + "".join(f"{name},{site}\n" for name, site in SITES.items())
    for name, digest in (("raw", put(manifest, ".dir")), ("sites.csv", put(table.encode()))):
        project.write({f"data/{name}.dvc": f"outs:\n- md5: {digest}\n  hash: md5\n  path: {name}\n"})


def run(project: Project) -> None:
    """Two arms of other data, each on two samples; one trial fails."""
    add(project, {name: name for name in SITES})
    project.commit("data", {".gitignore": "/data/raw\n/data/sites.csv\n"})
    project.commit("more labels", {"labels/3.txt": "4"})
    project.ledger(
        "new", "Fewer files do", "--name", "a", "--predict", "files[no-x] <= files[old]",
        "--group", "data/raw=data/sites.csv:file:site", "--variant", "no-x:data/raw-x",
        "--variant", "old:labels@HEAD~1", "--over", "data/raw=0.5*2",
    )  # fmt: skip
    project.ledger("run", code=None)


@pytest.fixture
def ran(shelved: Shelved) -> Project:
    """A copy of it."""
    return shelved(run, FILES)


def verified(project: Project) -> dict[str, Any]:
    shape: dict[str, Any] = project.ledger("verify", "a", "--json", code=None).json
    return shape


def problems(project: Project) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["trial"], one["message"]) for one in verified(project)["problems"]]


def pointer(project: Project, revision: str = "HEAD") -> dict[str, Any]:
    document: Any = yaml12.loads(project.git("show", f"{revision}:data/raw.dvc"))
    out: dict[str, Any] = document["outs"][0]
    return out


def cached(project: Project, digest: str) -> Path:
    return project.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]


def test_honest_arms_are_proved(ran: Project) -> None:
    shape = verified(ran)
    assert (shape["problems"], shape["unproved"]) == ([], [])
    states = {str(record): yaml12.loads(record.read_text())["status"] for record in trials(ran)}  # type: ignore[index]
    assert sorted(states.values()) == ["failed", "succeeded", "succeeded", "succeeded"]
    # what this clone remembers is believed by nobody
    for path in (ran.root / ".git/ledger/datasets").glob("*.json"):
        path.write_text('{"md5": "00000000000000000000000000000000.dir", "nfiles": 1}')
    assert verified(ran) == shape


def trials(project: Project) -> list[Path]:
    return sorted((project.root / "experiments/a/trials").rglob("*.yaml"))


def test_the_comparison_says_which_files_differ(ran: Project) -> None:
    shape = ran.ledger("diff", "a:old", "a:no-x", "--json").json
    data = {change["path"]: change for change in shape["data"]}
    assert list(data) == ["data/raw", "labels"]
    # all that the samples are drawn from
    assert data["data/raw"]["names"] == {"added": [], "removed": ["b.png", "d.png", "f.png"], "changed": []}
    assert data["data/raw"]["groups"] == [{"name": "x", "added": 0, "removed": 3, "changed": 0}]
    assert (data["data/raw"]["a"]["nfiles"], data["data/raw"]["b"]["nfiles"]) == (7, 4)
    assert (data["labels"]["a"], data["labels"]["b"]) == ({"nfiles": 2}, {"nfiles": 3})
    assert (data["labels"]["added"], data["labels"]["names"]["added"]) == (1, ["3.txt"])
    assert shape["code"] == []
    # of two trials the samples themselves
    shape = ran.ledger("diff", "a:no-x/data_raw_b8995e-0", "a:no-x/data_raw_b8995e-1", "--json").json
    (change,) = shape["data"]
    assert change["names"] == {"added": ["a.png"], "removed": ["c.png"], "changed": []}
    text = ran.ledger("diff", "a:old", "a:no-x").out
    assert "  labels    2 → 3 files " in text
    assert (
        "  data/raw  lacks     b.png, d.png and f.png\n            in x      -3\n  labels    has more  3.txt\n" in text
    )
    assert max(map(len, text.splitlines())) <= 80


def test_a_pointer_to_other_data_is_found(ran: Project) -> None:
    whole = ran.git("show", "exp/a:data/raw.dvc")
    commit = forge(ran, "no-x/data_raw_b8995e-0", {"data/raw.dvc": f"{whole}\n"})
    found = {kind: text for kind, trial, text in problems(ran) if trial == "no-x/data_raw_b8995e-0"}
    assert found["other-data"] == (
        f"the trial commit {commit[:10]} has different data at data/raw from what the plan gives the arm: "
        "a.png, b.png, d.png and 2 more differ"
    )
    assert "other-input" in found


def test_the_sample_of_another_draw_is_found(ran: Project) -> None:
    one, other = (ran.git("show", f"{commits(ran)[f'no-x/data_raw_b8995e-{draw}']}:data/raw.dvc") for draw in (0, 1))
    assert one != other
    lock = ran.git("show", f"{commits(ran)['no-x/data_raw_b8995e-1']}:dvc.lock")
    forge(ran, "no-x/data_raw_b8995e-0", {"data/raw.dvc": f"{other}\n", "dvc.lock": f"{lock}\n"})
    assert "other-data" in {kind for kind, trial, _ in problems(ran) if trial == "no-x/data_raw_b8995e-0"}


def test_other_files_of_git_are_found(ran: Project) -> None:
    commit = forge(ran, "old/data_raw_b8995e-0", {"labels/3.txt": "5"})
    found = {kind: text for kind, trial, text in problems(ran) if trial == "old/data_raw_b8995e-0"}
    assert found["other-data"].startswith(
        f"the trial commit {commit[:10]} has different data at labels from what the plan"
    )
    assert found["other-data"].endswith("labels/3.txt differs")
    # what lies elsewhere is none of the arm's data
    forge(ran, "no-x/data_raw_b8995e-0", {"labels/3.txt": "5"})
    assert "trial-touches" in {kind for kind, trial, _ in problems(ran) if trial == "no-x/data_raw_b8995e-0"}


def test_what_the_cache_forges_is_found(ran: Project) -> None:
    digest = pointer(ran, commits(ran)["no-x/data_raw_b8995e-0"])["md5"]
    path = cached(ran, digest)
    path.chmod(0o644)
    path.write_bytes(b"[]")
    assert problems(ran) == [
        (
            "data-forged",
            "no-x/data_raw_b8995e-0",
            f"the data at data/raw: {digest} in the cache does not match its name",
        )
    ]


@pytest.mark.parametrize("what", ["table", "list"])
def test_a_forged_table_of_groups_or_list_of_files_is_found(ran: Project, what: str) -> None:
    name = "data/sites.csv.dvc" if what == "table" else "data/raw.dvc"
    document: Any = yaml12.loads((ran.root / name).read_text())
    digest = document["outs"][0]["md5"]
    path = cached(ran, digest)
    path.write_text("file,site\na.png,y\n" if what == "table" else "[]")
    found = {(kind, trial) for kind, trial, _ in problems(ran)}
    assert ("data-forged", "no-x/data_raw_b8995e-0") in found
    # nothing is held against a clone that lacks it
    path.unlink()
    shape = verified(ran)
    assert shape["problems"] == []
    assert "data-untold" in {one["kind"] for one in shape["unproved"] if one["trial"] == "no-x/data_raw_b8995e-0"}
    shutil.rmtree(ran.root / ".dvc/cache")
    assert verified(ran)["problems"] == []
