"""Which ref speaks for an experiment: its branch here, one on a remote that is ahead, or the main branch."""

from __future__ import annotations

import pytest
from conftest import Project

from ledger.repo.ledger import open_ledger


@pytest.fixture
def ahead(project: Project) -> Project:
    """An experiment whose branch on a remote holds a verdict that the one here does not."""
    project.ledger("new", "Rate", "--name", "a", "--from", "main", "-S", "train.lr=0.2")
    project.commit("verdict", {"experiments/a/verdict.md": VERDICT})
    project.git("update-ref", "refs/remotes/origin/exp/a", "HEAD")
    project.git("reset", "-q", "--hard", "HEAD^")
    project.git("switch", "-q", "main")
    return project


VERDICT = "---\noutcome: refuted\n---\nno\n"


def outcome(project: Project) -> str | None:
    (entry,) = project.ledger("log", "--json").json
    shown = project.ledger("show", "a", "--json").json
    assert (shown["verdict"] or {}).get("outcome") == entry["outcome"], "one by name, and all at once"
    found: str | None = entry["outcome"]
    return found


def test_a_remote_that_is_ahead_speaks(ahead: Project) -> None:
    assert outcome(ahead) == "refuted"
    refused = ahead.ledger("archive", "a", code=2)
    assert "exp/a is behind origin/exp/a" in refused.err
    assert "git merge --ff-only origin/exp/a" in refused.err

    ahead.git("switch", "-q", "exp/a")
    ahead.commit("other", {"experiments/a/notes.md": "mine"})

    assert outcome(ahead) is None, "where they have grown apart, the one here speaks"


def test_a_name_that_goes_on_behind_another_end_of_line_speaks_for_none(ahead: Project) -> None:
    ahead.git("update-ref", "refs/remotes/origin/exp/a\u2028b", "refs/remotes/origin/exp/a")
    ahead.git("update-ref", "refs/remotes/origin/exp/a", "exp/a")

    assert outcome(ahead) is None


def test_of_two_remotes_the_one_that_is_ahead_speaks(ahead: Project) -> None:
    ahead.git("update-ref", "refs/remotes/backup/exp/a", "exp/a")
    ahead.git("branch", "-D", "exp/a")

    assert outcome(ahead) == "refuted"


def test_what_has_landed_speaks_before_a_remote_that_it_holds(ahead: Project) -> None:
    ahead.git("branch", "-D", "exp/a")
    ahead.git("merge", "-q", "--no-ff", "-m", "adopt", "origin/exp/a")
    assert outcome(ahead) == "refuted"
    ahead.commit("correct", {"experiments/a/verdict.md": VERDICT.replace("refuted", "supported")})

    assert outcome(ahead) == "supported"


def test_trials_are_collected_while_a_remote_is_ahead(ahead: Project) -> None:
    with open_ledger(ahead.root) as ledger:
        here = ledger.here("a")
        found = ledger.find("a")
    assert here is not None
    assert found is not None
    assert (here.branch, here.outcome) == ("refs/heads/exp/a", None)
    assert found.branch == "refs/remotes/origin/exp/a"


def test_a_prefix_without_a_slash(project: Project) -> None:
    project.commit("settings", {"ledger.yaml": "branch_prefix: exp-\n"})
    project.ledger("new", "Rate", "--name", "a", "--from", "main", "-S", "train.lr=0.2")
    project.git("branch", "other/b")
    project.git("branch", "expert")

    assert project.git("branch", "--show-current") == "exp-a"
    for _ in range(2):
        assert [entry["name"] for entry in project.ledger("log", "--json").json] == ["a"]
    assert project.ledger("show", "a", "--json").json["name"] == "a"
