"""What is left of an experiment `a` after kills: nothing lost, nothing twice, all clean."""

from __future__ import annotations

from conftest import Project


def pending(project: Project) -> list[str]:
    """The trials that wait to be collected."""
    return project.git("for-each-ref", "--format=%(refname:lstrip=4)", "refs/ledger/trials").splitlines()


def recorded(project: Project) -> list[str]:
    """The files of the records that the branch has, by arm."""
    paths = project.git("ls-tree", "-r", "--name-only", "HEAD", "experiments/").splitlines()
    return [path.split("/trials/")[1] for path in paths if "/trials/" in path]


def sound(project: Project, seeds: int = 3) -> None:
    """The repository is whole and every trial is on the branch once."""
    assert recorded(project) == [f"treatment/seed-{seed}.yaml" for seed in range(seeds)]
    assert pending(project) == []
    assert project.git("fsck", "--strict", "--no-dangling") == ""
    assert project.git("status", "--porcelain") == ""
    assert "up to date" in project.dvc("status")
    common = project.root / ".git"
    assert [path for path in common.rglob("*.lock") if path.name != "lock" and "slots" not in path.parts] == []
    held = project.git("log", "--format=%(trailers:key=Ledger-Trial,valueonly)", "--tags=ledger/*").split()
    assert sorted(held) == [f"treatment/seed-{seed}" for seed in range(seeds)]
