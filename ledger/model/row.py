"""A row of the history's table: an experiment, one arm of one, or one trial, with all that can be asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ledger.model.frozen import frozen

if TYPE_CHECKING:
    from ledger.model.confirmation import Tested
    from ledger.model.summary import Summary

NOT_FINITE: Final = "not_finite"
"""In `Row.extra` of a trial: the metrics that are NaN or infinite, as texts."""

MODELS: Final = "models"
"""In `Row.extra`: the model versions that come from it, `unet@v1.2.0`, and their stages, `unet#prod`."""


@frozen
class Row:
    """What one line of a table is made of.

    `trial` is the id (`treatment/seed-0`) in a row of one trial, None in a row of an arm. The row of an experiment is
    that of its treatment. `params` are flat, with dotted keys, and without the axes of the replicates where the row
    sums up more than one trial; `metrics` sum up the trials that count (the declared replicates at the arm's latest
    fingerprint); `trials` is their number, `recorded` that of all records of the arm, `missing` that of the declared
    replicates without one that counts. `seconds` is the sum over the trials that count, `data` the hash of every input
    that git does not hold, by path. `created` is when the plan was made. In a row of one trial, `created` is when it
    started, `trials` is 1 where it counts and else 0, `trial_status` is its status, `replicate` its point and `reused`
    the other experiment's trial that it repeats (`other/baseline/seed-0`), if any; these are None in a row of an arm,
    as `missing` is in that of a trial.
    `confirmatory`: whether the verdict is, None where it does not say.
    `found`: of a search its answer in a word or two, None before its verdict.
    `parts`: `fold` or `split` where the replicates are parts of one data set, and so not independent of each other.
    `tested`: what the experiments that put the row's arm to the test say of it, None where there are none.
    `better` says in which direction (`higher`, `lower`) a metric is better, as far as the predictions tell;
    `unclear` where they name it and do not.
    `called`: the names of metrics by others that some records of the experiment have for them, because files of metrics
    came or went (`metrics.json:loss` is called `loss`).
    `extra` is for what few rows have; it holds what JSON can.
    """

    experiment: str
    variant: str
    trial: str | None
    title: str
    status: str
    outcome: str | None
    parent: str | None
    author: str
    tags: tuple[str, ...]
    created: datetime
    exploratory: bool
    params: Mapping[str, Any]
    metrics: Mapping[str, Summary]
    data: Mapping[str, str]
    trials: int
    recorded: int
    seconds: float | None
    confirmatory: bool | None = None
    found: str | None = None
    parts: str | None = None
    tested: Tested | None = None
    missing: int | None = None
    trial_status: str | None = None
    replicate: Mapping[str, Any] | None = None
    reused: str | None = None
    code: str | None = None
    fingerprint: str | None = None
    better: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
