"""An axis goes by its last word in every command that names a trial or an axis; a trial is the attempt that counts."""

from __future__ import annotations

import json

import pytest
from conftest import PIPELINE, TRAIN, Project, Shelved

FILES = {
    "train.py": TRAIN.replace('params["seed"]', 'params["train"]["seed"]')
    + 'print("lr", params["train"]["lr"])\n'
    + 'if params["train"]["seed"] == 1 and params["train"]["lr"] > 0.1 and not __import__("os").path.exists("/FLAG"):\n'
    + "    raise SystemExit(3)\n",
    "params.json": json.dumps({"train": {"lr": 0.1, "seed": 0}}, indent=2) + "\n",
    "dvc.yaml": PIPELINE.replace("[seed, train]", "[train]"),
    ".gitignore": "/model.txt\n",
}


def twice_tried(project: Project) -> None:
    """Axis `train.seed`; the treatment's seed 1 fails at first."""
    flag = project.root.parent / "mended"
    project.commit("flag", {"train.py": (project.root / "train.py").read_text().replace("/FLAG", str(flag))})
    project.ledger("new", "A", "--name", "a", "--predict", "accuracy >= baseline", "-S", "train.lr=0.2", "--seeds", "2")
    project.ledger("run", code=None)
    flag.write_text("")
    project.ledger("run", "--again")
    flag.unlink()


@pytest.fixture
def tried(shelved: Shelved) -> Project:
    return shelved(twice_tried, FILES)


def test_a_trial_by_the_last_word_of_its_axis(tried: Project) -> None:
    shown = tried.ledger("show", "a:treatment/seed-0", "--json").json
    assert shown == tried.ledger("show", "a:treatment/train.seed-0", "--json").json
    assert shown["replicate"] == {"train.seed": 0}
    assert "lr 0.2" in tried.ledger("show", "a:treatment/seed-0", "--log").out
    assert tried.ledger("reproduce", "a:baseline/seed-0").code == 0
    assert tried.ledger("plot", "a:treatment/seed-0", "--distribution", "accuracy", "--json").json
    both = tried.ledger("diff", "a:baseline/seed-0", "a:treatment/seed-0", "--json").json
    assert (both["a"], both["b"]) == ("a:baseline/seed-0", "a:treatment/seed-0")
    assert "no trial treatment/seed-9" in tried.ledger("show", "a:treatment/seed-9", code=2).err


def test_run_takes_it_with_only_and_as_a_part(tried: Project) -> None:
    tried.ledger("amend", "--over", "seed=0..3", "-m", "more")
    tried.ledger("run", "a", "--only", "seed-2")
    tried.ledger("run", "a:baseline/seed-3")
    trials = tried.ledger("show", "--json").json["trials"]
    assert [t["id"] for t in trials if t["replicate"]["train.seed"] > 1] == [
        "baseline/train.seed-2", "baseline/train.seed-3", "treatment/train.seed-2",
    ]  # fmt: skip
    refused = tried.ledger("run", "--only", "seed-7", code=2).err
    assert "no variant and no trial seed-7" in refused and "train.seed-0" in refused


def test_tables_filter_and_group_by_it(tried: Project) -> None:
    rows = tried.ledger("table", "--trials", "--where", "seed = 0", "--json").json
    assert [r["trial"] for r in rows] == ["baseline/train.seed-0", "treatment/train.seed-0"]
    assert rows == tried.ledger("table", "--trials", "--where", "replicate.seed = 0", "--json").json
    groups = tried.ledger("table", "--trials", "--group-by", "replicate.seed", "--json").json
    assert [g["group"] for g in groups] == [{"replicate.train.seed": 0}, {"replicate.train.seed": 1}]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--seeds", "4"], [0, 1, 2, 3]),
        (["--seeds", "0,1,7"], [0, 1, 7]),
        (["--seeds", "0..2"], [0, 1, 2]),
        (["--over", "seed=0..2"], [0, 1, 2]),
    ],
)
def test_amend_takes_seeds_as_new_does(tried: Project, options: list[str], expected: list[int]) -> None:
    tried.ledger("amend", *options, "-m", "more")
    assert tried.ledger("show", "--json").json["replicates"] == {"train.seed": expected}


@pytest.mark.parametrize("begun", ["2", "hashed:2"])
def test_amend_takes_hashed_seeds(tried: Project, begun: str) -> None:
    new = ("new", "B", "--from", "main", "--predict", "accuracy >= baseline", "-S", "train.lr=0.3")
    tried.ledger(*new, "--name", "b", "--seeds", begun)
    before = tried.ledger("show", "--json").json["replicates"]["train.seed"]
    tried.ledger("amend", "--seeds", "hashed:4", "-m", "more")
    seeds = tried.ledger("show", "--json").json["replicates"]["train.seed"]
    assert len(seeds) == 4 and (seeds[:2] == before) == (begun == "hashed:2")
    tried.ledger(*new, "--name", "c", "--seeds", "hashed:4")
    assert tried.ledger("show", "--json").json["replicates"]["train.seed"] == seeds
    tried.git("switch", "-q", "exp/b")
    assert tried.ledger("verify", "b").code == 0


@pytest.mark.parametrize("options", [["--seeds", "0"], ["--seeds", "0.5,1"], ["--seeds", "2", "--over", "seed=0,1"]])
def test_amend_refuses_seeds_as_new_does(tried: Project, options: list[str]) -> None:
    tried.ledger("amend", *options, "-m", "more", code=2)
    tried.ledger("new", "B", "--from", "main", *options, code=2)


def test_a_trial_is_the_attempt_that_counts(tried: Project) -> None:
    counts = tried.ledger("show", "a:treatment/seed-1", "--json")
    assert (counts.json["id"], counts.json["status"]) == ("treatment/train.seed-1.2", "succeeded")
    assert "this is treatment/train.seed-1.2; also: treatment/train.seed-1.1 (failed)" in counts.err
    first = tried.ledger("show", "a:treatment/seed-1.1", "--json")
    assert (first.json["id"], first.json["status"]) == ("treatment/train.seed-1", "failed")
    assert "also: treatment/train.seed-1.2 (succeeded)" in first.err
    assert tried.ledger("show", "a:treatment/train.seed-1", "--json").json == counts.json
    assert "also" not in tried.ledger("show", "a:treatment/seed-0").err
    assert tried.ledger("diff", "a:treatment/seed-1", "a:baseline/seed-1", "--json").json["metrics"]
