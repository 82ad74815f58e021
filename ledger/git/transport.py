"""Talking to remotes: what they have, and objects and refs that go there or come from there.

Whatever a remote or its host says becomes a value or a LedgerError here. Nothing is ever forced: a branch goes forward
on a remote, and a tag that is there stays. Only what `replace` is called for (a published site) takes the place of what
was looked at before.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from enum import Enum, auto

from ledger.errors import LedgerError
from ledger.git import remote_errors
from ledger.git.git import Git
from ledger.git.process import GitError, call, converse
from ledger.model.frozen import frozen

# one process takes no more arguments than the system lets it have
_AT_ONCE = 8000

# tags of others, submodules and what the user's configuration would delete here are no part of what is asked for
_FETCH = (
    "fetch",
    "--atomic",
    "--no-tags",
    "--no-prune",
    "--no-prune-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    "--refmap=",
    "--stdin",
    "--end-of-options",
)
_PUSH = ("push", "--atomic", "--porcelain", "--no-follow-tags", "--no-recurse-submodules", "--end-of-options")


@frozen
class Remote:
    """A configured remote: where it is fetched from, and where what is pushed to it goes, mostly the same."""

    name: str
    url: str
    push_url: str


@frozen
class Update:
    """A ref of the remote, and the object that it is to name there."""

    ref: str
    new: str


class Why(Enum):
    """Why a remote did not take a ref."""

    MOVED_ON = auto()
    TAKEN = auto()
    CHECKED_OUT = auto()
    DECLINED = auto()


@frozen
class Rejected:
    """A ref that the remote did not take, with what git says of it."""

    ref: str
    why: Why
    said: str


@frozen
class Reply:
    """What came of a push: all refs are there, or those that are `rejected` kept all from going there.

    `said` is what the remote's host told, such as the address at which a pull request is opened.
    """

    rejected: tuple[Rejected, ...]
    said: tuple[str, ...]


def names(git: Git) -> tuple[str, ...]:
    """The configured remotes."""
    return tuple(git.text("remote").splitlines())


def remote(git: Git, name: str) -> Remote:
    """A configured remote with its URLs, as git rewrites them. Raises LedgerError where it has none."""
    asked = ("remote", "get-url", "--end-of-options", name)
    url = call(asked, cwd=git.root)
    push_url = call((*asked[:2], "--push", *asked[2:]), cwd=git.root)
    if url.returncode != 0 or push_url.returncode != 0:
        raise LedgerError(f"the remote {name} has no URL", hint=f"git remote set-url {name} URL gives it one")
    # where there are several, git pushes to all, and the first tells what is there
    return Remote(name=name, url=_first(url.stdout), push_url=_first(push_url.stdout))


def _first(said: bytes) -> str:
    return os.fsdecode(said).split("\n", 1)[0]


def heads_and_tags(git: Git, remote: Remote, *, pushing: bool = False) -> dict[str, str]:
    """The branches and tags that the remote has by full ref, where it is fetched from or (`pushing`) pushed to."""
    place = remote.push_url if pushing and remote.push_url != remote.url else remote.name
    arguments = ("ls-remote", "--refs", "--heads", "--tags", "--end-of-options", place)
    done = converse(arguments, cwd=git.root)
    if done.returncode != 0:
        raise remote_errors.failure(remote.name, os.fsdecode(done.stderr))
    # names may hold what Python takes for the end of a line too
    lines = (line.partition("\t") for line in os.fsdecode(done.stdout).split("\n") if line)
    return {ref: oid for oid, _, ref in lines}


def fetch(git: Git, remote: Remote, refspecs: Sequence[str], *, pushing: bool = False) -> None:
    """Bring refs with their objects, all or none; a refspec without a destination brings objects alone."""
    if not refspecs:
        return
    place = remote.push_url if pushing and remote.push_url != remote.url else remote.name
    done = converse((*_FETCH, place), cwd=git.root, stdin=os.fsencode("".join(f"{one}\n" for one in refspecs)))
    said = os.fsdecode(done.stderr)
    if done.returncode != 0:
        own = [line for line in said.splitlines() if not line.startswith("remote:")]
        if any(map(remote_errors.is_here, own)):
            raise GitError(_FETCH, "\n".join(own))
        raise remote_errors.failure(remote.name, said)


def push(git: Git, remote: Remote, updates: Sequence[Update]) -> Reply:
    """Send objects and make refs name them there, all or none.

    Of very many the tags go first, so that no branch is there without them. Raises LedgerError where the remote cannot
    be reached or does not let us in.
    """
    ordered = sorted(updates, key=lambda one: (not one.ref.startswith("refs/tags/"), one.ref))
    said: list[str] = []
    for at in range(0, len(ordered), _AT_ONCE):
        reply = _push(git, remote, ordered[at : at + _AT_ONCE])
        said += reply.said
        if reply.rejected:
            return reply
    return Reply(rejected=(), said=tuple(dict.fromkeys(said)))


def replace(git: Git, remote: Remote, update: Update, seen: str | None) -> Reply:
    """Make a ref name a commit there that need not come after the one it names: only where that is still the one that
    was `seen`, None where it was not there. Raises LedgerError as `push` does.
    """
    return _push(git, remote, [update], f"--force-with-lease={update.ref}:{seen or ''}")


def _push(git: Git, remote: Remote, updates: Sequence[Update], *lease: str) -> Reply:
    command, *options = _PUSH
    refspecs = [f"{one.new}:{one.ref}" for one in updates]
    done = converse((command, *lease, *options, remote.name, *refspecs), cwd=git.root)
    out, errors = os.fsdecode(done.stdout), os.fsdecode(done.stderr)
    said = tuple(line.strip() for line in re.findall(r"(?m)^remote: ?(.*)$", errors) if line.strip())
    if done.returncode == 0:
        return Reply(rejected=(), said=said)
    rejected = tuple(one for line in out.splitlines() if (one := _rejected(line)) is not None)
    rejected = rejected or _rejected_together(out, errors)
    if not rejected and remote_errors.is_by_hook(errors):
        raise remote_errors.hook_declined(errors)
    if not rejected:
        raise remote_errors.failure(remote.name, errors)
    return Reply(rejected=rejected, said=said)


# `!\t<from>:<to>\t[remote rejected] (pre-receive hook declined)`
_REJECTED = re.compile(r"!\t[^\t]*:(?P<ref>[^\t:]+)\t\[(?P<who>[^\]]*)\] ?\(?(?P<said>.*?)\)?$")
# said of every other ref where one is not taken
_TOGETHER = ("atomic push failed", "atomic push failure", "atomic transaction failed", "transaction failed")
_MOVED = ("fetch first", "non-fast-forward", "stale info", "needs force", "failed to update ref", "incorrect old value")


def _rejected(line: str) -> Rejected | None:
    match = _REJECTED.match(line)
    if match is None or match["said"] in _TOGETHER:
        return None
    ref, said = match["ref"], match["said"]
    tag = ref.startswith("refs/tags/")
    if said == "already exists" or (tag and said in _MOVED):
        why = Why.TAKEN
    elif said in _MOVED or "cannot lock ref" in said:
        why = Why.MOVED_ON
    elif "checked out" in said:
        why = Why.CHECKED_OUT
    else:
        why = Why.DECLINED
    return Rejected(ref=ref, why=why, said=said)


def _rejected_together(out: str, errors: str) -> tuple[Rejected, ...]:
    """Which ref kept all from going there where none is named as such: the remote's git could not move them at once."""
    refs = [match["ref"] for line in out.splitlines() if (match := _REJECTED.match(line)) is not None]
    if not refs:
        return ()
    told = next((line for line in remote_errors.told(errors) if "cannot lock ref" in line), "")
    named = re.search(r"cannot lock ref '([^']+)'", told)
    # somebody moved or made it between their look and ours
    moved = "but expected" in told or "already exists" in told
    ref = named[1] if named is not None and named[1] in refs else refs[0]
    return (Rejected(ref=ref, why=Why.MOVED_ON if moved else Why.DECLINED, said=told or "atomic transaction failed"),)
