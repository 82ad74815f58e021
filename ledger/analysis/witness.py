"""What a trial commit holds: the witness that a record is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ledger.analysis.problems import Kind
from ledger.model.formats.lockfile import LockedStage, Pinned
from ledger.model.frozen import frozen
from ledger.model.pipeline import Pipeline


@frozen
class Content:
    """What a commit holds at a path: the md5s that DVC may have given it.

    `doubt` says why another md5 proves nothing, None where it does. `filtered`: git changes the file on its way in or
    out, so that it holds other bytes than the stage wrote.
    """

    md5s: frozenset[str]
    doubt: str | None = None
    filtered: bool = False


@frozen
class NoMetrics:
    """Why metrics files cannot be compared: the kind of problem, with the file, or what is wrong with it."""

    kind: Kind
    said: str


@frozen
class OtherData:
    """The data at a path where an arm has others than its code: what the plan gives, beside what the trial commit has.

    `differs`: the files in which the two differ, as far as they are known, else what names either; empty where they
    agree. `refused`: why the plan can give no such data; `untold`: why what it gives cannot be computed here; `forged`:
    an object in a cache here that it follows from, or is, and that is not what its name says.
    """

    path: str
    differs: tuple[str, ...] = ()
    refused: str | None = None
    untold: str | None = None
    forged: str | None = None


@frozen
class Witness:
    """What a trial commit holds.

    `touched`: the paths in which the commit differs from its code. `pipeline`: with that commit's parameters.
    `contents`: what git, `.dvc` files or DVC's cache hold at the paths that the locks pin. `parameters`: the parsed
    parameter files. `metrics`: the numbers in the metrics files, None where `no_metrics` says why they cannot be read.
    `data`: the inputs that the record should name. `fingerprint`: what the commit's own files give; `arms`: what the
    declared variant gives on its code; `untold`: why neither can be computed. `other_data`: the paths at which the plan
    gives the trial other data than its code, and `laid`: the files by which it has them.
    """

    message: str
    touched: tuple[str, ...]
    pipeline: Pipeline
    locks: Mapping[str, LockedStage] = field(default_factory=dict)
    contents: Mapping[str, Content] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    metrics: Mapping[str, float] | None = None
    no_metrics: NoMetrics | None = None
    data: Mapping[str, Pinned] = field(default_factory=dict)
    fingerprint: str | None = None
    arms: frozenset[str] = frozenset()
    untold: str | None = None
    other_data: tuple[OtherData, ...] = ()
    laid: frozenset[str] = frozenset()
