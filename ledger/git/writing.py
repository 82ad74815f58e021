"""How the user's git writes objects: whose name they bear, whether they are signed, who may share them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from ledger.errors import LedgerError
from ledger.git.process import call, failed
from ledger.model.frozen import frozen
from ledger.model.patterns import pattern

COMMITS: Final = "commit.gpgsign"
TAGS: Final = "tag.gpgsign"

_ASKED: Final = r"^((user|author|committer)\.(name|email)|(commit|tag)\.gpgsign|core\.sharedrepository)$"
_TRUE: Final = frozenset({None, "true", "yes", "on"})
_ALONE: Final = frozenset({"umask", "false", "no", "off", "0"})
# what git strips from the ends of a name or an address, and what it leaves out of them (`ident.c`)
_CRUD: Final = pattern(r"^[\x00-\x20.,:;<>\"\\']|[\x00-\x20.,:;<>\"\\']$|[<>\n]")


class Git(Protocol):
    """A repository, as one of its work trees has it."""

    def __hash__(self) -> int: ...
    @property
    def root(self) -> Path: ...


@frozen
class Writing:
    """How the user's git writes. `author` and `committer`: `Name <mail>`, None where only git can tell.

    `signs`: what it signs by itself, of `COMMITS` and `TAGS`. `is_shared`: other users of the machine write here too.
    """

    author: str | None
    committer: str | None
    signs: frozenset[str]
    is_shared: bool


def how(git: Git) -> Writing:
    """How the user's git writes here, as it is configured and by the environment."""
    # what a command of ours was given by the environment counts for all that it writes, not for the next one
    return _asked(git, tuple(sorted((k, os.environ[k]) for k in os.environ if k.startswith("GIT_"))))


@lru_cache(maxsize=16)
def _asked(git: Git, environment: tuple[tuple[str, str], ...]) -> Writing:
    done = call(["config", "-z", "--get-regexp", _ASKED], cwd=git.root)
    if done.returncode not in (0, 1):
        raise failed(["config"], done.stderr.decode(errors="replace"))
    said: dict[str, str | None] = {}
    for entry in filter(None, os.fsdecode(done.stdout).split("\0")):
        # of a key that is set in several files the last one counts
        key, line_end, value = entry.partition("\n")
        said[key.lower()] = value if line_end else None
    given = dict(environment)
    return Writing(
        author=_person("author", said, given),
        committer=_person("committer", said, given),
        signs=frozenset(key for key in (COMMITS, TAGS) if key in said and _is_true(said[key])),
        # without a value it is true
        is_shared=(said.get("core.sharedrepository", "false") or "true").lower() not in _ALONE,
    )


def _is_true(value: str | None) -> bool:
    """Whether git takes the value of a setting for true; None is a key without a value."""
    if value is not None and re.fullmatch(r"[-+]?\d+[kmgKMG]?", value):
        return bool(int(value.rstrip("kmgKMG")))
    return (value if value is None else value.lower()) in _TRUE


def _person(who: str, said: Mapping[str, str | None], given: Mapping[str, str]) -> str | None:
    """`Name <mail>`, where it is as plain as it is configured; None where git is to be asked."""
    parts = []
    for part in ("name", "email"):
        configured = said.get(f"{who}.{part}") or said.get(f"user.{part}")
        found = given.get(f"GIT_{who.upper()}_{part.upper()}", configured)
        if not found or _CRUD.search(found):
            return None
        parts.append(found)
    # a date in the environment may be in any of git's forms
    return None if f"GIT_{who.upper()}_DATE" in given else f"{parts[0]} <{parts[1]}>"


def author(git: Git) -> str:
    """`Name <mail>` of whoever runs this. Raises LedgerError where git has not been told."""
    found = how(git).author
    if found is not None:
        return found
    done = call(["-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"], cwd=git.root)
    if done.returncode != 0:
        raise LedgerError(
            "git does not know who you are, so nothing can be committed",
            hint='git config --global user.name "Ada Lovelace"\n      git config --global user.email ada@example.org',
        )
    return os.fsdecode(done.stdout).rsplit(" ", 2)[0]


def environment_of(header: str | None) -> dict[str, str] | None:
    """The environment in which git gives a commit the author of this header; None for whoever runs this."""
    match = None if header is None else re.fullmatch(r"(.*?) ?<(.*?)> (\d+ [-+]\d{4})", header)
    if match is None:
        return None
    # git takes no empty name
    name = match[1] if re.search(r"[^\s.,:;<>\"\\']", match[1]) else match[2] or "unknown"
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": match[2], "GIT_AUTHOR_DATE": f"@{match[3]}"}


def now() -> str:
    """The present moment as git writes it into a header: seconds since 1970, and the time zone."""
    seconds = int(time.time())
    return time.strftime(f"{seconds} %z", time.localtime(seconds))
