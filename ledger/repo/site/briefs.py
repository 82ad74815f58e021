"""All experiments in brief, from the index, with the dates of their verdicts from their histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from ledger.analysis.site.brief import Brief
from ledger.git.git_object import GitObject
from ledger.model.experiment import DIRECTORY
from ledger.model.names import shortened
from ledger.repo import histories
from ledger.repo.ledger import Ledger

# so far back from its tip a branch is looked at; an older verdict has no date
_ROUNDS: Final = 200


def read(ledger: Ledger) -> tuple[Brief, ...]:
    """Every experiment that can be read, the latest made first."""
    found = ledger.index.briefs()
    concluded = _concluded(ledger, [one.name for one in found if one.outcome or one.found])
    return tuple(
        replace(one, title=shortened(one.title), author=shortened(one.author), concluded=concluded.get(one.name))
        for one in found
    )


def _concluded(ledger: Ledger, names: Sequence[str]) -> dict[str, datetime]:
    """When the verdicts of these were committed: by their branches, of those that have none by main's history."""
    sources = ledger.snapshot.sources
    tips = {name: sources[name].tip for name in names if sources[name].tree is None}
    commits = histories.verdict_commits(ledger.git.objects, tips, rounds=_ROUNDS)
    found = {name: _authored(commit) for name, commit in commits.items()}
    landed = {name for name in names if sources[name].tree is not None}
    return {**found, **_on_main(ledger, landed)} if landed else found


def _on_main(ledger: Ledger, names: set[str]) -> Mapping[str, datetime]:
    """When the verdicts of what has landed came to the main branch, or were changed there last."""
    found: dict[str, datetime] = {}
    asked = ("--format=%x01%aI", "--name-only", "--no-renames", "-m", "--first-parent", "-z")
    text = ledger.git.text("log", *asked, ledger.snapshot.main_tip or "HEAD", "--", f":(glob){DIRECTORY}/*/verdict.md")
    for commit in text.split("\1")[1:]:
        date, *paths = commit.replace("\n", "\0").split("\0")
        for path in filter(None, paths):
            name = path.split("/")[1]
            if name in names:
                found.setdefault(name, datetime.fromisoformat(date))
    return found


def _authored(commit: GitObject) -> datetime:
    """The author's date, in the time zone that it was written in."""
    line = next(line for line in commit.data.split(b"\n") if line.startswith(b"author "))
    seconds, zone = line.rsplit(b" ", 2)[-2:]
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])) * (-1 if zone.startswith(b"-") else 1)
    return datetime.fromtimestamp(int(seconds), UTC).astimezone(timezone(offset))
