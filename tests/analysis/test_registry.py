"""Versions and stages follow from tags as GTO computes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import gto.tag
import pytest
from gto.base import Artifact
from gto.constants import VersionSort
from hypothesis import given
from hypothesis import strategies as st
from scmrepo.git.objects import GitTag

from ledger.analysis.registry import asked_for, next_version, registry, shown
from ledger.model import gto as names
from ledger.model.models import ModelTag, ModelVersion, Registered

START = datetime(2026, 11, 1, tzinfo=UTC)
COMMITS = {"v0.0.1": "a" * 40, "v0.0.2": "b" * 40, "v0.1.0": "c" * 40}
EVENTS = st.one_of(
    st.tuples(st.sampled_from(["@{v}", "@{v}!"]), st.sampled_from(list(COMMITS))),
    st.tuples(st.sampled_from(["#prod", "#prod!", "#dev", "#dev!"]), st.sampled_from(list(COMMITS))),
    st.tuples(st.just("@deprecated"), st.just("v0.0.1")),
)


def tag(name: str, commit: str, when: datetime = START) -> ModelTag:
    """A tag of that name."""
    parsed = names.parse(name)
    assert parsed is not None
    return ModelTag(tag=name, oid="", name=parsed, commit=commit, when=when, by="Ada", message="")


def history(events: list[tuple[str, str]]) -> list[ModelTag]:
    """Tags, a minute apart: that of every version first, since GTO knows no stage of a commit without one."""
    said = [("@{v}", version) for version in COMMITS] + events
    return [
        tag(f"net{form.format(v=version)}{f'#{at}' if at >= len(COMMITS) else ''}", COMMITS[version],
            START + timedelta(minutes=at))
        for at, (form, version) in enumerate(said)
    ]  # fmt: skip


def theirs(tags: list[ModelTag]) -> Artifact:
    """The same in GTO, which takes the tags in this order."""
    state = Artifact(artifact="net", versions=[])
    for kinds in (("deprecation",), ("registration", "deregistration"), ("assignment", "unassignment")):
        for one in tags:
            if one.name.event in kinds:
                when = int(one.when.timestamp())
                git = GitTag(one.tag, "0" * 40, one.commit, "Ada", "ada@example.org", when, 0, "message")
                state = gto.tag.index_tag(state, git)
    return state


@given(st.lists(EVENTS, max_size=12))
def test_versions_and_stages_are_gtos(events: list[tuple[str, str]]) -> None:
    tags = history(events)
    ours, gtos = registry(tags), theirs(tags)
    assert {one.version for one in ours if one.active} == {one.version for one in gtos.get_versions()}
    assert [one.deprecated for one in ours] == [not gtos.is_active] * len(COMMITS)
    stages = {stage: held[0].version for stage, held in gtos.get_vstages(sort=VersionSort.Timestamp).items()}
    assert {stage: one.version for one in ours for stage in one.stages} == stages


@given(st.lists(EVENTS, max_size=12), st.integers(0, 12))
def test_what_was_then_is_what_the_tags_of_then_say(events: list[tuple[str, str]], minutes: int) -> None:
    tags = history(events)
    then = START + timedelta(minutes=minutes, seconds=30)
    assert registry(tags, then) == registry([one for one in tags if one.when <= then])


def test_a_stage_that_is_taken_away_is_the_one_befores_again() -> None:
    tags = history([("#prod", "v0.0.1"), ("#prod", "v0.1.0")])
    assert stages(tags) == {"v0.1.0": ["prod"], "v0.0.2": [], "v0.0.1": []}
    later = [*tags, tag("net#prod!#9", COMMITS["v0.1.0"], START + timedelta(hours=1))]
    assert stages(later) == {"v0.1.0": [], "v0.0.2": [], "v0.0.1": ["prod"]}


def stages(tags: list[ModelTag]) -> dict[str, list[str]]:
    """The stages of each version."""
    return {one.version: list(one.stages) for one in registry(tags)}


def test_tags_of_commits_without_a_version_say_nothing() -> None:
    tags = [tag("net@v0.0.1", "a"), tag("net#prod#1", "b"), tag("other#prod#1", "a"), tag("net@v9.9.9!", "b")]
    (one,) = registry(tags)
    assert (one.version, dict(one.stages), [each.tag for each in one.history]) == ("v0.0.1", {}, ["net@v0.0.1"])


@pytest.mark.parametrize(
    ("versions", "taken", "part", "found"),
    [
        ([], [], "patch", "v0.0.1"),
        (["v0.0.9", "v0.0.10"], [], "patch", "v0.0.11"),
        (["v0.0.9"], [], "minor", "v0.1.0"),
        (["v1.0.0-rc.1"], [], "major", "v2.0.0"),
        (["v0.0.1"], ["v0.0.2", "v0.0.3"], "patch", "v0.0.4"),
        ([], ["v0.0.1"], "patch", "v0.0.2"),
    ],
)
def test_the_next_version(versions: list[str], taken: list[str], part: str, found: str) -> None:
    tags = {version: tag(f"net@{version}", "a") for version in versions}
    known = [Registered(model="net", version=v, tag=one, active=True, deprecated=False) for v, one in tags.items()]
    assert next_version(known, [*versions, *taken], part) == found


def test_what_a_text_asks_for() -> None:
    assert asked_for("net") == asked_for("net@latest") == ("net", None)
    assert asked_for("net@v1.0.0") == ("net", "v1.0.0")
    assert asked_for("sub:net#prod") == ("sub:net", "#prod")


def test_what_is_shown_of_models_is_what_has_a_stage_else_the_highest() -> None:
    said = ("unet@v1.0.0", "unet@v1.1.0", "unet#prod#1", "net@v0.1.0", "net@v0.2.0", "old@v1.0.0", "old@deprecated")
    commits = ("a", "b", "a", "c", "d", "e", "e")
    found = registry(
        tag(name, commit, START + timedelta(minutes=at))
        for at, (name, commit) in enumerate(zip(said, commits, strict=True))
    )
    versions = [ModelVersion(registered=one) for one in found]
    assert [(one.name, one.version) for one in shown(versions)] == [("net", "v0.2.0"), ("unet", "v1.0.0")]


def test_a_second_version_of_a_commit_takes_no_stage() -> None:
    tags = history([("#prod", "v0.0.1")])
    later = tag("net@v9.0.0", COMMITS["v0.0.1"], START + timedelta(hours=1))
    assert stages([*tags, later])["v0.0.1"] == ["prod"]
