"""The editable-install trap: trials that would import the package from the user's tree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import COMMAND, MakeProject, Project
from traps import USES_LIB, accuracies, lib, measured, refused, with_lib

IMPORTS_PACKAGE = USES_LIB.replace('sys.path.insert(0, "src")\n', "")


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site-packages of a fresh environment whose python comes first on PATH."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", str(tmp_path / "venv")], check=True)
    monkeypatch.setenv("PATH", f"{tmp_path / 'venv' / 'bin'}:/usr/bin:/bin")
    return next((tmp_path / "venv").glob("lib/python*/site-packages"))


def editable(make_project: MakeProject) -> tuple[Project, str]:
    """A project whose stage imports an installed package, on an experiment that changes it; and its base."""
    files = with_lib(deps="train.py, src/lib.py") | {"train.py": IMPORTS_PACKAGE}
    # it is `site` that knows of installed packages
    project = make_project(files | {"dvc.yaml": files["dvc.yaml"].replace(COMMAND, "python train.py")})
    base = project.git("rev-parse", "HEAD")
    project.ledger("new", "A better lib", "--predict", "accuracy >= baseline + 0.1", "--name", "better")
    project.commit("better lib", {"src/lib.py": lib(0.9)})
    return project, base


def test_an_editable_install_does_not_lend_the_treatments_code_to_the_baseline(
    make_project: MakeProject, venv: Path, tmp_path: Path
) -> None:
    project, base = editable(make_project)
    (venv / "__editable__.lib.pth").write_text(f"{project.root / 'src'}\n")

    # what DVC would have said in a work tree of the base: the treatment's number
    elsewhere = tmp_path / "base"
    project.git("worktree", "add", "-q", "--detach", str(elsewhere), base)
    project.dvc("repro", cwd=elsewhere)
    assert measured(project, elsewhere) == 0.9
    project.git("worktree", "remove", "--force", str(elsewhere))

    project.ledger("run")
    assert accuracies(project) == {"baseline/trial": 0.5, "treatment/trial": 0.9}


# as setuptools writes it, but before the path
HOOK = """\
import importlib.util, sys

MAPPING = {{"lib": {path!r}}}

class Finder:
    def find_spec(name, path=None, target=None):
        return importlib.util.spec_from_file_location(name, MAPPING[name]) if name in MAPPING else None

sys.meta_path.insert(0, Finder)
"""


def test_an_editable_install_that_cannot_be_turned_aside_is_refused(make_project: MakeProject, venv: Path) -> None:
    project, _ = editable(make_project)
    (venv / "hook_lib.py").write_text(HOOK.format(path=str(project.root / "src" / "lib.py")))
    (venv / "__editable__.lib.pth").write_text("import hook_lib\n")
    said = refused(project, "run")
    assert "would import lib from your work tree" in said
    assert project.git("for-each-ref", "refs/ledger") == ""

    (venv / "__editable__.lib.pth").write_text(f"{project.root / 'src'}\n")
    project.ledger("run")
    assert accuracies(project) == {"baseline/trial": 0.5, "treatment/trial": 0.9}
