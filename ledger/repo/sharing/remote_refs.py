"""What a remote has of experiments: their branches and their tags, by the names that an experiment may have.

Everything else that is there is skipped: it is somebody else's, or has a name that no ledger gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field

from ledger.git import transport
from ledger.git.transport import Remote
from ledger.model.frozen import frozen
from ledger.model.names import NAME
from ledger.repo.ledger import Ledger
from ledger.repo.models.tags import is_model_tag
from ledger.repo.snapshot import Snapshot
from ledger.repo.sources import TAGS

_ID = re.compile(r"[0-9a-f]{7,64}")


@frozen
class RemoteRefs:
    """The commit of each experiment's branch, and its tags by full ref with the objects that they name.

    `strange`: the branches below the prefix of experiments whose names are none of an experiment's. `heads`: all of its
    branches by full ref. `models`: the tags that speak of models.
    """

    branches: Mapping[str, str]
    tags: Mapping[str, Mapping[str, str]]
    strange: tuple[str, ...]
    heads: Mapping[str, str]
    models: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All experiments of which something is there, sorted."""
        return sorted(self.branches.keys() | self.tags.keys())


def tagged_by_ledger(ref: str) -> str | None:
    """The experiment that a tag is of, None where ledger gives no such name."""
    name, _, held = ref.removeprefix(f"{TAGS}/").rpartition("/")
    return name if NAME.fullmatch(name) and _ID.fullmatch(held) else None


def tags_here(snapshot: Snapshot, name: str) -> dict[str, str]:
    """The tags of an experiment that are here, by full ref with the objects that they name."""
    return {ref: oid for ref, oid in snapshot.tags_of(name).items() if tagged_by_ledger(ref) == name}


def unknown(ledger: Ledger, there: RemoteRefs, names: Sequence[str]) -> list[str]:
    """What brings the commits alone that the remote's branches name and that are not here; no ref moves."""
    return [
        ledger.branch_of(name)
        for name in names
        if (at := there.branches.get(name)) is not None and ledger.git.commit(at) is None
    ]


def read(ledger: Ledger, remote: Remote, *, pushing: bool = False) -> RemoteRefs:
    """What the remote has at this moment. Raises LedgerError where it cannot be asked."""
    return sorted_out(
        transport.heads_and_tags(ledger.git, remote, pushing=pushing), f"refs/heads/{ledger.settings.branch_prefix}"
    )


def sorted_out(refs: Mapping[str, str], prefix: str) -> RemoteRefs:
    """Which of the refs are of experiments; `prefix` is that of full refs of their branches."""
    branches: dict[str, str] = {}
    tags: dict[str, dict[str, str]] = {}
    strange = []
    for ref, oid in refs.items():
        if ref.startswith(f"{TAGS}/"):
            tagged = tagged_by_ledger(ref)
            if tagged is not None:
                tags.setdefault(tagged, {})[ref] = oid
        elif ref.startswith(prefix):
            name = ref.removeprefix(prefix)
            if NAME.fullmatch(name):
                branches[name] = oid
            else:
                strange.append(ref.removeprefix("refs/heads/"))
    heads = {ref: oid for ref, oid in refs.items() if ref.startswith("refs/heads/")}
    models = {ref: oid for ref, oid in refs.items() if is_model_tag(ref)}
    return RemoteRefs(branches=branches, tags=tags, strange=tuple(strange), heads=heads, models=models)
