"""The probe, and the guard against imports from the user's tree, with real interpreters."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from ledger.errors import LedgerError
from ledger.machine import _installed, _probe
from ledger.machine import environment as environments
from ledger.machine.environment import Editable, Misdirected, Probe, check_imports, probe, twin_pythonpath

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


def test_no_editables(world: World) -> None:
    world.write("train.py", "lib/__init__.py")
    found = world.probe()
    assert found.editables == ()
    assert found.executable == world.prefix / "bin" / "python"
    assert found.environment.python == sys.version.split()[0]
    assert found.environment.implementation == "CPython"
    assert found.environment.packages == {}
    assert found.environment.cores >= 1
    assert world.check(found) == ()


def test_pth_line(world: World) -> None:
    world.write("alpha/__init__.py", "beta.py", "gamma/part.py", "docs/index.md", "notes-2.py")
    world.pth(world.root)
    found = world.probe()
    names = ("alpha", "beta", "gamma")
    assert found.editables == tuple(Editable(module=name, path=world.root) for name in names)
    assert world.check(found) == ()
    assert world.imported("alpha", world.guarded(found)) == str(world.slot / "alpha" / "__init__.py")
    assert world.imported("alpha", world.env) == str(world.root / "alpha" / "__init__.py")
    unguarded = check_imports(found.editables, world.env, slot=world.slot, roots=[world.root])
    assert [(m.module, m.origin.relative_to(world.root).as_posix(), m.in_slot) for m in unguarded] == [
        ("alpha", "alpha/__init__.py", True),
        ("beta", "beta.py", True),
        ("gamma.part", "gamma/part.py", True),
    ]


def test_module_that_the_commit_lacks(world: World) -> None:
    world.write("src/alpha/__init__.py", "src/space/old.py")
    (world.root / "src" / "focal.py").touch()
    (world.root / "src" / "space" / "new.py").touch()
    world.pth(world.root / "src")
    assert [(m.module, m.in_slot) for m in world.check(world.probe())] == [
        ("focal", False),
        ("space.new", False),
    ]


def test_package_that_has_become_regular(world: World) -> None:
    # a folder without `__init__.py` loses to a regular package that comes later on the path
    world.write("src/alpha/part.py")
    (world.root / "src" / "alpha" / "__init__.py").touch()
    world.pth(world.root / "src")
    assert world.check(world.probe()) == (
        Misdirected(module="alpha", origin=world.root / "src" / "alpha" / "__init__.py", in_slot=True),
    )


def test_direct_url_of_a_src_layout(tmp_path: Path, bare_prefix: Path) -> None:
    world = make_world(tmp_path / "Größe von Ü, 東京", bare_prefix)
    world.write("src/alpha/__init__.py", "setup.py")
    world.editable("alpha", world.root.as_uri())
    world.pth(world.root / "src")
    found = world.probe()
    assert found.editables == (Editable(module="alpha", path=world.root / "src"),)
    assert found.environment.packages == {"alpha": "1.0"}
    assert world.check(found) == ()
    assert world.imported("alpha", world.guarded(found)) == str(world.slot / "src" / "alpha" / "__init__.py")


def test_locale_that_cannot_spell_the_path(tmp_path: Path, bare_prefix: Path) -> None:
    world = make_world(tmp_path / "Größe", bare_prefix)
    world.write("src/alpha.py")
    locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    found = world.probe(PYTHONPATH=str(world.root / "src"), **locale)
    assert found.editables == (Editable(module="alpha", path=world.root / "src"),)
    stray = {**world.env, **locale, "PYTHONPATH": str(world.root / "src")}
    origin = world.root / "src" / "alpha.py"
    assert check_imports(found.editables, stray, slot=world.slot, roots=[world.root]) == (
        Misdirected(module="alpha", origin=origin, in_slot=True),
    )


def test_direct_url_alone_is_confirmed_by_a_finder_without_tables(world: World) -> None:
    world.write("python/alpha/__init__.py")
    world.editable("alpha", world.root.as_uri())
    init = str(world.root / "python" / "alpha" / "__init__.py")
    (world.site / "loader.py").write_text(
        "import sys, importlib.util\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'alpha':\n"
        f"            return importlib.util.spec_from_file_location(name, {init!r})\n"
        "        raise ZeroDivisionError\n"
        "sys.meta_path.append(Finder())\n"
    )
    world.pth("import loader")
    found = world.probe()
    assert found.editables == (Editable(module="alpha", path=world.root / "python"),)
    assert world.check(found) == ()


def test_finder_behind_the_path(world: World) -> None:
    world.write("lib/alpha/__init__.py")
    world.finder({"alpha": "lib/alpha"}, "append(_EditableFinder)")
    found = world.probe()
    assert found.editables == (Editable(module="alpha", path=world.root / "lib"),)
    assert world.check(found) == ()
    assert world.imported("alpha", world.guarded(found)) == str(world.slot / "lib" / "alpha" / "__init__.py")


def test_finder_behind_the_path_offers_what_the_commit_lacks(world: World) -> None:
    world.write("alpha/__init__.py", "alpha/old.py")
    (world.root / "alpha" / "focal.py").touch()
    world.finder({"alpha": "alpha"}, "append(_EditableFinder)")
    found = world.probe()
    assert found.editables == (Editable(module="alpha", path=world.root),)
    focal = world.root / "alpha" / "focal.py"
    assert world.check(found) == (Misdirected(module="alpha.focal", origin=focal, in_slot=False),)
    assert world.imported("alpha.focal", world.guarded(found)) == str(focal)


def test_finder_before_the_path(world: World) -> None:
    world.write("src/alpha/__init__.py")
    world.finder({"alpha": "src/alpha"}, "insert(0, _EditableFinder)")
    found = world.probe()
    assert found.editables == (Editable(module="alpha", path=world.root / "src"),)
    origin = world.root / "src" / "alpha" / "__init__.py"
    assert world.check(found) == (Misdirected(module="alpha", origin=origin, in_slot=True),)
    assert world.imported("alpha", world.guarded(found)) == str(origin)


def test_package_under_another_name(world: World) -> None:
    # `package_dir={"alpha": "code"}`: no PYTHONPATH can say that
    world.write("code/__init__.py")
    world.finder({"alpha": "code"}, "append(_EditableFinder)")
    assert [(m.module, m.in_slot) for m in world.check(world.probe())] == [("alpha", True)]


def test_part_of_an_installed_package(world: World) -> None:
    # `package_dir={"alpha.plugin": "plugin"}`
    world.write("plugin/__init__.py")
    (world.site / "alpha").mkdir()
    (world.site / "alpha" / "__init__.py").touch()
    world.finder({"alpha.plugin": "plugin"}, "append(_EditableFinder)")
    found = world.probe()
    assert [editable.module for editable in found.editables] == ["alpha"]
    assert [(m.module, m.in_slot) for m in world.check(found)] == [("alpha.plugin", True)]


def test_link_tree(world: World) -> None:
    # setuptools' `editable_mode=strict`: the user's tree holds a folder of links, which is in no commit
    world.write("src/alpha/__init__.py")
    tree = world.root / "build" / "links"
    (tree / "alpha").mkdir(parents=True)
    (tree / "alpha" / "__init__.py").symlink_to(world.root / "src" / "alpha" / "__init__.py")
    world.pth(tree)
    found = world.probe()
    assert [editable.path for editable in found.editables] == [tree, world.root / "src"]
    assert world.check(found) == ()


def test_copy_that_is_in_no_commit(world: World) -> None:
    # the slot lacks the file but has the module: not to be mistaken for one that the commit lacks
    world.write("src/alpha/__init__.py")
    origin = world.root / "build" / "alpha" / "__init__.py"
    origin.parent.mkdir(parents=True)
    origin.touch()
    world.pth(world.root / "build")
    assert world.check(world.probe()) == (Misdirected(module="alpha", origin=origin, in_slot=True),)


def test_linked_into_site_packages(world: World) -> None:
    world.write("src/alpha/__init__.py", "src/beta.py")
    for name in ("alpha", "beta.py"):
        (world.site / name).symlink_to(world.root / "src" / name)
    found = world.probe()
    names = ("alpha", "beta")
    assert found.editables == tuple(Editable(module=name, path=world.root / "src") for name in names)
    assert world.check(found) == ()


def test_pythonpath_inside_a_root(world: World) -> None:
    world.write("src/alpha/__init__.py", "tools/beta.py")
    # what lies there must not get into the way of the probe itself
    text = "print('ledger-probe:{}')\n1 / 0\n"
    world.write("src/json.py", "src/types.py", "src/sitecustomize.py", text=text)
    other = world.root.parent / "other"
    inherited = os.pathsep.join(map(str, [other, world.root / "src", "tools"]))
    found = world.probe(PYTHONPATH=inherited)
    names = ["alpha", "json", "sitecustomize", "types"]
    assert found.editables == tuple(Editable(module=name, path=world.root / "src") for name in names)
    path = world.guarded(found, inherited)["PYTHONPATH"]
    assert path == os.pathsep.join(map(str, [world.slot / "src", other, "tools"]))
    assert world.check(found, inherited) == ()


def test_current_directory_does_not_count(world: World) -> None:
    world.write("alpha.py", "json.py", text="1 / 0\n")
    assert world.probe().editables == ()
    assert world.probe(PYTHONPATH=os.pathsep + ".").editables == ()


def test_interpreter_inside_the_root(tmp_path: Path, bare_prefix: Path) -> None:
    world = make_world(tmp_path, bare_prefix)
    inside = World(root=world.root, slot=world.slot, prefix=world.root / ".venv")
    shutil.move(world.prefix, inside.prefix)
    inside.write("alpha.py")
    (inside.site / "installed.py").touch()
    inside.pth(inside.root)
    found = inside.probe()
    assert found.editables == (Editable(module="alpha", path=inside.root),)
    assert inside.check(found) == ()


def test_root_is_the_prefix(world: World) -> None:
    # `python -m venv .`: site-packages is installed, the rest is the user's
    (world.prefix / "alpha.py").touch()
    (world.site / "installed.py").touch()
    world.pth(world.prefix)
    found = probe(world.env, cwd=world.prefix, roots=[world.prefix])
    assert [editable.module for editable in found.editables if editable.module != "lib"] == ["alpha"]


def test_innermost_root_decides(world: World) -> None:
    linked = world.root / "linked"
    (linked / "src").mkdir(parents=True)
    editables = [
        Editable(module="alpha", path=linked / "src"),
        Editable(module="beta", path=world.slot / "lib"),
        Editable(module="gamma", path=world.root),
    ]
    path = twin_pythonpath(
        editables, roots=[world.root, linked], slot=world.slot, inherited=f"{world.root}::{world.slot}/src:x"
    )
    assert path == f"{world.slot}/src:{world.slot}/lib:{world.slot}::x"


def test_nothing_to_put_on_the_path(world: World) -> None:
    for inherited in (None, ""):
        assert twin_pythonpath([], roots=[world.root], slot=world.slot, inherited=inherited) == ""


def test_packages(world: World) -> None:
    def installed(name: str, metadata: str | None, file: str = "METADATA") -> None:
        (world.site / name).mkdir()
        if metadata is not None:
            (world.site / name / file).write_text(metadata)

    installed("ruamel.yaml-0.18.6.dist-info", "")
    installed("Big_Name-2.0+cu121.dist-info", "")
    installed("odd-name-1.0_1.dist-info", "Metadata-Version: 2.1\nName: Odd.Name\nVersion: 1.0-1\n\nName: no\n")
    installed("legacy-1.2-py3.11.egg-info", "Name: legacy\nVersion: 1.2\n", "PKG-INFO")
    installed("removed-1.0.dist-info", None)
    installed("~ame-1.0.dist-info", "Name: name\nVersion: 1.0\n")
    installed("twice-1.10.dist-info", "")
    installed("twice-1.9.dist-info", "")
    (world.site / "single-3.egg-info").write_text("Name: single\n")
    assert world.probe().environment.packages == {
        "big-name": "2.0+cu121",
        "legacy": "1.2",
        "odd-name": "1.0-1",
        "ruamel-yaml": "0.18.6",
        "single": "unknown",
        "twice": "1.10, 1.9",
    }


def script(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def test_no_python(world: World, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    found = probe({"PATH": str(empty)}, cwd=world.root, roots=[world.root], locks={"uv.lock": "ab"})
    assert (found.executable, found.editables) == (None, ())
    environment = found.environment
    assert (environment.python, environment.implementation, environment.packages) == (None, None, {})
    assert (environment.gpus, environment.gpu_driver) == ((), None)
    assert environment.locks == {"uv.lock": "ab"}
    assert environment.platform.startswith(os.uname().sysname)
    assert environment.cpu


@pytest.mark.parametrize("text", ["exit 1", "echo hello; echo ledger-probe", "kill -9 $$"])
def test_broken_python(world: World, tmp_path: Path, text: str) -> None:
    script(tmp_path / "bin", "python", text)
    env = {"PATH": f"{tmp_path / 'bin'}:/nowhere"}
    found = probe(env, cwd=world.root, roots=[world.root])
    assert found.executable == tmp_path / "bin" / "python"
    assert found.environment.python is None
    assert check_imports((), env, slot=world.slot, roots=[world.root]) == ()
    with pytest.raises(LedgerError, match="does not run"):
        check_imports([Editable(module="a", path=world.root)], env, slot=world.slot, roots=[world.root])


def test_python_that_hangs(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "PYTHON_TIMEOUT", 0.2)
    script(tmp_path / "bin", "python", "/bin/sleep 60; true")  # the child would keep the pipe open
    assert probe({"PATH": str(tmp_path / "bin")}, cwd=world.root, roots=[]).environment.python is None


def test_python3_where_python_does_not_answer(world: World, tmp_path: Path) -> None:
    script(tmp_path / "bin", "python", "exit 127")
    (world.prefix / "bin" / "python").rename(world.prefix / "bin" / "old")
    (world.prefix / "bin" / "python3").unlink()
    (world.prefix / "bin" / "python3").symlink_to(Path(sys.executable).resolve())
    found = probe({"PATH": f"../bin:{world.prefix / 'bin'}"}, cwd=world.root, roots=[])
    assert found.executable == world.prefix / "bin" / "python3"
    assert found.environment.python == sys.version.split()[0]


def test_graphics_cards(world: World) -> None:
    lines = ("NVIDIA A100, 40GB, 550.54.15", "NVIDIA T4, 550.54.15")
    script(world.prefix / "bin", "nvidia-smi", "\n".join(f"echo '{line}'" for line in lines))
    environment = world.probe().environment
    assert (environment.gpus, environment.gpu_driver) == (("NVIDIA A100, 40GB", "NVIDIA T4"), "550.54.15")


def test_graphics_driver_that_is_not_loaded(world: World) -> None:
    script(world.prefix / "bin", "nvidia-smi", "echo 'NVIDIA-SMI has failed, it is not running.'; exit 9")
    environment = world.probe().environment
    assert (environment.gpus, environment.gpu_driver) == ((), None)


def test_nothing_is_written(world: World) -> None:
    world.write("alpha/__init__.py", "beta.py")
    world.pth(world.root)
    before = sorted(world.root.parent.rglob("*"))
    world.check(world.probe())
    assert sorted(world.root.parent.rglob("*")) == before


def test_the_script_is_python_36() -> None:
    text = environments._script()
    ast.parse(text, feature_version=(3, 6))
    assert text.isascii()
    assert len(text) < 100_000  # Linux takes 128 KiB in one argument


def imported(half: ModuleType) -> set[str]:
    """The modules that one half of the script imports of the standard library, wherever it does."""
    tree = ast.parse(Path(str(half.__file__)).read_text(encoding="utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {str(node.module) for node in tree.body if isinstance(node, ast.ImportFrom)}
    return found


def test_the_first_half_imports_all_that_the_second_does() -> None:
    # from then on `sys.path` is the stages' again, with the user's own `types.py` on it
    assert imported(_probe) <= imported(_installed)
