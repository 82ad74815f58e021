"""What `new` and `amend` refuse of arms that differ in data, each without a trace, and what they write."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Project, Shelved, default_files

from ledger.dvc.manifests import digest, dumps

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py, data/raw, cases, notes.txt]
    params:
      - params.json: [seed, train]
    outs: [model.txt]
    metrics:
      - metrics.json: {cache: false}
"""

WEEKS = (
    {"site-a/1": "0" * 32, "site-b/1": "1" * 32},
    {"site-a/1": "0" * 32, "site-b/1": "1" * 32, "site-c/1": "2" * 32},
)

NEW = ("new", "Data differ", "--name", "data", "--seeds", "2")


def cached(project: Project, name: str) -> Path:
    return project.root / ".dvc/cache/files/md5" / name[:2] / name[2:]


def add(project: Project, members: dict[str, str]) -> str:
    """A folder as `dvc add` leaves it, its files as one byte each; returns the text of its pointer."""
    for name, data in [*((md5, b"1") for md5 in members.values()), (digest(members), dumps(members))]:
        cached(project, name).parent.mkdir(parents=True, exist_ok=True)
        cached(project, name).write_bytes(data)
    return (
        f"outs:\n- md5: {digest(members)}\n  size: {len(members)}\n  nfiles: {len(members)}\n  hash: md5\n  path: raw\n"
    )


def two_weeks(project: Project) -> None:
    """Two additions to a data set of DVC's, beside a folder and a file of git's."""
    project.commit("first week", {"data/raw.dvc": add(project, WEEKS[0])})
    project.git("tag", "v1")
    project.commit("second week", {"data/raw.dvc": add(project, WEEKS[1]), "cases/2.csv": "2"})


@pytest.fixture
def weeks(shelved: Shelved) -> Project:
    """They, copied."""
    files = {"dvc.yaml": PIPELINE, "cases/1.csv": "1", "notes.txt": "1", "idle/a.txt": "1", "sites.csv": "file,site\n"}
    return shelved(two_weeks, default_files() | files)


@pytest.mark.parametrize(
    ("options", "said", "hint"),
    [
        (["--variant", "x:data/row@v1"], "begins with no path that git or DVC holds", "did you mean data/raw"),
        (["--variant", "x:model.txt@v1"], "begins with no path that git or DVC holds", ""),
        (["--variant", "x:idle@v1"], "the variant x: no stage depends on idle", "under `deps:`"),
        (["--variant", "x:data/raw@v9"], "--variant x, data/raw: v9 is not a commit here", "git tag"),
        (["--variant", "x:data/raw@v1~1"], "the variant x: there was no data/raw at", "git log"),
        (["--variant", "x:notes.txt=0.5"], "notes.txt is a single file, which has no parts", "notes.txt@REV"),
        (["--variant", "x:data/raw-site-c"], "site-c is not a commit, and no groups are declared", "{site}/**"),
        (["--variant", "x:data/raw=0.01"], "1% of the 3 files of data/raw is no file", ""),
        (["--group", "data/raw={site}/*", "--variant", "x:data/raw-site-d"], "data/raw has no group site-d",
         "did you mean site-a or site-b or site-c?"),
        (["--group", "data/raw={all}", "--variant", "x:data/raw-none"], "none holds all files of data/raw", ""),
        (["--group", "data/raw={all}", "--variant", "x:data/raw=none"], "none holds all files of data/raw", ""),
        (["--group", "data/raw=sites.csv:file:place", "--variant", "x:data/raw-a"], "sites.csv", ""),
        (["--group", "data/row=addition"], "groups of data/row are declared, and neither", "did you mean data/raw"),
        (["--over", "data/row=0.9*3"], "neither git nor DVC holds data/row", "did you mean data/raw"),
        (["--over", "data/raw=1,2"], "data/raw is a path, not a parameter", "--over data/raw=0.9*5"),
        (["--variant", "x:data/raw-v1~1"], "data/raw has no group", "its groups"),
        (["--over", "idle=0.9*3"], "no stage depends on idle", "under `deps:`"),
        (["--over", "data/raw=0.9*3", "--variant", "x:data/raw=0.5"], "so does the arm", "choose one"),
        (["--over", "data/raw=0.9*3", "--splits", "train.lr=0.1,0.2"], "split axis already", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_refused(weeks: Project, options: list[str], said: str, hint: str) -> None:
    before = weeks.state()
    answer = weeks.ledger(*NEW, *options, code=2)
    assert said in answer.err and hint in answer.err, answer.err
    assert weeks.state() == before


def test_data_of_which_files_are_nowhere_are_refused(weeks: Project) -> None:
    cached(weeks, "1" * 32).unlink()
    # what the branch has too is no matter of the arm's
    weeks.ledger(*NEW, "--variant", "x:data/raw@v1")
    weeks.git("switch", "-q", "main")
    weeks.commit("without b", {"data/raw.dvc": add(weeks, {"site-a/1": "0" * 32})})
    before = weeks.state()
    said = weeks.ledger(*NEW[:3], "more", "--variant", "x:data/raw@v1", code=2).err
    assert "the variant x: data/raw as of" in said and "site-b/1 is in no cache and no remote" in said
    shutil.rmtree(cached(weeks, digest(WEEKS[0])).parent)
    said = weeks.ledger(*NEW[:3], "more", "--variant", "x:data/raw@v1", code=2).err
    assert "data/raw" in said and digest(WEEKS[0])[:10] in said
    assert weeks.state() == before


def test_what_is_written_names_commits_in_full_and_says_what_they_were(weeks: Project) -> None:
    first, second = (weeks.git("rev-parse", name) for name in ("v1", "main"))
    arms = ("old:data/raw@v1", f"less:data/raw-{second[:7]},train.lr=0.2", "few:cases@v1")
    said = weeks.ledger(*NEW, *(option for arm in arms for option in ("--variant", arm)))
    assert f"  less: data/raw without {second[:8]}\n" in said.out
    text = (weeks.root / "experiments/data/hypothesis.md").read_text()
    assert f"data/raw: {{at: {first}}}" in text and f"without: [{second}]" in text
    assert f"- less: data/raw without {second[:8]} (second week)\n" in text
    assert f"- few: cases as of {first[:8]} (first week)\n" in text

    shown = weeks.ledger("show", "--json").json["variants"]
    assert shown["less"] == {"params": {"train.lr": 0.2}, "data": {"data/raw": {"without": [second]}}}
    # the two arms have the same data; what differs is the parameter
    diff = weeks.ledger("diff", "data:old", "data:less", "--json").json
    assert (diff["data"], [one["name"] for one in diff["params"]]) == ([], ["train.lr"])
    lacks = weeks.ledger("diff", "data:old", "data:few", "--json").json["data"]
    assert [(one["path"], one["added"], one["removed"]) for one in lacks if one["path"] == "data/raw"] == [
        ("data/raw", 1, 0)
    ]


def test_amend_checks_arms_as_new_does(weeks: Project) -> None:
    weeks.ledger(*NEW)
    groups = '--key=groups={data/raw: {by: "{site}/*"}}'
    arms = "--key=variants={treatment: {}, x: {data: {data/raw: {without: [%s]}}}}"
    assert "has no group site-d" in weeks.ledger("amend", "-m", "why", groups, arms % "site-d", code=2).err
    weeks.ledger("amend", "-m", "why", groups, arms % "site-c")
    weeks.ledger("amend", "-m", "why", "--over", "data/raw=0.7*2")
    plan = weeks.ledger("show", "--json").json
    assert plan["groups"] == {"data/raw": {"by": "{site}/*"}} and plan["samples"] == {"data/raw": 0.7}
    assert plan["replicates"] == {"seed": [0, 1], "data/raw": [0, 1]}


def test_new_says_how_many_files_a_table_of_groups_misses(weeks: Project) -> None:
    weeks.commit("a table", {"sites.csv": "file,site\nsite-a/1,a\n"})
    asked = ("--group", "data/raw=sites.csv:file:site", "--variant", "x:data/raw-a")
    done = weeks.ledger(*NEW, *asked)
    assert "in no group by sites.csv: 2 of the 3 files of data/raw (group none)" in done.out + done.err
