"""What the tags of an experiment hold: its runs, and in them the trial commits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from ledger.analysis.gathered_tags import OddTag, Run, Tags
from ledger.analysis.problems import Kind
from ledger.errors import FormatError
from ledger.git.git import Git
from ledger.git.git_object import GitObject
from ledger.model import trial_file
from ledger.model.experiment import directory
from ledger.model.formats import trailers
from ledger.repo.ledger import Ledger
from ledger.repo.sources import LINE_OF, TIP, TRIALS_OF

_SHORT = re.compile(r"[0-9a-f]{7,40}")


def tags_of(ledger: Ledger, name: str) -> Tags:
    """What the tags `ledger/NAME/…` hold."""
    objects = ledger.git.objects
    commits: dict[str, list[str]] = {}
    records: dict[str, str] = {}
    runs: list[Run] = []
    odd: list[OddTag] = []
    for ref in ledger.snapshot.tags_of(name):
        tag = ref.removeprefix("refs/tags/")
        if (objects.tag_message(ref) or "").startswith((TIP, LINE_OF)):
            continue
        target = objects.read(f"{ref}^{{commit}}")
        if target is None:
            odd.append(OddTag(kind=Kind.TAG_OF_NOTHING, tag=tag))
            continue
        short = tag.rsplit("/", 1)[-1]
        if _SHORT.fullmatch(short) and not target.oid.startswith(short):
            odd.append(OddTag(kind=Kind.TAG_MOVED, tag=tag, commit=target.oid))
        starts = []
        found = list(_trial_commits(ledger.git, target.oid))
        objects.ahead(f"{commit}:{path}" for _, commit in found for path in _folders(name))
        for trial_id, commit in found:
            if trial_id is None:
                odd.append(OddTag(kind=Kind.TAG_OF_NO_TRIAL, tag=tag, commit=commit))
            elif commit not in commits.setdefault(trial_id, []):
                commits[trial_id].append(commit)
            record = None if trial_id is None else objects.at(commit, f"{directory(name)}/trials/{trial_id}.yaml")
            if record is not None and record.kind == "blob":
                records[commit] = record.oid
                started = _started(record)
                starts += [] if started is None else [started]
        if objects.message(target.oid).startswith(TRIALS_OF):
            held_here = frozenset(commit for _, commit in found)
            runs.append(Run(name=tag, commit=target.oid, last=max(starts, default=None), trials=held_here))
    held = {trial: tuple(found) for trial, found in commits.items()}
    return Tags(commits=held, records=records, runs=tuple(runs), odd=tuple(odd))


def _folders(name: str) -> tuple[str, ...]:
    """The folders of a trial's commit in which its record, its environment and its results are."""
    own = directory(name)
    return "", own.partition("/")[0], own, f"{own}/trials", f"{own}/environments"


def _trial_commits(git: Git, commit: str) -> Iterator[tuple[str | None, str]]:
    """The trial commits below a commit with their trial ids, None for what is not a trial commit."""
    pending, seen = [commit], set()
    while pending:
        at = pending.pop()
        if at in seen:
            continue
        seen.add(at)
        if git.objects.read(at) is None:
            # a shallow clone has the tag and not the trials
            continue
        message = git.objects.message(at)
        trial = trailers.value(message, trailers.TRIAL)
        if trial is None and message.startswith(TRIALS_OF):
            parents = git.objects.parents(at)
            git.objects.ahead(parents)
            pending += parents
        else:
            yield trial, at


def _started(record: GitObject) -> datetime | None:
    try:
        return trial_file.loads(record.data.decode("utf-8", errors="replace")).started
    except FormatError:
        return None
