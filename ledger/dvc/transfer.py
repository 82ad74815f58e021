"""Sending and fetching objects by their hashes, as DVC itself puts them into remotes and into its cache.

What DVC's `push` does beside: it walks commits to find the objects, keeps an index of what it believes a remote to
hold, takes a folder whose list is there for whole, and sends what its cache holds unread. Here the objects are named,
the remote is asked once for those that matter, and nothing is sent whose content is not what its name says.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.dvc import manifests, remote
from ledger.dvc.caches import link
from ledger.dvc.remote import DvcRemote
from ledger.dvc.resolve import silence, words
from ledger.dvc.store import MAX_HASHED, places
from ledger.dvc.work_tree_config import describe
from ledger.errors import LedgerError
from ledger.model.frozen import frozen

# objects with their sizes where these are known
Sizes = Mapping[str, int | None]

# told how many objects have arrived, and how many are to
Progress = Callable[[int, int], None]


@frozen
class MovedObjects:
    """What became of objects: those that were moved with their bytes, those that were there already, and those that
    neither side has, or has whole.
    """

    moved: Mapping[str, int]
    absent: frozenset[str]
    corrupt: frozenset[str]
    already: frozenset[str] = frozenset()


class Transfer:
    """The cache of one repository and its remotes. `dry_run`: only look what there is to do."""

    def __init__(
        self,
        repo: Any,
        default: str | None,
        jobs: int | None,
        *,
        dry_run: bool,
        others: Iterable[Path],
        progress: Progress | None,
    ) -> None:
        self._repo = repo
        self._default = default
        self._progress = progress
        self._jobs = jobs
        self._dry_run = dry_run
        # caches of linked work trees: what is in them alone goes with them
        self._others = tuple(others)
        self._remotes: dict[str | None, DvcRemote] = {}
        # lists that a dry run has read from a remote, and does not keep
        self._read: dict[str, bytes] = {}
        if default is not None:
            remote.require_known(repo, default)

    def remote(self, name: str | None, kept_there: str | None = None) -> DvcRemote:
        """The remote of that name, else the one that was chosen. Raises LedgerError as `remote.opened` does."""
        wanted = name or self._default
        if wanted not in self._remotes:
            self._remotes[wanted] = remote.opened(self._repo, wanted, kept_there=kept_there if name else None)
        return self._remotes[wanted]

    def listing(self, digest: str) -> dict[str, str] | None:
        """The md5s of a folder's files by path; None where its list is not here, or is none that DVC could have made.

        Anybody may have written it: its name must be its hash, and the hashes in it must be hashes.
        """
        path = self._path(digest)
        try:
            data = self._read.get(digest, b"") if path is None or digest in self._read else path.read_bytes()
            return manifests.read(data) if manifests.named(data) == digest else None
        except (OSError, ValueError):
            return None

    def send(self, to: DvcRemote, objects: Set[str], lists: Mapping[str, Collection[str]]) -> MovedObjects:
        """Send what the remote lacks. `lists`: the files of those objects that list a folder.

        A list goes last, and only where all its files are there: what has the list takes the folder for whole.
        Raises LedgerError where the remote fails; what has arrived by then stays there.
        """
        held = {digest: path for digest in objects if (path := self._borrowed(digest)) is not None}
        legacy = {digest for digest, path in held.items() if self._is_legacy(path)}
        there = to.holds(to.store, objects - legacy, jobs=self._jobs) | to.holds(to.legacy, legacy, jobs=self._jobs)
        if to.store.fs.protocol == "local":
            copies = {d: (to.legacy if d in legacy else to.store).oid_to_path(d) for d in there if d in held}
            there -= {d for d, copy in copies.items() if self._is_cut_short(copy, held[d], d)}
        here = {digest: path for digest, path in held.items() if digest not in there}
        corrupt = {digest for digest, path in here.items() if not self._is_whole(path, digest, hashed=True)}
        ready = [digest for digest in here if digest not in corrupt]
        self._add(to, [d for d in ready if d not in lists], legacy)
        whole = there.union(ready)
        complete = {d for d in ready if d in lists and whole.issuperset(lists[d])}
        self._add(to, complete, legacy)
        moved = {d: here[d].stat().st_size for d in ready if d not in lists or d in complete}
        absent = objects - there - here.keys()
        return MovedObjects(moved=moved, absent=frozenset(absent), corrupt=frozenset(corrupt), already=frozenset(there))

    def lacking(self, objects: Sizes) -> dict[str, Path | None]:
        """The objects that the cache does not hold whole, each with the file there that has another content."""
        found: dict[str, Path | None] = {}
        for digest, size in objects.items():
            path = self._borrowed(digest)
            if path is None or not self._is_whole(path, digest, size):
                found[digest] = path
        return found

    def fetch(self, source: DvcRemote, lacking: Mapping[str, Path | None], sizes: Sizes) -> MovedObjects:
        """Fetch what is lacking into the cache; the remote is asked for that alone.

        Every object is hashed as it arrives. Raises LedgerError where the remote fails; what has arrived stays. A dry
        run reads the lists of folders, so that `listing` knows them, and keeps nothing.
        """
        there = source.holds(source.store, lacking.keys(), jobs=self._jobs)
        old = source.holds_each(source.legacy, lacking.keys() - there, jobs=self._jobs)
        found = there | old
        bad = {digest: path for digest, path in lacking.items() if path is not None}
        if self._dry_run:
            moved = self._looked_at(source, source.store, there, sizes)
            moved |= self._looked_at(source, source.legacy, old, sizes)
        else:
            with _aside([path for digest, path in bad.items() if digest in found]):
                self._put(source, source.store, self._repo.cache.local, sorted(there), verify=True)
                self._put(source, source.legacy, self._repo.cache.legacy, sorted(old), verify=True)
                arrived = {digest: path for digest in found if (path := self._path(digest)) is not None}
            moved = {digest: path.stat().st_size for digest, path in arrived.items()}
        corrupt = (found - moved.keys()) | (bad.keys() - found)
        return MovedObjects(moved=moved, absent=frozenset(lacking.keys() - found - corrupt), corrupt=frozenset(corrupt))

    # --- the cache

    def _path(self, digest: str) -> Path | None:
        # a data set may have a hundred thousand files, so a `Path` is made of those that are there alone
        for store in (self._repo.cache.local, self._repo.cache.legacy):
            path = store.oid_to_path(digest)
            if os.path.isfile(path):  # noqa: PTH113
                return Path(path)
        return None

    def _is_legacy(self, path: Path) -> bool:
        """Whether a file of the cache is where DVC had them before its version 3."""
        return not str(path).startswith(f"{self._repo.cache.local.path}{os.sep}")

    def _is_whole(self, path: Path, digest: str, size: int | None = None, *, hashed: bool = False) -> bool:
        """Whether a file of the cache holds what its name says. `hashed`: read it, whatever is remembered of it."""
        from dvc_data.hashfile.hash import hash_file

        length = path.stat().st_size
        listed = digest.endswith(manifests.SUFFIX)
        if not listed and size is not None and length != size:
            return False
        store = self._repo.cache.legacy if self._is_legacy(path) else self._repo.cache.local
        # DVC protects what it has hashed; a transfer that was cut off has not come to that
        if length > MAX_HASHED and not hashed and not listed and store.is_protected(str(path)):
            return True
        state = None if hashed else store.state
        # told its size, DVC begins no progress bar for a small file
        _, found = hash_file(str(path), store.fs, store.hash_name, state, info=store.fs.info(str(path)))
        return str(found.value).removesuffix(manifests.SUFFIX) == digest.removesuffix(manifests.SUFFIX)

    def _borrowed(self, digest: str) -> Path | None:
        """The file of an object, taken over where only a linked work tree has it in a cache of its own."""
        path = self._path(digest)
        if path is not None or not self._others:
            return path
        own = places(Path(self._repo.cache.legacy.path), digest)
        found = (pair for other in self._others for pair in zip(places(other, digest), own, strict=True))
        source, target = next((pair for pair in found if pair[0].is_file()), (None, own[0]))
        if source is None:
            return None
        target.parent.mkdir(parents=True, exist_ok=True)
        link(source, target)
        return target

    # --- the remote

    def _looked_at(self, at: DvcRemote, store: Any, digests: Set[str], sizes: Sizes) -> dict[str, int]:
        """The objects that would arrive with their bytes, where these are known, the lists of folders read."""

        def read(digest: str) -> bytes:
            return bytes(store.fs.fs.cat_file(store.oid_to_path(digest)))

        lists = sorted(digest for digest in digests if digest.endswith(manifests.SUFFIX))
        with at.asked(), ThreadPoolExecutor(self._jobs or 8) as pool:
            found = dict(zip(lists, pool.map(read, lists), strict=True))
        whole = {digest: data for digest, data in found.items() if manifests.named(data) == digest}
        self._read |= whole
        moved = {digest: len(data) for digest, data in whole.items()}
        for digest in digests - found.keys():
            size = sizes.get(digest)
            if size is None and store.fs.protocol == "local":
                size = Path(store.oid_to_path(digest)).stat().st_size
            moved[digest] = size or 0
        return moved

    def _is_cut_short(self, copy: str, own: Path, digest: str) -> bool:
        """Whether a remote that is a folder has another length of an object than the cache, which has it whole."""
        return own.stat().st_size != Path(copy).stat().st_size and self._is_whole(own, digest, hashed=True)

    def _add(self, to: DvcRemote, digests: Collection[str], legacy: Collection[str]) -> None:
        if not self._dry_run:
            new = [digest for digest in digests if digest not in legacy]
            self._put(to, self._repo.cache.local, to.store, new)
            self._put(to, self._repo.cache.legacy, to.legacy, [digest for digest in digests if digest in legacy])

    def _put(self, at: DvcRemote, source: Any, target: Any, digests: Collection[str], *, verify: bool = False) -> None:
        """Have DVC copy objects, each under another name until it is whole. Raises LedgerError where one fails."""
        if not digests:
            return
        failures: list[BaseException] = []
        paths = [source.oid_to_path(digest) for digest in digests]
        with at.asked():
            target.add(
                paths,
                source.fs,
                list(digests),
                check_exists=False,
                verify=verify,
                batch_size=self._jobs,
                callback=_counting(self._progress, len(digests)),
                on_error=lambda _, error: failures.append(error),
            )
        if failures:
            raise at.fails(failures[0])


@contextmanager
def opened(
    root: Path,
    *,
    main_root: Path,
    others: Iterable[Path] = (),
    default: str | None = None,
    jobs: int | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Iterator[Transfer]:
    """DVC at `root`, a work tree, for transfers; `main_root` is the same place in the main work tree.

    `others` are the caches of linked work trees, `default` the remote instead of the configured one. Raises
    LedgerError where DVC cannot read its configuration, or there is no such remote in it.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    with silence():
        cache = describe(root, main_root=main_root).cache
        try:
            repo = Repo(str(root), config={"cache": {"dir": str(cache)}})
        except DvcException as error:
            raise LedgerError(f"DVC cannot open this work tree: {words(error)}", hint="dvc status says more") from None
        with repo:
            # where a work tree has a cache of its own, what was trained in slots is in the main one
            known = others if root == main_root else [describe(main_root, main_root=main_root).cache, *others]
            own = dict.fromkeys(at.resolve() for at in known if at.resolve() != cache)
            yield Transfer(repo, default, jobs, dry_run=dry_run, others=own, progress=progress)


def _counting(progress: Progress | None, total: int) -> Any:
    """What DVC tells of every object that has arrived."""
    from dvc.fs.callbacks import Callback

    def tell(_: int, value: int, **__: object) -> None:
        if progress is not None:
            progress(value, total)

    return Callback(size=total, hooks={"ledger": tell})


@contextmanager
def _aside(paths: Iterable[Path]) -> Iterator[None]:
    """Put corrupt files out of the way; those that nothing has replaced are put back."""
    moved = {path: path.with_name(f"{path.name}.corrupt") for path in paths}
    for path, to in moved.items():
        path.replace(to)
    try:
        yield
    finally:
        for path, to in moved.items():
            if path.exists():
                to.unlink()
            else:
                to.replace(path)
