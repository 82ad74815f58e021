"""What `ledger site` says of the site that it has built."""

from __future__ import annotations

from ledger.cli import console
from ledger.model.listing import counted
from ledger.ops.site import Built
from ledger.report.numbers import seconds


def answer(built: Built, *, took: float, since: str | None, seen: str | None, json: bool) -> int:
    """What was built in so many seconds, and what one should know of it. Returns the exit code.

    `seen`: the folder, where git would take it into a commit.
    """
    if json:
        console.answer_json(
            {
                "folder": str(built.folder),
                "pages": built.pages,
                "written": built.written,
                "removed": built.removed,
                "unreadable": dict(built.unreadable),
            }
        )
        return 0
    changed = f"{counted(built.written, 'file')} new or changed" if built.written else "nothing has changed"
    console.answer(f"{built.folder / 'index.html'}: {counted(built.pages, 'page')}, {changed}, in {seconds(took)}")
    for name, why in built.unreadable.items():
        console.say(f"warning: {name} cannot be read: {why}")
    if since is not None and not built.experiments:
        console.say(f"warning: no experiment was made or concluded since {since}")
    if seen is not None:
        console.say(f"note: git sees {seen}; to keep it out of commits: echo '{seen}' >> .git/info/exclude")
    return 0
