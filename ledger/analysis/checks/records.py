"""Is every record one that can be read, does it agree with itself, and with the others?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.analysis.checks.history import history, invented
from ledger.analysis.equality import same
from ledger.analysis.gathered import Claim, Gathered, trial_of
from ledger.analysis.problems import Kind, Problem, unproved, wrong
from ledger.model.trial import Trial


def records(gathered: Gathered) -> Iterator[Problem]:
    """What is wrong with the files in the experiment's folder, and with how they came and went."""
    for path in gathered.uncommitted:
        trial = path.removeprefix(f"{gathered.folder}/")
        yield unproved(Kind.UNCOMMITTED, gathered.subject(trial), path=path)
    yield from _files(gathered)
    yield from history(gathered)
    for claim in gathered.claims:
        yield from consistent(claim.trial)
        yield from _repeated(claim)
        yield from invented(claim)
        yield from _environment(gathered, claim)
    yield from _copied(gathered)
    yield from duplicates(gathered.claims)
    yield from _environments(gathered)


def _files(gathered: Gathered) -> Iterator[Problem]:
    """What lies in the folder and should not, or cannot be read."""
    unread = (*gathered.experiment.problems, *gathered.experiment.too_new)
    for one in unread:
        path = one.path.removeprefix(f"{gathered.folder}/")
        yield wrong(Kind.UNREADABLE_FILE, gathered.subject(path), said=str(one))
    told = {one.path for one in unread}
    for path in gathered.files:
        full = f"{gathered.folder}/{path}"
        if path in gathered.links:
            if trial_of(path) is None or full not in told:
                yield wrong(Kind.LINK, gathered.subject(path), path=full)
        elif path in gathered.submodules:
            yield wrong(Kind.SUBMODULE, gathered.subject(path), path=full)
        elif path.startswith("trials/") and path.endswith(".yaml") and trial_of(path) is None:
            yield wrong(Kind.STRAY_RECORD, gathered.whole, path=full)


def _environment(gathered: Gathered, claim: Claim) -> Iterator[Problem]:
    """Whether the environment that a record names is there, as the trial commit has it."""
    trial, held = claim.trial, claim.environment
    if trial.environment is None:
        return
    path = f"environments/{trial.environment}.yaml"
    full = f"{gathered.folder}/{path}"
    if path not in gathered.files:
        if claim.record.collected or held is None:
            yield wrong(Kind.ENVIRONMENT_GONE, trial, path=full)
    elif held is not None and held != gathered.files[path]:
        yield wrong(Kind.ENVIRONMENT_REPLACED, trial, path=full, commit=str(claim.commit))


def _environments(gathered: Gathered) -> Iterator[Problem]:
    """Whether each environment has the content that its name says."""
    for one in gathered.environments:
        full = f"{gathered.folder}/{one.path}"
        if one.error is not None:
            yield wrong(Kind.ENVIRONMENT_UNREADABLE, gathered.whole, path=full, said=one.error)
        elif one.path != f"environments/{one.digest}.yaml":
            yield wrong(Kind.ENVIRONMENT_CHANGED, gathered.whole, path=full)


def consistent(trial: Trial) -> Iterator[Problem]:
    """What a record says against itself."""
    path = _path(trial)
    if trial.succeeded and trial.error is not None:
        yield wrong(Kind.ERROR_OF_SUCCESS, trial, path=path, status=trial.status)
    if trial.succeeded and not trial.metrics and not trial.outs and not trial.stages:
        yield wrong(Kind.EMPTY_SUCCESS, trial, path=path, status=trial.status)
    if not trial.succeeded and trial.error is None:
        yield wrong(Kind.FAILURE_WITHOUT_ERROR, trial, path=path, status=trial.status)
    if not trial.succeeded and trial.metrics:
        yield wrong(Kind.FAILURE_WITH_METRICS, trial, path=path, status=trial.status)
    values = trial.flat_params
    for axis, value in trial.point:
        if trial.succeeded and axis in values and not same(values[axis], value):
            said = repr(values[axis])
            yield wrong(Kind.OTHER_REPLICATE, trial, path=path, axis=axis, value=str(value), said=said)


def _copied(gathered: Gathered) -> Iterator[Problem]:
    """One record under two names: each trial is one attempt."""
    first: dict[str, Trial] = {}
    for claim in gathered.claims:
        path = claim.record.path.removeprefix(f"{gathered.folder}/")
        oid = gathered.files.get(path)
        if oid is not None and claim.record.collected:
            other = first.setdefault(oid, claim.trial)
            if other is not claim.trial:
                yield wrong(Kind.COPIED, claim.trial, path=claim.record.path, other=_path(other))


def duplicates(claims: Iterable[Claim]) -> Iterator[Problem]:
    """Succeeded records that claim one point and fingerprint with different numbers.

    Where two clones ran one replicate both have their trial commits, and the first started counts: that is told of.
    """
    first: dict[object, Claim] = {}
    for claim in claims:
        trial = claim.trial
        if not trial.succeeded:
            continue
        other = first.setdefault((trial.variant, trial.point, trial.fingerprint), claim)
        there = other.trial.metrics
        names = [name for name in trial.metrics if not same(trial.metrics[name], there.get(name))]
        if other is not claim and (names or set(trial.metrics) != set(there)):
            said = ", ".join(names[:3]) or "metrics"
            facts = {"first": _path(other.trial), "second": _path(trial), "names": said}
            if claim.record.written is not None and _honest(claim) and _honest(other):
                yield unproved(Kind.RAN_TWICE, trial, **facts)
            else:
                yield wrong(Kind.TWO_RESULTS, trial, **facts)


def _honest(claim: Claim) -> bool:
    """Whether the trial commit has the record, or nothing says that it should be here."""
    if claim.commit is not None or claim.origin is None:
        return claim.same_record
    return claim.origin.replayed or claim.origin.commit is None


def _repeated(claim: Claim) -> Iterator[Problem]:
    """A result that repeats one which was voided where it ran, and counts here."""
    if claim.source is not None and claim.source.void is not None and claim.record.void is None:
        source, void = str(claim.trial.reused), str(claim.source.void)
        yield unproved(Kind.VOIDED_SOURCE, claim.trial, source=source, void=void)


def _path(trial: Trial) -> str:
    return f"trials/{trial.id}.yaml"
