"""Which trials a search asks for, beside those that look for the step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger.analysis.search.asking import confirming, evaluating, wanted
from ledger.analysis.search.records import fresh_points, points
from ledger.analysis.search.step import Measured, SearchEnd
from ledger.model.data_change import DataChange
from ledger.model.directions import HIGHER
from ledger.model.finding import Answer
from ledger.model.plan import Plan, of_search
from ledger.model.version_search import Confirm, KnownNoise, VersionSearch

FROM = "plan:" + "ab" * 32
COMMITS = tuple(f"{number:x}" * 40 for number in range(1, 6))
SEARCH = VersionSearch(
    metric="dice",
    better=HIGHER,
    versions=COMMITS,
    paths=("data/raw",),
    noise=KnownNoise(sd=0.01, df=9),
    confirm=Confirm(seeds=2),
)
TWO_SETS = replace(SEARCH, evaluation_at="b" * 40, evaluation_other=COMMITS[0])
NAMES = list(SEARCH.arms)


def plan(search: VersionSearch, *evaluation: str) -> Plan:
    variants, replicates = of_search(search, FROM, evaluation)
    return Plan(
        title="t", name="n", author="a", created=datetime(2026, 11, 20, tzinfo=UTC), base="b" * 40, variants=variants,
        replicates=replicates, seeds_from=FROM, search=search, evaluation=evaluation,
    )  # fmt: skip


def step(*places: int, runnable: tuple[int, ...] = (0, 1, 2, 3, 4)) -> SearchEnd:
    return SearchEnd(answer=Answer.STEP, places=places, runnable=runnable)


def test_before_the_search_both_ends_are_measured_on_both_sets() -> None:
    made = plan(TWO_SETS, "data/test")
    ends = [NAMES[0], f"{NAMES[0]}-on-1111111", NAMES[-1], f"{NAMES[-1]}-on-1111111"]
    asked = evaluating(made)
    assert [arm for arm, _ in asked] == ends * 2
    assert [point for _, point in asked] == [point for point in points(made)[:2] for _ in ends]
    assert wanted(made, [], (), (), 3) == asked[:3]
    assert wanted(made, [], asked[:3], (), 9) == asked[3:]
    # the search waits for the last of them, and begins with what they say of the ends
    assert wanted(made, [], asked[-1:], asked[:-1], 9) == ()
    tried = [Measured(version=end, number=number, value=0.6 - end / 50) for end in (0, 4) for number in (0, 1)]
    assert {arm for arm, _ in wanted(made, tried, (), asked, 1)} <= set(NAMES)


def test_an_end_that_cannot_run_is_not_measured_again() -> None:
    assert wanted(plan(TWO_SETS, "data/test"), [Measured(version=0, number=0, value=None)], (), (), 9) == ()


def test_one_evaluation_set_needs_no_trials_of_its_own() -> None:
    assert evaluating(plan(SEARCH)) == ()


def test_the_arms_of_the_ends_differ_in_their_evaluation_alone() -> None:
    made = plan(TWO_SETS, "data/test")
    own, other = made.variant(NAMES[0]), made.variant(f"{NAMES[0]}-on-1111111")
    assert own is not None and other is not None
    assert own.data == {"data/raw": DataChange(at=COMMITS[0]), "data/test": DataChange(at="b" * 40)}
    assert other.data == {"data/raw": DataChange(at=COMMITS[0]), "data/test": DataChange(at=COMMITS[0])}
    assert made.leading == NAMES[-1]


def test_a_step_is_confirmed_before_it_with_it_and_without_it() -> None:
    made = plan(SEARCH)
    asked = confirming(made, step(2))
    assert [arm for arm, _ in asked] == [NAMES[1], NAMES[2], "without-3333333"] * 2
    assert [point for _, point in asked] == [point for point in fresh_points(made) for _ in range(3)]
    without = made.variant("without-3333333")
    assert without is not None
    assert without.data == {"data/raw": DataChange(at=COMMITS[-1], without=(COMMITS[2][:8],))}
    assert not set(fresh_points(made)) & set(points(made))


@pytest.mark.parametrize(
    ("search", "found", "arms"),
    [
        # the newest version without its last addition is the one before
        (SEARCH, step(4), [NAMES[3], NAMES[4]]),
        # which of two is at fault is not known
        (SEARCH, step(2, 3, runnable=(0, 1, 3, 4)), [NAMES[1], NAMES[3]]),
        # no addition of code can be left out, nor one of several data sets
        (replace(SEARCH, paths=()), step(2), [NAMES[1], NAMES[2]]),
        (replace(SEARCH, paths=("a", "b")), step(2), [NAMES[1], NAMES[2]]),
        (replace(SEARCH, confirm=None), step(2), []),
        (SEARCH, SearchEnd(answer=Answer.DRIFT), []),
    ],
)
def test_what_cannot_be_left_out_is_not_asked_for(search: VersionSearch, found: SearchEnd, arms: list[str]) -> None:
    assert [arm for arm, _ in confirming(plan(search), found)] == arms * (search.confirm or Confirm()).seeds


def test_an_arm_without_an_addition_is_that_of_a_version() -> None:
    assert plan(SEARCH).variant("without-9999999") is None
