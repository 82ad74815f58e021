"""The tags by which models are named, with the experiments that they come from."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ledger.analysis.site.models import Tag
from ledger.git.git_object import message_of
from ledger.model.formats import trailers
from ledger.repo.ledger import Ledger

_FORMAT: Final = "--format=%(refname)%00%(objectname)%00%(*objectname)%00%(creatordate:iso-strict)"


def read(ledger: Ledger) -> tuple[Tag, ...]:
    """The tags that have `@` or `#` in their names, at commits. The experiment is the one that the commit names."""
    text = ledger.git.text("for-each-ref", _FORMAT, "refs/tags/**/*@*", "refs/tags/**/*#*")
    lines = [line.split("\0") for line in text.splitlines()]
    commits = ledger.git.objects.read_many([peeled or direct for _, direct, peeled, _ in lines])
    return tuple(
        Tag(
            name=ref.removeprefix("refs/tags/"),
            commit=commit.oid,
            when=datetime.fromisoformat(when),
            experiment=trailers.value(message_of(commit), trailers.EXPERIMENT),
        )
        for (ref, _, _, when), commit in zip(lines, commits, strict=True)
        if commit is not None and commit.kind == "commit" and when
    )
