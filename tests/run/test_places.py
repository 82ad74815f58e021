"""Arms at any commit: they run its code and parameters, whatever the branch has now."""

from __future__ import annotations

import json

import pytest
from conftest import NOISY, PARAMS, Project, Shelved

LATER = NOISY.replace("0.5 +", "0.6 +")


def with_versions(project: Project) -> None:
    """Version 1.2 has a tag, and main has gone on: better code, another rate, and a parameter that had another name.

    The experiment `a` compares the two, and one arm runs the old code with another rate.
    """
    old = PARAMS | {"train": {"rate": 0.1, "lr": 0.1}}
    project.commit("1.2", {"train.py": NOISY, "params.json": json.dumps(old, indent=2) + "\n"})
    project.git("tag", "-a", "-m", "1.2", "v1.2")
    project.commit("later", {"train.py": LATER, "params.json": json.dumps(PARAMS, indent=2) + "\n"})
    project.ledger(
        *("new", "The old code is worse", "--name", "a", "--seeds", "3"),
        *("--variant", "old:@v1.2", "--variant", "hot:@v1.2,train.rate=0.2,train.lr=0.9"),
        *("--predict", "accuracy[old] <= baseline - 0.05", "--predict", "accuracy[hot] >= baseline + 0.5"),
    )
    project.ledger("run")


@pytest.fixture
def versions(shelved: Shelved) -> Project:
    return shelved(with_versions)


def test_an_arm_at_a_commit_through_the_whole_life(versions: Project) -> None:
    project = versions
    commit = project.git("rev-parse", "v1.2^{commit}").strip()
    plan = project.git("show", "exp/a:experiments/a/hypothesis.md")
    assert f"  old: {{at: {commit}}}\n" in plan
    shown = project.ledger("show", "a", "--json").json
    assert shown["variants"]["old"] == {"at": commit}
    assert shown["variants"]["hot"] == {"at": commit, "params": {"train.rate": 0.2, "train.lr": 0.9}}
    assert f"old: code and parameters of {commit[:10]}\n" in project.ledger("show", "a").out
    codes = {t["id"]: t["code"] for t in shown["trials"]}
    assert {codes[f"{arm}/seed-{seed}"] for arm in ("old", "hot") for seed in range(3)} == {commit}
    assert all(t["current"] for t in shown["trials"])
    values = {t["id"].partition("/")[0]: t["params"] for t in shown["trials"]}
    assert (values["old"]["train.rate"], values["hot"]["train.rate"]) == (0.1, 0.2)

    # what differs by arm is told: code, and parameters of which one side has none
    found = project.ledger("diff", "a:baseline", "a:old", "--json").json
    assert [change["path"] for change in found["code"]] == ["train.py"]
    assert {p["name"]: (p["a"], p["b"]) for p in found["params"]}["train.rate"] == (None, 0.1)
    found = project.ledger("diff", "a:old", "a:hot", "--json").json
    assert found["code"] == []
    assert {p["name"] for p in found["params"]} == {"train.rate", "train.lr"}

    verdict = project.ledger("conclude", "-m", "as foreseen", "--json").json
    assert (verdict["outcome"], verdict["confirmatory"]) == ("supported", True)
    assert project.ledger("verify", "a", "--json").json["problems"] == []
    assert project.ledger("reproduce", "a:old").code == 0
    # nothing moved here is a change of the old code
    project.commit("the branch goes on", {"train.py": LATER + "\n"})
    states = {t["id"].partition("/")[0]: t["current"] for t in project.ledger("show", "a", "--json").json["trials"]}
    assert states["old"] and states["baseline"]
    # and it can be begun from, and has nothing to adopt
    project.git("checkout", "-q", "main")
    project.ledger("new", "From the old one", "--name", "b", "--from", "a:old", "--no-switch")
    assert project.git("show", "exp/b:train.py") == NOISY.strip()
    assert "runs the code of" in project.ledger("land", "--adopt", "a:old", code=2).err


def test_an_arm_that_another_experiment_has_trained_is_reused(versions: Project) -> None:
    versions.git("switch", "-q", "main")
    versions.ledger(
        *("new", "Again", "--name", "b", "--seeds", "3", "--variant", "older:@v1.2"),
        *("--predict", "accuracy >= baseline"),
    )
    assert "(reused from a/old/seed-1)" in versions.ledger("run", "--only", "older").err
    assert versions.ledger("verify", "b", "--json").json["problems"] == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("old:@v9", "--variant old: v9 is not a commit here"),
        ("old:@empty", "--variant old: there is no dvc.yaml at empty"),
        ("old:@", "--variant 'old:@' is not NAME:KEY=VALUE, NAME:@REV or NAME:PATH@REV"),
        ("old:@v1.2,train.layer=3", "no parameter file has train.layer"),
        ("old:@v1.2,train.rate=high", "train.rate"),
    ],
)
def test_an_arm_that_cannot_run_is_refused(versions: Project, asked: str, said: str) -> None:
    versions.git("switch", "-q", "main")
    empty = versions.git("commit-tree", "-m", "empty", versions.git("mktree").strip()).strip()
    versions.git("tag", "empty", empty)
    before = versions.state()
    assert said in versions.ledger("new", "Bad", "--variant", asked, code=2).err
    assert versions.state() == before


def test_the_plan_holds_a_full_id(versions: Project) -> None:
    for bad in ("v1.2", "3f2a9c1d", "{a: 1}"):
        refused = versions.ledger(
            "amend", "-m", "x", "--key", f"variants={{treatment: {{}}, old: {{at: {bad}}}}}", code=2
        )
        assert "full id of a commit" in refused.err
