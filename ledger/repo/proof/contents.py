"""What git, `.dvc` files or DVC's cache hold at the paths that locks pin, as the md5s that DVC may have given it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import PurePosixPath

from ledger.analysis.witness import Content
from ledger.dvc import manifests
from ledger.dvc.blobs import Blob, digests
from ledger.dvc.store import Store
from ledger.git import attributes, submodules
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.git.objects import Objects
from ledger.model.pipeline import inside
from ledger.repo.proof.trees import Tree

_FILTERS = "filters of .gitattributes change files on their way out of git"


class Contents:
    """Looks into commits; each blob is hashed once."""

    def __init__(self, git: Git, store: Store) -> None:
        self._git = git
        self._store = store
        self._blobs: dict[str, Blob] = {}
        # by the `.gitattributes` of a commit: whether git changes the file at a path
        self._changed: dict[tuple[tuple[str, Entry], ...], dict[str, bool]] = {}
        # of the files in submodules
        self._readers: dict[str, Objects] = {}

    def of(self, tree: Tree) -> dict[str, Content]:
        """What git, `.dvc` files or the cache hold at the paths that the locks pin, where that is known."""
        paths = dict.fromkeys(path for stage in tree.locks.values() for path in (*stage.dependencies, *stage.outputs))
        with ExitStack() as readers:
            closed: Mapping[str, str] = {}
            if any(inside(path, at) or inside(at, path) for path in paths for at in tree.code.submodules):
                tree, closed = self._with_submodules(tree, readers)
            filtered = self.filtered(tree, [path for path in paths if path in tree.files])
            found = {path: self._content(tree, path, filtered) for path in paths}
            for path in paths:
                doubt = next((why for at, why in closed.items() if inside(path, at) or inside(at, path)), None)
                if doubt is not None:
                    found[path] = Content(md5s=frozenset(), doubt=doubt)
        return {path: content for path, content in found.items() if content is not None}

    def _with_submodules(self, tree: Tree, readers: ExitStack) -> tuple[Tree, Mapping[str, str]]:
        """The tree with the files of submodules, and by its path why those of another submodule cannot be looked at."""
        files, closed = dict(tree.files), {}
        for one in submodules.of_commit(self._git, tree.code.commit, tree.code.submodules):
            if one.store is None:
                where = "at that commit" if one.cloned else "checked out"
                closed[one.path] = (
                    f"the submodule {one.path} is not {where} here (git submodule update --init --recursive)"
                )
                continue
            reader = readers.enter_context(closing(submodules.objects(one.store)))
            inner = reader.files(one.commit)
            if any(PurePosixPath(path).name == ".gitattributes" for path in inner):
                closed[one.path] = _FILTERS
            else:
                files.pop(one.path, None)
                files |= {f"{one.path}/{path}": entry for path, entry in inner.items()}
                self._readers |= {entry.oid: reader for entry in inner.values()}
        return replace(tree, files=files), closed

    def _content(self, tree: Tree, path: str, filtered: frozenset[str]) -> Content | None:
        entry = tree.files.get(path)
        if entry is not None:
            blob = self._blob(entry)
            return replace(blob, doubt=blob.doubt or _FILTERS, filtered=True) if path in filtered else blob
        if path in tree.data:
            digest = tree.data[path].md5
            return None if digest is None else Content(md5s=frozenset({digest}))
        made = {at: pin for stage in tree.locks.values() for at, pin in stage.outputs.items()}
        for folder, pin in [*tree.data.items(), *made.items()]:
            if folder != path and inside(path, folder) and pin.md5 is not None and pin.md5.endswith(manifests.SUFFIX):
                return self._within(pin.md5, path.removeprefix(f"{folder}/"))
        below = {p.removeprefix(f"{path}/"): e for p, e in tree.files.items() if p.startswith(f"{path}/")}
        members = {name: self._blob(e).plain for name, e in below.items()}
        for at, pin in [*tree.data.items(), *made.items()]:
            if at != path and inside(at, path) and pin.md5 is not None:
                members |= self._store.members(at.removeprefix(f"{path}/"), pin.md5)
        if not members:
            return None
        digest = manifests.digest(members)
        return Content(md5s=frozenset({digest}), doubt="files in it that git ignores count too")

    def _within(self, digest: str, name: str) -> Content:
        """A part of a directory that DVC holds, by the directory's listing."""
        listing = self._store.listing(digest)
        if listing is None:
            return Content(md5s=frozenset(), doubt="the directory that it lies in is not in a cache here")
        if name in listing:
            return Content(md5s=frozenset({listing[name]}))
        below = {p.removeprefix(f"{name}/"): md5 for p, md5 in listing.items() if p.startswith(f"{name}/")}
        return Content(md5s=frozenset({manifests.digest(below)} if below else ()))

    def _blob(self, entry: Entry) -> Blob:
        if entry.is_link or entry.is_submodule:
            return Blob(md5s=frozenset(), plain="", doubt="it is a link or a submodule")
        if entry.oid not in self._blobs:
            self._blobs[entry.oid] = digests(self._readers.get(entry.oid, self._git.objects).held(entry.oid).data)
        return self._blobs[entry.oid]

    def filtered(self, tree: Tree, paths: Sequence[str]) -> frozenset[str]:
        """Those of the paths that git changes on their way in or out, at the commit and in this clone."""
        files = tuple((path, entry) for path, entry in tree.files.items() if path.endswith(".gitattributes"))
        known = self._changed.setdefault(files, {})
        if any(path not in known for path in paths):
            # what is asked of one trial is asked of all, and whatever is asked next lies among this
            pinned = (path for stage in tree.locks.values() for path in (*stage.dependencies, *stage.outputs))
            asked = [path for path in dict.fromkeys((*paths, *pinned)) if path in tree.files and path not in known]
            found = attributes.filtered(self._git, files, asked)
            known.update((path, path in found) for path in asked)
        return frozenset(path for path in paths if known[path])
