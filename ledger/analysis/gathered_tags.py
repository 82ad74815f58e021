"""What the tags of an experiment hold: its runs, and the trial commits that these keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from ledger.analysis.problems import Kind
from ledger.model.frozen import frozen


@frozen
class Run:
    """A tag with the commit that it holds, whose tree is the branch's after the run. `last`: its latest start.

    `trials`: the trial commits.
    """

    name: str
    commit: str
    last: datetime | None
    trials: frozenset[str] = frozenset()


@frozen
class OddTag:
    """A tag that is not as the ledger makes them, and the commit that it names; "" for none."""

    kind: Kind
    tag: str
    commit: str = ""


@frozen
class Tags:
    """The trial commits by the trial id that each states, the runs, and the tags that are odd.

    `records`: the blob that each trial commit holds of its record.
    """

    commits: Mapping[str, tuple[str, ...]]
    records: Mapping[str, str] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()
    odd: tuple[OddTag, ...] = ()
