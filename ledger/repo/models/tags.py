"""The tags that speak of models, read in bulk. Their names and messages are whoever's wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from ledger.git import ref_files
from ledger.git.git import Git
from ledger.git.git_object import GitObject
from ledger.model import gto, promotion
from ledger.model.formats import trailers
from ledger.model.models import ModelTag
from ledger.repo.sources import TAGS

_PATTERNS: Final = ("refs/tags/**/*@*", "refs/tags/**/*#*")
_HEADER: Final = re.compile(
    rb"object (?P<object>[0-9a-f]+)\ntype commit\n(?:.*\n)*?tagger (?P<by>.*) (?P<when>\d+) [-+]\d+\n(?:.*\n)*?\n"
)

# what ledger's own tags are called; a model of that name would be taken for trials
RESERVED: Final = f"{TAGS.removeprefix('refs/tags/')}/"

_PREFIX: Final = "refs/tags/"


def refs(git: Git) -> dict[str, str]:
    """The tags whose names GTO would give, by full ref with the objects that they name."""
    try:
        found = ref_files.listed(git.common, (_PREFIX,))
    except ref_files.Unusual:
        # of many tags git picks those that may be
        lines = git.text("for-each-ref", "--format=%(objectname) %(refname)", *_PATTERNS).split("\n")
        found = {ref: oid for oid, _, ref in (line.partition(" ") for line in lines)}
    return {ref: oid for ref, oid in found.items() if is_model_tag(ref)}


def is_model_tag(ref: str) -> bool:
    """Whether a full ref is a tag that speaks of a model."""
    short = ref.removeprefix(_PREFIX)
    return ref.startswith(_PREFIX) and not short.startswith(RESERVED) and gto.parse(short) is not None


def read(git: Git, only: Iterable[str] | None = None) -> tuple[ModelTag, ...]:
    """The annotated tags that speak of models, in the order of their names; `only` these full refs.

    GTO passes a lightweight tag over, and so does this: it says neither who nor when.
    """
    known = refs(git)
    asked = known if only is None else {ref: known[ref] for ref in only if ref in known}
    return tuple(_tags(asked, git.objects.read_many(list(asked.values()))))


def _tags(asked: Mapping[str, str], objects: Iterable[GitObject | None]) -> Iterator[ModelTag]:
    for (ref, oid), found in zip(asked.items(), objects, strict=True):
        short = ref.removeprefix(_PREFIX)
        name = gto.parse(short)
        header = None if found is None or found.kind != "tag" else _HEADER.match(found.data)
        if name is None or found is None or header is None:
            continue
        when = _moment(int(header["when"]))
        if when is None:
            continue
        text = found.data[header.end() :].decode(errors="replace")
        message = promotion.payload(text)
        yield ModelTag(
            tag=short,
            oid=oid,
            name=name,
            commit=header["object"].decode(),
            when=when,
            by=header["by"].decode(errors="replace"),
            message=message,
            experiment=trailers.value(message, trailers.EXPERIMENT),
            why=trailers.value(message, promotion.WHY) or "",
            claim=promotion.parse(text),
        )


def _moment(seconds: int) -> datetime | None:
    """A tagger's moment, None for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
