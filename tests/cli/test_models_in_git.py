"""Models whose checkpoint git holds itself: an output that DVC does not cache, or a file of the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import promotions
import pytest
from conftest import NOISY, PIPELINE, Project, Shelved, default_files
from test_models_command import message, tag
from test_promote import got, in_gto

from ledger.errors import LedgerError
from ledger.repo.ledger import open_ledger
from ledger.repo.models import git_held

FILES = default_files() | {
    "train.py": NOISY + 'open("rules.txt", "w").write("rules of " + str(accuracy))\n',
    "dvc.yaml": PIPELINE.replace("outs: [model.txt]", "outs:\n    - rules.txt:\n        cache: false"),
    "weights/fixed.bin": "weights that nobody trains\n",
    ".gitignore": "",
}


def in_git(project: Project) -> None:
    """The same experiments, whose trials leave a file that git holds."""
    promotions.supported(project)


@pytest.fixture
def project(shelved: Shelved) -> Project:
    """With `rate`, which is supported, and whose trials leave a file that git holds."""
    return shelved(in_git, FILES)


def versions(project: Project) -> list[Any]:
    found: list[Any] = project.ledger("models", "--json").json
    return found


def test_an_output_that_dvc_does_not_cache(project: Project, tmp_path: Path) -> None:
    done = project.ledger("promote", "rate", "net", "--stage", "prod")
    (one,) = versions(project)
    trial = project.git("rev-parse", f"{one['commit']}^")
    blob = project.git("rev-parse", f"{trial}:rules.txt")
    assert (one["path"], one["md5"], one["blob"], one["doubts"]) == ("rules.txt", None, blob, [])
    assert f"checkpoint  rules.txt (git {blob})" in done.out
    assert f"Ledger-Checkpoint-Blob: {blob}" in project.git("cat-file", "tag", "net@v0.0.1")
    assert "MD5" not in project.git("cat-file", "tag", "net@v0.0.1")
    # each trial has its own
    text = project.git("cat-file", "blob", blob)
    assert blob != project.git("rev-parse", "exp/worse:rules.txt")
    assert got(project, "net") == got(project, "net", "--stage", "prod") == text
    assert in_gto(project) == {"net#prod": "v0.0.1"}
    said = project.ledger("models", "net#prod", "--fetch", "-o", str(tmp_path / "out.txt"))
    assert (tmp_path / "out.txt").read_text() == text
    assert f"(git {blob})" in said.out
    assert "already exists" in project.ledger("models", "net", "--fetch", "-o", str(tmp_path / "out.txt"), code=2).err
    assert f"git {blob}" in project.ledger("models", "net").out
    assert project.ledger("query", "SELECT path, blob, md5 FROM models", "--json").json == [
        {"path": "rules.txt", "blob": blob, "md5": None}
    ]


def test_a_file_of_the_repository(project: Project, tmp_path: Path) -> None:
    done = project.ledger("promote", "rate", "fixed", "--path", "weights/fixed.bin", "--json").json
    assert (done["path"], done["md5"]) == ("weights/fixed.bin", None)
    assert done["blob"] == project.git("rev-parse", "main:weights/fixed.bin")
    assert got(project, "fixed") == "weights that nobody trains\n"
    project.ledger("models", "fixed", "--fetch", "-o", str(tmp_path))
    assert (tmp_path / "fixed.bin").read_text() == "weights that nobody trains\n"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("weights", "weights is neither an output of rate:treatment/seed-0 that DVC keeps nor a file in its commit"),
        ("nowhere.bin", "nowhere.bin is neither"),
        ("metrics.json", "metrics.json is a metrics file or a plot of rate:treatment/seed-0"),
        ("dvc.yaml", "dvc.yaml would name itself"),
    ],
)
def test_what_is_no_file_there_is_refused(project: Project, path: str, says: str) -> None:
    assert says in project.ledger("promote", "rate", "net", "--path", path, code=2).err
    assert project.git("tag", "--list", "net*") == ""


def test_what_the_trials_commit_does_not_have_is_not_believed(project: Project) -> None:
    project.ledger("promote", "rate", "net")
    trial = project.git("rev-parse", "net@v0.0.1^{}")
    blob = versions(project)[0]["blob"]
    # somebody's commit that has another file under the name, and says so
    project.git("switch", "-q", "--detach", trial)
    forged = project.commit("model: better rules", {"rules.txt": "rm -rf"})
    other = project.git("rev-parse", f"{forged}:rules.txt")
    project.git("switch", "-q", "main")
    tag(project, "net@v9.0.0", forged, message(project, (blob, other)))
    tag(project, "net@v8.0.0", forged, message(project))
    tag(project, "net@v7.0.0", trial, message(project, (blob, other)))
    for one in versions(project)[:3]:
        assert one["doubts"] == ["other-commit"]
        assert one["believed"] is False
        assert "does not match its tag" in project.ledger("models", f"net@{one['version']}", "--fetch", code=2).err
    assert versions(project)[3]["doubts"] == []


def test_bytes_that_are_not_whole_are_not_laid_out(project: Project) -> None:
    def blob(text: str) -> str:
        file = project.root / "text"
        file.write_text(text)
        return project.git("hash-object", "-w", "--", "text")

    pointer = blob("version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12\n")
    damaged, sound = blob("weights"), blob("other weights")
    loose = project.root / ".git/objects" / damaged[:2] / damaged[2:]
    loose.chmod(0o644)
    loose.write_bytes((project.root / ".git/objects" / sound[:2] / sound[2:]).read_bytes())
    with open_ledger(project.root) as ledger:
        assert git_held.require_whole(ledger.git, "a.bin", sound) == b"other weights"
        for other, says in ((pointer, "is a pointer of Git LFS"), (damaged, "a.bin"), ("f" * 40, "git does not have")):
            with pytest.raises(LedgerError, match=says):
                git_held.require_whole(ledger.git, "a.bin", other)
