"""The DVC data of experiments, to and from a remote: the objects that their records name, and no others.

Objects go into DVC's cache alone. Nothing is laid out in a work tree, and nothing of a branch is executed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.dvc.definitions import dvc_folder
from ledger.dvc.manifests import SUFFIX
from ledger.errors import LedgerError
from ledger.git import work_trees
from ledger.model.experiment import Experiment
from ledger.model.pipeline import inside
from ledger.model.transfer import Absent, DataTransfer
from ledger.repo.ledger import Ledger
from ledger.repo.sharing.named import Named, Naming
from ledger.repo.trust.configuration import require_configuration

if TYPE_CHECKING:
    from ledger.dvc.transfer import MovedObjects, Transfer


def push_data(
    ledger: Ledger, experiments: Iterable[Experiment], remote: str | None, jobs: int | None, *, dry_run: bool = False
) -> DataTransfer:
    """Send what the records of the experiments name to DVC's remote, and say what could not be had.

    `remote`: instead of the default one; an output that dvc.yaml keeps in a remote of its own goes there, and one with
    `push: false` nowhere. `jobs`: how many at a time, DVC's own number where None. `dry_run`: nothing is sent; the
    answer says what would be. Raises LedgerError where there is no such remote or it fails; what has arrived by then
    stays, and another call goes on from there. Raises it too where the DVC configuration that is checked out came from
    somebody else (`trust/configuration.py`).
    """
    wanted = [one for one in _named(ledger, experiments) if one.pushed]
    return _transferred(ledger, wanted, remote, jobs, dry_run=dry_run, push=True)


def pull_data(
    ledger: Ledger, experiments: Iterable[Experiment], remote: str | None, jobs: int | None, *, dry_run: bool = False
) -> DataTransfer:
    """Fetch what the records of the experiments name into DVC's cache; otherwise as `push_data`.

    A `dry_run` reads the lists of folders from the remote and does not keep them. Raises LedgerError too where the
    remote is a folder that does not exist.
    """
    return _transferred(ledger, _named(ledger, experiments), remote, jobs, dry_run=dry_run, push=False)


def fetched(
    ledger: Ledger, wanted: Sequence[Named], remote: str | None = None, *, dry_run: bool = False
) -> DataTransfer:
    """Fetch outputs of trials into DVC's cache; otherwise as `pull_data`."""
    return _transferred(ledger, wanted, remote, None, dry_run=dry_run, push=False)


def _named(ledger: Ledger, experiments: Iterable[Experiment]) -> list[Named]:
    naming = Naming(ledger)
    return [one for experiment in experiments for one in naming.of(experiment)]


def _transferred(
    ledger: Ledger, wanted: Sequence[Named], remote: str | None, jobs: int | None, *, dry_run: bool, push: bool
) -> DataTransfer:
    if not wanted and remote is None:
        # DVC is slow to import, and a project may have nothing but what git holds
        return DataTransfer()
    require_configuration(ledger)
    from ledger.dvc.transfer import opened
    from ledger.dvc.work_tree_config import own_cache

    try:
        folder = dvc_folder(ledger.git.objects.files("HEAD"), ledger.git)
    except LedgerError as error:
        # the branch that is checked out may know nothing of DVC, and the experiments' do
        hint = f"git switch to a branch with DVC's configuration, or {error.hint}; or leave the data: --no-data"
        raise LedgerError(error.message, hint=hint) from None
    main, *linked = (tree.path / folder for tree in work_trees.listed(ledger.git))
    others = [cache for cache in map(own_cache, linked) if (cache / "files").is_dir()]
    by_remote: dict[str | None, list[Named]] = {}
    for one in wanted:
        by_remote.setdefault(one.remote, []).append(one)
    with opened(
        Path(ledger.git.root, folder),
        main_root=main,
        others=others,
        default=remote,
        jobs=jobs,
        dry_run=dry_run,
        progress=ledger.moving,
    ) as transfer:
        return _together([_Share(transfer, name, some, push=push) for name, some in by_remote.items()])


class _Share:
    """What one remote has its part in."""

    def __init__(self, transfer: Transfer, name: str | None, wanted: Sequence[Named], *, push: bool) -> None:
        self._transfer = transfer
        self._name = name
        self._wanted = wanted
        self._push = push
        self.remotes: set[str] = set()
        self.made: set[str] = set()
        self.moved: list[MovedObjects] = []
        sizes = {one.digest: one.size for one in wanted}
        self._lists: dict[str, int | None] = {digest: None for digest in sizes if digest.endswith(SUFFIX)}
        files = {digest: size for digest, size in sizes.items() if digest not in self._lists}
        # to name the files of a folder takes its list
        brought = self._fetched(self._lists)
        self._unlisted = brought.absent
        self._members = {digest: transfer.listing(digest) for digest in self._lists}
        for one in wanted:
            files |= dict.fromkeys((md5 for _, md5 in self._files(one)), None) if one.digest in self._lists else {}
        if push:
            self.moved = [self._sent({*files, *(d for d in self._lists if self._members[d] is not None)})]
        else:
            self.moved = [brought, self._fetched(files)]

    def absent(self) -> Iterator[Absent]:
        """The files that could not be had, with the trials that name them."""
        absent = {digest for moved in self.moved for digest in moved.absent}
        corrupt = {digest for moved in self.moved for digest in moved.corrupt}
        for one in self._wanted:
            if not one.pushed:
                continue
            listed = one.digest in self._lists and self._members[one.digest] is None
            files = [(one.path, one.digest)] if listed else self._files(one)
            for path, digest in files:
                if listed or digest in absent or digest in corrupt:
                    bad = digest not in self._unlisted if listed else digest in corrupt
                    yield Absent(trial=one.trial, path=path, digest=digest, corrupt=bad)

    def _files(self, one: Named) -> list[tuple[str, str]]:
        """The files of an output or input with their md5s, as far as they are known."""
        if one.digest not in self._lists:
            return [(one.path, one.digest)]
        members = (self._members[one.digest] or {}).items()
        # a list is sent with all its files: what has the list takes the folder for whole
        within = "" if self._push else one.within
        return [(f"{one.path}/{name}", md5) for name, md5 in members if inside(name, within)]

    def _fetched(self, objects: dict[str, int | None]) -> MovedObjects:
        from ledger.dvc.transfer import MovedObjects

        lacking = self._transfer.lacking(objects)
        already = frozenset(objects.keys() - lacking)
        if not lacking:
            return MovedObjects(moved={}, absent=frozenset(), corrupt=frozenset(), already=already)
        remote = self._transfer.remote(self._name, self._wanted[0].path)
        self.remotes.add(remote.name)
        if not self._push:
            remote.require()
        got = self._transfer.fetch(remote, lacking, objects)
        return MovedObjects(moved=got.moved, absent=got.absent, corrupt=got.corrupt, already=already)

    def _sent(self, objects: set[str]) -> MovedObjects:
        remote = self._transfer.remote(self._name, self._wanted[0].path)
        self.remotes.add(remote.name)
        lists = {d: members.values() for d, members in self._members.items() if members is not None}
        lost = remote.lost
        sent = self._transfer.send(remote, objects, lists)
        if lost and sent.moved:
            self.made.add(f"{remote.name} ({remote.url})")
        return sent


def _together(shares: Sequence[_Share]) -> DataTransfer:
    moved = [one for share in shares for one in share.moved]
    absent = {one for share in shares for one in share.absent()}
    return DataTransfer(
        objects=sum(len(one.moved) for one in moved),
        bytes=sum(sum(one.moved.values()) for one in moved),
        already=sum(len(one.already) for one in moved),
        absent=tuple(sorted(absent, key=lambda one: (one.trial, one.path))),
        remotes=tuple(sorted({name for share in shares for name in share.remotes})),
        made=tuple(sorted({name for share in shares for name in share.made})),
    )
