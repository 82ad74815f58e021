"""Models that are folders, or artifacts of another dvc.yaml; trials that were renamed, tags that are signed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import promotions
import pytest
from conftest import NOISY, PARAMS, Project, Shelved, default_files

FOLDER = default_files() | {
    "train.py": NOISY.replace(
        'open("model.txt", "w").write(str(accuracy))',
        'import os\nos.makedirs("net/parts", exist_ok=True)\nopen("net/parts/a.txt", "w").write(str(accuracy))\n'
        'open("net/b.txt", "w").write("b")',
    ),
    "dvc.yaml": default_files()["dvc.yaml"].replace("model.txt", "net") + "artifacts: {}\n",
    ".gitignore": "/net\n",
}
BELOW = {
    ".gitignore": "/sub/model.txt\n",
    "sub/train.py": NOISY,
    "sub/params.json": json.dumps(PARAMS),
    "sub/dvc.yaml": promotions.FILES["dvc.yaml"].replace(", head.txt", ""),
}


def supported(project: Project) -> None:
    """`rate`, which is supported."""
    project.ledger("new", "Rate", "--name", "rate", "--predict", "accuracy >= baseline + 0.1", "--seeds", "2",
                   "-S", "train.lr=0.3")  # fmt: skip
    project.ledger("run")
    project.ledger("conclude", "-m", "so it is")


def folder(project: Project) -> None:
    """The same with an output that is a folder."""
    supported(project)


def below(project: Project) -> None:
    """The same with a pipeline in a folder."""
    supported(project)


def got(project: Project, *arguments: str) -> Path:
    """What `dvc artifacts get` brings."""
    place = project.root.parent / "got"
    project.dvc("artifacts", "get", str(project.root), *arguments, "-o", str(place), "--force", cwd=project.root.parent)
    return place


def test_a_folder_and_a_file_in_it(shelved: Shelved) -> None:
    project = shelved(folder, FOLDER)
    whole = project.ledger("promote", "rate", "whole", "--json").json
    assert (whole["path"], whole["md5"][-4:]) == ("net", ".dir")
    part = project.ledger("promote", "rate", "part", "--path", "net/parts/a.txt", "--json").json
    accuracy = str(part["metrics"]["accuracy"])
    project.ledger("models", "whole", "--fetch", "-o", "laid")
    assert (project.root / "laid/parts/a.txt").read_text() == accuracy
    assert sorted(p.name for p in (project.root / "laid").rglob("*.txt")) == ["a.txt", "b.txt"]
    project.ledger("models", "part", "--fetch")
    assert (project.root / "a.txt").read_text() == accuracy
    assert [one["doubts"] for one in project.ledger("models", "--json").json] == [[], []]
    assert (got(project, "whole") / "parts/a.txt").read_text() == accuracy
    shutil.rmtree(project.root.parent / "got")
    assert got(project, "part").read_text() == accuracy
    answer = project.ledger("promote", "rate", "other", "--path", "net/c.txt", code=2)
    assert "net has no file c.txt" in answer.err and "b.txt and parts/a.txt" in answer.err


def test_an_artifact_of_another_dvc_yaml(shelved: Shelved) -> None:
    project = shelved(below, BELOW)
    answer = project.ledger("promote", "rate", "net", code=2)
    assert "net is an artifact of sub/dvc.yaml, which GTO calls sub:net" in answer.err
    made = project.ledger("promote", "rate", "sub:net", "--stage", "prod", "--json").json
    assert made["tags"] == {"sub=net@v0.0.1": "registration", "sub=net#prod#1": "assignment"}
    assert made["path"] == "sub/model.txt"
    (one,) = project.ledger("models", "--json").json
    assert (one["name"], one["doubts"], one["labels"]) == ("sub:net", [], ["digits"])
    assert got(project, "sub:net", "--stage", "prod").read_text() == str(one["metrics"]["accuracy"])
    # one that it does not name is added there
    project.ledger("promote", "rate", "sub:crown")
    assert "crown" in project.git("show", "sub=crown@v0.0.1:sub/dvc.yaml")
    assert got(project, "sub:crown").read_text() == str(one["metrics"]["accuracy"])


def test_a_trial_that_has_another_name_by_now(shelved: Shelved) -> None:
    project = shelved(promotions.supported, promotions.FILES)
    project.ledger("promote", "rate", "net")
    trials = "experiments/rate/trials/treatment"
    project.git("switch", "-q", "exp/rate")
    project.git("mv", f"{trials}/seed-0.yaml", f"{trials}/seed-0.2.yaml")
    project.git("commit", "-q", "-m", "another clone's has its name")
    (one,) = project.ledger("models", "--json").json
    assert one["trial"] == "treatment/seed-0.2"
    assert one["believed"]
    project.ledger("models", "net", "--fetch", "-o", "x")


def test_what_has_landed_is_promoted_without_its_branch(shelved: Shelved) -> None:
    project = shelved(promotions.supported, promotions.FILES)
    project.ledger("land", "rate", "--record")
    project.git("branch", "-D", "exp/rate")
    assert project.ledger("promote", "rate", "net", "--json").json["objections"] == []
    project.git("tag", "-d", *project.git("tag", "-l", "ledger/rate/*").split())
    answer = project.ledger("promote", "rate:treatment/seed-1", "net", code=2)
    assert "no tag in this clone holds the trial commit of rate:treatment/seed-1" in answer.err


def test_a_signed_tag_says_the_same(shelved: Shelved, tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.fail("ssh-keygen is needed")
    project = shelved(promotions.supported, promotions.FILES)
    project.shell(f"ssh-keygen -q -t ed25519 -N '' -f {tmp_path}/key")
    for key, value in (("gpg.format", "ssh"), ("user.signingkey", f"{tmp_path}/key"), ("tag.gpgsign", "true")):
        project.git("config", key, value)
    project.ledger("promote", "rate", "net", "--stage", "prod")
    assert "-----BEGIN SSH SIGNATURE-----" in project.git("cat-file", "tag", "net@v0.0.1")
    (one,) = project.ledger("models", "--json").json
    assert (one["stages"], one["doubts"]) == (["prod"], [])
