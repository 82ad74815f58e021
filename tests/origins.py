"""An experiment, a bare remote that it is pushed to, and clones of that."""

from __future__ import annotations

from pathlib import Path

from conftest import Project


def is_shared(project: Project) -> None:
    """An experiment `x` with a run of one seed of two, whose branch is checked out."""
    project.ledger("new", "X", "--name", "x", "--seeds", "2", "-S", "train.lr=0.3", "--predict", "accuracy > baseline")
    project.ledger("run", "--only", "seed-0")


def ends(project: Project) -> None:
    """The same with the other seed."""
    project.ledger("run")


def with_origin(project: Project, place: Path, name: str = "origin") -> Project:
    project.git("init", "-q", "--bare", str(place / f"{name}.git"))
    project.git("remote", "add", name, str(place / f"{name}.git"))
    project.git("push", "-q", name, "main")
    return project


def clone(project: Project, place: Path, *options: str, name: str = "bob") -> Project:
    """Another clone of `origin`, with the experiment's branch checked out where that has it."""
    project.git("clone", "-q", *options, project.git("remote", "get-url", "origin"), str(place / name))
    other = Project(place / name, project._capsys, project._monkeypatch)
    if other.git("for-each-ref", "refs/remotes/origin/exp/x"):
        other.git("switch", "-q", "exp/x")
    return other


def there(project: Project, remote: str = "origin") -> dict[str, str]:
    """What the remote has."""
    lines = project.git("ls-remote", "--refs", "--heads", "--tags", remote).splitlines()
    return {ref: oid for oid, _, ref in (line.partition("\t") for line in lines)}


def ours(project: Project) -> dict[str, str]:
    """What is here of it."""
    lines = project.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags").splitlines()
    return {ref: oid for oid, _, ref in (line.partition(" ") for line in lines)}
