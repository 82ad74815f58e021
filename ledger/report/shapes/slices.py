"""The shape of `slices`."""

from __future__ import annotations

from typing import Any

from ledger.analysis.sliced import Sliced
from ledger.analysis.slices import Slice
from ledger.report.remarks import sentences
from ledger.stats.contrast import CONFIDENCE


def slices(found: Sliced, said: str) -> dict[str, Any]:
    """`difference` is b - a; with `--worst` there are `cases`, else `slices`."""
    made = found.slices
    return {
        "metric": found.metric,
        "a": found.a,
        "b": found.b,
        "said": said,
        "seeds": made.seeds,
        "confidence": CONFIDENCE,
        "where": found.where,
        "all": _slice(made.whole),
        "slices": [_slice(one) for one in made.slices],
        "small": made.small,
        "cases": [
            {"case": one.id, "labels": dict(one.labels), "a": one.a, "b": one.b, "difference": one.difference}
            for one in found.worst or ()
        ],
        "warnings": list(sentences(found.warnings)),
    }


def _slice(one: Slice) -> dict[str, Any]:
    contrast = one.contrast
    return {
        "by": dict(one.by),
        "cases": one.cases,
        "clusters": one.clusters,
        "a": one.a,
        "b": one.b,
        "difference": one.difference,
        "interval": None if contrast is None else list(contrast.interval(CONFIDENCE)),
        "p_value": None if contrast is None else contrast.p_two_sided(),
        "adjusted": one.adjusted,
    }
