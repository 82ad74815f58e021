"""Every command that writes a file which the user names asks first whether it may: `-o` has one rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Shelved
from test_hostile import honest

WRITING = {
    "export": ["export", "-o", "out/x.csv"],
    "review": ["review", "honest", "-o", "out/x.md"],
    "review as JSON": ["review", "honest", "--json", "-o", "out/x.json"],
    "report": ["report", "honest", "-o", "out/x.html"],
    "site": ["site", "-o", "out/site"],
    "plot": ["plot", "--distribution", "accuracy", "-o", "out/x.svg"],
    "coverage": ["coverage", "-o", "out/x.svg"],
    "importance": ["importance", "accuracy", "-o", "out/x.svg"],
    "slices": ["slices", "honest", "-o", "out/x.svg"],
    "matrix": ["matrix", "accuracy", "--train", "a@main", "--eval", "b@main", "--dry-run", "-o", "out/x.svg"],
    "ablate": ["ablate", "accuracy", "--path", "data", "--dry-run", "-o", "out/x.svg"],
    "bisect": ["bisect", "accuracy", "main", "main", "--dry-run", "-o", "out/x.svg"],
}


@pytest.mark.parametrize("command", WRITING.values(), ids=WRITING)
def test_no_command_writes_through_a_link_of_a_branch(shelved: Shelved, tmp_path: Path, command: list[str]) -> None:
    project = shelved(honest)
    (tmp_path / "home").mkdir()
    (project.root / "out").symlink_to(tmp_path / "home")
    project.git("add", "out")
    before = project.state()
    said = project.ledger(*command, code=2)
    assert "is reached through a symbolic link that git holds, out" in said.err
    assert "-o names another place" in said.err
    assert said.out == ""
    assert project.state() == before
    assert list((tmp_path / "home").iterdir()) == []


def test_none_overwrites_what_the_pipeline_lives_by(shelved: Shelved) -> None:
    project = shelved(honest)
    before = project.state()
    for command in (
        ["export", "-o"],
        ["review", "honest", "--json", "-o"],
        ["plot", "--distribution", "accuracy", "-o"],
    ):
        assert "params.json is read by the pipeline" in project.ledger(*command, "params.json", code=2).err
    assert project.state() == before
