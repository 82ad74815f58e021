"""The plan in the front matter of `hypothesis.md`: what is written is what is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.model import hypothesis as hypotheses
from ledger.model.hypothesis import BODY, Hypothesis
from ledger.model.plan import BASE, Confirms, Plan, Variant
from ledger.model.replicates import Axis, Replicates

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?", fullmatch=True)
IDS = st.text("0123456789abcdef", min_size=40, max_size=40)
VALUES = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
OWN = st.builds(
    Variant,
    name=NAMES,
    at=st.none() | st.just(BASE) | IDS,
    params=st.dictionaries(st.from_regex(r"[a-z]{1,5}(\.[a-z]{1,5})?", fullmatch=True), VALUES, max_size=3),
)
FILLED = st.builds(Variant, name=NAMES, experiment=NAMES, arm=NAMES)
VARIANTS = st.lists(OWN | FILLED, min_size=1, max_size=4, unique_by=lambda variant: variant.name)


def plan(*variants: Variant) -> Plan:
    return Plan(
        title="A title",
        name="a",
        author="Ada <ada@example.org>",
        created=datetime(2026, 11, 20, 10, tzinfo=UTC),
        base="3f2a9c1d" * 5,
        variants=variants,
        replicates=Replicates(axes=(Axis(name="seed", values=(0, 1)),)),
    )


@given(VARIANTS)
def test_arms_are_read_as_they_were_written(variants: list[Variant]) -> None:
    written = Hypothesis(plan=plan(*variants), body=BODY)
    assert hypotheses.parse(hypotheses.render(written)) == written


@pytest.mark.parametrize(
    ("arm", "said"),
    [
        ("{at: v1.2}", "`variants.x.at` is 'v1.2'"),
        ("{at: 3f2a9c1d}", "the full id of a commit"),
        ("{at: 1234567890123456789012345678901234567890}", "the full id of a commit"),
        ("{at: base, experiment: other}", "stands alone"),
        ("{from: v1.2}", "may hold"),
    ],
)
def test_what_is_no_arm_is_refused(arm: str, said: str) -> None:
    text = hypotheses.render(Hypothesis(plan=plan(Variant(name="x")), body=""))
    with pytest.raises(FormatError, match=said):
        hypotheses.parse(text.replace("x: {}", f"x: {arm}"))


def test_an_arm_at_no_commit_is_one_at_the_branch() -> None:
    text = hypotheses.render(Hypothesis(plan=plan(Variant(name="x")), body=""))
    found = hypotheses.parse(text.replace("x: {}", "x: {at: branch}")).plan
    (arm,) = found.variants
    assert (arm.at, found.commit_of(arm)) == (None, None)
    assert found.commit_of(Variant(name="y", at=BASE)) == found.base


@given(st.none() | st.builds(Confirms, experiment=NAMES, variant=NAMES, among=st.integers(1, 10**9)))
def test_what_is_to_be_confirmed_is_read_as_it_was_written(confirms: Confirms | None) -> None:
    written = Hypothesis(plan=replace(plan(Variant(name="x")), confirms=confirms), body=BODY)
    assert hypotheses.parse(hypotheses.render(written)) == written


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("grid", "`confirms` may hold"),
        ("{experiment: grid, arm: hi}", "`confirms` may hold"),
        ("{variant: hi}", "is not about an experiment"),
        ("{experiment: Grid, variant: hi}", "`confirms.experiment`"),
        ("{experiment: grid, variant: ../x}", "`confirms.variant`"),
        ("{experiment: grid, among: 0}", "`confirms.among` is 0"),
        ("{experiment: grid, among: true}", "`confirms.among` is True"),
    ],
)
def test_what_confirms_nothing_is_refused(value: str, said: str) -> None:
    text = hypotheses.render(Hypothesis(plan=plan(Variant(name="x")), body=""))
    with pytest.raises(FormatError, match=said):
        hypotheses.parse(text.replace("variants:", f"confirms: {value}\nvariants:", 1))
