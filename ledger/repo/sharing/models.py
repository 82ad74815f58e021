"""The tags of models, to and from a remote: with the experiment that a version comes from there, all of them here.

Who has which stage follows from all tags of a model together, so that what comes is never a part of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model.frozen import frozen
from ledger.repo.models import tags
from ledger.repo.sharing.remote_refs import RemoteRefs

_PREFIX = "refs/tags/"


def of_experiments(git: Git, names: Collection[str]) -> dict[str, dict[str, str]]:
    """The tags here that `promote` made of versions from these experiments, by full ref with the objects they name."""
    found: dict[str, dict[str, str]] = {}
    for tag in tags.read(git):
        if tag.experiment is not None and tag.experiment in names:
            found.setdefault(tag.experiment, {})[f"{_PREFIX}{tag.tag}"] = tag.oid
    return found


def experiments(git: Git) -> set[str]:
    """The experiments that model tags here name."""
    return {tag.experiment for tag in tags.read(git) if tag.experiment is not None}


def require_none_taken(remote: str, there: RemoteRefs, held: Mapping[str, Mapping[str, str]]) -> None:
    """Raise LedgerError where a tag that is here names another object on the remote: two have promoted at a time."""
    for own in held.values():
        clash = next((ref for ref, oid in own.items() if there.models.get(ref, oid) != oid), None)
        if clash is not None:
            tag = clash.removeprefix(_PREFIX)
            raise LedgerError(
                f"{tag} differs on {remote}: somebody promoted at the same time",
                hint=f"git tag -d '{tag}', then ledger pull and promote again: it gets the next number",
            )


@frozen
class Incoming:
    """The model tags that a remote has and that are not here, by short name, and those that are another here."""

    new: tuple[str, ...]
    differ: tuple[str, ...]

    @property
    def refspecs(self) -> list[str]:
        """What brings them."""
        return [f"{_PREFIX}{tag}:{_PREFIX}{tag}" for tag in self.new]


def incoming(git: Git, there: RemoteRefs) -> Incoming:
    """What comes. A tag whose name has no place beside those that are here is skipped."""
    own = tags.refs(git) if there.models else {}
    new = [ref for ref in there.models if ref not in own]
    differ = [ref for ref, oid in there.models.items() if own.get(ref, oid) != oid]
    return Incoming(new=_short(_placed(git, new)), differ=_short(differ))


def _placed(git: Git, new: Sequence[str]) -> list[str]:
    if not any("/" in ref.removeprefix(_PREFIX) for ref in new):
        return list(new)
    known = {*git.refs(_PREFIX.rstrip("/")), *new}
    folders = {"/".join(parts[:count]) for ref in known for parts in [ref.split("/")] for count in range(3, len(parts))}
    return [ref for ref in new if ref not in folders and not _above(ref) & known]


def _above(ref: str) -> set[str]:
    parts = ref.split("/")
    return {"/".join(parts[:count]) for count in range(3, len(parts))}


def _short(refs: Sequence[str]) -> tuple[str, ...]:
    return tuple(ref.removeprefix(_PREFIX) for ref in refs)
