"""Histories that people rewrite: what was amended stays known, nobody honest is accused, and nobody gains by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Project, Shelved


def amended(project: Project) -> None:
    """An experiment that was amended before its trials and after them, and concluded."""
    unconcluded(project)
    project.ledger("conclude", "-m", "It does.")


def unconcluded(project: Project) -> None:
    """The same without its verdict."""
    project.ledger("new", "A", "--name", "a", "--predict", "accuracy >= baseline + 0.05", "--seeds", "2",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("amend", "--key", "alpha=0.04", "-m", "stricter")
    project.ledger("run")
    project.ledger("amend", "--predict", "accuracy >= baseline + 0.04", "-m", "nearer")


def shape(project: Project) -> dict[str, Any]:
    return dict(project.ledger("verify", "a", "--json", code=None).json)


def later() -> str:
    """Another second than that of the last amendment: a squash in that very second is dated as the amendment was."""
    return f"--date={datetime.now(UTC) + timedelta(seconds=5):%Y-%m-%dT%H:%M:%S+00:00}"


def squashed(project: Project) -> None:
    """The whole branch is one commit."""
    project.git("reset", "-q", "--soft", "main")
    project.git("commit", "-q", later(), "-m", "a, in one")


def later_squashed(project: Project) -> None:
    """What came after the plan is one commit."""
    project.git("reset", "-q", "--soft", ":/^new:")
    project.git("commit", "-q", later(), "-m", "a, in two")


def on_main(project: Project, how: Callable[[], object]) -> None:
    """The branch comes into main and is gone."""
    project.git("switch", "-q", "main")
    project.commit("main goes on", {"docs.md": "words\n"})
    how()
    project.git("branch", "-q", "-D", "exp/a")


def merged(project: Project) -> None:
    on_main(project, lambda: project.git("merge", "-q", "--no-edit", "exp/a"))


def picked(project: Project) -> None:
    """As hosts' rebase and merge does: every commit anew."""
    commits = project.git("rev-list", "--reverse", "main..exp/a").split()
    on_main(project, lambda: project.git("cherry-pick", *commits))


def squashed_into_main(project: Project) -> None:
    """As hosts' squash and merge does."""

    def squash() -> None:
        project.git("merge", "-q", "--squash", "exp/a")
        project.git("commit", "-q", later(), "-m", "A (#3)")

    on_main(project, squash)


@pytest.mark.parametrize("rewrite", [merged, picked])
def test_what_main_holds_of_a_branch_is_proved(shelved: Shelved, rewrite: Callable[[Project], None]) -> None:
    project = shelved(amended)
    rewrite(project)
    found = shape(project)
    assert (found["problems"], found["unproved"]) == ([], [])


@pytest.mark.parametrize("rewrite", [squashed, later_squashed, squashed_into_main])
def test_what_a_squash_has_dropped_is_unproved(shelved: Shelved, rewrite: Callable[[Project], None]) -> None:
    project = shelved(amended)
    rewrite(project)
    found = shape(project)
    assert found["problems"] == []
    assert "`amendments` and `looks` follow from the branch's history" in found["unproved"][-1]["message"]


def test_a_squash_before_the_verdict_hides_no_amendment(shelved: Shelved) -> None:
    project = shelved(unconcluded)
    squashed(project)
    verdict = project.ledger("conclude", "--json").json
    assert [(c["changed"], c["after_results"]) for c in verdict["amendments"]] == [
        (["alpha"], False),
        (["predictions"], True),
    ]
    assert verdict["confirmatory"] is False
    assert shape(project)["problems"] == []


def test_a_verdict_that_lists_less_than_the_code_held_is_a_problem(shelved: Shelved) -> None:
    project = shelved(unconcluded)
    project.ledger("amend", "--key", "tags=[x]", "-m", "words")
    squashed(project)
    project.ledger("conclude")
    verdict = project.root / "experiments/a/verdict.md"
    text = verdict.read_text("utf-8")
    assert text.count("predictions") > 1
    verdict.write_text(text.replace("changed: [predictions, tags]", "changed: [tags]"), "utf-8")
    assert verdict.read_text("utf-8") != text
    project.git("commit", "-q", "-a", "--amend", "-m", "a, in one")
    assert any(row["check"] == "verdict" for row in shape(project)["problems"])


def test_a_filtered_history_is_unproved_with_the_reason(shelved: Shelved) -> None:
    project = shelved(amended)
    env = "FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch --env-filter 'export GIT_AUTHOR_EMAIL=a@example.org'"
    project.shell(f"{env} --tag-name-filter cat -- --all")
    found = shape(project)
    assert found["problems"] == []
    assert found["unproved"][0]["message"].startswith("the history was filtered")
    # a number that was changed is one all the same
    path = project.root / "experiments/a/trials/treatment/seed-0.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("accuracy: 0.7", "accuracy: 0.9"), "utf-8")
    assert path.read_text("utf-8") != text
    project.git("commit", "-q", "-a", "-m", "better")
    assert any(row["trial"] == "treatment/seed-0" for row in shape(project)["problems"])
