"""What came of publishing a site."""

from __future__ import annotations

from ledger.model.frozen import frozen


@frozen
class Published:
    """A site on a branch, as its one commit: `changed` where the branch had another or none.

    `remote`: the name of the remote that it is on, None where it was not to go there; `sent`: it had another or none.
    `said`: what the remote's host told.
    """

    branch: str
    commit: str
    changed: bool
    remote: str | None = None
    sent: bool = False
    said: tuple[str, ...] = ()
