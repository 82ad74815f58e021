"""The name of a new experiment: as requested or made from the title, and not yet taken."""

from __future__ import annotations

import itertools

from ledger.errors import LedgerError
from ledger.model import names
from ledger.model.experiment import directory
from ledger.repo.ledger import Ledger


def free_name(ledger: Ledger, wanted: str | None, title: str) -> str:
    """The experiment's name. Raises LedgerError if it is taken; the hint is the next free one."""
    name = names.check_name(wanted) if wanted is not None else names.slug(title)
    if not name:
        raise LedgerError(f"no name can be made from the title {title!r}", hint="give one: --name focal-loss")
    _refuse_blocked(ledger)
    taken = _taken(ledger, name)
    if taken is not None:
        others = (names.numbered(name, n) for n in itertools.count(2))
        free = next(other for other in others if _taken(ledger, other) is None)
        raise LedgerError(f"the name {name} is taken by {taken}", hint=f"another one: --name {free}")
    return name


def _taken(ledger: Ledger, name: str) -> str | None:
    """What already has the name; None if it is free."""
    git, folder = ledger.git, directory(name)
    source = ledger.snapshot.source(name)
    if source is not None and source.branch is not None:
        return f"the branch {source.branch.removeprefix('refs/heads/').removeprefix('refs/remotes/')}"
    if source is not None and source.landed:
        return f"{folder}/ on {ledger.snapshot.landed_on}"
    # a tag may hold anything
    if source is not None and not source.archived and git.objects.folder(f"{source.tip}:{folder}"):
        return f"an experiment whose branch is not here (ledger archive {name} --undo brings it back)"
    below = next((ref for ref in ledger.snapshot.refs_of(name) if ref.startswith(f"{ledger.branch_of(name)}/")), None)
    if below is not None:
        return f"the branch {below.removeprefix('refs/heads/')}"
    ref, commit = ledger.snapshot.head
    if commit is not None and git.objects.folder(f"{commit}:{folder}"):
        return f"{folder}/ on {(ref or 'HEAD').removeprefix('refs/heads/')}"
    tags = ledger.snapshot.tags_of(name)
    if tags:
        return f"the tag {next(iter(tags)).removeprefix('refs/tags/')}"
    return f"{folder} in the work tree" if (git.root / folder).exists() else None


def _refuse_blocked(ledger: Ledger) -> None:
    """Refuse where a branch named `exp` leaves no place for branches `exp/…`."""
    prefix = ledger.settings.branch_prefix
    for at in (i for i, character in enumerate(prefix) if character == "/"):
        branch = prefix[:at]
        if ledger.git.has_ref(f"refs/heads/{branch}"):
            raise LedgerError(
                f"the branch {branch} is in the way: git has no place for branches {prefix}NAME beside it",
                hint=f"git branch -m {branch} {branch}-old, or set another `branch_prefix` in ledger.yaml",
            )
