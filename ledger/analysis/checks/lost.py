"""What would prove a record and is not here: trial commits, and the results that others are repeated from."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.checks.history import invented
from ledger.analysis.gathered import Gathered
from ledger.analysis.problems import Kind, Problem, unproved


def lost(gathered: Gathered) -> Iterator[Problem]:
    """The records that nothing in this clone can prove."""
    for claim in gathered.claims:
        trial, path = claim.trial, claim.record.path
        if trial.reused is not None and claim.source is None:
            yield unproved(Kind.SOURCE_NOT_HERE, trial, path=path, source=trial.reused)
        elif trial.reused is None and claim.commit is None and not any(invented(claim)):
            kind = Kind.TRIAL_BEYOND_SHALLOW if gathered.shallow else Kind.TRIAL_NOT_HERE
            yield unproved(kind, trial, path=path)
