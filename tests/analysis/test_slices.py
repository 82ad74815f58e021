"""Where two arms differ, from per-case results that are made up: each slice against scipy, and the corrections."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pytest import approx
from scipy import stats

from ledger.analysis.case_results import CaseResults, NotComparable, Paired, on_shared_seeds, paired, united
from ledger.analysis.slices import slices, worst
from ledger.model.cases import CaseTable
from ledger.model.remarks import Kind
from ledger.model.replicates import Point
from ledger.stats.multiple import holm

SITES = ("A", "B", "C")
IDS = tuple(f"case-{i}" for i in range(120))
LABELS = {
    "site": tuple(SITES[i % 3] for i in range(120)),
    "scanner": tuple("old" if i % 4 == 0 else "new" for i in range(120)),
    "patient": tuple(f"p{i // 2}" for i in range(120)),
}


def seed(number: int) -> Point:
    """A replicate."""
    return (("seed", number),)


def table(
    values: list[float], ids: tuple[str, ...] = IDS, labels: dict[str, tuple[str, ...]] | None = None
) -> CaseTable:
    """The results of one trial."""
    return CaseTable(ids=ids, values={"dice": values}, labels=LABELS if labels is None else labels)


def arms(seeds: int = 3, drop: float = -0.2) -> tuple[CaseResults, CaseResults]:
    """Two arms of which the second is worse at site C alone."""
    luck = np.random.default_rng(7)
    hard = luck.normal(0.7, 0.1, 120)
    shift = np.array([drop if site == "C" else 0.0 for site in LABELS["site"]])
    sides = []
    for label, change in (("baseline", 0 * shift), ("treatment", shift)):
        tables = [
            (f"{label}/seed-{s}", seed(s), table((hard + change + luck.normal(0, 0.03, 120)).tolist()))
            for s in range(seeds)
        ]
        sides.append(united(label, tables))
    return sides[0], sides[1]


def both(seeds: int = 3) -> Paired:
    """The two arms case by case."""
    a, b = arms(seeds)
    return paired(a, b, "dice")


def test_the_slices_at_fault_come_first_and_alone() -> None:
    found = slices(both(), ("site", "scanner"), min_cases=10)
    assert {("site", "C") in each.by for each in found.slices[:3]} == {True}
    assert next(each for each in found.slices if each.by == (("site", "C"),)).seen
    assert not any(each.seen for each in found.slices if ("site", "A") in each.by or ("site", "B") in each.by)
    # three sites, two scanners and six pairs
    assert (len(found.slices), found.small) == (11, 0)
    tested = [each.contrast.p_two_sided() for each in found.slices if each.contrast is not None]
    assert [each.adjusted for each in found.slices] == approx(holm(tested))
    assert found.whole.cases == 120 and {each.cases for each in found.slices} == {40, 30, 90, 10}
    assert found.slices[0].difference == approx(found.slices[0].b - found.slices[0].a)


def test_one_seed_gives_the_paired_t_test_over_the_cases_of_each_slice() -> None:
    pair = both(1)
    found = {each.by: each for each in slices(pair, ("site",)).slices}
    at = [i for i, site in enumerate(LABELS["site"]) if site == "B"]
    assert pair.a is not None
    expected = stats.ttest_rel(pair.b[0, at], pair.a[0, at])
    contrast = found[(("site", "B"),)].contrast
    assert contrast is not None
    assert contrast.p_two_sided() == approx(expected.pvalue)
    assert contrast.interval(0.9) == approx(tuple(expected.confidence_interval(0.9)))


def test_clusters_are_the_units() -> None:
    pair = both(1)
    found = slices(pair, ("scanner",), cluster="patient").whole
    assert pair.a is not None and (found.cases, found.clusters) == (120, 60)
    means = (pair.b - pair.a)[0].reshape(60, 2).mean(axis=1)
    assert found.contrast is not None
    assert found.contrast.p_two_sided() == approx(stats.ttest_1samp(means, 0).pvalue)


def test_what_is_too_small_is_counted_and_not_looked_at() -> None:
    found = slices(both(), ("site", "scanner"), min_cases=25)
    # of the pairs only the new scanner at each site has 30 cases, the old one 10
    assert (len(found.slices), found.small) == (8, 3)
    few = slices(both(), ("site",), cluster="scanner")
    assert (few.slices, few.small) == ((), 3)


def test_slices_that_hold_the_same_cases_are_looked_at_once() -> None:
    labels = LABELS | {"country": tuple("NL" if site == "C" else "BE" for site in LABELS["site"]), "one": ("x",) * 120}
    a, b = (
        united(
            side.label,
            [(name, p, table(list(side.values["dice"][p]), labels=labels)) for p, name in side.names.items()],
        )
        for side in arms()
    )
    found = slices(paired(a, b, "dice"), ("site", "country", "one"))
    assert sorted(each.by for each in found.slices) == [
        (("country", "BE"),), (("site", "A"),), (("site", "B"),), (("site", "C"),),
    ]  # fmt: skip


def test_cases_in_another_order_are_the_same_cases() -> None:
    a, b = arms()
    turned = tuple(range(119, -1, -1))
    again = united(
        "treatment",
        [
            (
                name,
                point,
                table(
                    [b.values["dice"][point][i] for i in turned],
                    tuple(IDS[i] for i in turned),
                    {column: tuple(values[i] for i in turned) for column, values in LABELS.items()},
                ),
            )
            for point, name in b.names.items()
        ],
    )
    assert paired(a, again, "dice").differences()[:, ::-1] == approx(paired(a, b, "dice").differences())


def test_other_seeds_are_averaged_on_each_side() -> None:
    a, b = arms()
    other = united(
        "b", [(name, seed(9 + i), table(list(b.values["dice"][p]))) for i, (p, name) in enumerate(b.names.items())]
    )
    found = paired(a, other, "dice")
    assert not found.same_seeds and found.b.shape == (1, 120)
    assert found.differences().mean() == approx(paired(a, b, "dice").differences().mean())


def test_arms_with_seeds_beyond_those_of_the_other_are_paired_on_the_shared_ones() -> None:
    a, b = arms()
    (first, name), *rest = b.names.items()
    moved = [(name, seed(9), table(list(b.values["dice"][first])))]
    other = united("b", moved + [(name, p, table(list(b.values["dice"][p]))) for p, name in rest])
    left, right = on_shared_seeds(a, other)
    assert list(left.names) == list(right.names) == [p for p, _ in rest]
    assert paired(left, right, "dice").differences() == approx(paired(a, b, "dice").differences()[1:])

    one = united("b", moved + [(name, p, table(list(b.values["dice"][p]))) for p, name in rest[:1]])
    assert on_shared_seeds(a, one) == (a, one)


def test_a_case_without_a_number_is_left_out_everywhere() -> None:
    a, b = arms()
    values = list(b.values["dice"][seed(1)])
    values[5] = math.nan
    rest = [(name, p, table(values if p == seed(1) else list(b.values["dice"][p]))) for p, name in b.names.items()]
    found = paired(a, united("b", rest), "dice")
    assert (found.total, len(found.ids), found.b.shape) == (120, 119, (3, 119))
    assert "case-5" not in found.ids


def refusal(kind: Kind, *tables: tuple[str, CaseTable]) -> dict[str, object]:
    """The facts with which trials are refused."""
    with pytest.raises(NotComparable) as refused:
        united("arm", [(name, seed(i), each) for i, (name, each) in enumerate(tables)])
    assert refused.value.remark.kind == kind
    return dict(refused.value.remark.facts)


def test_trials_with_other_cases_are_refused() -> None:
    ones = [1.0] * 120
    facts = refusal(Kind.CASES_DIFFER, ("first", table(ones)), ("second", table(ones, (*IDS[:-1], "new"))))
    assert facts == {"first": "first", "second": "second", "lacking": 1, "more": 1, "example": "case-119"}
    moved = {**LABELS, "site": ("Z", *LABELS["site"][1:])}
    facts = refusal(Kind.CASES_OF_OTHER, ("first", table(ones)), ("second", table(ones, labels=moved)))
    assert facts == {"column": "site", "first": "first", "second": "second", "count": 1, "example": "A and Z"}
    a, b = arms()
    with pytest.raises(NotComparable) as refused:
        paired(a, b, "hd95")
    assert dict(refused.value.remark.facts) == {"metric": "hd95", "trials": tuple(b.names.values())}


def test_the_worst_cases() -> None:
    pair = both()
    found = worst(pair, 5, lower_is_better=False)
    assert len(found) == 5 and {dict(case.labels)["site"] for case in found} == {"C"}
    assert [case.difference for case in found] == sorted(case.difference for case in found)
    assert worst(pair, 1, lower_is_better=True)[0].difference == max(
        case.difference for case in worst(pair, 120, lower_is_better=True)
    )


def test_nothing_that_differs_has_no_interval() -> None:
    a, _ = arms()
    found = slices(paired(a, a, "dice"), ("site",))
    assert all(each.contrast is None and each.adjusted is None and not each.seen for each in found.slices)
