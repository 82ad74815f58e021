"""What `ledger new` is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from ledger.analysis.tuning.proposing import GP
from ledger.model.data_change import Grouping
from ledger.model.frozen import frozen
from ledger.model.parameters import Value
from ledger.model.plan import Variant
from ledger.model.version_search import VersionSearch
from ledger.repo.asked_arms import AskedArm
from ledger.repo.axes import AskedAxes, Seeds


@frozen
class TuneRequest:
    """What is to be tuned, as it was typed. `earlier`: whether it learns from what other experiments have tried."""

    space: Sequence[str]
    objective: str | None = None
    budget: int | None = None
    model: str = GP
    earlier: bool = True


@frozen
class PlanRequest:
    """What `ledger new` was asked for.

    `start`: a revision or an experiment; `overrides` are written on the branch; `variants` and their data may be `at`
    any revision; `arms` are more of them, as they were typed; `groups`: how the files of paths fall into groups;
    `retype`: a parameter may become another kind of value; `search`, `tune`: trials follow from trials, and nothing
    declares any.
    """

    title: str
    name: str | None = None
    predictions: Sequence[str] = ()
    baseline: str | None = None
    start: str | None = None
    overrides: Mapping[str, Value] = field(default_factory=dict)
    variants: Sequence[Variant] = ()
    arms: Sequence[AskedArm] = ()
    groups: Mapping[str, Grouping] = field(default_factory=dict)
    vary: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    seeds: Seeds | None = None
    axes: AskedAxes = field(default_factory=AskedAxes)
    repeats: int | None = None
    evaluation: Sequence[str] = ()
    alpha: float | None = None
    looks: int | None = None
    tags: Sequence[str] = ()
    switch: bool = True
    retype: bool = False
    search: VersionSearch | None = None
    tune: TuneRequest | None = None
