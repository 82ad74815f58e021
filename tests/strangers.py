"""A repository of one's own, and commits that somebody else made."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from conftest import MakeProject, Project

from ledger.machine.trust_store import TrustedState
from ledger.repo.ledger import open_ledger

FILES = {".dvc/config": "", "dvc.yaml": "stages: {train: {cmd: python train.py}}\n", "train.py": "a\nb\nc\nd\ne\n"}
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
EVE = "Eve <eve@example.org>"
ADA = "Ada Lovelace <ada@example.org>"


@pytest.fixture
def mine(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A repository with a remote, one commit on main, and an experiment's branch with two commits made here."""
    # takes the message that git proposes
    monkeypatch.setenv("GIT_EDITOR", "true")
    project = make_project(FILES, dvc=False)
    project.git("remote", "add", "origin", "../hub")
    project.git("switch", "-qc", "exp/x")
    project.commit("code: one", {"one.py": "1\n"})
    project.commit("code: two", {"two.py": "2\n"})
    return project


def lacking(project: Project, *revisions: str) -> list[str]:
    """Those of the revisions that are not trusted."""
    with open_ledger(project.root) as ledger:
        commits = {revision: ledger.git.commit(revision) or "" for revision in revisions}
        found = ledger.trust.lacking(commits.values())
        # asked once more it says the same
        assert ledger.trust.lacking(commits.values()) == found
    return [revision for revision, commit in commits.items() if commit in found]


def strange(
    project: Project,
    files: Mapping[str, str | None],
    *,
    onto: str = "main",
    ref: str = "refs/remotes/origin/exp/evil",
    by: str = EVE,
    when: str = "1700000000 +0000",
    subject: str = "evil",
) -> str:
    """A commit that came from elsewhere: no reflog says that it was made here."""
    parent = project.git("rev-parse", onto)
    head = f"commit {ref}\nauthor {by} {when}\ncommitter {by} {when}\ndata {len(subject)}\n{subject}\nfrom {parent}\n"
    stream = [head.encode()]
    for path, text in files.items():
        stream.append(
            f"D {path}\n".encode() if text is None else f"M 100644 inline {path}\ndata {len(text)}\n{text}\n".encode()
        )
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=project.root, input=b"".join(stream), check=True)
    return project.git("rev-parse", ref)


def trust(project: Project, revision: str) -> None:
    with open_ledger(project.root) as ledger:
        commit = ledger.git.commit(revision) or ""
        state = TrustedState(name="x", commit=commit, when=NOW)
        ledger.trust.store.add(ledger.trust.digest(commit), state)


EVIL = {"train.py": "import os\n"}
