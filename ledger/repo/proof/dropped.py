"""Results that the record once held and no longer does: thrown away, or put in place of others.

Tags hold what ran; where a tag is gone too, the branch's own history still tells that a record was there.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping

from ledger.analysis.findings import RECORDS, Finding
from ledger.git.entries import Entry
from ledger.model.experiment import Experiment, directory
from ledger.model.frozen import frozen
from ledger.model.void import SUFFIX, path_of
from ledger.repo import histories
from ledger.repo.ledger import Ledger
from ledger.repo.proof.set_back import mending
from ledger.repo.proof.tags import Held


def dropped(
    ledger: Ledger, experiment: Experiment, held: Held, files: Mapping[str, Entry], known: Collection[str]
) -> Iterator[Finding]:
    """Trial commits whose record is not on the branch, records that it had, and tags that are not what they were.

    `files` are those of the experiment's folder; `known` the trial commits that belong to its records.
    """
    yield from (Finding(check=RECORDS, message=message) for message in held.strange)
    folder = directory(experiment.name)
    pending = ledger.snapshot.pending.get(experiment.name, {}).values()
    told = set()
    gone = []
    for trial, commits in held.commits.items():
        path = f"trials/{trial}.yaml"
        for commit in commits:
            if commit in known or commit in pending:
                continue
            told.add(path)
            if path in files:
                message = f"{folder}/{path} was another result, which the trial commit {commit[:10]} holds"
            elif _elsewhere(ledger, experiment.name, path):
                message = f"{path} is on another branch of the experiment, which this one is behind"
                yield Finding(check=RECORDS, trial=trial, message=message, problem=False)
                continue
            else:
                message = f"{folder}/{path} is gone; the trial commit {commit[:10]} holds it"
                gone.append(f"{folder}/{path}")
            yield Finding(check=RECORDS, trial=trial, message=message, problem=path_of(path) not in files)
    mend = mending(ledger, experiment, held.runs, gone)
    if mend is not None:
        message = f"the branch does not hold a run that was on it; this brings its records back: {mend}"
        yield Finding(check=RECORDS, message=message)
    for lost in _lost(ledger, experiment):
        entry = files.get(lost.path)
        if lost.path in told or (entry is not None and entry.oid == lost.oid):
            continue
        told.add(lost.path)
        what = f"was {'changed' if lost.changed else 'removed'} by the commit {lost.commit[:10]}"
        trial = lost.path.removeprefix("trials/").removesuffix(".yaml")
        message = f"{folder}/{lost.path} {what}, which had recorded a result"
        yield Finding(
            check=RECORDS, trial=trial, message=message, problem=entry is not None or path_of(lost.path) not in files
        )
    yield from _voided(experiment, files, told)


def _voided(experiment: Experiment, files: Mapping[str, Entry], told: Collection[str]) -> Iterator[Finding]:
    """What was voided openly: no problem, and not to be overlooked. A file that voids no record is one."""
    folder = directory(experiment.name)
    known = {r.path: r.void for r in experiment.trials if r.void is not None}
    for path, void in known.items():
        trial = path.removeprefix(f"{folder}/trials/").removesuffix(".yaml")
        who = f" by {void.by} on {void.when:%Y-%m-%d}" if void.by else ""
        message = f"voided{who}, and counts nowhere{f': {void.why}' if void.why else ''}"
        yield Finding(check=RECORDS, trial=trial, message=message, problem=False)
    for path in files:
        record = f"{path.removesuffix(SUFFIX)}.yaml"
        if path.startswith("trials/") and path.endswith(SUFFIX) and record not in files and record not in told:
            yield Finding(check=RECORDS, message=f"{folder}/{path} voids a record that is not here")


def _elsewhere(ledger: Ledger, experiment: str, path: str) -> bool:
    """Whether another ref of the experiment, such as a remote's, has the file."""
    name = f"{ledger.settings.branch_prefix}{experiment}"
    refs = ledger.git.refs(f"refs/heads/{name}", "refs/remotes", "refs/ledger/remotes")
    tips = [commit for ref, commit in refs.items() if ref.endswith(f"/{name}")]
    read = ledger.git.objects.read
    return any(read(f"{tip}:{directory(experiment)}/{path}") is not None for tip in tips)


@frozen
class _Lost:
    """A record that a commit removed, or `changed`: its path in the experiment's folder, and the blob it was before."""

    path: str
    oid: str
    commit: str
    changed: bool


def _lost(ledger: Ledger, experiment: Experiment) -> Iterator[_Lost]:
    """What the history of the branch removed or changed of its records, each merge compared with all its parents."""
    tip = histories.tip(ledger, experiment) or experiment.tip
    folder = f"{directory(experiment.name)}/"
    out = ledger.git.run(
        "log", "-z", "-m", "--full-history", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=DM",
        "--format=%x01%H", tip, "--", f":(top,literal){folder}trials",
    )  # fmt: skip
    commit = ""
    parts = iter(os.fsdecode(out).split("\0"))
    for part in parts:
        line = part.strip("\n")
        if line.startswith("\x01"):
            commit = line[1:]
        elif line.startswith(":"):
            _, _, oid, _, status = line[1:].split(" ")
            path = next(parts).removeprefix(folder)
            if path.endswith(".yaml"):
                yield _Lost(path=path, oid=oid, commit=commit, changed=status == "M")
