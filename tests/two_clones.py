"""An experiment in several clones of one bare repository: what tests of sharing begin with."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

from conftest import TRAIN, Project, default_files

import ledger
from ledger.git.branch import Step
from ledger.git.refs import RefChange
from ledger.model.directions import HIGHER
from ledger.model.version_search import KnownNoise, VersionSearch
from ledger.ops.new import create
from ledger.repo.change import Change, transact
from ledger.repo.plan_request import PlanRequest
from ledger.repo.sharing.replay import Replayed, replay
from ledger.run.collect import collect
from ledger.run.worker import Worker

# as training on a GPU is: the same seed gives other numbers each time
UNREPEATABLE = TRAIN.replace('random.seed(params["seed"])', "random.seed()")
FILES = default_files() | {"train.py": UNREPEATABLE}


def shared(project: Project) -> None:
    """An experiment with one trial of each arm, which a bare repository beside the project has too."""
    project.ledger("new", "A higher rate", "--name", "a", "--predict", "accuracy >= baseline + 0.05",
                   "--seeds", "4", "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", "--only", "seed-0")


def pool(project: Project) -> None:
    """To come after it: trials that ran in three clones, which `refs/pool/<clone>/<arm>/<trial>` holds for later.

    The main branch is checked out, so that no work tree has to follow.
    """
    for number, clone in enumerate(clones(project, 3)):
        clone.ledger("run")
        for ref in clone.git("for-each-ref", "--format=%(refname)", "refs/tags/ledger/a").splitlines():
            for commit in clone.git("rev-list", "--grep", "^Ledger-Trial:", f"{ref}", "--not", "exp/a").splitlines():
                trial = clone.git("log", "-1", "--format=%(trailers:key=Ledger-Trial,valueonly)", commit)
                project.git("fetch", "-q", str(clone.root), f"{commit}:refs/pool/{number}/{trial}")
    start = project.git("rev-parse", "origin/exp/a")
    project.git("switch", "-q", "main")
    project.git("branch", "-qf", "exp/a", start)
    tags = set(project.git("for-each-ref", "--format=%(refname:short)", "refs/tags/ledger/a").splitlines())
    kept = set(project.git("ls-remote", "--tags", "--refs", "origin").split())
    for tag in tags:
        if f"refs/tags/{tag}" not in kept:
            project.git("tag", "-d", tag)
    for number in (1, 2):
        shutil.rmtree(project.root.parent / f"clone-{number}")
    shutil.rmtree(project.root.parent / "remote.git")
    project.git("remote", "remove", "origin")


def clones(project: Project, count: int = 2) -> tuple[Project, ...]:
    """Copies of the project's repository, each with a remote `origin` that has what the project has."""
    bare = project.root.parent / "remote.git"
    project.git("clone", "-q", "--bare", str(project.root), str(bare))
    project.git("remote", "add", "origin", str(bare))
    project.git("fetch", "-q", "origin")
    made = [project]
    for number in range(1, count):
        root = project.root.parent / f"clone-{number}"
        shutil.copytree(project.root, root, symlinks=True)
        made.append(Project(root, project._capsys, project._monkeypatch))
        made[-1].git("update-index", "-q", "--refresh")
    return tuple(made)


def finish(clone: Project, number: int, *trials: str) -> None:
    """Have trials that ran in a clone of the pool finish here, now."""
    for trial in trials:
        commit = clone.git("rev-parse", f"refs/pool/{number}/{trial}")
        for held in ("refs/ledger/trials/a", "refs/remotes/ledger-trials/a"):
            clone.git("update-ref", f"{held}/{trial}", commit)


def collected(clone: Project) -> None:
    """Bring them onto the branch."""
    with ledger.open(clone.root) as book, Worker() as worker:
        collect(book, "a", worker)


def send(clone: Project, name: str = "a") -> None:
    """Push the branch and its tags; the remote must not have gone on."""
    refs = f"refs/heads/exp/{name}", f"refs/tags/ledger/{name}/*"
    clone.git("push", "-q", "--atomic", "origin", *(f"{ref}:{ref}" for ref in refs))


def fetch(clone: Project, name: str = "a") -> str:
    """Fetch the branch and its tags; returns the remote's commit."""
    ref = f"refs/remotes/origin/exp/{name}"
    tags = f"refs/tags/ledger/{name}/*"
    clone.git("fetch", "-q", "origin", f"+refs/heads/exp/{name}:{ref}", f"{tags}:{tags}")
    return clone.git("rev-parse", ref)


def bring_together(clone: Project, name: str = "a", before: str | None = None) -> Replayed:
    """Fetch the other side and replay what is here on top of it."""
    theirs = fetch(clone, name)
    with ledger.open(clone.root) as book:

        def make(change: Change) -> Replayed:
            experiment = change.ledger.here(name)
            assert experiment is not None
            found = replay(change.ledger, experiment, theirs, remote=f"origin/exp/{name}", before=before)
            also: tuple[RefChange, ...] = found.also
            if found.tip != experiment.tip:
                assert experiment.branch is not None
                change.advance(
                    Step(ref=experiment.branch, old=experiment.tip, new=found.tip, reason="ledger pull", also=also)
                )
            return found

        return transact(book, make)


def records(clone: Project, name: str = "a", at: str | None = None) -> dict[str, str]:
    """The blobs of the records by path."""
    listed = clone.git("ls-tree", "-r", at or f"exp/{name}", "--", f"experiments/{name}/trials").splitlines()
    return {line.split("\t")[1]: line.split()[2] for line in listed}


def problems(clone: Project, name: str = "a") -> list[str]:
    """What `ledger verify` finds wrong."""
    answer = clone.ledger("verify", name, "--json", code=None).json
    return [f"{one['trial']}: {one['message']}" for one in answer["problems"]]


def is_linear(clone: Project, name: str = "a") -> bool:
    """Whether the branch has no merge since the main branch."""
    return not clone.git("rev-list", "--merges", f"main..exp/{name}")


SEARCHED = {
    "train.py": (
        "import json, os, random\nversion = json.load(open('version.json'))\n"
        "level = 0.6 if version < int(open(os.path.expanduser('~/worse-from')).read()) else 0.2\n"
        "json.dump({'dice': level + random.gauss(0, 0.02)}, open('metrics.json', 'w'))\n"
    ),
    "version.json": "0\n",
    "params.json": '{"seed": 0}\n',
    "dvc.yaml": (
        "stages:\n  train:\n    cmd: python -S train.py\n    deps: [train.py, version.json]\n"
        "    params:\n      - params.json: [seed]\n    metrics:\n      - metrics.json: {cache: false}\n"
    ),
}


def searching(project: Project) -> None:
    """A search over six versions of the code: `~/worse-from` says from which on they are worse, on this machine."""
    versions = [project.git("rev-parse", "HEAD")]
    for version in range(1, 6):
        versions.append(project.commit(f"version {version}", {"version.json": f"{version}\n"}))
    search = VersionSearch(
        metric="dice", better=HIGHER, versions=tuple(versions), noise=KnownNoise(sd=0.02, df=8), confidence=0.97
    )
    with ledger.open(project.root) as book:
        create(book, PlanRequest(title="Where", search=search), now=datetime.now(UTC))
