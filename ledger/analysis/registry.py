"""Which versions does a model have, and which has which stage, now or at a moment? As GTO answers it, from tags alone.

A version is one while its last tag registers it. A stage is of the version to which it was assigned last, of those that
it was not taken from since: taken from the last one it is the one's before again. A model is given up while its last
tag says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ledger.model import gto
from ledger.model.gto import Event
from ledger.model.models import ModelTag, ModelVersion, Registered

_ABOUT_VERSIONS = (Event.REGISTERED, Event.DEREGISTERED)


def _order(tag: ModelTag) -> tuple[datetime, int]:
    return tag.when, tag.name.event.rank


def registry(tags: Iterable[ModelTag], at: datetime | None = None) -> tuple[Registered, ...]:
    """Every version that was ever registered by then, by model, the highest version first.

    `at`: as it was at that moment; what came later is not looked at.
    """
    by_model: dict[str, list[ModelTag]] = {}
    for tag in sorted(tags, key=_order):
        if at is None or tag.when <= at:
            by_model.setdefault(tag.name.model, []).append(tag)
    return tuple(one for model in sorted(by_model) for one in _versions(model, by_model[model]))


def _versions(model: str, tags: Sequence[ModelTag]) -> list[Registered]:
    """The versions of one model from its tags, the oldest first."""
    own: dict[str, list[ModelTag]] = {}
    for tag in tags:
        if tag.name.version is not None:
            own.setdefault(tag.name.version, []).append(tag)
    named = {version: _first(found) for version, found in own.items()}
    named = {version: tag for version, tag in named.items() if tag is not None}
    # a stage is of the version at its commit. GTO allows one, and cannot say anything of several: then it is the first,
    # so that who registers another later takes no stage from it
    first = sorted((tag for tag in named.values() if tag is not None), key=_order, reverse=True)
    at_commit = {tag.commit: tag.name.version or "" for tag in first}
    staged: dict[str, dict[str, ModelTag]] = {}
    for tag in tags:
        version = at_commit.get(tag.commit)
        if tag.name.stage is not None and version is not None:
            own[version].append(tag)
            staged.setdefault(version, {})[tag.name.stage] = tag
    deprecations = [tag for tag in tags if tag.name.event is Event.DEPRECATED]
    given_up = tags[-1].name.event is Event.DEPRECATED
    active = {version: _last(own[version]).name.event is Event.REGISTERED for version in named}
    holders = _holders({version: staged.get(version, {}) for version in named if active[version]})
    return [
        Registered(
            model=model,
            version=version,
            tag=tag,
            active=active[version],
            deprecated=given_up,
            stages=dict(sorted(holders.get(version, {}).items())),
            history=tuple(sorted([*own[version], *deprecations], key=_order)),
        )
        for version, tag in sorted(named.items(), key=lambda item: gto.precedence(item[0]), reverse=True)
        if tag is not None
    ]


def _first(tags: Sequence[ModelTag]) -> ModelTag | None:
    """The tag that registered a version, None where it was only ever taken back."""
    return next((tag for tag in tags if tag.name.event is Event.REGISTERED), None)


def _last(tags: Sequence[ModelTag]) -> ModelTag:
    return [tag for tag in tags if tag.name.event in _ABOUT_VERSIONS][-1]


def _holders(staged: dict[str, dict[str, ModelTag]]) -> dict[str, dict[str, ModelTag]]:
    """The stages of each version, from the last tag on each version and stage."""
    last: dict[str, tuple[str, ModelTag]] = {}
    for version, stages in staged.items():
        for stage, tag in stages.items():
            if tag.name.event is Event.ASSIGNED and (stage not in last or last[stage][1].when < tag.when):
                last[stage] = version, tag
    found: dict[str, dict[str, ModelTag]] = {}
    for stage, (version, tag) in last.items():
        found.setdefault(version, {})[stage] = tag
    return found


def next_version(known: Iterable[Registered], taken: Iterable[str], part: str = "patch") -> str:
    """The version after the highest active one, by GTO's rule; one that a tag has already is skipped.

    `known` are the versions of one model, `taken` the names of the versions of which there is any tag.
    """
    active = [one.version for one in known if one.active]
    version = gto.following(max(active, key=gto.precedence), part) if active else gto.FIRST
    names = set(taken)
    while version in names:
        version = gto.following(version, part)
    return version


def asked_for(name: str) -> tuple[str, str | None]:
    """The model that a text names, and which version: `v1.2.0`, `#prod`, or None for any, as for GTO's `@latest`."""
    if "#" in name:
        model, _, stage = name.partition("#")
        return model, f"#{stage}"
    model, _, version = name.partition("@")
    return model, None if version in ("", "latest", "greatest") else version


def shown(versions: Iterable[ModelVersion]) -> tuple[ModelVersion, ...]:
    """Of the versions in use those that have a stage, and of a model without any its highest; in their order."""
    own = [one for one in versions if one.registered.in_use]
    staged = {one.name for one in own if one.stages}
    first: dict[str, ModelVersion] = {}
    for one in own:
        first.setdefault(one.name, one)
    return tuple(one for one in own if one.stages or (one.name not in staged and first[one.name] is one))
