"""Does each trial commit stand on the recorded code, and change only what a trial may?"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.gathered import Claim, Gathered
from ledger.analysis.problems import Kind, Problem, wrong
from ledger.analysis.witness import Witness
from ledger.model.formats import trailers


def commit(gathered: Gathered) -> Iterator[Problem]:
    """What is wrong with the trial commits themselves."""
    for claim in gathered.claims:
        yield from committed(claim)


def committed(claim: Claim) -> Iterator[Problem]:
    """What is wrong with one trial commit; nothing where it is not here."""
    trial, path = claim.trial, claim.record.path
    if claim.commit is None:
        return
    if claim.parents != (trial.code,):
        if claim.code_here:
            parents = ", ".join(parent[:10] for parent in claim.parents) or "none"
            yield wrong(Kind.OTHER_PARENTS, trial, path=path, code=trial.code, commit=claim.commit, parents=parents)
        else:
            yield wrong(Kind.NOT_ON_CODE, trial, path=path, code=trial.code)
    if not claim.same_record:
        yield wrong(Kind.OTHER_RECORD, trial, path=path, commit=claim.commit)
    if claim.witness is not None:
        for touched in claim.witness.touched:
            if not _may_touch(claim, claim.witness, touched):
                kind = Kind.TRIAL_TOUCHES if trial.succeeded else Kind.FAILURE_TOUCHES
                yield wrong(kind, trial, commit=claim.commit, path=touched)
        yield from _said_otherwise(claim, claim.commit, claim.witness)


def _may_touch(claim: Claim, witness: Witness, path: str) -> bool:
    trial, pipeline = claim.trial, witness.pipeline
    folder = claim.record.path.split("/trials/")[0]
    if path in (claim.record.own_path, f"{folder}/environments/{trial.environment}.yaml"):
        return True
    if not trial.succeeded:
        return False
    if path in witness.laid:
        # whether it is the data that the plan gives it is asked in `code`
        return True
    return path in pipeline.parameter_files() or path in pipeline.ignore_files() or pipeline.is_result(path)


def _said_otherwise(claim: Claim, commit: str, witness: Witness) -> Iterator[Problem]:
    """Where the trailers of the trial commit, which `git log` searches, say something else than the record."""
    trial = claim.trial
    known = {" ".join(metric.split()): value for metric, value in trial.metrics.items()}
    for key, said in trailers.read(witness.message):
        if key == trailers.STATUS and said != trial.status:
            yield wrong(Kind.OTHER_STATUS_SAID, trial, commit=commit, said=said, recorded=trial.status)
        if key == trailers.METRIC:
            # a name may hold the sign, a number does not
            name, _, number = said.rpartition("=")
            if repr(known.get(name)) != number:
                yield wrong(Kind.OTHER_METRIC_SAID, trial, commit=commit, said=said, recorded=str(known.get(name)))
