"""What stays of a branch that goes: the tag that holds its tip, or a tip that its trials give."""

from __future__ import annotations

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.git.refs import RefChange
from ledger.model.experiment import Experiment
from ledger.model.formats import trailers
from ledger.repo.sources import TIP


def tip_tag(git: Git, name: str, tip: str) -> tuple[str, tuple[RefChange, ...]]:
    """The tag's name, and the ref to make: none where the tag is there already."""
    for tag in (f"ledger/{name}/{tip[:10]}", f"ledger/{name}/{tip}"):
        ref = f"refs/tags/{tag}"
        if not git.refs(ref):
            made = git.annotated_tag(tag, tip, f"{TIP}{name}")
            return tag, (RefChange(ref=ref, old=None, new=made),)
        if git.commit(ref) == tip and (git.objects.tag_message(ref) or "").startswith(TIP):
            return tag, ()
    raise LedgerError(f"the tag {tag} is taken, and ledger did not make it", hint=f"git tag -d {tag}, or rename it")


def rebuilt_tip(git: Git, experiment: Experiment) -> str | None:
    """A commit for a branch whose own commits git no longer has: on the code that ran last, with all the records.

    None where that code is gone too.
    """
    ran = sorted((r.trial for r in experiment.trials if r.trial.reused is None), key=lambda t: t.started, reverse=True)
    last = next((trial.code for trial in ran if git.commit(trial.code) is not None), None)
    if last is None:
        return None
    told = [(trailers.EXPERIMENT, experiment.name)]
    message = trailers.compose("run: brought back from its trials", trailers=told)
    return git.commit_tree(f"{experiment.tip}^{{tree}}", [last], message)
