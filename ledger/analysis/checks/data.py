"""Are the checkpoints there, and whole? Asked for by `--data`."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.gathered import Gathered
from ledger.analysis.problems import Kind, Problem, unproved, wrong


def data(gathered: Gathered) -> Iterator[Problem]:
    """The recorded outputs, and the inputs that DVC tracks, which no cache here holds whole."""
    for one in gathered.checkpoints:
        if one.corrupt:
            yield wrong(Kind.CORRUPT, one.trial, names=one.corrupt)
        for remote, names in one.on_remotes:
            yield wrong(Kind.CORRUPT, one.trial, names=names, remote=remote)
        if one.absent:
            yield unproved(Kind.ABSENT, one.trial, names=one.absent, remotes=gathered.remotes)
