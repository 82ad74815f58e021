"""What a bisection may cost before anything has run: by playing its search on histories with one step."""

from __future__ import annotations

from dataclasses import replace

from ledger.analysis.search.forecast import SearchForecast, forecast
from ledger.analysis.search.records import rule
from ledger.model.frozen import frozen
from ledger.model.remarks import Remark
from ledger.model.version_search import VersionSearch
from ledger.stats.step_posterior import NoisePrior

# falls in standard deviations of the noise: smaller ones take hundreds of trainings, larger ones hardly fewer
FALLS = (2.0, 3.0, 5.0)
# a decision takes a few milliseconds, and the answer is waited for
_DECISIONS = 600
# what stands for a noise of which nothing is known: its size does not matter, since falls are counted in it
_UNKNOWN = NoisePrior(sd=1.0, df=4)


@frozen
class Candidate:
    """A version. `files` are the paths that it brought, changed or removed, below the data's own; None if not known."""

    commit: str
    subject: str
    files: tuple[str, ...] | None = ()


@frozen
class ExpectedTrainings:
    """The mean number of trainings where the metric falls by `fall` standard deviations of the noise at one version.

    `size` is the fall in units of the metric, None where the noise is not known.
    """

    fall: float
    size: float | None
    forecast: SearchForecast


@frozen
class Cost:
    """What is to be searched and what it may take; `seconds` are those of one training, None where none is known.

    `name` is what the experiment will be called.
    """

    name: str
    search: VersionSearch
    places: tuple[Candidate, ...]
    expected: tuple[ExpectedTrainings, ...]
    seconds: float | None
    remarks: tuple[Remark, ...]


def expected(search: VersionSearch) -> tuple[ExpectedTrainings, ...]:
    """The cost for falls of several sizes; trials that confirm are not in it."""
    by, known = rule(search), search.noise is not None
    if not known:
        by = replace(by, noise=_UNKNOWN)
    found = []
    for fall in FALLS:
        played = forecast(by, (), fall=fall * by.noise.sd, decisions=_DECISIONS)
        assert played is not None
        found.append(ExpectedTrainings(fall=fall, size=fall * by.noise.sd if known else None, forecast=played))
    return tuple(found)
