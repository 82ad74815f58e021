"""The arms of a matrix: every version of one data set with every version, or group, of another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ledger.model.data_change import DataChange
from ledger.model.frozen import frozen
from ledger.model.plan import Variant

ON = "-on-"
"""Between the row and the column in the name of an arm."""

_MAX_SIDE = 28


@frozen
class MatrixSide:
    """The rows or the columns: a path, and what it holds in each, with what people call it."""

    path: str
    labels: tuple[str, ...]
    changes: tuple[DataChange, ...]


def arms(rows: MatrixSide, columns: MatrixSide) -> tuple[Variant, ...]:
    """An arm for each cell, the first column first: its trials train what the other columns only evaluate."""
    left, above = _slugs(rows.labels, "row"), _slugs(columns.labels, "column")
    return tuple(
        Variant(name=f"{row}{ON}{column}", data={rows.path: trained, columns.path: evaluated})
        for column, evaluated in zip(above, columns.changes, strict=True)
        for row, trained in zip(left, rows.changes, strict=True)
    )


def _slugs(labels: Sequence[str], word: str) -> list[str]:
    """The labels as parts of names: each another, none with the sign between them in it."""
    plain = [re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:_MAX_SIDE].strip("-") for label in labels]
    clear = [text.replace(ON, "-") if text[:1].isalpha() else f"{word[0]}-{text}".strip("-") for text in plain]
    counts = Counter(clear)
    return [text if counts[text] == 1 else f"{text}-{number}" for number, text in enumerate(clear, 1)]
