"""The groups of a data set, as a plan says how it is grouped: by addition, by folder, or by a table."""

from __future__ import annotations

from ledger.analysis.datasets import additions, groups
from ledger.analysis.datasets.additions import History
from ledger.analysis.datasets.groups import Groups
from ledger.dvc.store import ObjectState, Store
from ledger.errors import FormatError, LedgerError, NotHere
from ledger.git.git import Git
from ledger.model.data_change import Grouping
from ledger.model.formats import group_table
from ledger.model.pipeline import inside
from ledger.repo.datasets import held
from ledger.repo.datasets.listings import Forged
from ledger.repo.datasets.versions import DataVersion


def by_addition(versions: tuple[DataVersion, ...], history: History) -> Groups:
    """Every file's addition, named as the version that brought or last changed it."""
    last = additions.last(history)
    titles = {version.name: f"{version.subject} ({version.date:%Y-%m-%d})" for version in versions}
    return groups.grouped({path: versions[number].name for path, number in last.items()}, titles)


def by_paths(git: Git, store: Store, commit: str, path: str, files: dict[str, str], grouping: Grouping) -> Groups:
    """The groups by folder, or by a table as the commit has it."""
    if grouping.is_pattern:
        return groups.by_folder(files, grouping.by)
    table = _table(git, store, commit, grouping)
    found = groups.by_table(files, table, folder=path)
    if set(found.sizes) == {groups.NONE}:
        raise LedgerError(
            f"{grouping.by} names no file of {path}, such as {min(files)}",
            hint=f"its column {grouping.path!r} must hold paths in {path}, or in the repository",
        )
    return found


def table_name(git: Git, commit: str, grouping: Grouping) -> str:
    """What names the content of the table at a commit: the id or md5 of what holds it, "" where nothing does."""
    found = held.held_at(git, commit, grouping.by) or _around(git, commit, grouping.by)
    return "" if found is None else found.content


def _table(git: Git, store: Store, commit: str, grouping: Grouping) -> dict[str, str]:
    data = _bytes(git, store, commit, grouping.by)
    try:
        return group_table.parse(grouping.by, data, path=grouping.path or "", group=grouping.group or "")
    except FormatError as error:
        raise LedgerError(f"the table of groups {grouping.by} at {commit[:10]}: {error}") from None


def _bytes(git: Git, store: Store, commit: str, path: str) -> bytes:
    found = held.held_at(git, commit, path)
    if found is not None and found.pin is None and not found.is_folder:
        return git.objects.held(found.content).data
    around = found if found is not None and found.pin is not None else _around(git, commit, path)
    if around is None:
        raise LedgerError(
            f"the table of groups {path} is not held at {commit[:10]}", hint=f"git add {path} && git commit"
        )
    digest = store.digest_at(path, {around.path: around.content})
    data = None if digest is None else store.sound(digest)
    if digest is not None and store.state(digest, None) is ObjectState.CORRUPT:
        raise Forged(f"the table of groups {path}", digest)
    if data is None:
        raise NotHere(f"the table of groups {path} is in no cache here", hint=f"dvc fetch {around.path}")
    return data


def _around(git: Git, commit: str, path: str) -> held.Held | None:
    """The data set of DVC's that a path lies in."""
    return next((one for at, one in held.pins_at(git, commit).items() if inside(path, at)), None)
