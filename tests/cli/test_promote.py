"""`ledger promote` on real repositories, beside GTO and DVC themselves."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import promotions
import pytest
from conftest import Project, Shelved
from gto.api import _show_versions, history, show

import ledger


@pytest.fixture
def project(shelved: Shelved) -> Project:
    """With `rate`, which is supported, and `worse`, which is refuted."""
    return shelved(promotions.supported, promotions.FILES)


def record(project: Project, experiment: str, trial: str) -> dict[str, Any]:
    """A trial as `show` has it."""
    trials = project.ledger("show", experiment, "--json").json["trials"]
    return next(one for one in trials if one["id"] == trial)


def got(project: Project, *arguments: str) -> str:
    """What `dvc artifacts get` brings."""
    place = project.root.parent / "got"
    project.dvc("artifacts", "get", str(project.root), *arguments, "-o", str(place), "--force", cwd=project.root.parent)
    return place.read_text()


def in_gto(project: Project) -> dict[str, str]:
    """The versions that have a stage, by model and stage, as GTO shows them."""
    rows: Any = show(str(project.root))
    return {f"{name}#{stage}": version for name, one in rows.items() for stage, version in one["stage"].items()}


def test_gto_and_dvc_read_what_is_written(project: Project) -> None:
    said = project.ledger("promote", "rate", "net", "--stage", "prod", "--json").json
    trial = record(project, "rate", "treatment/seed-0")
    assert (said["version"], said["commit"]) == ("v0.0.1", trial["commit"])
    assert said["md5"] == trial["outs"]["model.txt"]["md5"]
    assert said["tags"] == {"net@v0.0.1": "registration", "net#prod#1": "assignment"}
    assert in_gto(project) == {"net#prod": "v0.0.1"}
    events: Any = history(str(project.root))
    assert [(one["event"], one["version"], one["stage"], one["ref"]) for one in events] == [
        ("assignment", "v0.0.1", "prod", "net#prod#1"),
        ("registration", "v0.0.1", None, "net@v0.0.1"),
    ]
    project.ledger("promote", "rate:treatment/seed-1", "net")
    second = record(project, "rate", "treatment/seed-1")
    (found, first) = project.ledger("models", "--json").json
    assert (found["version"], first["version"], first["stages"]) == ("v0.0.2", "v0.0.1", ["prod"])
    assert found["metrics"] == second["metrics"]
    assert (found["type"], found["labels"], found["description"]) == ("model", ["digits"], "a small one")
    by_default, in_production = got(project, "net"), got(project, "net", "--stage", "prod")
    assert float(by_default) == second["metrics"]["accuracy"]
    assert float(in_production) == trial["metrics"]["accuracy"]


def test_a_model_that_dvc_yaml_does_not_name(project: Project) -> None:
    before = project.state()
    project.ledger("promote", "rate", "crown", "--path", "head.txt", "--version", "v1.0.0")
    trial = record(project, "rate", "treatment/seed-0")["commit"]
    assert project.git("rev-parse", "crown@v1.0.0^{commit}^") == trial
    assert project.git("diff", "--name-only", trial, "crown@v1.0.0") == "dvc.yaml"
    added = "artifacts:\n  crown:\n    path: head.txt\n    type: model\n"
    expected = promotions.FILES["dvc.yaml"].replace("artifacts:\n", added)
    assert project.git("show", "crown@v1.0.0:dvc.yaml") + "\n" == expected
    assert got(project, "crown").startswith("head of 0.8")
    # no branch and no file of the user's has moved
    assert project.state()[1:] == before[1:]
    project.ledger("promote", "rate:treatment/seed-1", "crown", "--path", "head.txt", "--version", "minor")
    assert [one["version"] for one in _show_versions(str(project.root), "crown")] == ["v1.1.0", "v1.0.0"]


REFUSED = {
    "refuted": ("promote worse net", "worse is refuted", "--why"),
    "another arm": ("promote rate:baseline net", "rate predicts nothing about baseline", "--why"),
    "two checkpoints": ("promote rate crown", "2 outputs", "--path OUTPUT: head.txt or model.txt"),
    "no such output": ("promote rate crown --path metrics.json", "a metrics file or a plot of rate", "head.txt"),
    "another path": ("promote rate net --path head.txt", "dvc.yaml says that net is model.txt", "--path"),
    "no version": ("promote rate net --version 1.0", "not a version in GTO", "--version v1.2.0"),
    "a stage": ("promote rate net --stage pro~d", "cannot name a stage", "prod"),
    "a name": ("promote rate n~t", "cannot name a model", "unet"),
    "a name of git's": ("promote rate a//b --path head.txt", "git does not accept the tag name", "check-ref-format"),
    "a name of ours": ("promote rate ledger/x --path head.txt", "tags below ledger/", "another name"),
    "no name": ("promote rate", "name the model", "ledger promote rate NAME"),
    "no experiment": ("promote rats net", "there is no experiment", "rate"),
    "a revision": ("promote main net", "a git revision", "ledger log"),
    "no trial": ("promote rate:treatment/seed-9 net", "no trial treatment/seed-9", "seed-0"),
    "another dvc.yaml": ("promote rate sub:net", "no sub/dvc.yaml", "name it net"),
    "no model": ("promote nut@v1.0.0 --stage prod", "no model 'nut'", "ledger models"),
    "an experiment, back": ("promote rate net --deprecate", "not an experiment", "net@VERSION"),
}


@pytest.mark.parametrize("asked", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_no_tag(project: Project, asked: tuple[str, str, str]) -> None:
    command, message, hint = asked
    before = project.state()
    answer = project.ledger(*command.split(), code=2)
    assert message in answer.err
    assert hint in answer.err
    assert project.state() == before


def test_a_reason_is_kept_and_told(project: Project) -> None:
    answer = project.ledger("promote", "worse", "net", "--why", "the only\none that fits; closes #12")
    assert "warning: promoted anyway (it is not supported)" in answer.err
    text = project.git("cat-file", "tag", "net@v0.0.1")
    # no host closes an issue for it
    said = "Against it: worse is refuted. Why anyway: the only one that fits; closes – #12"
    assert said in " ".join(text.split())
    (found,) = project.ledger("models", "--json").json
    assert (found["outcome"], found["why"]) == ("refuted", "the only one that fits; closes #12")
    assert "promoted while worse was refuted, because: the only one that fits" in project.ledger("models").out
    # a stage needs a reason of its own
    assert "worse is refuted" in project.ledger("promote", "net@v0.0.1", "--stage", "prod", code=2).err
    project.ledger("promote", "net@v0.0.1", "--stage", "prod", "--why", "until Monday")
    assert "v0.0.1 became prod by Ada Lovelace: until Monday" in project.ledger("models", "net").out


def test_a_trial_is_one_version(project: Project) -> None:
    project.ledger("promote", "rate", "net")
    before = project.state()
    assert "rate:treatment/seed-0 is already net v0.0.1" in project.ledger("promote", "rate", "net", code=2).err
    answer = project.ledger("promote", "rate", "net", "--version", "v2.0.0", "--stage", "prod", code=2)
    assert "is already net v0.0.1" in answer.err
    answer = project.ledger("promote", "rate:treatment/seed-1", "net", "--version", "v0.0.1", code=2)
    assert "a version is never reassigned" in answer.err
    assert project.state() == before
    # the stage alone is new
    made = project.ledger("promote", "rate", "net", "--stage", "prod", "--json").json
    assert made["tags"] == {"net#prod#1": "assignment"}
    assert project.ledger("promote", "rate", "net", "--stage", "prod").out == "net v0.0.1 is already prod\n"


def test_what_is_taken_back(project: Project) -> None:
    for seed in (0, 1):
        project.ledger("promote", f"rate:treatment/seed-{seed}", "net", "--stage", "prod")
    assert in_gto(project) == {"net#prod": "v0.0.2"}
    back = project.ledger("promote", "net@v0.0.1", "--stage", "prod", "--json").json
    assert back["replaces"] == "v0.0.2"
    assert in_gto(project) == {"net#prod": "v0.0.1"}
    project.ledger("promote", "net@v0.0.1", "--stage", "prod", "--deprecate")
    assert in_gto(project) == {"net#prod": "v0.0.2"}
    assert "net v0.0.1 is not prod" in project.ledger(
        "promote", "net@v0.0.1", "--stage", "prod", "--deprecate", code=2).err  # fmt: skip
    project.ledger("promote", "net@v0.0.2", "--deprecate", "--why", "it leaks")
    assert [one["version"] for one in project.ledger("models", "--json").json] == ["v0.0.1"]
    assert [one["version"] for one in _show_versions(str(project.root), "net")] == ["v0.0.1"]
    assert "net v0.0.2 was taken back" in project.ledger("promote", "net@v0.0.2", "--stage", "prod", code=2).err
    assert "v0.0.2 taken back by Ada Lovelace: it leaks" in project.ledger("models", "net").out
    # a version of that name is not given again
    project.ledger("promote", "rate:treatment/seed-2", "net")
    assert project.ledger("models", "--json").json[0]["version"] == "v0.0.3"
    project.ledger("promote", "net", "--deprecate")
    assert project.ledger("models", "--json").json == []
    assert show(str(project.root)) == {}
    assert "already deprecated" in project.ledger("promote", "net", "--deprecate", code=2).err


def test_the_stages_that_gto_is_told_of(project: Project) -> None:
    project.write({".gto": "stages: [dev, prod]\n"})
    answer = project.ledger("promote", "rate", "net", "--stage", "staging", code=2)
    assert "dev and prod" in answer.err
    project.ledger("promote", "rate", "net", "--stage", "dev")
    project.write({".gto": "stages: ["})
    assert ".gto is not YAML" in project.ledger("promote", "rate", "net", "--stage", "prod", code=2).err


def test_a_checkpoint_that_is_nowhere(project: Project) -> None:
    shutil.rmtree(project.root / ".dvc/cache")
    before = project.state()
    answer = project.ledger("promote", "rate", "net", code=2)
    assert "the checkpoint model.txt of rate:treatment/seed-0 is not in DVC's cache here" in answer.err
    assert "ledger reproduce rate:treatment/seed-0" in answer.err
    store = project.root.parent / "store"
    store.mkdir()
    project.write({".dvc/config.local": f"[core]\n    remote = store\n['remote \"store\"']\n    url = {store}\n"})
    answer = project.ledger("promote", "rate", "net", code=2)
    assert "is not in DVC's cache or on store" in answer.err
    assert project.state() == before


def test_a_checkpoint_that_only_the_remote_has(project: Project) -> None:
    store = project.root.parent / "store"
    project.write({".dvc/config.local": f"[core]\n    remote = store\n['remote \"store\"']\n    url = {store}\n"})
    project.git("init", "-q", "--bare", "../remote.git")
    project.git("remote", "add", "origin", "../remote.git")
    project.ledger("push", "rate")
    shutil.rmtree(project.root / ".dvc/cache")
    project.ledger("promote", "rate", "net")
    answer = project.ledger("models", "net", "--fetch", "-o", "here.txt")
    assert answer.out.startswith("net v0.0.1 is in here.txt (md5 ")
    accuracy = record(project, "rate", "treatment/seed-0")["metrics"]["accuracy"]
    assert float((project.root / "here.txt").read_text()) == accuracy


def test_a_tag_of_tomorrow(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.ledger("promote", "rate", "net")
    project.shell("GIT_COMMITTER_DATE='2099-01-01T00:00:00Z' git tag -a -m later 'net#prod#1' net@v0.0.1^{}")
    answer = project.ledger("promote", "net@v0.0.1", "--stage", "dev", code=2)
    assert "is dated 2099-01-01 00:00 UTC" in answer.err
    assert "git tag -d net#prod#1" in answer.err


def test_a_name_that_others_are_in_the_way_of(project: Project) -> None:
    project.git("tag", "a")
    answer = project.ledger("promote", "rate", "a/b", "--path", "head.txt", code=2)
    assert "the tag a already exists, so a/b@v0.0.1 cannot be created" in answer.err


def test_a_verdict_that_is_out_of_date(project: Project) -> None:
    for seed in (0, 1):
        project.ledger("void", f"rate:treatment/seed-{seed}", "-m", "the disk was full")
    assert (
        "evidence behind the verdict of rate has since been withdrawn"
        in project.ledger("promote", "rate", "net", code=2).err
    )
    answer = project.ledger("promote", "rate:treatment/seed-0", "net", code=2)
    assert "rate:treatment/seed-0 was voided" in answer.err


def test_from_a_folder_below(project: Project) -> None:
    below: Path = project.root / "some/where"
    below.mkdir(parents=True)
    project.ledger("promote", "rate", "crown", "--path", "../../head.txt", cwd=below)
    assert project.ledger("models", "--json", cwd=below).json[0]["path"] == "head.txt"


def test_from_python(project: Project) -> None:
    with ledger.open(project.root) as book:
        made = book.promote("rate", "net", stage="prod")
        (one,) = book.models()
        assert (one.name, one.version, one.stages, one.outcome) == ("net", made.version, ("prod",), "supported")
        assert book.models("net", at=one.registered.tag.when) == (one,)
        with pytest.raises(ledger.LedgerError, match="worse is refuted"):
            book.promote("worse", "net")
