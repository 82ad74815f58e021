"""Experiments that are about to be concluded, and how their verdicts are read."""

from __future__ import annotations

from typing import Any

from conftest import Project

from ledger.model.formats import yaml12
from ledger.model.formats.front_matter import split

FILE = "experiments/{}/verdict.md"


def three(project: Project) -> None:
    """Three experiments on one baseline, with margins that the effect of the rate is above, below and about."""
    for name, rate, margin in (("good", 0.2, 0.05), ("bad", 0.21, 0.2), ("vague", 0.22, 0.12)):
        predicted = f"accuracy >= baseline + {margin}"
        project.ledger(
            "new", f"A rate of {rate} helps", "--name", name, "--from", "main", "--predict", predicted,
            "--seeds", "3", "-S", f"train.lr={rate}",
        )  # fmt: skip
        project.ledger("run")


def planned(project: Project) -> None:
    """An experiment of which one trial has run, and three are missing."""
    project.ledger("new", "A rate helps", "--name", "a", "--predict", "accuracy > baseline", "--seeds", "2",
                   "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", "--only", "treatment/seed-0")


def front_matter(project: Project, name: str, revision: str | None = None) -> tuple[dict[str, Any], str]:
    """The front matter and the body of a verdict."""
    text = project.git("show", f"{revision or f'exp/{name}'}:{FILE.format(name)}") + "\n"
    front, body = split(text)
    document = yaml12.loads(front)
    assert isinstance(document, dict)
    return document, body


def values(project: Project, name: str, variant: str = "treatment", metric: str = "accuracy") -> list[float]:
    """A metric of an arm by replicate, as the records have it."""
    trials = project.ledger("show", name, "--json").json["trials"]
    return [t["metrics"][metric] for t in trials if t["variant"] == variant and t["status"] == "succeeded"]
