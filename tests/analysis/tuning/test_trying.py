"""What a search for the best parameters asks for: in phases, within its budget, alike however it is run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from random import Random

import pytest
from made_records import record_of

from ledger.analysis.search import asking, replay
from ledger.analysis.tuning import trying
from ledger.analysis.tuning.told import Proposal, Seen, key
from ledger.analysis.tuning.trying import Place, Tries
from ledger.model import trial_file
from ledger.model.directions import HIGHER, LOWER
from ledger.model.plan import Plan
from ledger.model.replicates import Axis, Replicates
from ledger.model.space import Configuration, Space
from ledger.model.space_parser import parse
from ledger.model.tune_search import CURRENT, Earlier, TuneSearch

LINE = parse(["x=0.0..1.0", "y=1..8"])


def plan(search: TuneSearch, seeds: int = 3) -> Plan:
    axes = (Axis(name="seed", values=tuple(range(seeds))),) if seeds > 1 else ()
    return Plan(
        title="t",
        name="t",
        author="Ada <ada@example.org>",
        created=datetime(2026, 11, 20, tzinfo=UTC),
        base="c" * 40,
        replicates=Replicates(axes=axes),
        search=search,
        exploratory=True,
    )


def search(budget: int = 14, *, current: bool = True) -> TuneSearch:
    return TuneSearch(
        metric="loss", better=LOWER, space=LINE, budget=budget, current={"x": 0.9, "y": 8} if current else None
    )


def value(of: TuneSearch, place: Place) -> float | None:
    """Least at 0.3 and 4; fails in a corner."""
    found = of.configuration(place[0])
    assert found is not None
    x, y = found["x"], found["y"]
    assert isinstance(x, float)
    assert isinstance(y, int)
    if x < 0.1:
        return None
    return (x - 0.3) ** 2 + (y - 4) ** 2 / 50 + Random(str(place)).gauss(0, 0.01)


def played(of: Plan, jobs: int = 1, luck: Random | None = None) -> list[Place]:
    """The trials in the order in which they are asked for; several at a time end in an order of their own."""
    ended: dict[Place, float | None] = {}
    waiting: list[Place] = []
    asked: list[Place] = []
    while True:
        tries = Tries(plan=of, ended=ended, waiting=tuple(waiting))
        new = trying.wanted(tries, jobs - len(waiting))
        assert len(set(new)) == len(new) and not set(new) & {*ended, *waiting}
        so_far = tries
        for place in new:
            assert trying.may_ask(so_far, place)
            so_far = so_far.and_waiting(place)
        asked += new
        waiting += new
        if not waiting:
            assert trying.finished(Tries(plan=of, ended=ended, waiting=()))
            return asked
        done = waiting.pop(0 if luck is None else luck.randrange(len(waiting)))
        ended[done] = value(trying.tuned(of), done)


@pytest.fixture
def _any_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is when the model is asked, not what it says: any configuration that is new will do."""

    def propose(
        model: str, space: Space, source: str, told: Sequence[Seen], *, waiting: Sequence[Configuration]
    ) -> tuple[Proposal, ...]:
        luck = Random(f"{source} {len(told) + len(waiting)}")
        taken = {key(one.configuration) for one in told} | {key(one) for one in waiting}
        drawn = (space.active(lambda dimension: luck.choice(dimension.domain.levels)) for _ in count())
        return (Proposal(configuration=next(one for one in drawn if key(one) not in taken)),)

    monkeypatch.setattr(trying, "propose", propose)


@pytest.fixture
def asked(_any_new: None) -> list[Place]:
    return played(plan(search()))


def test_it_begins_with_the_present_values_and_spends_its_budget(asked: Sequence[Place]) -> None:
    assert len(asked) == len(set(asked)) == 14
    assert asked[0] == (CURRENT, (("seed", 0),))


def test_it_explores_at_one_seed_then_repeats_the_best(asked: Sequence[Place]) -> None:
    # two of what it is compared with, and three of what may be new
    explored, repeated = asked[:9], asked[9:]
    assert {point for _, point in explored} == {(("seed", 0),)}
    assert len({arm for arm, _ in explored}) == 9
    counts = Counter(arm for arm, _ in asked)
    # what it is compared with, then the best, at all seeds
    assert repeated[:2] == [(CURRENT, (("seed", 1),)), (CURRENT, (("seed", 2),))]
    assert counts[repeated[2][0]] == 3
    best = sorted(explored, key=lambda place: value(search(), place) or 1.0)[:3]
    assert repeated[2][0] in [arm for arm, _ in best]


@pytest.mark.usefixtures("_any_new")
def test_without_replicates_it_only_explores() -> None:
    tried = played(plan(search(8), seeds=1))
    assert len({arm for arm, _ in tried}) == len(tried) == 8


@pytest.mark.usefixtures("_any_new")
@pytest.mark.parametrize("luck", range(4))
@pytest.mark.parametrize("jobs", [2, 3])
def test_several_at_a_time_stay_within_the_budget_and_are_what_verify_expects(jobs: int, luck: int) -> None:
    assert len(played(plan(search(12), seeds=2), jobs, Random(luck))) == 12


def test_the_model_chooses_what_is_tried_and_what_is_repeated() -> None:
    luck, of = Random(1), search(current=False)
    drawn = [of.space.active(lambda dimension: luck.choice(dimension.domain.levels)) for _ in range(9)]
    first = plan(of).replicates.points()[0]
    ended = {(of.arm(one), first): value(of, (of.arm(one), first)) for one in drawn}
    (explored,) = trying.wanted(Tries(plan=plan(replace(of, budget=20)), ended=ended, waiting=()), 1)
    assert explored not in ended and explored[1] == first
    # five are left
    repeated = trying.wanted(Tries(plan=plan(replace(of, budget=14)), ended=ended, waiting=()), 2)
    assert [point for _, point in repeated] == [(("seed", 1),), (("seed", 2),)]
    assert len({arm for arm, _ in repeated}) == 1
    (arm, _) = repeated[0]
    values = sorted(found for found in ended.values() if found is not None)
    assert ended[arm, first] in values[:2]


def test_what_another_asks_for_is_not_the_next() -> None:
    of = plan(search())
    tries = Tries(plan=of, ended={}, waiting=())
    first = of.replicates.points()[0]
    assert trying.may_ask(tries, (CURRENT, first))
    other = search().arm({"x": 0.5, "y": 3})
    assert not trying.may_ask(tries, (other, first))
    tries = tries.and_waiting((CURRENT, first))
    assert trying.may_ask(tries, (other, first))
    assert not trying.may_ask(tries, (other, of.replicates.points()[1]))
    assert not trying.may_ask(tries, ("treatment", first))
    assert not trying.may_ask(tries.and_waiting((other, first)), (other, first))


def test_a_configuration_that_failed_is_tried_no_more_and_counts_as_bad() -> None:
    tries = Tries(plan=plan(search()), ended={(search().arm({"x": 0.05, "y": 3}), (("seed", 0),)): None}, waiting=())
    (told,) = tries.told()
    assert (told.values, told.failed) == ((), 1)


def test_a_space_that_has_been_tried_is_repeated_in_the_order_of_the_means() -> None:
    of = replace(search(20, current=False), space=parse(["y=1..3"]))

    def level(place: Place) -> float:
        found = of.configuration(place[0])
        assert found is not None
        return float(str(found["y"]))

    ended: dict[Place, float | None] = {}
    order = []
    while new := trying.wanted(Tries(plan=plan(of, 2), ended=ended, waiting=()), 1):
        ended[new[0]] = level(new[0])
        order.append(level(new[0]))
    # all six trials of it, and then it ends
    assert sorted(order[:3]) == [1, 2, 3]
    assert order[3:] == [1, 2, 3]


def test_what_was_tried_elsewhere_is_known_and_not_explored_again() -> None:
    known: Configuration = {"x": 0.5, "y": 3}
    with_it = replace(search(), earlier=(Earlier(configuration=known, values=(0.1, 0.2), arm="grid:a"),))
    tries = Tries(plan=plan(with_it), ended={}, waiting=())
    (told,) = tries.told()
    assert told.values == (0.1, 0.2)
    assert not trying.may_ask(tries.and_waiting((CURRENT, (("seed", 0),))), (with_it.arm(known), (("seed", 0),)))
    # tried again here it is told by what was tried more often, and not twice by a trial of one seed
    again = Tries(plan=plan(with_it), ended={(with_it.arm(known), (("seed", 0),)): 0.3}, waiting=())
    assert [one.values for one in again.told()] == [(0.1, 0.2)]
    twice = Tries(
        plan=plan(with_it), ended={(with_it.arm(known), (("seed", seed),)): 0.3 for seed in range(2)}, waiting=()
    )
    assert [one.values for one in twice.told()] == [(0.3, 0.3)]
    # of a metric of which more is better the tuner is told less
    higher = Tries(plan=plan(replace(with_it, better=HIGHER)), ended={}, waiting=())
    assert higher.told()[0].values == (-0.1, -0.2)


def test_a_trial_beside_one_that_the_plan_knows_no_more_is_not_asked_for() -> None:
    made = plan(search())
    trial = replace(
        trial_file.loads(record_of("t", 0)[1]), variant="current", asked=asking.told((), {}, ["try-zzzz/seed-0"])
    )
    assert replay.asks(made, trial, ())
    assert not replay.asks(made, replace(trial, variant="try-zzzz"), ())
