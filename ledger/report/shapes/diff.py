"""The shape of `diff`."""

from __future__ import annotations

from typing import Any

from ledger.analysis.diff import Diff
from ledger.analysis.metric_changes import CONFIDENCE
from ledger.report.remarks import sentences
from ledger.report.shapes.values import pin, summary


def diff(value: Diff) -> dict[str, Any]:
    """The shape of `diff`."""
    return {
        "a": value.a,
        "b": value.b,
        "params": [{"name": c.name, "a": c.a, "b": c.b} for c in value.params],
        "data": [
            {"path": c.path, "a": pin(c.a), "b": pin(c.b), "added": c.added, "removed": c.removed, "changed": c.changed}
            for c in value.data
        ],
        "code": [
            {
                "path": c.path,
                "change": c.change,
                "lines_added": c.lines_added,
                "lines_removed": c.lines_removed,
            }
            | ({} if c.old_path is None else {"old_path": c.old_path})
            | ({"ignored": True} if c.ignored else {})
            for c in value.code
        ],
        "environment": [{"name": c.name, "a": c.a, "b": c.b} for c in value.environment],
        "metrics": [
            {
                "name": c.name,
                "a": summary(c.a),
                "b": summary(c.b),
                "difference": c.difference,
                "interval": c.interval,
                "confidence": None if c.contrast is None else CONFIDENCE,
                "p_value": None if c.contrast is None else c.contrast.p_two_sided(),
                "test": None if c.contrast is None else c.contrast.test,
                "paired": None if c.contrast is None else c.contrast.paired,
            }
            for c in value.metrics
        ],
        "warnings": list(sentences(value.warnings)),
    }
