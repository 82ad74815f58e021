"""The plan's `search:`: what is written is what is read, and its arms and replicates follow from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.model import hypothesis as hypotheses
from ledger.model import names
from ledger.model.directions import HIGHER, LOWER
from ledger.model.hypothesis import BODY, Hypothesis
from ledger.model.plan import Plan, of_search
from ledger.model.seeds import derived_seeds
from ledger.model.version_search import Confirm, KnownNoise, VersionSearch

IDS = st.text("0123456789abcdef", min_size=40, max_size=40)
VERSIONS = st.lists(IDS, min_size=2, max_size=6, unique=True).map(tuple)
PERCENT = st.integers(1, 1000).map(lambda tenths: tenths / 10 / 100)
POSITIVE = st.floats(1e-6, 1e6)

FROM = "plan:" + "ab" * 32
SEARCH = VersionSearch(metric="dice", better=HIGHER, versions=("a" * 40, "b" * 40, "c" * 40), paths=("data/raw",))


@st.composite
def searches(draw: st.DrawFn) -> VersionSearch:
    versions = draw(VERSIONS)
    sets = draw(st.sampled_from([(None, None), ("d" * 40, None), ("d" * 40, "e" * 40)]))
    weights = st.lists(POSITIVE, min_size=len(versions) - 1, max_size=len(versions) - 1).map(tuple)
    axis = draw(st.sampled_from(["seed", "train.seed", "repeat"]))
    return VersionSearch(
        rule=draw(st.integers(1, 3)),
        metric=draw(st.sampled_from(["dice", "loss", "results.json:dice"])),
        better=draw(st.sampled_from([HIGHER, LOWER])),
        versions=versions,
        paths=draw(st.sampled_from([(), ("data/raw",), ("data/raw", "data/labels")])),
        skipped=tuple(draw(st.lists(st.sampled_from(versions), unique=True))),
        axis=axis,
        seeds=() if axis == "repeat" else tuple(draw(st.lists(st.integers(0, 9), unique=True, max_size=3))),
        budget=draw(st.integers(2, 80)),
        confidence=draw(st.sampled_from([0.5, 0.9, 0.95, 0.99])),
        weights=draw(st.none() | weights),
        noise=draw(st.none() | st.builds(KnownNoise, sd=POSITIVE, df=POSITIVE)),
        confirm=draw(st.none() | st.builds(Confirm, seeds=st.integers(2, 20), share=PERCENT)),
        evaluation_at=sets[0],
        evaluation_other=sets[1],
    )


def plan(search: VersionSearch) -> Plan:
    variants, points = of_search(search, FROM)
    return Plan(
        title="Where dice fell",
        name="where-dice-fell",
        author="Ada <ada@example.org>",
        created=datetime(2026, 11, 20, 10, tzinfo=UTC),
        base="3f2a9c1d" * 5,
        variants=variants,
        replicates=points,
        seeds_from=FROM,
        search=search,
        exploratory=True,
    )


@given(searches())
def test_a_search_is_read_as_it_was_written(search: VersionSearch) -> None:
    written = Hypothesis(plan=plan(search), body=BODY)
    assert hypotheses.parse(hypotheses.render(written)) == written


@given(searches())
def test_the_arms_are_the_versions_by_names_that_a_variant_may_have(search: VersionSearch) -> None:
    arms = plan(search).variants
    assert len({arm.name for arm in arms}) == len(search.versions) + len(search.elsewhere)
    for arm, commit in zip(arms, search.versions, strict=False):
        assert names.check_variant(arm.name) == arm.name
        assert commit.startswith(arm.name.removeprefix("at-"))
        assert (arm.at, [change.at for change in arm.data.values()]) == (
            (None, [commit] * len(search.paths)) if search.paths else (commit, [])
        )
    assert plan(search).leading == arms[len(search.versions) - 1].name


@given(searches(), st.integers(1, 40))
def test_more_budget_adds_seeds_and_moves_none(search: VersionSearch, more: int) -> None:
    def points(budget: int) -> tuple[object, ...]:
        (axis,) = replace(search, budget=budget).replicates(FROM).axes
        return axis.values

    fresh = search.confirm.seeds if search.confirm is not None else 0
    few, many = points(search.budget), points(search.budget + more)
    assert len(set(many)) == len(many)
    few_own, many_own = few[: len(few) - fresh], many[: len(many) - fresh]
    assert many_own[: len(few_own)] == few_own
    assert few[len(few_own) :] == many[len(many_own) :]
    assert few_own[: len(search.seeds)] == search.seeds[: search.budget]


def test_no_seed_that_confirms_was_searched_with() -> None:
    # a list that names the very seeds which would be drawn first
    search = replace(SEARCH, seeds=derived_seeds(f"{FROM}:confirm", 3), confirm=Confirm(seeds=5))
    (axis,) = search.replicates(FROM).axes
    assert len(axis.values) == search.budget + 5


def test_versions_are_measured_on_one_commits_evaluation_where_the_plan_fixes_it() -> None:
    fixed = replace(SEARCH, evaluation_at="e" * 40)
    arms, _ = of_search(fixed, FROM, ["data/test"])
    assert [arm.data["data/test"].at for arm in arms] == ["e" * 40] * 3
    assert [arm.data["data/raw"].at for arm in arms] == list(SEARCH.versions)


def test_short_ids_that_are_alike_are_written_longer() -> None:
    alike = ("abcdef0" + "1" * 33, "abcdef0" + "2" * 33)
    assert list(replace(SEARCH, versions=alike).arms) == ["at-abcdef01", "at-abcdef02"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: step", "kind: guess", "`search.kind` is 'guess'"),
        ("better: higher", "better: more", "higher or lower"),
        ("budget: 60", "budget: 0", "`search.budget` is 0"),
        ("confidence: 0.95", "confidence: 95", "`search.confidence` is 95"),
        ("seeds: hashed", "seeds: 5", "`search.seeds` is 5"),
        ("kind: step", "kind: step\n  colour: red", "`search.colour` is not known"),
        ("kind: step", "kind: step\n  weights: [1]", "has 1 numbers, and 2 versions follow"),
        ("kind: step", "kind: step\n  weights: [1, -1]", "positive"),
        ("kind: step", "kind: step\n  noise: {sd: 0, df: 3}", "positive"),
        ("kind: step", "kind: step\n  confirm: {seeds: 1}", "`search.confirm.seeds` is 1"),
        ("kind: step", "kind: step\n  confirm: {share: 5}", "write it as 50%"),
        ("kind: step", "kind: step\n  skipped: [" + "d" * 40 + "]", "none of the versions"),
        ("kind: step", "kind: step\n  evaluation_at: v1", "full id"),
        ("kind: step", "kind: step\n  evaluation_other: " + "d" * 40, "beside `evaluation_at`, and another one"),
        ("b" * 40, "a" * 40, "given twice"),
        ("b" * 40, "HEAD", "full id"),
        ("exploratory", "variants: {x: {}}\nexploratory", "`variants` cannot stand beside `search`"),
        ("exploratory", "replicates: {seed: [0]}\nexploratory", "`replicates` cannot stand beside"),
        ("seeds_from", "seeds_off", "needs `seeds_from`"),
    ],
)
def test_what_is_no_search_is_refused(old: str, new: str, said: str) -> None:
    text = hypotheses.render(Hypothesis(plan=plan(SEARCH), body=""))
    assert old in text
    with pytest.raises(FormatError, match=said):
        hypotheses.parse(text.replace(old, new, 1))
