"""`ledger trust`: what it asks, what it says of what, and what cannot be trusted."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from conftest import COMMAND, Project, Shelved
from test_hostile import honest


@pytest.fixture
def theirs(shelved: Shelved) -> Project:
    """A repository with a remote, whose experiment came from there: its main branch is checked out."""
    project = shelved(honest)
    project.git("remote", "add", "origin", "../hub")
    project.git("commit", "-q", "--allow-empty", "-m", "theirs")
    text = (project.root / "dvc.yaml").read_text().replace(COMMAND, "python ${script} --quietly")
    params = '{"seed": 0, "script": "train.py", "train": {"lr": 0.1, "layers": [4, 2], "name": "small"}}\n'
    plan = (project.root / "experiments/honest/hypothesis.md").read_text()
    other = plan.replace(
        "treatment: {}", "treatment: {}\n  other: {params: {script: experiments/honest/trials/evil.py}}"
    )
    assert other != plan
    project.write(
        {
            "dvc.yaml": f"vars: [params.json]\n{text}  later:\n    cmd: echo another stage\n",
            "params.json": params,
            "experiments/honest/hypothesis.md": other,
            "experiments/honest/trials/evil.py": "print()\n",
            "ledger.yaml": "copy: [.env]\n",
            "sitecustomize.py": "print()\n",
        }
    )
    project.git("add", "-A")
    tree = project.git("write-tree")
    made = project.git("commit-tree", tree, "-p", "HEAD", "-m", "theirs")
    project.git("reset", "-q", "--hard")
    project.git("switch", "-q", "main")
    project.git("update-ref", "refs/remotes/origin/exp/honest", made)
    project.git("branch", "-q", "-D", "exp/honest")
    return project


class Terminal(io.StringIO):
    """A terminal at which somebody has typed something."""

    def isatty(self) -> bool:
        return True


def answered(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(text))


def test_what_would_run_is_shown_and_asked_about(
    theirs: Project, monkeypatch: pytest.MonkeyPatch, sealed: Path
) -> None:
    # what one wants to run now is not all that may run later
    theirs.write({"ledger.yaml": "targets: [train]\n"})
    for text in ("n\n", "", "\n", "yeah\n"):
        answered(monkeypatch, text)
        refused = theirs.ledger("trust", "honest", code=1)
        assert "trust honest? [y/N]\nnothing was trusted\n" in refused.err
    assert "honest came from origin and is not trusted." in refused.out
    assert "echo another stage" in refused.out
    # a plan that gives a template another script
    assert "python train.py --quietly" in refused.out
    assert "python experiments/honest/trials/evil.py --quietly" in refused.out.replace("\n" + " " * 17, " ")
    for path in ("sitecustomize.py", "experiments/honest/trials/evil.py", "ledger.yaml", "dvc.yaml"):
        assert path in refused.out
    assert "copied there: .env" in refused.out
    assert not (sealed / ".state").exists()
    answered(monkeypatch, "y\n")
    assert "honest is trusted as it is now" in theirs.ledger("trust", "honest").out
    assert "honest is trusted: everything it would run" in theirs.ledger("trust", "honest").out
    shape = theirs.ledger("trust", "honest", "--json").json
    assert (shape["trusted"], shape["states"]) == (True, [])
    assert theirs.ledger("trust", "honest", "--revoke", "--json").json["trusted"] is False
    shape = theirs.ledger("trust", "honest", "--yes", "--json").json
    assert shape["trusted"]
    assert {file["path"]: file["change"] for file in shape["states"][0]["files"]}["dvc.yaml"] == "changed"


def test_what_cannot_be_trusted(theirs: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "honest was not trusted with" in theirs.ledger("trust", "honest", "--revoke", code=2).err
    assert "there is no remote x" in theirs.ledger("trust", "--remote", "x", code=2).err
    assert "cannot be combined" in theirs.ledger("trust", "honest", "--remote", "origin", code=2).err
    assert "origin was not trusted" in theirs.ledger("trust", "--remote", "origin", "--revoke", code=2).err
    assert "no experiment and no revision" in theirs.ledger("trust", "nothing", "--yes", code=2).err
    # what one has made oneself is trusted, and cannot be distrusted
    assert "main is trusted" in theirs.ledger("trust", "main").out.replace(theirs.git("rev-parse", "main"), "main")
    # nowhere to keep it
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    refused = theirs.ledger("trust", "honest", "--yes", "--json", code=2)
    assert refused.out == ""
    assert "trust cannot be stored" in refused.err
    assert "cannot be stored" in theirs.ledger("trust", "--remote", "origin", "--yes", code=2).err
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert theirs.ledger("trust", "honest", "--json", code=2).json["trusted"] is False
