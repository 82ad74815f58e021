"""Whether somebody has signed for an experiment: the tags of its runs, and every commit that changed its folder.

A signature on a commit or a tag is one on all that it descends from. The tag of a run so covers its trial commits, and
the commit of the verdict the records and the code before it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.gathered import Unsigned
from ledger.git import signing
from ledger.model.experiment import Experiment, directory
from ledger.repo import histories
from ledger.repo.ledger import Ledger


def unsigned(ledger: Ledger, experiment: Experiment) -> Iterator[Unsigned]:
    """Each tag and commit of the experiment that has no good signature."""
    git, name = ledger.git, experiment.name
    for ref, tag in git.refs(f"refs/tags/ledger/{name}").items():
        why = signing.doubt(git, tag, tag=True)
        if why is not None:
            yield Unsigned(tag=ref.removeprefix("refs/tags/"), why=why)
    tip = histories.tip(ledger, experiment) or experiment.tip
    for line in git.text("log", "--format=%H %s", tip, "--", directory(name)).splitlines():
        commit, _, subject = line.partition(" ")
        why = signing.doubt(git, commit, tag=False)
        if why is not None:
            yield Unsigned(commit=commit, subject=subject, why=why)
