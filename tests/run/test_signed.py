"""`verify --signed`: what git signs is signed, and what has no good signature is named."""

from __future__ import annotations

import subprocess

import pytest
from conftest import Project, Shelved


def concluded(project: Project) -> None:
    """An experiment with a verdict, nothing of which is signed."""
    project.ledger(
        "new", "Alpha", "--name", "a", "--seeds", "2", "--predict", "accuracy >= baseline", "-S", "train.lr=0.2"
    )
    project.ledger("run")
    project.ledger("conclude", "-m", "so")


def sign(project: Project, *, trusted: bool = True) -> None:
    """Have git sign with a key of its own, which it trusts or not."""
    key = project.root.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    email = project.git("config", "user.email")
    signers = project.root.parent / "signers"
    signers.write_text(f"{email} {key.with_suffix('.pub').read_text()}" if trusted else "")
    settings = {
        "gpg.format": "ssh",
        "user.signingKey": str(key),
        "gpg.ssh.allowedSignersFile": str(signers),
        "commit.gpgSign": "true",
        "tag.gpgSign": "true",
    }
    for name, value in settings.items():
        project.git("config", name, value)


def problems(project: Project) -> list[str]:
    answer = project.ledger("verify", "a", "--signed", "--json", code=None).json
    assert answer["ok"] is not bool(answer["problems"])
    assert {p["check"] for p in answer["problems"]} <= {"signature"}
    return [p["message"] for p in answer["problems"]]


def test_what_ledger_writes_is_signed_where_git_signs(project: Project) -> None:
    sign(project)
    concluded(project)
    project.ledger("note", "seen")
    assert problems(project) == []
    project.ledger("land", "a")
    assert problems(project) == []
    assert project.git("log", "-1", "--format=%G?", "main") == "G"


def test_what_is_not_signed_is_named(shelved: Shelved) -> None:
    project = shelved(concluded)
    project.ledger("verify", "a")
    found = problems(project)
    assert len(found) == 4
    assert all("has no good signature: it has none" in message for message in found)
    assert [message.split()[1] for message in found] == ["tag", "commit", "commit", "commit"]

    # signed from now on: the older ones stay named
    sign(project)
    project.ledger("note", "seen")
    assert problems(project) == found

    # the rule of a repository
    project.commit("rule", {"ledger.yaml": "signed: true\n"})
    assert project.ledger("verify", "a", "--json", code=1).json["problems"]


def test_a_key_that_git_does_not_trust_is_no_good(project: Project) -> None:
    sign(project, trusted=False)
    concluded(project)
    assert len(problems(project)) == 4


@pytest.mark.parametrize("setting", ["commit.gpgSign", "tag.gpgSign"])
def test_where_git_cannot_sign_nothing_is_lost(shelved: Shelved, setting: str) -> None:
    project = shelved(concluded)
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", "/nowhere/key"), (setting, "true")):
        project.git("config", name, value)
    project.ledger("amend", "--seeds", "3", "-m", "more", code=2 if setting == "commit.gpgSign" else 0)
    before = project.git("rev-parse", "exp/a")
    refused = project.ledger("run", "--again", code=None)
    if setting == "tag.gpgSign":
        assert refused.code == 2
        assert "git cannot sign" in refused.err
        assert project.git("rev-parse", "exp/a") == before
    project.git("config", setting, "false")
    project.ledger("run")
    project.ledger("verify", "a")
