"""JSON is what `json.dumps` would write, indented."""

from __future__ import annotations

import datetime
import json
import math
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.report.json import render

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text('aä"\\\n😀'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\n", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_it_is_what_the_standard_library_writes(value: Any) -> None:
    assert render(value) == json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def test_values_that_json_does_not_know() -> None:
    given_ = {1: (math.nan, -math.inf), "day": datetime.date(2026, 1, 2), "of": MappingProxyType({})}
    assert json.loads(render(given_)) == {"1": [None, None], "day": "2026-01-02", "of": {}}
    with pytest.raises(TypeError, match="set cannot be written as JSON"):
        render([set()])
