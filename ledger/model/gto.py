"""The tags of GTO's model registry: `unet@v1.2.0` names a version, `unet#prod#3` gives it a stage.

`!` behind either takes it back, `unet@deprecated` gives a model up. The grammar is GTO's (`gto/constants.py`, 1.10), so
that `gto` and `dvc artifacts` read what is written here, and nothing is read here that they would not.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from ledger.model.frozen import frozen

_NAME: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9-/_]*[a-zA-Z0-9])?"
_FOLDER: Final = r"[a-zA-Z0-9-_./]+"
_PRERELEASE: Final = r"(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
_NUMBERS: Final = r"(?P<major>0|[1-9]\d*)\.(?P<minor>0|[1-9]\d*)\.(?P<patch>0|[1-9]\d*)"
_VERSION: Final = (
    rf"v{_NUMBERS}(?:-(?P<pre>{_PRERELEASE}(?:\.{_PRERELEASE})*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)
_TAG: Final = re.compile(
    rf"(?P<model>(?:{_FOLDER}=)?{_NAME})"
    rf"(?:(?:#(?P<stage>{_NAME})|@(?P<version>{_VERSION}))(?P<back>!?)|@(?P<end>deprecated))(?:#(?P<count>[0-9]+))?",
    re.ASCII,
)
_MODEL: Final = re.compile(rf"(?:{_FOLDER}:)?{_NAME}", re.ASCII)
_STAGE: Final = re.compile(_NAME, re.ASCII)
_A_VERSION: Final = re.compile(_VERSION, re.ASCII)

FIRST: Final = "v0.0.1"
"""What the first version of a model is called where nobody says otherwise."""

PARTS: Final = ("major", "minor", "patch")


class Event(StrEnum):
    """What a tag says of a model, in GTO's words."""

    REGISTERED = "registration"
    DEREGISTERED = "deregistration"
    ASSIGNED = "assignment"
    UNASSIGNED = "unassignment"
    DEPRECATED = "deprecation"

    @property
    def rank(self) -> int:
        """Which of several tags of one second comes first, as GTO orders them."""
        return _RANKS.index(self)


_RANKS: Final = (Event.DEPRECATED, Event.REGISTERED, Event.DEREGISTERED, Event.ASSIGNED, Event.UNASSIGNED)


@frozen
class TagName:
    """What the name of a tag says. A version has no `stage`; a stage is of whichever version is at the tag's commit."""

    model: str
    event: Event
    version: str | None = None
    stage: str | None = None
    count: int = 0


def parse(tag: str) -> TagName | None:
    """What a tag's short name says, None where GTO gives no such name."""
    found = _TAG.fullmatch(tag)
    if found is None:
        return None
    back = bool(found["back"])
    if found["end"]:
        event = Event.DEPRECATED
    elif found["version"]:
        event = Event.DEREGISTERED if back else Event.REGISTERED
    else:
        event = Event.UNASSIGNED if back else Event.ASSIGNED
    return TagName(
        model=found["model"].replace("=", ":"),
        event=event,
        version=found["version"],
        stage=found["stage"],
        count=int(found["count"] or 0),
    )


def version_tag(model: str, version: str, *, back: bool = False) -> str:
    """The tag that registers a version, or takes it back."""
    return f"{_in_tag(model)}@{version}{'!' if back else ''}"


def stage_tag(model: str, stage: str, count: int, *, back: bool = False) -> str:
    """The tag that assigns a stage, or takes it away; `count` is that of the model's tags which have one."""
    return f"{_in_tag(model)}#{stage}{'!' if back else ''}#{count}"


def deprecation_tag(model: str, count: int = 0) -> str:
    """The tag that gives a model up; the second time with a count."""
    return f"{_in_tag(model)}@deprecated" + (f"#{count}" if count else "")


def _in_tag(model: str) -> str:
    # git takes no colon in a ref
    return model.replace(":", "=")


def is_model(text: str) -> bool:
    """Whether GTO would take the text for the name of a model: `unet`, or `sub/folder:unet` of another dvc.yaml."""
    return _MODEL.fullmatch(text) is not None


def is_stage(text: str) -> bool:
    """Whether GTO would take the text for a stage."""
    return _STAGE.fullmatch(text) is not None


def is_version(text: str) -> bool:
    """Whether the text is a version as GTO writes it: `v1.2.0`, `v2.0.0-rc.1`."""
    return _A_VERSION.fullmatch(text) is not None


def apart(model: str) -> tuple[str, str]:
    """The folder of the dvc.yaml that has the model among its artifacts ("" at the top), and its name there."""
    folder, _, name = model.rpartition(":")
    return folder, name


def precedence(version: str) -> tuple[object, ...]:
    """A key that sorts versions as Semantic Versioning 2.0.0, section 11, does; build metadata decide nothing."""
    found = _A_VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version!r} is not a version")
    numbers = tuple(int(found[part]) for part in PARTS)
    if found["pre"] is None:
        return (*numbers, 1, ())
    # numbers come before words, and a shorter one before a longer one that begins so
    return (*numbers, 0, tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in found["pre"].split(".")))


def following(version: str, part: str) -> str:
    """The version after one, with this part of its number raised as GTO does, whatever is behind the number."""
    found = _A_VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version!r} is not a version")
    numbers = [int(found[each]) for each in PARTS]
    at = PARTS.index(part)
    raised = [*numbers[:at], numbers[at] + 1, 0, 0][:3]
    return "v" + ".".join(map(str, raised))
