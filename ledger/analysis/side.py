"""One side of a comparison, and both by the same names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from ledger.model.environment import Environment
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.parameters import Value, renamed
from ledger.model.parameters import in_same_terms as names_in_same_terms
from ledger.model.remarks import Remark
from ledger.model.replicates import Axis, Point


@frozen
class Side:
    """One side of a comparison: an arm with its trials, one trial, or a revision.

    `metrics` holds the values by replicate; `environments` every distinct one; `warnings` what is doubtful about
    the side itself. `axes` are the parameters that replicates vary, which are no difference; `parts` is the one of them
    whose values are folds or splits. `parameter_files` and `metric_files` say which file holds each of them, as far as
    is known. `held`: the files of data that git holds, at paths where an arm has others than its code.
    """

    label: str
    params: Mapping[str, Value]
    data: Mapping[str, Pinned]
    code: str | None
    environments: tuple[Environment, ...]
    metrics: Mapping[str, Mapping[Point, float]]
    axes: frozenset[str] = frozenset()
    parts: Axis | None = None
    warnings: tuple[Remark, ...] = ()
    parameter_files: Mapping[str, str] = field(default_factory=dict)
    metric_files: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def in_same_terms(a: Side, b: Side) -> tuple[Side, Side]:
    """Both sides with one name for what one of them calls `key` and the other `file:key`."""
    params = names_in_same_terms(a.parameter_files, b.parameter_files)
    metrics = names_in_same_terms(a.metric_files, b.metric_files)
    first, second = (
        replace(
            side,
            params=renamed(side.params, params[at]),
            metrics=renamed(side.metrics, metrics[at]),
            axes=frozenset(params[at].get(name, name) for name in side.axes),
        )
        for at, side in enumerate((a, b))
    )
    return first, second
