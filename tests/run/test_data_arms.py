"""Arms that differ in data, run for real: a folder of DVC's, and one that git holds."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Project, Shelved

from ledger.dvc import manifests

SCORES = """\
import os, random
seed, rate = (float(line.split(":")[1]) for line in open("params.yaml"))
files = [os.path.join(at, name) for at, _, names in os.walk("data/raw") for name in names]
rows = sum(float(open(file).read()) for file in sorted(files))
cases = sum(float(open(f"cases/{name}").read()) for name in sorted(os.listdir("cases")))
noise = random.Random(str((seed, rows, cases, rate))).random() / 100
open("metrics.json", "w").write('{"accuracy": %r, "files": %d}' % (rows / cases + noise + rate, len(files)))
"""

ONE_STAGE = """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py, data/raw, cases]
    params: [seed, rate]
    metrics:
      - metrics.json: {cache: false}
"""

POINTER = "# the scans\nouts:\n- md5: {}\n  size: {}\n  nfiles: {}\n  hash: md5\n  path: raw\n  desc: as delivered\n"


def put(project: Project, data: bytes, digest: str) -> None:
    """An object in DVC's cache, as `dvc add` puts it there."""
    path = project.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def delivered(project: Project, files: dict[str, str]) -> dict[str, str]:
    """A delivery in the cache; returns its pointer by path."""
    from hashlib import md5

    members = {name: md5(text.encode()).hexdigest() for name, text in files.items()}
    for name, text in files.items():
        put(project, text.encode(), members[name])
    listing = manifests.dumps(members)
    put(project, listing, manifests.digest(members))
    return {"data/raw.dvc": POINTER.format(manifests.digest(members), sum(map(len, files.values())), len(files))}


FIRST = {f"site-{site}/{n}.txt": f"{n}" for site in "ab" for n in range(1, 4)}
SECOND = FIRST | {"site-c/1.txt": "-2", "site-c/2.txt": "-2.5"}


def deliveries(project: Project) -> None:
    """Two deliveries: of the sites a and b with one case, then of the site c with another case."""
    project.commit("sites a and b", delivered(project, FIRST) | {"cases/1.txt": "1"})
    project.git("tag", "v1")
    project.commit("site c", delivered(project, SECOND) | {"cases/2.txt": "2"})


@pytest.fixture
def sites(shelved: Shelved) -> Project:
    files = {"train.py": SCORES, "dvc.yaml": ONE_STAGE, "params.yaml": "seed: 0\nrate: 0.5\n"}
    return shelved(deliveries, files | {"data/.gitignore": "/raw\n"})


def trials(project: Project, name: str) -> dict[str, Any]:
    return {trial["id"]: trial for trial in project.ledger("show", name, "--json").json["trials"]}


def test_the_whole_life_of_arms_of_other_data(sites: Project) -> None:
    project = sites
    said = project.ledger(
        "new", "Site c harms", "--name", "sites", "--predict", "accuracy[no-c] >= baseline + 1", "--seeds", "2",
        "--group", "data/raw={site}/**", "--variant", "no-c:data/raw-site-c", "--variant", "old:cases@v1,rate=0.6",
    ).out  # fmt: skip
    assert "  no-c: data/raw without site-c\n" in said
    project.ledger("run", "-j", "2")
    assert project.git("status", "--porcelain") == ""

    found = trials(project, "sites")
    files = {name: trial["metrics"]["files"] for name, trial in found.items() if name.endswith("seed-0")}
    assert files == {"baseline/seed-0": 8, "no-c/seed-0": 6, "old/seed-0": 8}
    assert {trial["status"] for trial in found.values()} == {"succeeded"}

    review = project.ledger("review", "sites", "--json").json
    assert [(one["path"], one["a"]["nfiles"], one["b"]["nfiles"]) for one in review["data"]] == [("data/raw", 8, 6)]
    assert [(one["a"], one["b"]) for one in review["unattributed"]] == [("sites:baseline", "sites:old")]

    # each trial commit is what ran: the pointer as written, its comments and other fields kept, and the files of git's
    arm, old = found["no-c/seed-0"], found["old/seed-0"]
    first = project.git("show", "v1:data/raw.dvc")
    assert project.git("show", f"{arm['commit']}:data/raw.dvc") == first
    assert arm["data"]["data/raw"] == {"md5": first.split("md5: ")[1].split()[0], "size": 6, "nfiles": 6}
    assert project.git("ls-tree", "-r", "--name-only", old["commit"], "cases") == "cases/1.txt"
    assert "rate: 0.6" in project.git("show", f"{old['commit']}:params.yaml")
    assert project.git("rev-parse", f"{arm['commit']}^") == arm["code"]

    # the same data are one arm, wherever they were declared: nothing runs
    project.git("switch", "-q", "main")
    project.ledger(
        "new", "The same", "--name", "same", "--seeds", "2",
        "--variant", "first:@main,data/raw@v1", "--variant", "added:data/raw-HEAD",
    )  # fmt: skip
    said = project.ledger("run").err
    again = trials(project, "same")
    assert again["first/seed-0"]["reused"] == "sites/no-c/seed-0"
    assert again["added/seed-1"]["reused"] == "sites/no-c/seed-1"
    assert again["first/seed-0"]["fingerprint"] == arm["fingerprint"] == again["added/seed-0"]["fingerprint"]
    project.git("switch", "-q", "exp/sites")

    assert "supported" in project.ledger("conclude").out
    assert project.ledger("reproduce", "sites:no-c/seed-0").out.endswith("reproduced\n")
    shown = project.ledger("show").out
    assert "no-c: data/raw without site-c\n" in shown and "old: rate=0.6; cases as of " in shown
    project.ledger("verify")
    project.git("switch", "-q", "main")
    project.ledger("land", "sites", "--record")
    assert project.ledger("verify", "--json").json["ok"]
    assert project.git("status", "--porcelain") == ""


def test_every_replicate_draws_a_sample_that_the_arms_share(sites: Project) -> None:
    project = sites
    project.ledger(
        "new", "A higher rate helps", "--name", "rate", "-S", "rate=0.7", "--predict", "accuracy >= baseline + 0.1",
        "--over", "data/raw=0.5*2",
    )  # fmt: skip
    project.ledger("run", "-j", "2")
    found = trials(project, "rate")
    drawn = {
        name: [trial["data"]["data/raw"]["md5"] for trial in found.values() if trial["variant"] == name]
        for name in ("baseline", "treatment")
    }
    assert drawn["baseline"] == drawn["treatment"] and len(set(drawn["baseline"])) > 1
    assert {trial["metrics"]["files"] for trial in found.values()} == {4}
    assert [trial["replicate"] for trial in found.values()][:2] == [{"data/raw": n} for n in range(2)]
    assert "data/raw 0, 1 (samples of 50%)" in project.ledger("show").out
    # the branch shows none of the samples
    assert project.git("status", "--porcelain") == ""
    assert project.git("diff", "--name-only", "main", "--", "data", "dvc.lock", "metrics.json") == ""

    verdict = project.ledger("conclude", "--json").json
    assert (verdict["outcome"], verdict["predictions"][0]["n"]) == ("supported", 2)
    assert verdict["predictions"][0]["test"] == "paired t over splits"
    project.ledger("verify")
    # another share is another thing, and what is by hand is of no known sample
    project.ledger("amend", "--over", "data/raw=0.75*2", "-m", "larger samples")
    assert "2 stale" in project.ledger("status").out
    assert project.ledger("verify", "--json").json["problems"] == []
    project.dvc("repro", "-q")
    assert "which one the work tree has is not known" in project.ledger("record", code=2).err


def test_a_work_tree_with_the_data_of_an_arm_is_recorded_as_that(sites: Project) -> None:
    project = sites
    project.ledger("new", "By hand", "--name", "hand", "--seeds", "1", "--variant", "first:data/raw@v1")
    project.shell("git show v1:data/raw.dvc > data/raw.dvc")
    project.dvc("checkout", "-q", "data/raw.dvc")
    project.dvc("repro", "-q")
    said = project.ledger("record")
    assert "as first/seed-0\n" in said.out
    # the branch has its own data, and the pointer that ran stands in the trial commit
    assert "data/raw.dvc has data/raw: " in said.err
    (trial,) = trials(project, "hand").values()
    assert project.git("show", f"{trial['commit']}:data/raw.dvc") == project.git("show", "v1:data/raw.dvc")
    assert project.git("status", "--porcelain") == ""
    project.ledger("verify")
    assert project.ledger("run").out.startswith("nothing to run")
