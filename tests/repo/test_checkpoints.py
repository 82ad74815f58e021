"""Lists in messages: in one order, with the verb that fits them."""

from __future__ import annotations

import pytest

from ledger.model.listing import are


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a"], "a is"),
        (["b", "a"], "a and b are"),
        (["c", "a", "b"], "a, b and c are"),
        (["d", "c", "a", "b", "e"], "a, b, c and 2 more are"),
    ],
)
def test_the_verb_fits_the_list(names: list[str], said: str) -> None:
    assert are(sorted(names), 3) == said
