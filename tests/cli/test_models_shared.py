"""What was promoted goes with a push and comes with a pull, whole; and never in the place of another's."""

from __future__ import annotations

import promotions
import pytest
from conftest import Project, Shelved
from two_clones import clones


@pytest.fixture
def two(shelved: Shelved) -> tuple[Project, ...]:
    """Two clones of a repository with `rate` and `worse`."""
    return clones(shelved(promotions.supported, promotions.FILES))


def stages(project: Project) -> list[tuple[str, list[str]]]:
    """The versions and their stages."""
    return [(one["version"], one["stages"]) for one in project.ledger("models", "--json").json]


def test_what_was_promoted_goes_along(two: tuple[Project, ...]) -> None:
    ada, bob = two
    ada.ledger("promote", "rate", "net", "--stage", "prod")
    ada.ledger("promote", "worse", "crown", "--path", "head.txt", "--why", "to try it")
    assert "net#prod#1 and net@v0.0.1" in ada.ledger("push", "rate", "--no-data", "--dry-run").out
    sent = ada.ledger("push", "rate", "--no-data", "--json").json
    assert sent["experiments"][0]["models"] == ["net#prod#1", "net@v0.0.1"]
    came = bob.ledger("pull", "rate", "--no-data", "--json").json
    assert (came["models"], came["up_to_date"]) == (["net#prod#1", "net@v0.0.1"], False)
    assert stages(bob) == [("v0.0.1", ["prod"])]
    # that of another experiment is its own to push, and comes with whatever is pulled
    assert "crown@v0.0.1" in ada.ledger("push", "--all", "--no-data").out
    told = bob.ledger("pull", "rate", "--no-data").out
    assert told == "pulled what was promoted from origin: crown@v0.0.1\n"
    assert {one["name"] for one in bob.ledger("models", "--json").json} == {"crown", "net"}
    assert bob.ledger("pull", "rate", "--no-data").out == "everything is up to date\n"
    assert ada.ledger("push", "--all", "--no-data").out == "everything is up to date\n"
    # the commit that names the model in dvc.yaml has come too
    assert "head.txt" in bob.git("show", "crown@v0.0.1:dvc.yaml")


def test_two_who_promote_at_a_time(two: tuple[Project, ...]) -> None:
    ada, bob = two
    ada.ledger("promote", "rate", "net", "--stage", "prod")
    ada.ledger("push", "rate", "--no-data")
    bob.ledger("promote", "rate:treatment/seed-1", "net")
    before = bob.state()
    answer = bob.ledger("push", "rate", "--no-data", code=2)
    assert "net@v0.0.1 differs on origin" in answer.err
    assert "git tag -d 'net@v0.0.1'" in answer.err
    assert bob.state() == before
    # what else the remote has comes all the same, and nothing here is overwritten
    came = bob.ledger("pull", "rate", "--no-data")
    assert "pulled what was promoted from origin: net#prod#1" in came.out
    assert "net@v0.0.1 differs on origin" in came.err
    bob.git("tag", "-d", "net@v0.0.1")
    bob.ledger("pull", "rate", "--no-data")
    bob.ledger("promote", "rate:treatment/seed-1", "net", "--stage", "prod")
    bob.ledger("push", "rate", "--no-data")
    ada.ledger("pull", "rate", "--no-data")
    assert stages(ada) == stages(bob) == [("v0.0.2", ["prod"]), ("v0.0.1", [])]


def test_tags_that_are_no_models_stay_where_they_are(two: tuple[Project, ...]) -> None:
    ada, bob = two
    for name in ("v1.0.0", "net@1.0", "ledger/x@v1.0.0", "a/b@v1.0.0", "net@v3.0.0"):
        ada.git("tag", "-a", "-m", "x", name, "main")
    ada.git("push", "-q", "origin", "--tags")
    bob.git("tag", "a")
    came = bob.ledger("pull", "rate", "--no-data", "--json").json
    assert came["models"] == ["net@v3.0.0"]
    assert bob.ledger("models", "--json").json[0]["doubts"] == ["by-hand"]
    # what others have made is no part of an experiment of ours
    assert bob.ledger("push", "--all", "--no-data", "--json").json["up_to_date"]
