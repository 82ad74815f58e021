"""A python of the test's own, with packages installed in it in all ways that there are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.machine.environment import Misdirected, Probe, check_imports, probe, twin_pythonpath

FINDER = """
import sys
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location

MAPPING = {mapping!r}


class _EditableFinder:
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        parent = fullname.rpartition(".")[0]
        if fullname in MAPPING:
            return spec_from_file_location(fullname, MAPPING[fullname] + "/__init__.py")
        if parent in MAPPING:
            return PathFinder.find_spec(fullname, path=[MAPPING[parent]])
        return None


def install():
    sys.meta_path.{install}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A user's work tree, a slot below its `.git`, and an interpreter of its own outside."""

    root: Path
    slot: Path
    prefix: Path

    @property
    def site(self) -> Path:
        return next(self.prefix.glob("lib/python3*/site-packages"))

    @property
    def env(self) -> dict[str, str]:
        return {"PATH": str(self.prefix / "bin"), "HOME": str(self.root.parent)}

    def write(self, *paths: str, text: str = "") -> None:
        """Writes files of the code tree, in the user's tree and in the slot."""
        for folder in (self.root, self.slot):
            for path in paths:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text)

    def pth(self, *lines: object) -> None:
        (self.site / "user.pth").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def finder(self, mapping: Mapping[str, str], install: str) -> None:
        paths = {name: str(self.root / path) for name, path in mapping.items()}
        module = "__editable___work_1_0_finder"
        (self.site / f"{module}.py").write_text(FINDER.format(mapping=paths, install=install))
        self.pth(f"import {module}; {module}.install()")

    def editable(self, name: str, url: str) -> None:
        folder = self.site / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")
        (folder / "direct_url.json").write_text(json.dumps({"url": url, "dir_info": {"editable": True}}))

    def probe(self, **env: str) -> Probe:
        return probe({**self.env, **env}, cwd=self.root, roots=[self.root])

    def guarded(self, found: Probe, inherited: str | None = None) -> dict[str, str]:
        path = twin_pythonpath(found.editables, roots=[self.root], slot=self.slot, inherited=inherited)
        return {**self.env, "PYTHONPATH": path}

    def check(self, found: Probe, inherited: str | None = None) -> tuple[Misdirected, ...]:
        env = self.guarded(found, inherited)
        return check_imports(found.editables, env, slot=self.slot, roots=[self.root])

    def imported(self, module: str, env: Mapping[str, str]) -> str:
        """Where a stage really gets a module from, unless its script lies beside it."""
        program = shutil.which("python", path=env["PATH"])
        assert program
        command = [program, "-c", f"import sys; del sys.path[0]; import {module}; print({module}.__file__)"]
        done = subprocess.run(command, env=env, cwd=self.slot, capture_output=True, check=True)
        return os.fsdecode(done.stdout.strip())


@pytest.fixture(scope="session")
def bare_prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prefix = tmp_path_factory.mktemp("prefix") / "bare"
    venv.create(prefix, with_pip=False, symlinks=True)
    return prefix


def make_world(folder: Path, bare_prefix: Path) -> World:
    prefix = folder / "env"
    shutil.copytree(bare_prefix, prefix, symlinks=True)
    root = folder / "work"
    slot = root / ".git" / "ledger" / "slots" / "0"
    slot.mkdir(parents=True)
    return World(root=root, slot=slot, prefix=prefix)


@pytest.fixture
def world(tmp_path: Path, bare_prefix: Path) -> World:
    return make_world(tmp_path, bare_prefix)
