"""How an experiment stands as of now, out of branches that hold made-up records and verdicts."""

from __future__ import annotations

import pytest
from conftest import Project
from made_experiments import NOW, experiment, record

from ledger.model import void as voids
from ledger.model.confirmation import CONFIRMED, NOT_CONFIRMED, OPEN
from ledger.model.void import Void
from ledger.repo.ledger import open_ledger
from ledger.repo.standings import standing


@pytest.fixture
def first(project: Project) -> Project:
    """A repository with the experiment `first`, which was supported."""
    experiment(project, "first", "supported")
    return project


def states(project: Project, name: str = "first") -> list[tuple[str, tuple[str, ...]]]:
    with open_ledger(project.root) as ledger:
        found = standing(ledger, ledger.experiment(name)).tested
        (row,) = (row for row in ledger.rows("experiments") if row.experiment == name)
        (entry,) = (entry for entry in ledger.entries() if entry.name == name)
    assert (row.tested is None) == (found == ())
    assert entry.tested == found
    return [(one.state, one.by) for one in found]


def test_nobody_has_tried(first: Project) -> None:
    assert states(first) == []


def test_a_confirmation_is_told_at_the_first(first: Project) -> None:
    experiment(first, "again", None, confirms="first", seeds=(10, 11), day=1)
    assert states(first) == [(OPEN, ("again",))]
    first.git("switch", "-q", "main")
    first.git("branch", "-qD", "exp/again")
    experiment(first, "again", "supported", confirms="first", seeds=(10, 11), day=1)
    assert states(first) == [(CONFIRMED, ("again",))]
    assert states(first, "again") == []
    with open_ledger(first.root) as ledger:
        found = standing(ledger, ledger.experiment("first"))
    assert (found.outcome, found.outdated, found.retracted, found.failed) == ("supported", None, False, ())


def test_verify_says_why_an_experiment_confirms_nothing(first: Project) -> None:
    def said(*names: str) -> list[tuple[str, str, str | None]]:
        found = first.ledger("verify", *names, "--json", code=None).json
        told = [(one, "!") for one in found["problems"]] + [(one, "") for one in found["unproved"]]
        return [(one["kind"] + mark, one["experiment"], one["trial"]) for one, mark in told
                if one["check"] == "confirmation"]  # fmt: skip

    experiment(first, "fresh", "supported", confirms="first", seeds=(10, 11), day=1)
    experiment(first, "seen", "supported", confirms="first", seeds=(1, 12), day=2)
    experiment(first, "other", "supported", confirms="first", seeds=(13,), state="e", day=3)
    experiment(first, "lost", "supported", confirms="nothing", seeds=(14,), day=4)
    assert said() == [
        ("not-fresh!", "seen", "treatment/seed-1"),
        ("finding-not-here", "lost", None),
        ("other-than-found", "other", None),
    ]
    assert said("fresh") == said("first") == []
    assert states(first) == [(CONFIRMED, ("fresh",))]
    line = "experiments/seen/trials/treatment/seed-1.yaml is not a fresh replicate: first:treatment/seed-1"
    assert line in " ".join(first.ledger("verify", "seen", code=1).out.split())


def test_a_confirmation_that_fails_is_told_at_the_first(first: Project) -> None:
    experiment(first, "again", "refuted", confirms="first", seeds=(10, 11), day=1)
    assert states(first) == [(NOT_CONFIRMED, ("again",))]
    log = {line["name"]: line["confirmation"] for line in first.ledger("log", "--json").json}
    assert log == {
        "first": [{"variant": "treatment", "state": "not confirmed", "by": ["again"]}],
        "again": [],
    }
    assert "supported, not confirmed" in first.ledger("log").out
    shown = first.ledger("show", "first")
    assert "treatment: not confirmed by again" in shown.out
    assert "first:treatment" in first.ledger("show", "again").out
    (row,) = first.ledger("table", "--json", "--where", "confirmation = 'not confirmed'").json
    assert row["experiment"] == "first"


@pytest.mark.parametrize("given", [{"seeds": (1, 2)}, {"state": "e"}], ids=["a seed of the first", "another state"])
def test_what_tried_something_else_or_the_same_trials_does_not_count(first: Project, given: dict[str, object]) -> None:
    experiment(first, "again", "supported", confirms="first", **{"seeds": (10, 11), "day": 1} | given)  # type: ignore[arg-type]
    assert states(first) == [(OPEN, ("again",))]


def test_a_verdict_that_is_out_of_date_does_not_count(first: Project) -> None:
    experiment(first, "again", "supported", confirms="first", seeds=(10, 11), day=1)
    assert states(first) == [(CONFIRMED, ("again",))]
    path, _ = record("again", 10, "f")
    taken_back = voids.dumps(Void(by="Ada", when=NOW, why="the disk was full"))
    first.commit("void: seed 10", {voids.path_of(path): taken_back})
    assert states(first) == [(OPEN, ("again",))]


def test_when_the_first_is_another_thing_now_the_confirmation_is_of_what_it_was(first: Project) -> None:
    experiment(first, "again", "supported", confirms="first", seeds=(10, 11), day=1)
    assert states(first) == [(CONFIRMED, ("again",))]
    first.git("switch", "-q", "exp/first")
    later = [record("first", seed, "d") for seed in (0, 1)]
    first.commit("run: other code", {path.replace(".yaml", ".2.yaml"): text.replace("attempt: 1", "attempt: 2")
                                     .replace("2026-11-20T10", "2026-11-21T10") for path, text in later})  # fmt: skip
    assert states(first) == [(OPEN, ("again",))]


def test_an_experiment_that_is_not_here_is_no_harm(first: Project) -> None:
    experiment(first, "again", "supported", confirms="nowhere", seeds=(10, 11), day=1)
    experiment(first, "itself", "supported", confirms="itself", seeds=(20, 21), day=2)
    assert states(first) == states(first, "again") == states(first, "itself") == []
