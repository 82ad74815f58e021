"""The shape of `matrix --json`."""

from __future__ import annotations

from typing import Any

from ledger.analysis.matrix.answer import Matrix, SideEffect
from ledger.report.shapes.values import summary


def shape(found: Matrix) -> dict[str, Any]:
    """All of it; what has not been measured is null."""
    return {
        "experiment": found.experiment,
        "metric": found.metric,
        "better": "higher" if found.sign > 0 else "lower",
        "train": found.row_path,
        "eval": found.column_path,
        "rows": list(found.rows),
        "columns": list(found.columns),
        "cells": [[summary(cell) for cell in row] for row in found.cells],
        "row_effects": [_effect(one) for one in found.row_effects],
        "column_effects": [_effect(one) for one in found.column_effects],
        "interaction": {"p_value": found.interaction},
        "trials": found.trials,
        "failed": list(found.failed),
        "missing": list(found.missing),
    }


def _effect(one: SideEffect) -> dict[str, Any]:
    return {
        "name": one.name,
        "effect": one.effect,
        "interval": one.interval,
        "p_value": None if one.contrast is None else one.contrast.p_two_sided(),
        "adjusted": one.adjusted,
        "everywhere": one.everywhere,
    }
