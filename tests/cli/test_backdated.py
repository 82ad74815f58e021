"""What was known when a plan was amended follows from commits: a date that was set back hides nothing."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Project, Shelved

FILE = "experiments/a/hypothesis.md"
LONG_AGO = "2020-01-01T00:00:00Z"


def begun(project: Project) -> None:
    """An experiment that has not run."""
    project.ledger("new", "A rate helps", "--name", "a", "--predict", "accuracy >= baseline + 0.05", "--seeds", "2",
                   "-S", "train.lr=0.2")  # fmt: skip


def uncollected(project: Project) -> None:
    """The same with its trials finished, and not brought onto the branch because of a file in the way."""
    begun(project)
    _run_in_the_way(project)


def uncollected_baseline(project: Project) -> None:
    """The same with the baseline alone."""
    begun(project)
    _run_in_the_way(project, "--only", "baseline")


def _run_in_the_way(project: Project, *arguments: str) -> None:
    # environments are there whichever trials ran
    in_the_way = project.root / "experiments/a/environments"
    in_the_way.write_text("mine")
    project.ledger("run", *arguments, code=1)
    in_the_way.unlink()
    assert project.ledger("status", "--json").json["uncollected"] > 0


def by_hand(project: Project) -> None:
    """Lower the margin with git alone."""
    path = project.root / FILE
    path.write_text(path.read_text("utf-8").replace("baseline + 0.05", "baseline + 0.01"), "utf-8")
    project.git("commit", "-q", "-a", "-m", "typo")


def by_ledger(project: Project) -> None:
    """Lower it openly."""
    project.ledger("amend", "--predict", "accuracy >= baseline + 0.01", "-m", "typo")


def backdated(project: Project, monkeypatch: pytest.MonkeyPatch, *, openly: bool) -> None:
    with monkeypatch.context() as dates:
        dates.setenv("GIT_AUTHOR_DATE", LONG_AGO)
        dates.setenv("GIT_COMMITTER_DATE", LONG_AGO)
        (by_ledger if openly else by_hand)(project)


def assert_found_out(project: Project) -> None:
    project.ledger("run")
    verdict: dict[str, Any] = project.ledger("conclude", "--json").json
    assert [c["after_results"] for c in verdict["amendments"]] == [True]
    assert verdict["confirmatory"] is False
    assert project.ledger("verify", "--json").json["ok"]


@pytest.mark.parametrize("openly", [True, False])
@pytest.mark.parametrize("build", [uncollected, uncollected_baseline])
def test_trials_that_wait_are_known(
    shelved: Shelved, monkeypatch: pytest.MonkeyPatch, *, build: Any, openly: bool
) -> None:
    project = shelved(build)
    backdated(project, monkeypatch, openly=openly)
    assert_found_out(project)
