"""What each group adds, from values whose truth is known; and what is lacking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pytest

from ledger.analysis.ablation.answer import GroupEffect, Label, group_effects, whole
from ledger.analysis.ablation.design import Ablated, Design, ablated, drawn, drawn_by, orders_of, pairs_within
from ledger.analysis.plans.ablation import arms, drawn_arms
from ledger.errors import LedgerError
from ledger.model.data_change import Grouping
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Axis, Point, Replicates
from ledger.stats.shapley import exact

GROUPS = ("site-a", "site-b", "site-c")
ADDS = {"site-a": 0.1, "site-b": 0.2, "site-c": -0.05}
SEEDS = (0, 1, 2, 3)
NOISE = (0.001, -0.001, 0.0, 0.002)
AXES = (Axis(name="seed", values=SEEDS),)
MANY = tuple(f"g{number}" for number in range(7))


def plan(variants: tuple[Variant, ...], *tags: str, axes: tuple[Axis, ...] = AXES) -> Plan:
    return Plan(
        title="Ablation",
        name="ablation",
        author="Ada <ada@example.org>",
        created=datetime(2026, 11, 28, tzinfo=UTC),
        base="a" * 40,
        groups={"data/raw": Grouping(by="{site}/**")},
        variants=variants,
        replicates=Replicates(axes=axes),
        exploratory=True,
        tags=("ablation", *tags),
    )


def declared(design: Design, groups: tuple[str, ...] = GROUPS) -> Plan:
    return plan(arms(design, "data/raw", groups), design.value)


def measured(found: Ablated, adds: Mapping[str, float] = ADDS) -> dict[str, dict[Point, float]]:
    """0.5 and what the groups add, with the noise of the seed and a little of each training."""
    return {
        arm: {
            (("seed", seed),): 0.5
            + sum(adds[group] for group in coalition)
            + noise
            + 0.0001 * ((len(arm) * (seed + 3)) % 5)
            for seed, noise in zip(SEEDS, NOISE, strict=True)
        }
        for arm, coalition in found.worth.items()
    }


def answered(
    design: Design, *, sign: int = 1, empty: float | None = None, without: Sequence[tuple[str, int]] = ()
) -> dict[str, GroupEffect]:
    found = ablated(declared(design))
    values = measured(found)
    for arm, seed in without:
        del values[arm][(("seed", seed),)]
    return {e.name: e for e in group_effects(found, values, {}, sign=sign, empty=empty, about={})}


def effect(one: GroupEffect) -> float:
    assert one.effect is not None
    return one.effect


def test_left_out() -> None:
    effects = answered(Design.LEAVE_OUT)
    assert {name: one.effect for name, one in effects.items()} == pytest.approx(ADDS, abs=5e-4)
    assert [one.label for one in effects.values()] == [Label.HELPS, Label.HELPS, Label.HARMS]
    for one in effects.values():
        assert one.interval is not None and one.adjusted is not None and one.p_value is not None
        assert one.n == 4 and one.interval[0] <= effect(one) <= one.interval[1]
        assert one.adjusted >= one.p_value


def test_where_lower_is_better_what_adds_harms() -> None:
    assert [one.label for one in answered(Design.LEAVE_OUT, sign=-1).values()] == [
        Label.HARMS,
        Label.HARMS,
        Label.HELPS,
    ]


def test_alone_is_compared_with_the_mean_of_the_groups_alone() -> None:
    effects = answered(Design.ALONE)
    centre = sum(ADDS.values()) / 3
    assert {name: one.effect for name, one in effects.items()} == pytest.approx(
        {name: value - centre for name, value in ADDS.items()}, abs=5e-4
    )


def test_alone_is_compared_with_a_declared_value_of_nothing() -> None:
    effects = answered(Design.ALONE, empty=0.4)
    assert effects["site-a"].effect == pytest.approx(0.2, abs=2e-3)


def test_shapley_with_a_declared_value_of_nothing_adds_up_to_the_whole() -> None:
    effects = answered(Design.SHAPLEY, empty=0.4)
    assert sum(map(effect, effects.values())) == pytest.approx(0.1 + sum(ADDS.values()), abs=2e-3)


def test_shapley_without_one_is_the_same_but_for_one_number() -> None:
    known, average = answered(Design.SHAPLEY, empty=0.4), answered(Design.SHAPLEY)
    shifts = [effect(known[group]) - effect(average[group]) for group in GROUPS]
    assert shifts == pytest.approx([shifts[0]] * 3)


def test_an_arm_that_failed_leaves_the_others_answered() -> None:
    effects = answered(Design.LEAVE_OUT, without=[("without-site-b", seed) for seed in SEEDS])
    assert effects["site-b"].effect is None and effects["site-b"].label is Label.UNCLEAR
    assert effects["site-a"].n == 4


def test_a_seed_that_lacks_a_coalition_is_in_no_shapley_value() -> None:
    effects = answered(Design.SHAPLEY, without=[("only-site-b", 2)])
    assert [one.n for one in effects.values()] == [3, 3, 3]


def test_a_group_that_cannot_be_trained_alone_is_in_no_reference() -> None:
    effects = answered(Design.ALONE, without=[("only-site-c", seed) for seed in SEEDS])
    assert effects["site-c"].effect is None
    assert effects["site-a"].effect == pytest.approx(-0.05, abs=5e-4)


def test_one_seed_gives_no_interval() -> None:
    effects = answered(Design.LEAVE_OUT, without=[("all", seed) for seed in SEEDS[1:]])
    assert effects["site-a"].effect == pytest.approx(0.1, abs=5e-4)
    assert effects["site-a"].interval is None and effects["site-a"].label is Label.UNCLEAR


def test_what_does_not_vary_over_seeds_gives_no_interval() -> None:
    found = ablated(declared(Design.SHAPLEY))
    values: dict[str, dict[Point, float]] = {
        arm: {(("seed", seed),): 0.1 + sum(ADDS[group] for group in coalition) for seed in SEEDS}
        for arm, coalition in found.worth.items()
    }
    effects = group_effects(found, values, {}, sign=1, empty=None, about={})
    assert all(one.contrast is None and one.n == 4 for one in effects)


def test_drawn_orders_are_read_from_the_plan_again() -> None:
    source = drawn_by("a" * 40, "data/raw")
    variants = drawn_arms("data/raw", MANY, pairs=2, source=source, axis="seed", seeds=SEEDS)
    made = plan(variants, "shapley", axes=())
    found = ablated(made)
    orders = orders_of(made, found)
    assert found.groups == MANY and found.design is Design.SHAPLEY
    assert orders == {(("seed", seed),): drawn(MANY, 2, source, seed)[0] for seed in SEEDS}
    assert len(set(orders.values())) == len(SEEDS)
    assert len({variant.name for variant in variants}) == len(variants)
    adds = {group: 0.01 * number for number, group in enumerate(MANY)}
    values: dict[str, dict[Point, float]] = {
        arm: {(): 0.5 + sum(adds[group] for group in coalition) + NOISE[int(found.seeds[arm][0][1])]}
        for arm, coalition in found.worth.items()
    }
    effects = group_effects(found, values, orders, sign=1, empty=None, about={})
    truth = {
        coalition: 0.5 + sum(adds[group] for group in coalition)
        for coalition in {frozenset(subset) for subset in _subsets(MANY)}
    }
    truth[frozenset()] = 0.5 + sum(adds.values()) / 7
    assert {one.name: one.effect for one in effects} == pytest.approx(exact(truth, MANY), abs=1e-9)
    assert whole(found, values).n == 4


def test_arms_that_were_changed_are_not_taken_for_drawn_ones() -> None:
    source = drawn_by("b" * 40, "data/raw")
    made = plan(drawn_arms("data/raw", MANY, pairs=2, source=source, axis="seed", seeds=(0,)), "shapley", axes=())
    with pytest.raises(LedgerError, match="not those that were drawn"):
        orders_of(made, ablated(made))


def test_a_plan_without_an_ablation() -> None:
    with pytest.raises(LedgerError, match="is not an ablation"):
        ablated(plan((Variant(name="treatment"),)))


@pytest.mark.parametrize(("most", "pairs"), [(13, 0), (18, 1), (28, 2), (1000, 7)])
def test_pairs_within_a_budget(most: int, pairs: int) -> None:
    found = pairs_within(MANY, most)
    assert found == pairs
    assert not found or len(drawn(MANY, found, "", 0)[1]) <= most


def test_names_of_arms() -> None:
    assert [v.name for v in arms(Design.LEAVE_OUT, "d", ("a", "b"))] == ["all", "without-a", "without-b"]
    assert [v.name for v in arms(Design.ALONE, "d", ("3f2a", "b c"))] == ["all", "only-3f2a", "only-b-c"]
    clashing = [v.name for v in arms(Design.ALONE, "d", ("a b", "a-b", "Ä"))]
    assert len(set(clashing)) == 4


def _subsets(groups: Sequence[str]) -> Iterator[list[str]]:
    for bits in range(1, 2 ** len(groups)):
        yield [group for number, group in enumerate(groups) if bits >> number & 1]
