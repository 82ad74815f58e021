"""The guard against imports from the user's tree, with real interpreters."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from interpreters import World, make_world

from ledger.machine.environment import Editable, Misdirected, check_imports, probe, twin_pythonpath


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
