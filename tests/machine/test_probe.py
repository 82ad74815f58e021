"""The probe of the environment that stages run in, with real interpreters."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest
from interpreters import World

from ledger.errors import LedgerError
from ledger.machine import _installed, _probe
from ledger.machine import environment as environments
from ledger.machine.environment import Editable, check_imports, probe


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
