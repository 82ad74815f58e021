"""`ledger site --publish`, at the terminal: what became of the branch, here and on a remote."""

from __future__ import annotations

from pathlib import Path

from ledger.cli import console
from ledger.model.listing import counted
from ledger.model.site import SiteOptions
from ledger.ops.site import publish as publish_site
from ledger.repo.ledger import Ledger


def publish(
    ledger: Ledger,
    branch: str,
    output: Path | None,
    options: SiteOptions,
    *,
    push: bool,
    remote: str | None,
    jobs: int | None,
    json: bool,
) -> int:
    """Publish the site and say what came of it."""
    built, done = publish_site(ledger, branch, output, options, push=push, remote=remote, jobs=jobs)
    if json:
        document = {"branch": done.branch, "commit": done.commit, "changed": done.changed, "pages": built.pages}
        console.answer_json(
            {**document, "remote": done.remote, "sent": done.sent, "unreadable": dict(built.unreadable)}
        )
        return 0
    pages, short = counted(built.pages, "page"), done.commit[:10]
    what = f"{pages} as commit {short}" if done.changed else f"nothing has changed since {short}"
    console.answer(f"{done.branch}: {what}")
    for line in done.said:
        console.say(f"{done.remote}: {line}")
    if done.remote is not None:
        there = "pushed" if done.sent else "has the same pages"
        console.say(f"{done.remote}: {there}")
    elif done.changed:
        console.say(f"it is only in this clone: ledger site --publish {done.branch} --push sends it")
    for name, why in built.unreadable.items():
        console.say(f"warning: {name} cannot be read: {why}")
    return 0
