"""Was a result thrown away, put instead of another, or made up?

Tags hold what ran; where a tag is gone too, the branch's own history still tells that a record was there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta

from ledger.analysis.gathered import Claim, Gathered
from ledger.analysis.gathered_tags import Tags
from ledger.analysis.problems import Kind, Problem, unproved, wrong
from ledger.model.void import SUFFIX, path_of


def history(gathered: Gathered) -> Iterator[Problem]:
    """Trials whose record is not on the branch, records that it had, tags that are odd, and what was voided."""
    for odd in gathered.tags.odd:
        yield wrong(odd.kind, gathered.whole, tag=odd.tag, commit=odd.commit)
    told: set[str] = set()
    yield from _trials_without_record(gathered, told)
    if gathered.mend is not None:
        yield wrong(Kind.SET_BACK, gathered.whole, command=gathered.mend)
    yield from _removed(gathered, told)
    yield from _voided(gathered, told)


def missing(
    claims: Iterable[Claim], pending: Collection[str], tags: Tags, files: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The trial commits that tags hold and that are of no record here: the record's path, and the commit.

    `files` are the blobs in the experiment's folder by path: a record that is there under any name is not missing.
    """
    known = {claim.commit for claim in claims}.union(pending)
    held = {oid for path, oid in files.items() if path.startswith("trials/")}
    for trial, commits in tags.commits.items():
        for commit in commits:
            if commit not in known and tags.records.get(commit) not in held:
                yield f"trials/{trial}.yaml", commit


def _trials_without_record(gathered: Gathered, told: set[str]) -> Iterator[Problem]:
    for path, commit in missing(gathered.claims, gathered.pending, gathered.tags, gathered.files):
        told.add(path)
        of, full = gathered.subject(path), f"{gathered.folder}/{path}"
        found = unproved if path_of(path) in gathered.files else wrong
        if path in gathered.files:
            yield found(Kind.RESULT_REPLACED, of, path=full, commit=commit)
        elif path in gathered.elsewhere:
            yield unproved(Kind.BEHIND, of, path=path)
        elif path in gathered.after_landing:
            yield unproved(Kind.AFTER_LANDING, of, path=path, tag=gathered.after_landing[path])
        else:
            yield found(Kind.RECORD_GONE, of, path=full, commit=commit)


def _removed(gathered: Gathered, told: set[str]) -> Iterator[Problem]:
    """What the history of the branch removed or changed of its records."""
    for one in gathered.removed:
        present = gathered.files.get(one.path)
        if one.path in told or present == one.oid:
            continue
        told.add(one.path)
        found = unproved if present is None and path_of(one.path) in gathered.files else wrong
        kind = Kind.RECORD_CHANGED if one.changed else Kind.RECORD_REMOVED
        yield found(kind, gathered.subject(one.path), path=f"{gathered.folder}/{one.path}", commit=one.commit)


def _voided(gathered: Gathered, told: Collection[str]) -> Iterator[Problem]:
    """What was voided openly: no problem, and not to be overlooked. A file that voids no record is one."""
    for claim in gathered.claims:
        void = claim.record.void
        if void is not None:
            when = f"{void.when:%Y-%m-%d}"
            yield unproved(Kind.VOIDED, gathered.subject(_within(gathered, claim)), by=void.by, when=when, why=void.why)
    for path in gathered.files:
        record = f"{path.removesuffix(SUFFIX)}.yaml"
        if path.startswith("trials/") and path.endswith(SUFFIX) and record not in gathered.files and record not in told:
            yield wrong(Kind.VOIDS_NOTHING, gathered.whole, path=f"{gathered.folder}/{path}")


def _within(gathered: Gathered, claim: Claim) -> str:
    return claim.record.path.removeprefix(f"{gathered.folder}/")


def invented(claim: Claim) -> Iterator[Problem]:
    """A record without a trial commit that was not lost with a tag: a run that ended later did not know it, or a commit
    that is no run's brought it.
    """
    if claim.origin is None or claim.origin.replayed:
        # what ran in another clone no run of this one could know; that its commit is not here is told of
        return
    trial, path = claim.trial, claim.record.path
    # when it had ended at the latest, by what the record says
    ended = trial.started + timedelta(seconds=trial.seconds or 0)
    # a run collects all that has ended, so this trial would be among those of the run
    runs = [run for run in claim.origin.unknown_to if run.last is not None and ended <= run.last]
    origin = claim.origin
    if runs and not trial.by_hand:
        yield wrong(Kind.UNKNOWN_TO_RUN, trial, path=path, run=runs[0].name)
    elif origin.commit is not None and not origin.subject.startswith("run: ") and not origin.with_trials:
        yield wrong(Kind.CAME_BY_COMMIT, trial, path=path, commit=origin.commit, subject=origin.subject)
