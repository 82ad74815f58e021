"""What GTO's rules and git's say of tags that are to be made, and their objects. Every refusal is made here."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from datetime import datetime, timedelta

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.git.refs import RefChange
from ledger.machine.plain_files import text_of
from ledger.model import gto
from ledger.model.formats import yaml12
from ledger.model.listing import listed
from ledger.model.models import ModelTag
from ledger.repo.models.tags import RESERVED

# what GTO is told of stages
_SETTINGS = ".gto"

_GRAMMAR = "GTO takes letters, digits, - _ and /, and a letter or digit at both ends"

# clocks of two machines differ by so much
_APART = timedelta(minutes=5)


def require_model(name: str) -> None:
    """Raise LedgerError where no model can have the name."""
    if not gto.is_model(name):
        raise LedgerError(
            f"{name!r} cannot name a model: {_GRAMMAR}",
            hint="such as unet, or folder:unet for an artifact of folder/dvc.yaml",
        )
    if f"{name}/".replace(":", "=").startswith(RESERVED):
        raise LedgerError(
            f"{name!r} cannot name a model: tags below {RESERVED} hold trials", hint="choose another name"
        )


def require_stage(git: Git, name: str) -> None:
    """Raise LedgerError where GTO refuses the stage: by its grammar, or since `.gto` lists others."""
    if not gto.is_stage(name):
        raise LedgerError(
            f"{name!r} cannot name a stage: {_GRAMMAR}",
            hint="such as --stage prod",
        )
    allowed = _allowed(git)
    if allowed is not None and name not in allowed:
        raise LedgerError(
            f"{_SETTINGS} lists the allowed stages, and {name} is not one of them", hint=listed(allowed, 8)
        )


def _allowed(git: Git) -> tuple[str, ...] | None:
    try:
        document = yaml12.loads(text_of(git.root, _SETTINGS))
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EISDIR):
            return None
        raise LedgerError(
            f"{_SETTINGS} cannot be read: {error.strerror}", hint="put a plain file in its place"
        ) from None
    except (UnicodeDecodeError, yaml12.YamlError) as error:
        raise LedgerError(f"{_SETTINGS} is not YAML: {error}", hint=f"correct {_SETTINGS}") from None
    found = document.get("stages") if isinstance(document, dict) else None
    return tuple(map(str, found)) if isinstance(found, list) else None


def moment(known: Sequence[ModelTag], now: datetime) -> datetime:
    """When the next tag of a model is made: at present, and after its last one, since GTO goes by the dates.

    Raises LedgerError where the last is dated later than clocks differ.
    """
    last = max(known, key=lambda tag: tag.when, default=None)
    if last is None or last.when < now.replace(microsecond=0):
        return now
    if last.when > now + _APART:
        raise LedgerError(
            f"the tag {last.tag} is dated {last.when:%Y-%m-%d %H:%M} UTC, in the future: GTO orders tags by date, "
            "and would ignore a tag made today",
            hint=f"correct this machine's clock, or git tag -d {last.tag}",
        )
    return last.when + timedelta(seconds=1)


def made(git: Git, tag: str, commit: str, message: str, when: datetime) -> RefChange:
    """The object of a new tag, and the ref to make. Raises LedgerError where git does not take the name, or has it."""
    ref = f"refs/tags/{tag}"
    if not git.succeeds("check-ref-format", ref):
        raise LedgerError(
            f"git does not accept the tag name {tag}", hint="choose another name: git help check-ref-format"
        )
    parts = tag.split("/")
    above = [f"refs/tags/{'/'.join(parts[:count])}" for count in range(1, len(parts))]
    in_the_way = [name for name in git.refs(ref, *above) if name == ref or name in above or name.startswith(f"{ref}/")]
    if in_the_way:
        short = in_the_way[0].removeprefix("refs/tags/")
        raise LedgerError(
            f"the tag {short} already exists" + ("" if short == tag else f", so {tag} cannot be created"),
            hint=f"git show {short}; tags are never moved",
        )
    return RefChange(ref=ref, old=None, new=git.annotated_tag(tag, commit, message, when=when))
