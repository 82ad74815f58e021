"""The state of a search: what the trials say so far, and what is still to come."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from ledger.analysis.search.forecast import forecast
from ledger.analysis.search.records import rule
from ledger.analysis.search.state import standing
from ledger.analysis.search.step import Measured, NextTrial, SearchEnd, advance
from ledger.model.directions import HIGHER, LOWER
from ledger.model.finding import Answer
from ledger.model.version_search import KnownNoise, VersionSearch

SEARCH = VersionSearch(
    metric="dice",
    better=HIGHER,
    versions=tuple(f"{number:040x}" for number in range(1, 13)),
    noise=KnownNoise(sd=0.02, df=8),
)


def played(search: VersionSearch, at: int, *, failing: int | None = None, sd: float = 0.01) -> list[Measured]:
    """The trials of a search to its end, with a fall at that version."""
    luck, tried = random.Random(at), list[Measured]()
    while not isinstance(asked := advance(rule(search), tried), SearchEnd):
        (wanted,) = asked
        value = (0.63 if wanted.version < at else 0.55) * search.sign + luck.gauss(0, sd)
        tried.append(answered(wanted, None if wanted.version == failing else value))
    return tried


def answered(wanted: NextTrial, value: float | None) -> Measured:
    return Measured(version=wanted.version, number=wanted.number, value=value)


@pytest.mark.parametrize("better", [HIGHER, LOWER])
def test_an_answer_names_the_version_with_its_probability(better: str) -> None:
    search = replace(SEARCH, better=better)
    tried = played(search, 7)
    found = standing(search, tried)
    assert (found.answer, found.place, found.places, found.finished) == (Answer.STEP, 7, (7,), True)
    assert found.trainings == len(tried)
    named = found.versions[7]
    assert named.commit == search.versions[7]
    assert named.posterior is not None and named.posterior >= 0.95
    assert found.step is not None and found.drift is not None and found.none is not None
    assert found.step + found.drift + found.none == pytest.approx(1)
    shares = [version.posterior for version in found.versions]
    assert shares[0] is None
    assert sum(filter(None, shares)) == pytest.approx(found.step)
    assert sum(len(version.values) for version in found.versions) == len(tried)


def test_before_its_end_a_search_is_open_with_the_places_that_are_left() -> None:
    tried = played(SEARCH, 7)
    before = standing(SEARCH, tried[:-1])
    assert (before.answer, before.finished, before.place) == (Answer.OPEN, False, None)
    assert before.likely == 7 and 7 in before.places
    assert len(standing(SEARCH, tried[:4]).places) > 1
    nothing = standing(SEARCH, [])
    assert (nothing.answer, nothing.finished, nothing.likely, nothing.evidence) == (Answer.OPEN, False, None, None)


def test_a_budget_that_is_spent_ends_it_with_what_is_known() -> None:
    tried = played(SEARCH, 7)[:6]
    spent = standing(replace(SEARCH, budget=6), tried)
    assert (spent.answer, spent.finished, spent.spent) == (Answer.OPEN, True, True)
    assert spent.places == standing(SEARCH, tried).places


def test_a_version_that_cannot_run_leaves_a_set() -> None:
    found = standing(SEARCH, played(SEARCH, 7, failing=6))
    assert (found.answer, found.places, found.place) == (Answer.STEP, (6, 7), None)
    assert [version.failed for version in found.versions].index(True) == 6
    assert found.versions[6].posterior is None


def test_an_end_that_cannot_run_leaves_it_open() -> None:
    found = standing(SEARCH, [Measured(version=0, number=0, value=None)])
    assert (found.answer, found.finished, found.places) == (Answer.OPEN, True, ())


def test_a_forecast_comes_near_what_a_search_takes() -> None:
    by = rule(SEARCH)
    tried = played(SEARCH, 7, sd=0.02)
    first, last = forecast(by, [], fall=0.08), forecast(by, tried[:-1])
    assert first is not None and len(tried) / 2 < first.trials < len(tried) * 2
    assert last is not None and last.trials < first.trials
    assert forecast(by, tried[:5]) == forecast(by, tried[:5])


def test_no_forecast_where_nothing_is_known_of_the_noise() -> None:
    assert forecast(rule(replace(SEARCH, noise=None)), [Measured(version=0, number=0, value=1.0)]) is None


def test_a_forecast_that_is_cut_short_says_so() -> None:
    cut = forecast(rule(replace(SEARCH, noise=KnownNoise(sd=0.2, df=8))), [], fall=0.2, decisions=5)
    assert cut is not None and (cut.trials, cut.at_least) == (5, True)
