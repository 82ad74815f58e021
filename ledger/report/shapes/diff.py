"""The shape of `diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.analysis.diff import Diff, GroupFiles, InputChange
from ledger.analysis.metric_changes import MetricChange
from ledger.report.remarks import sentences
from ledger.report.shapes.values import pin, summary
from ledger.stats.contrast import CONFIDENCE

if TYPE_CHECKING:
    from ledger.stats.cases import Crossed


def diff(value: Diff) -> dict[str, Any]:
    """The shape of `diff`."""
    return {
        "a": value.a,
        "b": value.b,
        "params": [{"name": c.name, "a": c.a, "b": c.b} for c in value.params],
        "data": [{"path": c.path, "a": pin(c.a), "b": pin(c.b)} | _files(c) for c in value.data],
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
                "p_value": c.p_value,
                "test": None if c.contrast is None else c.contrast.test,
                "paired": None if c.contrast is None else c.contrast.paired,
                **({} if c.over_cases is None else {"over_cases": _over_cases(c, c.over_cases)}),
            }
            for c in value.metrics
        ],
        "warnings": list(sentences(value.warnings)),
    }


# how many names of files are listed of each kind
_NAMES = 100


def _files(change: InputChange) -> dict[str, Any]:
    """How many files of an input differ, the first by name, and by group where there are groups."""
    if change.files is None:
        return {"added": None, "removed": None, "changed": None}
    kinds = {"added": change.files.brought, "removed": change.files.removed, "changed": change.files.changed}
    return {
        **{kind: len(paths) for kind, paths in kinds.items()},
        "names": {kind: list(paths[:_NAMES]) for kind, paths in kinds.items()},
        **({"groups": [_group(group) for group in change.groups]} if change.groups else {}),
    }


def _group(group: GroupFiles) -> dict[str, Any]:
    return {"name": group.name, "added": group.added, "removed": group.removed, "changed": group.changed}


def _over_cases(change: MetricChange, found: Crossed) -> dict[str, Any]:
    variances = None if found.variances is None else dict(zip(("seed", "case", "rest"), found.variances, strict=True))
    return {
        "cases": change.cases,
        "clusters": None if found.cases == change.cases else found.cases,
        "difference": found.contrast.estimate,
        "interval": list(found.contrast.interval(CONFIDENCE)),
        "p_value": found.contrast.p_two_sided(),
        "share": found.share,
        "variances": variances,
    }
