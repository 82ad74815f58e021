"""What is checked on request alone: has somebody signed for the experiment (`--signed`, or `signed: true` in
`ledger.yaml`), and are the checkpoints there, and whole (`--data`)?
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.gathered import Gathered
from ledger.analysis.problems import Kind, Problem, unproved, wrong


def signature(gathered: Gathered) -> Iterator[Problem]:
    """The tags of runs, and the commits that changed the experiment's folder, that have no good signature."""
    for one in gathered.unsigned:
        if one.tag is not None:
            yield wrong(Kind.TAG_UNSIGNED, gathered.whole, tag=one.tag, why=one.why)
        else:
            yield wrong(Kind.COMMIT_UNSIGNED, gathered.whole, commit=one.commit, subject=one.subject, why=one.why)


def data(gathered: Gathered) -> Iterator[Problem]:
    """The recorded outputs, and the inputs that DVC tracks, which no cache here holds whole."""
    for one in gathered.checkpoints:
        if one.corrupt:
            yield wrong(Kind.CORRUPT, one.trial, names=one.corrupt)
        for remote, names in one.on_remotes:
            yield wrong(Kind.CORRUPT, one.trial, names=names, remote=remote)
        if one.absent:
            yield unproved(Kind.ABSENT, one.trial, names=one.absent, remotes=gathered.remotes)
