"""Was it confirmed? What several attempts say together, and which of them count."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.analysis import standing
from ledger.model import confirmation
from ledger.model.confirmation import CONFIRMED, NOT_CONFIRMED, OPEN, Confirmation, with_tested
from ledger.model.plan import Confirms


def attempt(name: str, outcome: str | None, *, day: int = 1, looks: int = 1, **given: Any) -> Confirmation:
    """An attempt at the treatment of `first` that counts unless something else is given."""
    sound: dict[str, Any] = {
        "of": Confirms(experiment="first"),
        "confirmatory": None if outcome is None else True,
        "holds": True,
        "same": True,
        "fresh": True,
    }
    created = datetime(2026, 11, day, tzinfo=UTC)
    return Confirmation(name=name, created=created, outcome=outcome, looks=looks, **sound | given)


def state(*attempts: Confirmation) -> tuple[str, tuple[str, ...]]:
    (found,) = standing.tested(attempts)["first"]
    return found.state, found.by


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("supported", CONFIRMED), ("refuted", NOT_CONFIRMED), ("inconclusive", NOT_CONFIRMED), (None, OPEN)],
)
def test_one_attempt(outcome: str | None, expected: str) -> None:
    assert state(attempt("again", outcome)) == (expected, ("again",))


@pytest.mark.parametrize("lacking", ["holds", "same", "fresh", "confirmatory"])
@pytest.mark.parametrize("outcome", ["supported", "refuted"])
def test_what_does_not_count_leaves_it_open(outcome: str, lacking: str) -> None:
    assert state(attempt("again", outcome, **{lacking: False})) == (OPEN, ("again",))


def test_to_try_until_it_works_confirms_nothing() -> None:
    first, second = attempt("one", "inconclusive"), attempt("two", "supported", day=2)
    assert state(second, first) == (NOT_CONFIRMED, ("one", "two"))
    # its plan has divided alpha by the attempts that there were
    assert state(first, attempt("two", "supported", day=2, looks=2)) == (CONFIRMED, ("two",))
    # an attempt that was withdrawn was one all the same
    withdrawn = attempt("one", "inconclusive", holds=False)
    assert state(withdrawn, second) == (NOT_CONFIRMED, ("two",))


def test_no_success_outweighs_a_refutation() -> None:
    assert state(attempt("one", "refuted"), attempt("two", "supported", day=2, looks=2)) == (NOT_CONFIRMED, ("one",))


def test_each_arm_is_confirmed_alone() -> None:
    other = attempt("other", "refuted", of=Confirms(experiment="first", variant="hi"))
    found = standing.tested([other, attempt("again", "supported")])["first"]
    assert found == (
        confirmation.Tested(variant="hi", state=NOT_CONFIRMED, by=("other",)),
        confirmation.Tested(variant="treatment", state=CONFIRMED, by=("again",)),
    )
    assert standing.leading(found, "treatment") == found[1]
    assert standing.leading(found, "lo") is None
    assert standing.leading(found[:1], "treatment") == found[0]


def test_the_state_says_so() -> None:
    def arm(variant: str, state: str = CONFIRMED) -> confirmation.Tested:
        return confirmation.Tested(variant=variant, state=state, by=("again",))

    assert with_tested("supported", [], "treatment") == "supported"
    assert with_tested("supported", [arm("treatment", NOT_CONFIRMED)], "treatment") == "supported, not confirmed"
    assert with_tested("recorded", [arm("treatment", OPEN)], "treatment") == "recorded"
    many = [arm("a"), arm("b", NOT_CONFIRMED), arm("c"), arm("treatment")]
    assert with_tested("refuted", many, "treatment") == "refuted, confirmed, 2 arms confirmed, 1 arm not confirmed"
