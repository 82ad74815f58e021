"""Which models are in use, as tags say in the scheme of GTO: `unet@v1.2.0` is a version, `unet#prod#3` its stage.

A tag with `!` takes back what the one without it said; of two that contradict one another the later holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ledger.model.frozen import frozen

_NAME: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9-/_.=]*[a-zA-Z0-9])?"
_VERSION: Final = r"v(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:[-+][0-9a-zA-Z.+-]+)?"
_TAG: Final = re.compile(
    rf"(?P<model>{_NAME})(?:@(?P<version>{_VERSION})|#(?P<stage>{_NAME})|@(?P<end>deprecated))(?P<back>!?)(?:#\d+)?"
)


@frozen
class Tag:
    """A tag: its name, the commit that it is of, when it was made, and the experiment that the commit is of, if any."""

    name: str
    commit: str
    when: datetime
    experiment: str | None


@frozen
class Version:
    """A version of a model that is in use, with its stages: none where it is the latest of a model that has none."""

    model: str
    version: str
    stages: tuple[str, ...]
    when: datetime
    experiment: str | None


def in_use(tags: Sequence[Tag]) -> tuple[Version, ...]:
    """The versions that have a stage, and of a model without any its latest version; by model, tags in their order."""
    versions: dict[str, dict[str, Tag]] = {}
    stages: dict[str, dict[str, str]] = {}
    for tag in sorted(tags, key=lambda one: one.when):
        found = _TAG.fullmatch(tag.name)
        if found is None:
            continue
        model, back = found["model"], bool(found["back"])
        if found["end"]:
            versions.pop(model, None)
            stages.pop(model, None)
        elif found["version"]:
            known = versions.setdefault(model, {})
            known.pop(found["version"], None)
            if not back:
                known[found["version"]] = tag
        elif back:
            stages.get(model, {}).pop(found["stage"], None)
        else:
            stages.setdefault(model, {})[found["stage"]] = tag.commit
    shown = []
    for model in sorted(versions):
        shown += _of(model, versions[model], stages.get(model, {}))
    return tuple(shown)


def _of(model: str, versions: dict[str, Tag], stages: dict[str, str]) -> list[Version]:
    """The versions of one model: a stage is that of the last version that was registered at its commit."""
    held = {tag.commit: version for version, tag in versions.items()}
    by_version: dict[str, list[str]] = {}
    for stage, commit in stages.items():
        if commit in held:
            by_version.setdefault(held[commit], []).append(stage)
    if not by_version and versions:
        by_version[next(reversed(versions))] = []
    return [
        Version(
            model=model,
            version=version,
            stages=tuple(sorted(names)),
            when=versions[version].when,
            experiment=versions[version].experiment,
        )
        for version, names in by_version.items()
    ]
