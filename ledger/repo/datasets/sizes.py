"""How large a part of a data set is, from what its pointer says and the caches hold."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.dvc.store import Store
from ledger.model.formats.lockfile import Pinned


def size_of(store: Store, whole: Pinned | None, before: Mapping[str, str], after: Mapping[str, str]) -> int | None:
    """The bytes of the files `after`, made of those `before`, whose pin is `whole`; None where one is in no cache here.

    The fewer files are asked for: those that went and came, or all that are there.
    """
    gone = [content for path, content in before.items() if after.get(path) != content]
    came = [content for path, content in after.items() if before.get(path) != content]
    if whole is not None and whole.size is not None and len(gone) + len(came) < len(after):
        less, more = store.size(gone), store.size(came)
        return None if less is None or more is None else whole.size - less + more
    return store.size(after.values())
