"""Remotes of DVC's that are not there, or cannot be used."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import Project, Shelved
from shared_data import FILES, clone, pull, push, refused, two_trials, with_folder


@pytest.fixture
def trained(shelved: Shelved) -> Project:
    """The two trials, without a remote."""
    return shelved(two_trials, FILES)


def test_without_a_remote_that_fits(trained: Project, tmp_path: Path) -> None:
    assert refused(lambda: push(trained.root)) == (
        "DVC has no remote for the data", "dvc remote add -d NAME URL; or leave the data: --no-data")  # fmt: skip
    # a clone that has everything needs none
    assert pull(trained.root).remote is None
    trained.dvc("remote", "add", "-q", "one", str(tmp_path / "one"))
    trained.dvc("remote", "add", "-q", "two", "s3://bucket/two")
    assert refused(lambda: push(trained.root)) == (
        "DVC has no default remote for the data",
        "--data-remote NAME, or dvc remote default NAME; known: one, two; or leave the data: --no-data",
    )
    assert refused(lambda: push(trained.root, "three"))[0] == "DVC has no remote three (known: one, two)"
    trained.dvc("remote", "modify", "two", "version_aware", "true")
    said, hint = refused(lambda: push(trained.root, "two"))
    assert said == "the DVC remote two is cloud-versioned: it has the data of one commit, not of every trial"
    assert hint.startswith("dvc push -r two or dvc pull -r two")


def test_without_the_plugin_of_a_remote(trained: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    trained.dvc("remote", "add", "-q", "-d", "store", "s3://bucket/project")
    monkeypatch.setitem(sys.modules, "dvc_s3", None)
    assert refused(lambda: push(trained.root)) == (
        "the DVC remote store needs dvc-s3, which is not installed", "pip install 'dvc[s3]'")  # fmt: skip


def test_a_remote_that_is_no_folder(trained: Project, tmp_path: Path) -> None:
    with_folder(trained, tmp_path / "store")
    (tmp_path / "store").write_text("a file")
    message, hint = refused(lambda: push(trained.root))
    assert message.startswith(f"the DVC remote store ({tmp_path / 'store'}) cannot be used: ")
    assert hint.startswith("repeat the command once it is fixed")


def test_a_folder_that_is_gone(trained: Project, tmp_path: Path) -> None:
    with_folder(trained, tmp_path / "store")
    other = clone(trained, tmp_path / "other")
    message, hint = refused(lambda: pull(other))
    assert message == f"the DVC remote store ({tmp_path / 'store'}) does not exist: is the disk mounted?"
    assert "--data-remote NAME" in hint
    assert refused(lambda: pull(other, dry_run=True)) == (message, hint)
    assert not (tmp_path / "store").exists()
    # where nothing is missing nothing has to be there, but what is asked for by name has to be known
    assert pull(trained.root).absent == ()
    assert refused(lambda: pull(trained.root, "nope"))[0] == "DVC has no remote nope (known: store)"


def test_a_strangers_configuration_says_nothing(trained: Project, tmp_path: Path) -> None:
    with_folder(trained, tmp_path / "store")
    push(trained.root)
    trained.git("switch", "-q", "main")
    other = clone(trained, tmp_path / "other")
    trained.git("switch", "-q", "exp/a")
    trained.git("switch", "-q", "exp/a", cwd=other)
    # a stranger's branch has the configuration of the main one
    assert pull(other).absent == ()
    trained.dvc("remote", "modify", "-q", "store", "url", str(tmp_path / "elsewhere"))
    trained.git("commit", "-q", "-a", "-m", "data goes elsewhere")
    trained.git("pull", "-q", cwd=other)
    message, hint = refused(lambda: push(other))
    assert message == (
        "exp/a, which is checked out, came from origin and has a DVC configuration of its own: data would go where "
        "that says"
    )
    assert hint == "ledger trust exp/a shows it; git switch elsewhere, or --no-data leaves the data"
    assert refused(lambda: pull(other)) == (message, hint)
    assert not (tmp_path / "elsewhere").exists()
    trained.git("switch", "-q", "main", cwd=other)
    assert push(other).already == 10


def test_a_branch_that_knows_nothing_of_dvc(trained: Project) -> None:
    trained.git("switch", "-q", "--orphan", "other")
    trained.git("commit", "-q", "--allow-empty", "-m", "nothing")
    message, hint = refused(lambda: push(trained.root))
    assert message == "DVC is not set up in this repository"
    assert hint.startswith("git switch to a branch with DVC's configuration, or ledger init")
