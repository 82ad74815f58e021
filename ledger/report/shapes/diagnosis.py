"""The shapes of the commands that say what a metric depends on: `ablate`, `matrix`, `importance` and `suggest`."""

from __future__ import annotations

from typing import Any

from ledger.analysis.ablation.answer import Ablation, GroupEffect
from ledger.analysis.importance import Importance
from ledger.analysis.matrix.answer import Matrix, SideEffect
from ledger.analysis.tuning.suggestion import Suggestion, Suggestions
from ledger.report.remarks import sentences
from ledger.report.shapes.values import summary


def ablation(found: Ablation) -> dict[str, Any]:
    """All of an ablation; what has not been measured is null."""
    return {
        "experiment": found.experiment,
        "metric": found.metric,
        "better": "higher" if found.sign > 0 else "lower",
        "path": found.path,
        "design": found.design.value,
        "sampled": found.drawn,
        "empty": found.empty,
        "all": summary(found.whole),
        "groups": [
            {
                "name": one.name,
                "title": one.title or None,
                "files": one.files,
                "n": one.n,
                **_tested(one),
                "label": one.label.value,
            }
            for one in found.groups
        ],
        "trainings": found.trainings,
        "failed": list(found.failed),
        "missing": list(found.missing),
    }


def matrix(found: Matrix) -> dict[str, Any]:
    """All of a matrix; what has not been measured is null."""
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
        **_tested(one),
        "everywhere": one.everywhere,
    }


def _tested(one: GroupEffect | SideEffect) -> dict[str, Any]:
    return {"effect": one.effect, "interval": one.interval, "p_value": one.p_value, "adjusted": one.adjusted}


def importance(found: Importance) -> dict[str, Any]:
    """The most important parameter first; `importance` are parts of 1, `interval` is that of 90%."""
    return {
        "metric": found.metric,
        "better": found.better,
        "top": found.top,
        "configurations": found.configurations,
        "trials": found.trials,
        "failed": found.failed,
        "parameters": [
            {
                "name": one.name,
                "values": one.values,
                "importance": one.share,
                "interval": list(one.interval),
                "p_value": one.p_value,
                "adjusted": one.adjusted,
                "important": one.important,
                "among_best": one.among_best,
            }
            for one in found.parameters
        ],
        "fixed": list(found.fixed),
        "warnings": list(sentences(found.notes)),
    }


def suggestions(found: Suggestions) -> list[dict[str, Any]]:
    """An object for each suggestion; what nothing is known of is null."""
    return [_suggestion(one) for one in found.suggestions]


def _suggestion(one: Suggestion) -> dict[str, Any]:
    nearest = one.nearest
    return {
        "params": dict(one.configuration),
        "mean": None if one.believed is None else one.believed.mean,
        "sd": None if one.believed is None else one.believed.sd,
        "expected_improvement": one.improvement,
        "chance": one.chance,
        "nearest": None
        if nearest is None
        else {
            "params": dict(nearest.configuration),
            "arms": list(nearest.labels),
            "mean": nearest.mean,
            "n": len(nearest.values),
            "distance": one.distance,
        },
    }
