"""What `ledger bisect` is asked for."""

from __future__ import annotations

from enum import StrEnum

from ledger.errors import LedgerError
from ledger.model.frozen import frozen


class Prior(StrEnum):
    """What is believed of the additions before any trial."""

    FLAT = "flat"
    """All are alike."""

    FILES = "files"
    """Each in proportion to the files that it brought, changed or removed."""


@frozen
class BisectRequest:
    """The ends as they were written, and what is searched between them: `paths`, or with `commits` all code.

    `better` is `higher` or `lower`, None where settings and predictions are to say it; `evaluation_at` the revision
    whose evaluation data every version is measured on, None for the bad end; `evaluation` the paths of these data
    beside those that earlier plans name. `seeds` are the first ones, `confirm` how many fresh ones an arm gets. What is
    None was not asked for.
    """

    metric: str
    good: str
    bad: str
    paths: tuple[str, ...] = ()
    commits: bool = False
    better: str | None = None
    seeds: tuple[int, ...] = ()
    budget: int | None = None
    confidence: float | None = None
    prior: Prior | None = None
    skip: tuple[str, ...] = ()
    evaluation: tuple[str, ...] = ()
    evaluation_at: str | None = None
    confirm: int | None = None
    name: str | None = None


def check(asked: BisectRequest) -> None:
    """Raise LedgerError for options that contradict each other."""
    if asked.commits and asked.paths:
        raise LedgerError("--path searches versions of data, --commits those of code", hint="leave one of them out")
    if asked.commits and asked.prior is Prior.FILES:
        raise LedgerError("--prior files is about additions of data, not about commits", hint="--prior flat")
    if asked.confidence is not None and not 0.5 <= asked.confidence < 1:
        raise LedgerError(f"--confidence {asked.confidence:g} is not from 0.5 to below 1", hint="--confidence 0.95")
    if asked.confirm == 1:
        raise LedgerError("--confirm 1 gives no estimate of the noise", hint="--confirm 5, or --confirm 0")
    if len(set(asked.paths)) < len(asked.paths):
        raise LedgerError("--path is given twice for one path", hint="leave one of them out")
