"""Whether somebody has signed for an experiment: the tags of its runs, and every commit that changed its folder.

A signature on a commit or a tag is one on all that it descends from. The tag of a run so covers its trial commits, and
the commit of the verdict the records and the code before it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.analysis.findings import SIGNATURE, Finding
from ledger.git import signing
from ledger.model.experiment import Experiment, directory
from ledger.repo import histories
from ledger.repo.ledger import Ledger


def unsigned(ledger: Ledger, experiment: Experiment) -> Iterator[Finding]:
    """A problem for each tag and commit of the experiment that has no good signature."""
    git, name = ledger.git, experiment.name
    for ref, tag in git.refs(f"refs/tags/ledger/{name}").items():
        why = signing.doubt(git, tag, tag=True)
        if why is not None:
            short = ref.removeprefix("refs/tags/")
            yield Finding(check=SIGNATURE, message=f"the tag {short} has no good signature: {why}")
    tip = histories.tip(ledger, experiment) or experiment.tip
    for line in git.text("log", "--format=%H %s", tip, "--", directory(name)).splitlines():
        commit, _, subject = line.partition(" ")
        why = signing.doubt(git, commit, tag=False)
        if why is not None:
            message = f"the commit {commit[:10]} ({subject}) has no good signature: {why}"
            yield Finding(check=SIGNATURE, message=message)
