"""The grammar of model tags, and the order of versions, are GTO's own."""

from __future__ import annotations

from typing import Any

import pytest
from gto.constants import Action, fullname_re, name_re
from gto.tag import parse_name
from gto.versions import SemVer
from hypothesis import given
from hypothesis import strategies as st

from ledger.model import gto
from ledger.model.gto import Event, TagName

ACTIONS = {
    Action.REGISTER: Event.REGISTERED,
    Action.DEREGISTER: Event.DEREGISTERED,
    Action.ASSIGN: Event.ASSIGNED,
    Action.UNASSIGN: Event.UNASSIGNED,
    Action.DEPRECATE: Event.DEPRECATED,
}
PARTS = ("net", "a", "A-b_c/d", "sub/dir=net", "../x=net", "-x", "x-", "é", "@", "#", "!", "=", ":", "v1.0.0",
         "v1.02.0",
         "v1.0.0-rc.1+b.5", "v01.0.0", "1.0.0", "deprecated", "created", "prod", "3", "03", "\n", " ")  # fmt: skip
VERSIONS = ("v0.0.1", "v0.9.10", "v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-beta.2",
            "v1.0.0-beta.11",
            "v1.0.0-rc.1", "v1.0.0", "v1.0.0+build.5", "v1.10.0", "v2.0.0-0")  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=7).map("".join) | st.text("ab@#!=:/-v1.0", max_size=14))
def test_a_name_says_what_gto_reads(tag: str) -> None:
    theirs = parse_name(tag, raise_on_fail=False)
    if tag.endswith("\n") or theirs.get("action") is None or not tag.isascii():
        # of git no name ends so; GTO has no action for `@created`; a digit is a digit of ASCII
        assert gto.parse(tag) is None
        return
    found = gto.parse(tag)
    assert found == TagName(
        model=theirs["name"],
        event=ACTIONS[theirs["action"]],
        version=theirs.get("version"),
        stage=theirs.get("stage"),
        count=theirs.get("counter", 0),
    )


@given(st.sampled_from(PARTS) | st.text("ab:/-_.1é", max_size=6))
def test_what_names_a_model_and_a_stage(text: str) -> None:
    assert gto.is_model(text) == (fullname_re.search(text) is not None and not text.endswith("\n"))
    assert gto.is_stage(text) == (name_re.search(text) is not None and not text.endswith("\n"))


@pytest.mark.parametrize("a", VERSIONS)
@pytest.mark.parametrize("b", VERSIONS)
def test_versions_are_ordered_as_gto_orders_them(a: str, b: str) -> None:
    assert (gto.precedence(a) < gto.precedence(b)) == (SemVer(a) < SemVer(b))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("part", gto.PARTS)
def test_the_version_after_one_is_gtos(version: str, part: str) -> None:
    raised: Any = SemVer(version)
    assert gto.following(version, part) == raised.bump(**{f"bump_{part}": True}).version


def test_tags_are_read_as_they_are_written() -> None:
    written = {
        gto.version_tag("sub:net", "v1.2.0"): TagName(model="sub:net", event=Event.REGISTERED, version="v1.2.0"),
        gto.version_tag("net", "v1.2.0", back=True): TagName(model="net", event=Event.DEREGISTERED, version="v1.2.0"),
        gto.stage_tag("net", "prod", 3): TagName(model="net", event=Event.ASSIGNED, stage="prod", count=3),
        gto.stage_tag("net", "prod", 4, back=True): TagName(model="net", event=Event.UNASSIGNED, stage="prod", count=4),
        gto.deprecation_tag("net"): TagName(model="net", event=Event.DEPRECATED),
        gto.deprecation_tag("net", 5): TagName(model="net", event=Event.DEPRECATED, count=5),
    }
    assert {tag: gto.parse(tag) for tag in written} == written
