"""After any changes the site is, byte for byte, what a build in an empty folder makes."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Project

from ledger.model.site import SiteOptions
from ledger.repo.ledger import open_ledger
from ledger.repo.site import build as building
from ledger.repo.site.folder import OWN

ROOT = Path(__file__).parents[2]
SETTINGS = ("ignore: [train.py]\n", "signed: true\n", "metrics:\n  val/loss: {direction: lower}\n", "")
ACTIONS = ("main", "delete", "back", "rename", "merge", "code", "settings", "options", "note", "land", "archive", "gc")


def files(root: Path) -> dict[str, bytes]:
    """The files of a site."""
    every = [path for path in root.rglob("*") if path.is_file() and OWN not in path.parts]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in every}


def act(project: Project, action: str, name: str, number: int, options: SiteOptions) -> SiteOptions:
    """Change the repository, or what is asked for; commands of `ledger` may refuse."""
    branch = f"exp/{name}"
    project.git("switch", "-q", "-f", branch if action in ("code", "note") else "main")
    if action == "main":
        project.commit("main goes on", {"README": str(number)})
    elif action == "delete":
        project.git("branch", "-q", "-D", branch)
    elif action == "back":
        project.git("branch", "-f", branch, f"{branch}~1")
    elif action == "rename":
        project.git("branch", "-m", branch, f"old/{name}")
    elif action == "merge":
        project.shell(f"git merge -q -m merged {branch} || git merge --abort", code=None)
    elif action == "code":
        project.commit("other code", {"train.py": f"# {number}\n"})
    elif action == "settings":
        project.write({"ledger.yaml": SETTINGS[number % len(SETTINGS)]})
    elif action == "options":
        return replace(options, title=f"Site {number}", code=not options.code)
    elif action == "note":
        project.ledger("note", f"Note {number}", code=None)
    elif action == "land":
        project.ledger("land", name, "--record", code=None)
    elif action == "archive":
        project.ledger("archive", name, "--force", code=None)
    else:
        project.git("gc", "-q", "--prune=now")
    return options


@pytest.mark.parametrize("seed", [1])
def test_after_any_changes_it_is_as_if_built_anew(
    make_project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import histories

    root, first, again = tmp_path / "history", tmp_path / "site", tmp_path / "again"
    histories.build(root, experiments=9, trials=2, seed=seed)
    project = make_project({})
    project.root = root
    chance, options = random.Random(seed), SiteOptions()

    def build(folder: Path) -> None:
        with open_ledger(root) as ledger:
            building.build(ledger, folder, options)

    build(first)
    actions = chance.sample(ACTIONS, len(ACTIONS))
    for number in range(0, len(actions), 4):
        for action in actions[number : number + 4]:
            names = project.git("for-each-ref", "--format=%(refname:lstrip=3)", "refs/heads/exp").split()
            assert names, "an action wants a branch"
            options = act(project, action, chance.choice(names), number, options)
        build(first)
        shutil.rmtree(again, ignore_errors=True)
        build(again)
        assert files(first) == files(again), actions[: number + 4]
