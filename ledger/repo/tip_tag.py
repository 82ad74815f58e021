"""The tag that holds the tip of an experiment's branch, so that the branch can go."""

from __future__ import annotations

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.git.refs import RefChange
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
