"""What the tags of an experiment hold: its runs, and in them the trial commits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from ledger.errors import FormatError
from ledger.model import trial as trials
from ledger.model.experiment import directory
from ledger.model.formats import trailers
from ledger.model.frozen import frozen
from ledger.model.trial import Trial
from ledger.repo.ledger import Ledger
from ledger.repo.sources import TIP, TRIALS_OF

_SHORT = re.compile(r"[0-9a-f]{7,40}")


@frozen
class Run:
    """A tag with the commit that it holds, whose tree is the branch's after the run. `last`: its latest start."""

    name: str
    commit: str
    last: datetime | None


@frozen
class Held:
    """The trial commits by trial id, the runs, and what is strange about the tags."""

    commits: dict[str, tuple[str, ...]]
    runs: tuple[Run, ...]
    strange: tuple[str, ...]


def held_by_tags(ledger: Ledger, name: str) -> Held:
    """What the tags `ledger/NAME/…` hold."""
    objects = ledger.git.objects
    commits: dict[str, list[str]] = {}
    runs: list[Run] = []
    strange: list[str] = []
    for ref in ledger.snapshot.tags_of(name):
        tag = ref.removeprefix("refs/tags/")
        if (objects.tag_message(ref) or "").startswith(TIP):
            continue
        target = objects.read(f"{ref}^{{commit}}")
        if target is None:
            strange.append(f"the tag {tag} names no commit that is here")
            continue
        short = tag.rsplit("/", 1)[-1]
        if _SHORT.fullmatch(short) and not target.oid.startswith(short):
            strange.append(f"the tag {tag} was moved: it names the commit {target.oid[:10]}")
        starts = []
        found = list(_trial_commits(ledger, target.oid))
        for trial_id, commit in found:
            if trial_id is None:
                strange.append(f"the tag {tag} holds the commit {commit[:10]}, which is no trial")
            elif commit not in commits.setdefault(trial_id, []):
                commits[trial_id].append(commit)
            started = None if trial_id is None else _started(ledger, name, trial_id, commit)
            starts += [] if started is None else [started]
        if objects.message(target.oid).startswith(TRIALS_OF):
            runs.append(Run(name=tag, commit=target.oid, last=max(starts, default=None)))
    return Held(
        commits={trial: tuple(found) for trial, found in commits.items()}, runs=tuple(runs), strange=tuple(strange)
    )


def _trial_commits(ledger: Ledger, commit: str) -> Iterator[tuple[str | None, str]]:
    """The trial commits below a commit with their trial ids, None for what is no trial commit."""
    pending, seen = [commit], set()
    while pending:
        at = pending.pop()
        if at in seen:
            continue
        seen.add(at)
        if ledger.git.objects.read(at) is None:
            # a shallow clone has the tag and not the trials
            continue
        message = ledger.git.objects.message(at)
        trial = trailers.value(message, trailers.TRIAL)
        if trial is None and message.startswith(TRIALS_OF):
            pending += ledger.git.objects.parents(at)
        else:
            yield trial, at


def _started(ledger: Ledger, name: str, trial_id: str, commit: str) -> datetime | None:
    text = ledger.git.objects.text(commit, f"{directory(name)}/trials/{trial_id}.yaml")
    try:
        return None if text is None else trials.loads(text).started
    except FormatError:
        return None


def ended(trial: Trial) -> datetime:
    """When a trial had ended at the latest, by what its record says."""
    return trial.started + timedelta(seconds=trial.seconds or 0)
