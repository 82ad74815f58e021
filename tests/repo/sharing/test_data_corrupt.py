"""What is not what its name says, or names what it may not: never sent, and never kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from conftest import Project, Shelved
from shared_data import FILES, at, clone, digest, pull, push, two_trials, with_folder


@pytest.fixture
def shared(shelved: Shelved, tmp_path: Path) -> Project:
    """The two trials, with a folder as DVC's remote."""
    return with_folder(shelved(two_trials, FILES), tmp_path / "store")


def test_a_corrupt_object_is_never_sent(shared: Project, tmp_path: Path) -> None:
    cache, store = shared.root / ".dvc/cache", tmp_path / "store"
    model, parts = digest(shared.root, "model.txt", 1), digest(shared.root, "parts", 0)
    for md5 in (model, parts):
        at(cache, md5).chmod(0o644)
        at(cache, md5).write_text("model 7")
        # DVC believes what is read-only
        at(cache, md5).chmod(0o444)
    sent = push(shared.root)
    assert [(str(one), one.corrupt) for one in sent.absent] == [
        ("a:treatment/seed-0 parts", True),
        ("a:treatment/seed-1 model.txt", True),
    ]
    assert not at(store, model).exists()
    assert at(cache, model).read_text() == "model 7"


def test_what_arrives_corrupt_is_not_kept(shared: Project, tmp_path: Path) -> None:
    push(shared.root)
    cache, store, model = shared.root / ".dvc/cache", tmp_path / "store", digest(shared.root, "model.txt", 1)
    whole = at(store, model).read_bytes()
    at(store, model).chmod(0o644)
    at(store, model).write_text("model 7")
    other = clone(shared, tmp_path / "other")
    got = pull(other)
    assert [(str(one), one.corrupt) for one in got.absent] == [("a:treatment/seed-1 model.txt", True)]
    assert not at(other / ".dvc/cache", model).exists()
    # and what is corrupt here is replaced by what the remote has, and left where it has none
    at(cache, model).chmod(0o644)
    at(cache, model).write_text("no model")
    assert [str(one) for one in pull(shared.root).absent] == ["a:treatment/seed-1 model.txt"]
    assert at(cache, model).read_text() == "no model"
    at(store, model).write_bytes(whole)
    assert pull(shared.root).objects == 1
    assert at(cache, model).read_bytes() == whole
    assert not list(cache.rglob("*.corrupt"))


def test_a_copy_that_was_cut_short_is_sent_again(shared: Project, tmp_path: Path) -> None:
    push(shared.root)
    store, model = tmp_path / "store", digest(shared.root, "model.txt")
    at(store, model).chmod(0o644)
    at(store, model).write_text("mod")
    assert push(shared.root).objects == 1
    assert at(store, model).read_text() == "model 0"


def test_a_list_that_leads_out_of_the_cache_is_not_followed(shared: Project, tmp_path: Path) -> None:
    # a list can be made whose name is its hash: the record names it, and what it names is no hash
    hostile = b'[{"md5": "../../../../hooks/pre-commit", "relpath": "a.txt"}]'
    name = f"{hashlib.md5(hostile).hexdigest()}.dir"
    store = tmp_path / "store"
    at(store, name).parent.mkdir(parents=True)
    at(store, name).write_bytes(hostile)
    record = shared.root / "experiments/a/trials/treatment/seed-0.yaml"
    record.write_text(record.read_text().replace(digest(shared.root, "parts"), name))
    shared.commit("a record that names it")
    before = {path for path in tmp_path.rglob("*") if ".dvc" not in path.parts}
    got = pull(shared.root)
    assert [(str(one), one.corrupt) for one in got.absent] == [("a:treatment/seed-0 parts", True)]
    assert {path for path in tmp_path.rglob("*") if ".dvc" not in path.parts} == before


def test_what_is_corrupt_on_a_remote_folder_is_not_told_as_the_caches(shared: Project, tmp_path: Path) -> None:
    cache, store = shared.root / ".dvc/cache", tmp_path / "store"
    push(shared.root)
    model = digest(shared.root, "model.txt", 1)
    at(store, model).chmod(0o644)
    at(store, model).write_text("model 7")
    told = "on the remote folder "
    assert told not in shared.ledger("verify", "a", "--data").out
    at(cache, model).unlink()
    said = shared.ledger("verify", "a", "--data", code=1).out
    assert f"model.txt ({model}): {told}" in said and "in the cache, but" not in said
