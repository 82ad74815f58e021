"""The arms of a grid: every combination once, each with a name of its own that a git branch and a file may have."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.analysis.plans.grid import MAX_ARMS
from ledger.analysis.plans.grid import grid as variants_of
from ledger.errors import LedgerError
from ledger.model import names
from ledger.model.parameters import Value

VALUES = st.one_of(
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.lists(st.integers(0, 9), max_size=3),
)


def grid(vary: Mapping[str, Sequence[Value]]) -> dict[str, object]:
    """The parameters of the arms by their names."""
    return {variant.name: variant.params for variant in variants_of(vary)}


@given(
    st.dictionaries(
        st.from_regex(r"[a-cö層]{1,5}(\.[x-zé]{1,5}){0,2}", fullmatch=True),
        st.lists(VALUES, min_size=1, max_size=4, unique_by=repr),
        min_size=1,
        max_size=3,
    )
)
def test_every_combination_has_a_name_of_its_own(vary: dict[str, list[object]]) -> None:
    try:
        arms = grid(vary)  # type: ignore[arg-type]
    except LedgerError:
        # two values that are equal and of one type, such as 0.0 and -0.0
        assert any(a == b and repr(a) != repr(b) for v in vary.values() for a, b in itertools.combinations(v, 2))
        return
    assert list(arms.values()) == [dict(zip(vary, point, strict=True)) for point in itertools.product(*vary.values())]
    for name in arms:
        assert names.check_variant(name) == name


def test_names_say_which_it_is() -> None:
    assert list(grid({"train.lr": (0.1, 1e-5), "train.name": ("adam", "sgd")})) == [
        "lr-0-1-name-adam",
        "lr-0-1-name-sgd",
        "lr-1e-05-name-adam",
        "lr-1e-05-name-sgd",
    ]
    # the same last part is no name for either
    assert list(grid({"a.lr": (1,), "b.lr": (-2,)})) == ["a-lr-1-b-lr-minus2"]
    assert list(grid({"layers": ([4, 2], [8])})) == ["layers-4-2", "layers-8"]
    assert len(grid({"text": ("a b", "a-b", "A B")})) == 3


def test_what_is_no_grid() -> None:
    with pytest.raises(LedgerError, match="twice"):
        grid({"lr": (0.1, 0.2, 0.1)})
    with pytest.raises(LedgerError, match=str(2 * MAX_ARMS)):
        grid({"a": tuple(range(MAX_ARMS)), "b": (0, 1)})
