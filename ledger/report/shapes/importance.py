"""The shape of `importance`."""

from __future__ import annotations

from typing import Any

from ledger.analysis.importance import Importance
from ledger.report.remarks import sentences


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
