"""Answers as JSON: the one place where values become what JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from ledger.report.text import as_json


def render(data: Any) -> str:
    """The values of a document, or of any other answer, as JSON that a terminal may show."""
    return as_json(plain(data)) + "\n"


def plain(value: Any) -> Any:
    """The value as JSON can hold it: NaN and infinities are null, dates are texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
