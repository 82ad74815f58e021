"""The search for a step: what it asks follows from the records, and what it says from the values."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.analysis.search.step import Measured, NextTrial, SearchEnd, StepSearch, advance
from ledger.model.finding import Answer
from ledger.stats.step_posterior import NoisePrior

SEARCH = StepSearch(versions=26, sign=1, noise=NoisePrior(sd=0.02, df=8))


def play(
    search: StepSearch, level: Callable[[int], float | None], *, sd: float = 0.02, seed: int = 0, jobs: int = 1
) -> tuple[SearchEnd, list[Measured]]:
    """Run a search to its end; a version without a level fails. Trials end in another order than they began."""
    luck = random.Random(seed)
    tried: list[Measured] = []
    waiting: list[NextTrial] = []
    while True:
        answer = advance(search, tried, waiting, jobs - len(waiting))
        if isinstance(answer, SearchEnd):
            return answer, tried
        assert len(answer) <= jobs - len(waiting)
        waiting.extend(answer)
        assert waiting
        assert len(set(waiting)) == len(waiting)
        ended = waiting.pop(luck.randrange(len(waiting)))
        mean = level(ended.version)
        value = None if mean is None else mean + luck.gauss(0, sd)
        tried.append(Measured(version=ended.version, number=ended.number, value=value))


def fell(at: int) -> Callable[[int], float]:
    return lambda version: 0.63 if version < at else 0.55


@given(st.integers(1, 25), st.integers(0, 10_000), st.integers(1, 4), st.sampled_from([1, -1]))
def test_a_large_step_is_found_wherever_it_is(at: int, seed: int, jobs: int, sign: int) -> None:
    found, tried = play(replace(SEARCH, sign=sign), lambda v: sign * fell(at)(v), sd=0.005, seed=seed, jobs=jobs)
    assert (found.answer, found.places) == (Answer.STEP, (at,))
    assert len(tried) <= 20 + jobs
    assert len({(each.version, each.number) for each in tried}) == len(tried)


def test_what_is_asked_follows_from_the_records_alone() -> None:
    _, tried = play(SEARCH, fell(9))
    for count in range(len(tried)):
        asked = advance(SEARCH, tried[:count])
        assert asked == advance(SEARCH, tried[:count])
        assert asked == (NextTrial(version=tried[count].version, number=tried[count].number),)


def test_no_change_is_said_to_be_none() -> None:
    answers = [play(SEARCH, lambda _: 0.6, seed=seed)[0].answer for seed in range(40)]
    assert answers.count(Answer.NONE) >= 38


def test_an_end_that_is_better_is_no_fall() -> None:
    found, tried = play(SEARCH, lambda v: 0.5 + v / 100)
    assert found.answer == Answer.NONE
    assert {each.version for each in tried} == {0, 25}


def test_a_slow_decline_is_not_blamed_on_one_version() -> None:
    answers = [play(replace(SEARCH, budget=120), lambda v: 0.63 - v * 0.004, seed=seed)[0].answer for seed in range(30)]
    assert answers.count(Answer.DRIFT) >= 26
    assert answers.count(Answer.STEP) <= 1


def test_versions_that_cannot_run_are_suspected_together() -> None:
    found, tried = play(SEARCH, lambda v: None if v in (8, 9) else fell(9)(v))
    assert (found.answer, found.places) == (Answer.STEP, (8, 9, 10))
    # neither is tried twice
    assert sum(each.value is None for each in tried) <= 2
    assert set(found.runnable) >= {0, 7, 10, 25}


def test_versions_to_skip_are_never_tried() -> None:
    found, tried = play(replace(SEARCH, skipped=frozenset({12})), fell(12))
    assert found.places == (12, 13)
    assert 12 not in {each.version for each in tried}


@pytest.mark.parametrize("end", [0, 25])
def test_an_end_that_cannot_run_ends_the_search(end: int) -> None:
    found, tried = play(SEARCH, lambda v: None if v == end else 0.6)
    assert (found.answer, found.posterior) == (Answer.OPEN, None)
    assert len(tried) <= 2


@pytest.mark.parametrize("budget", [0, 1, 5, 9])
def test_a_spent_budget_leaves_the_answer_open_with_what_is_likely(budget: int) -> None:
    found, tried = play(replace(SEARCH, budget=budget), fell(9), sd=0.06, seed=3)
    assert found.answer == Answer.OPEN
    assert len(tried) == budget
    if budget == 9:
        assert found.posterior is not None
        chances = [found.posterior.places[place - 1] for place in found.places]
        assert 0.95 <= sum(chances) / found.posterior.step < 1
    # more budget goes on from there
    more = advance(replace(SEARCH, budget=budget + 1), tried)
    assert not isinstance(more, SearchEnd) and len(more) == 1


def test_two_versions_have_one_place() -> None:
    found, tried = play(replace(SEARCH, versions=2), fell(1))
    assert (found.answer, found.places) == (Answer.STEP, (1,))
    assert len(tried) <= 8


def test_without_known_noise_each_end_is_tried_twice_first() -> None:
    search = replace(SEARCH, noise=NoisePrior(sd=0, df=0))
    asked = advance(search, [], count=10)
    assert asked == tuple(NextTrial(version=end, number=number) for number in (0, 1) for end in (0, 25))
    assert advance(search, [], asked, count=6) == ()
    assert play(search, fell(20))[0].places == (20,)


def test_a_metric_without_noise_takes_as_many_trials_as_bisection_and_a_few() -> None:
    found, tried = play(replace(SEARCH, versions=500, noise=NoisePrior(sd=0, df=0)), fell(123), sd=0)
    assert found.places == (123,)
    assert len(tried) <= 4 + 9 + 6
