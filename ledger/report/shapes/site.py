"""A built site, and one that was published, as JSON."""

from __future__ import annotations

from ledger.model.site import Built, Published


def built(done: Built) -> dict[str, object]:
    """What was built."""
    pages = {"folder": str(done.folder), "pages": done.pages, "written": done.written, "removed": done.removed}
    return {**pages, "unreadable": dict(done.unreadable)}


def published(site: Built, done: Published) -> dict[str, object]:
    """What became of the branch, here and on a remote."""
    here = {"branch": done.branch, "commit": done.commit, "changed": done.changed, "pages": site.pages}
    return {**here, "remote": done.remote, "sent": done.sent, "unreadable": dict(site.unreadable)}
