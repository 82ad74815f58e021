"""How far has a search come, and what does it say so far?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledger.analysis.search.records import known, rule, search_of
from ledger.analysis.search.step import Measured, SearchEnd, advance
from ledger.model.experiment import Experiment
from ledger.model.finding import Answer
from ledger.model.frozen import frozen
from ledger.model.summary import Summary
from ledger.model.version_search import VersionSearch
from ledger.stats.summary import summarise


@frozen
class VersionState:
    """One version: its arm, its values, and how probable it is that the change came with it.

    `fresh` are values at points that no search uses. `posterior` is None for the first version, and where the version
    cannot run or nothing can be said yet. `failed`: it could not run, or lacks the metric; `skipped`: it must not run.
    """

    name: str
    commit: str
    values: tuple[float, ...] = ()
    fresh: tuple[float, ...] = ()
    posterior: float | None = None
    failed: bool = False
    skipped: bool = False

    @property
    def summary(self) -> Summary:
        """How many values it has, their mean and their standard deviation."""
        return summarise(self.values)


@frozen
class SearchState:
    """A search as its records have it.

    `answer`: what they say; `open` while nothing is certain. `places`: numbers of the versions of which one brought the
    change, with the confidence that was asked for, given that there was one step; empty where another answer was found.
    `finished`: there is an answer, or the budget is spent, or an end cannot run. `evidence`: how many times as probable
    any change has become beside none, by the values; `step`, `drift` and `none` add up to 1. All four are None until
    both ends have a value. `trainings` counts the trials that were tried, failed ones among them.
    """

    search: VersionSearch
    versions: tuple[VersionState, ...]
    trainings: int
    answer: Answer
    places: tuple[int, ...] = ()
    finished: bool = False
    evidence: float | None = None
    step: float | None = None
    drift: float | None = None
    none: float | None = None

    @property
    def place(self) -> int | None:
        """The version that brought the change; None where there is none, or it may be one of several."""
        return self.places[0] if self.answer is Answer.STEP and len(self.places) == 1 else None

    @property
    def likely(self) -> int | None:
        """The version that most probably brought the change, if one did; None where nothing can be said."""
        known = {n: version.posterior for n, version in enumerate(self.versions) if version.posterior is not None}
        return max(known, key=lambda n: known[n] or 0.0) if known else None

    @property
    def spent(self) -> bool:
        """Whether the budget is."""
        return self.trainings >= self.search.budget


def state(experiment: Experiment, present: Mapping[str, str]) -> SearchState:
    """The state of the experiment's search; `present` are the fingerprints of its arms, by name."""
    tried = [each.tried for each in known(experiment, present)]
    fresh = [each.tried for each in known(experiment, present, fresh=True)]
    return standing(search_of(experiment.plan), tried, fresh)


def standing(search: VersionSearch, tried: Sequence[Measured], fresh: Sequence[Measured] = ()) -> SearchState:
    """The same of trials that are given; `fresh` are those at points that no search uses."""
    by = rule(search)
    # what would be said if no more could be run
    so_far = advance(replace(by, budget=len(tried)), tried)
    assert isinstance(so_far, SearchEnd)
    posterior = so_far.posterior
    # the version after each place
    shares = {} if posterior is None else dict(zip(so_far.runnable[1:], posterior.places, strict=True))
    versions = tuple(
        VersionState(
            name=name,
            commit=commit,
            values=_values(tried, number),
            fresh=_values(fresh, number),
            posterior=shares.get(number),
            failed=any(each.version == number and each.value is None for each in tried),
            skipped=commit in search.skipped,
        )
        for number, (name, commit) in enumerate(search.arms.items())
    )
    return SearchState(
        search=search,
        versions=versions,
        trainings=len(tried),
        answer=so_far.answer,
        places=so_far.places,
        finished=isinstance(advance(by, tried), SearchEnd),
        evidence=None if posterior is None else posterior.evidence,
        step=None if posterior is None else posterior.step,
        drift=None if posterior is None else posterior.drift,
        none=None if posterior is None else posterior.none,
    )


def _values(tried: Sequence[Measured], version: int) -> tuple[float, ...]:
    return tuple(each.value for each in tried if each.version == version and each.value is not None)
