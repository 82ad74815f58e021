"""What `ledger site` says of the site that it has built, or put on a branch."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.model.listing import counted
from ledger.model.site import Built, Published
from ledger.report.changes import Told
from ledger.report.numbers import seconds


def built(done: Built, *, took: float, since: str | None, seen: str | None) -> Told:
    """What was built in this many seconds. `seen`: the folder, where git would take it into a commit."""
    changed = f"{counted(done.written, 'file')} new or changed" if done.written else "nothing has changed"
    notes = [*_unreadable(done)]
    if since is not None and not done.experiments:
        notes.append(f"warning: no experiment was made or concluded since {since}")
    if seen is not None:
        notes.append(f"note: git sees {seen}; to keep it out of commits: echo '{seen}' >> .git/info/exclude")
    pages = counted(done.pages, "page")
    return Told(answer=f"{done.folder / 'index.html'}: {pages}, {changed}, in {seconds(took)}", notes=tuple(notes))


def published(site: Built, done: Published) -> Told:
    """What became of the branch, here and on a remote."""
    pages, short = counted(site.pages, "page"), done.commit[:10]
    what = f"{pages} as commit {short}" if done.changed else f"nothing has changed since {short}"
    notes = [f"{done.remote}: {line}" for line in done.said]
    if done.remote is not None:
        notes.append(f"{done.remote}: {'pushed' if done.sent else 'has the same pages'}")
    elif done.changed:
        notes.append(f"it is only in this clone: ledger site --publish {done.branch} --push sends it")
    return Told(answer=f"{done.branch}: {what}", notes=(*notes, *_unreadable(site)))


def _unreadable(done: Built) -> Iterator[str]:
    return (f"warning: {name} cannot be read: {why}" for name, why in done.unreadable.items())
