"""Has somebody signed for the experiment? Asked for by `--signed`, or by `signed: true` in `ledger.yaml`."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.gathered import Gathered
from ledger.analysis.problems import Kind, Problem, wrong


def signature(gathered: Gathered) -> Iterator[Problem]:
    """The tags of runs, and the commits that changed the experiment's folder, that have no good signature."""
    for one in gathered.unsigned:
        if one.tag is not None:
            yield wrong(Kind.TAG_UNSIGNED, gathered.whole, tag=one.tag, why=one.why)
        else:
            yield wrong(Kind.COMMIT_UNSIGNED, gathered.whole, commit=one.commit, subject=one.subject, why=one.why)
