"""When two values that files hold are one value."""

from __future__ import annotations

import math
from collections.abc import Mapping


def same(a: object, b: object) -> bool:
    """Whether two values from files are one: 1 and 1.0 are, NaN and NaN, a number and its text; 1 and true are not."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(one, other) for one, other in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b):
        return True
    return a == b or (a is not None and b is not None and str(a) == str(b))
