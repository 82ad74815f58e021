"""What a `python` is, and which modules it takes from given folders.

The ledger runs the *text* of `_installed.py` and of this file, as one script, in the interpreter of the pipeline's
stages (`python -c`), where the ledger itself is not installed: standard library only, syntax of Python 3.6 (hence the
quoted annotations), nothing written. A request in JSON comes on standard input, the answer goes to standard output. No
module is imported to be looked at; the finders are asked where it would come from.
"""
# `pathlib` takes too long to import:
# ruff: noqa: PTH110, PTH114, PTH117, PTH118, PTH119, PTH120

import itertools
import json
import os
import site
import sys
import types
from importlib.machinery import all_suffixes

if __name__ != "__main__":
    # in the script its text stands above
    from ledger.machine._installed import Distribution, distributions, editable_project, listed, packages, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.machinery import ModuleSpec

MARK = "ledger-probe:"  # begins the line of the answer; a .pth file or finder may print other things
MANY = 2000  # a folder with more entries holds data and no modules
LAYOUTS = ("src", "lib", "python")  # where projects keep their packages
BUDGET = 10000  # modules and folders looked at below one name


def inside(path: str, folder: str) -> bool:
    """Whether a path is the folder or lies below it; both are absolute, without symbolic links."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def platform_name() -> str:
    """System, kernel series, architecture and C library, such as `Linux-6.1-x86_64-glibc2.36`."""
    system = os.uname()
    parts = [system.sysname, ".".join(system.release.split("-")[0].split(".")[:2]), system.machine]
    try:
        parts.append((os.confstr("CS_GNU_LIBC_VERSION") or "").replace(" ", ""))
    except (AttributeError, ValueError, OSError):
        pass  # not glibc
    return "-".join(part for part in parts if part)


class Search:
    """Asks the interpreter's finders what comes from below `roots`; neither slot nor prefix counts."""

    def __init__(self, roots: "Sequence[str]", slot: "str | None") -> None:
        self.roots = [os.path.realpath(root) for root in roots]
        self.slot = os.path.realpath(slot) if slot else None
        # A virtual environment inside the work tree is not the user's code, nor is a work tree below a prefix
        # (/usr/src/app) installed: the longest folder that holds a path decides.
        places = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
        places.update([os.path.dirname(os.__file__), site.USER_SITE or sys.prefix])
        # virtualenv's `site` lacked this function before version 20
        places.update(getattr(site, "getsitepackages", list)())
        self.installed = [os.path.realpath(place) for place in places]
        self.specs = {}  # type: dict[str, ModuleSpec | None]
        self.budget = BUDGET

    def owned(self, path: str) -> bool:
        """Whether a path lies in the user's work trees."""
        if not os.path.isabs(path):  # what setuptools puts on `sys.path` to trigger its hook
            return False
        real = os.path.realpath(path)
        if self.slot is not None and inside(real, self.slot):
            return False
        root = max([len(folder) for folder in self.roots if inside(real, folder)] or [-1])
        return root >= max([len(folder) for folder in self.installed if inside(real, folder)] or [0])

    def candidates(self, installed: "Iterable[Distribution]") -> "list[str]":
        """Names that may come from below the roots, in the order of `sys.path` where it has the folder."""
        names = []  # type: list[str]
        for entry in sys.path:
            if self.owned(entry):
                names.extend(self.children(entry))
            else:  # `flit install --symlink`
                links = [name for name in listed(entry) if os.path.islink(os.path.join(entry, name))]
                names.extend(_module(name) for name in links if self.owned(os.path.join(entry, name)))
        for distribution in installed:
            project = editable_project(distribution.path)
            if project is not None and self.owned(project):
                names.extend(words(os.path.join(distribution.path, "top_level.txt")))
                for folder in (project, *(os.path.join(project, name) for name in LAYOUTS)):
                    names.extend(self.children(folder))
        for finder in sys.meta_path:
            names.extend(self._redirected(finder))
        return list(dict.fromkeys(name for name in names if name))

    def _redirected(self, finder: object) -> "Iterator[str]":
        # setuptools keeps its tables in the finder's module, hatch, pdm, scikit-build and meson on the finder
        kind = finder if isinstance(finder, type) else type(finder)
        module = sys.modules.get(kind.__module__)
        mapping = getattr(module, "MAPPING", None)
        for holder, attribute in (
            (module, "MAPPING"),
            (module, "NAMESPACES"),
            (finder, "_redirections"),
            (finder, "known_source_files"),
            (finder, "_top_level_modules"),
        ):
            table = getattr(holder, attribute, ())
            if isinstance(table, (dict, set, frozenset, list, tuple)):
                names = {name for name in table if isinstance(name, str)}
                # scikit-build lists every submodule, which its finder then builds
                yield from sorted({n.split(".")[0] for n in names} if attribute == "known_source_files" else names)
        # setuptools' finder also offers the immediate children of what it maps, when the package lacks them
        if isinstance(mapping, dict):
            for name, place in sorted(mapping.items()):
                if isinstance(name, str) and isinstance(place, str) and self.owned(place):
                    yield from (name + "." + child for child in self.children(place))

    def children(self, folder: str, limit: "int | None" = None) -> "list[str]":
        """The names that could be imported from a folder, also folders without `__init__.py`."""
        names = []
        try:
            with os.scandir(folder) as scan:
                entries = list(scan if limit is None else itertools.islice(scan, limit + 1))
            if limit is not None and len(entries) > limit:
                return []
            for entry in entries:
                if entry.is_dir():
                    if not os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                        names.append(entry.name)
                elif _module(entry.name) != entry.name:
                    names.append(_module(entry.name))
        except OSError:
            return []
        private = ("__pycache__", "__init__", "__main__")
        return sorted({name for name in names if name.isidentifier() and name not in private})

    def spec(self, name: str) -> "ModuleSpec | None":
        """Where the interpreter would find a module; what is imported already does not count."""
        if name not in self.specs:
            self.specs[name] = self._spec(name)
        return self.specs[name]

    def _spec(self, name: str) -> "ModuleSpec | None":
        path = None
        parent = name.rpartition(".")[0]
        if parent:
            package = self.spec(parent)
            if package is None or package.submodule_search_locations is None:
                return None
            path = list(package.submodule_search_locations)
            # the finder of a namespace package looks up its parent here
            stub = types.ModuleType(parent)
            stub.__path__ = path
            sys.modules.setdefault(parent, stub)
        for finder in sys.meta_path:
            try:
                spec = finder.find_spec(name, path)
            except Exception:  # a foreign finder may raise anything; the next one is asked
                continue
            if spec is not None:
                return spec
        return None

    def found(self, name: str, depth: int = 0) -> "Iterator[tuple[str, str, str]]":
        """(module, origin, import root) of what comes from the roots; of a namespace, the parts that do."""
        if depth == 0:
            self.budget = BUDGET
        spec = self.spec(name)
        if spec is None:
            return
        locations = list(spec.submodule_search_locations or ())
        if spec.has_location and spec.origin:
            for origin in [spec.origin, *locations]:
                if self.owned(origin):
                    for root in self._import_roots(name, origin):
                        yield name, os.path.realpath(origin), root
                    return
        elif depth < 5:
            for location in locations:
                if self.owned(location):
                    children = self.children(location, min(MANY, self.budget))
                    self.budget -= len(children)
                    for child in children:
                        yield from self.found(name + "." + child, depth + 1)

    def _import_roots(self, name: str, origin: str) -> "list[str]":
        # both what is on the path and what it links to: a link tree (setuptools' strict mode) is in no commit
        roots = []
        for path in (origin, os.path.realpath(origin)):
            if os.path.basename(path).split(".")[0] == "__init__":
                path = os.path.dirname(path)
            last = os.path.dirname(path)
            for _ in name.split("."):
                path = os.path.dirname(path)
            # `package_dir={"a.b": "b"}` may lead out of the tree, a link in site-packages begins outside
            roots += [os.path.realpath(folder) for folder in (path, last) if self.owned(folder)][:1]
        return list(dict.fromkeys(roots))


def _module(name: str) -> str:
    for suffix in sorted(all_suffixes(), key=len, reverse=True):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def _sent(text: str) -> str:
    """Paths travel as UTF-8, whatever the locale makes of them here."""
    return os.fsencode(text).decode("utf-8", "surrogateescape")


def main() -> None:
    """Answers the request `{roots, slot, modules, packages}`."""
    request = json.loads(sys.stdin.buffer.read().decode("ascii"))
    roots = [os.fsdecode(root.encode("utf-8", "surrogateescape")) for root in request["roots"]]
    slot = request["slot"] and os.fsdecode(request["slot"].encode("utf-8", "surrogateescape"))
    installed = distributions()
    search = Search(roots, slot)
    names = dict.fromkeys(search.candidates(installed) + request["modules"])
    answer = {
        "python": sys.version.split()[0].rstrip("+"),
        "implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, sys.implementation.name),
        "platform": platform_name(),
        "packages": packages(installed) if request["packages"] else {},
        "found": [[_sent(part) for part in found] for name in names for found in search.found(name)],
    }
    sys.stdout.write("\n" + MARK + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
