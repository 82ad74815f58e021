"""A value of another kind than the parameter has is refused, with how the kind is written."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import LedgerError
from ledger.model.kinds import refuse_another

VALUES: dict[str, Any] = {"n": 8, "x": 0.1, "t": "small", "l": ["crop"], "b": True, "none": None, "m": {}}


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("n", "big", "n=8"),
        ("n", [1], "n=8"),
        ("x", True, "x=0.1"),
        ("l", "flip", "'l=[flip]'"),
        ("l", 3, "'l=[3]'"),
        ("t", 3, "'t=\"3\"'"),
        ("b", 1, "b=true"),
        ("b", "yes", "b=true"),
    ],
)
def test_another_kind_is_refused(name: str, value: object, written: str) -> None:
    with pytest.raises(LedgerError) as raised:
        refuse_another(VALUES, name, value)
    assert f"written {written};" in str(raised.value.hint) and "--retype" in str(raised.value.hint)


@pytest.mark.parametrize(
    ("name", "value"),
    [("n", 2.5), ("x", 1), ("l", ["flip"]), ("l", []), ("t", ""), ("b", False), ("none", "x"), ("n", None), ("m", 3)],
)
def test_the_same_kind_and_null_are_taken(name: str, value: object) -> None:
    refuse_another(VALUES, name, value)
