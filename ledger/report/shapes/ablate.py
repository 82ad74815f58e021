"""The shape of `ablate --json`."""

from __future__ import annotations

from typing import Any

from ledger.analysis.ablation.answer import Ablation
from ledger.report.shapes.values import summary


def shape(found: Ablation) -> dict[str, Any]:
    """All of it; what has not been measured is null."""
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
                "effect": one.effect,
                "interval": one.interval,
                "p_value": one.p_value,
                "adjusted": one.adjusted,
                "label": one.label.value,
            }
            for one in found.groups
        ],
        "trainings": found.trainings,
        "failed": list(found.failed),
        "missing": list(found.missing),
    }
