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
        raise failure(remote.name, os.fsdecode(done.stderr))
    lines = (line.partition("\t") for line in os.fsdecode(done.stdout).splitlines())
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
        if any(word in line for line in own for word in _HERE):
            raise GitError(_FETCH, "\n".join(own))
        raise failure(remote.name, said)


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
    if not rejected and _is_by_hook(errors):
        raise _hook_declined(errors)
    if not rejected:
        raise failure(remote.name, errors)
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
    told = next((line for line in _told(errors) if "cannot lock ref" in line), "")
    named = re.search(r"cannot lock ref '([^']+)'", told)
    # somebody moved or made it between their look and ours
    moved = "but expected" in told or "already exists" in told
    ref = named[1] if named is not None and named[1] in refs else refs[0]
    return (Rejected(ref=ref, why=Why.MOVED_ON if moved else Why.DECLINED, said=told or "atomic transaction failed"),)


# --- what git says where nothing came of it

# of what comes nothing can be written here
_HERE = (
    "insufficient permission for adding",
    "No space left on device",
    "Disk quota exceeded",
    "Read-only file system",
)

_NO_RIGHTS = (
    "Permission denied",
    "Authentication failed",
    "could not read Username",
    "could not read Password",
    "terminal prompts disabled",
    "Host key verification failed",
    "access denied",
    "Access denied",
    "returned error: 401",
    "returned error: 403",
    "insufficient permission",
    "unable to create temporary object directory",
    "Permission to ",
    "not allowed to push",
    "dubious ownership",
    "read-only file system",
    "Read-only file system",
)
_NOWHERE = ("does not appear to be a git repository", "not found", "does not exist", "No such file or directory")
_UNREACHABLE = (
    "Could not resolve host",
    "unable to look up",
    "Connection refused",
    "Connection timed out",
    "Connection reset",
    "timed out",
    "Network is unreachable",
    "No route to host",
    "Failed to connect",
    "unable to connect",
    "Couldn't connect",
    "hung up unexpectedly",
    "early EOF",
    "unexpected disconnect",
    "returned error: 5",
)


def failure(name: str, said: str) -> LedgerError:
    """The error that a command of git's with a remote has failed, from what git and the remote said."""
    lines = _told(said)
    line = lines[0] if lines else "git does not say why"
    if any(word in said for word in _NO_RIGHTS):
        return LedgerError(
            f"{name} does not let you in: {line}",
            hint=f"git ls-remote {name} tries the same; check where it is (git remote -v), your key, token or rights",
        )
    if any(word in said for word in _NOWHERE):
        return LedgerError(
            f"{name} has no repository that you can read: {line}",
            hint=f"git remote -v says where it is, git remote set-url {name} URL corrects it",
        )
    if any(word in said for word in _UNREACHABLE):
        return LedgerError(
            f"{name} cannot be reached: {line}", hint="check the network, then type it again: nothing is lost"
        )
    if "cannot lock ref" in said:
        return LedgerError(
            f"git cannot keep what came from {name}: {line}",
            hint=f"git remote prune {name} removes what stands in its way; then type it again",
        )
    return LedgerError(f"git cannot talk to {name}: {line}", hint=f"git ls-remote {name} tries the same")


def _is_by_hook(said: str) -> bool:
    """Whether a push ended since the hook pre-push of this repository did not let it begin."""
    return "failed to push some refs" in said and not any(
        word in said for word in ("fatal: ", "remote: ", *_NO_RIGHTS, *_NOWHERE, *_UNREACHABLE)
    )


def _hook_declined(said: str) -> LedgerError:
    printed = [line for line in _told(said) if "failed to push some refs" not in line]
    return LedgerError(
        f"the pre-push hook of this repository declined: {printed[-1] if printed else 'it does not say why'}",
        hint="nothing was sent; git hook run pre-push",
    )


def _told(said: str) -> list[str]:
    """What git says went wrong, the most telling line first, without passwords that a URL may hold."""
    lines = [re.sub(r"//[^/@\s]*@", "//", line.strip()) for line in said.splitlines() if line.strip()]
    marks = ("remote: ", "fatal: ", "error: ", "ERROR: ", "ssh: ")
    strong = [line for line in lines if any(word in line for word in (*_NO_RIGHTS, *_NOWHERE, *_UNREACHABLE))]
    marked = [line for line in lines if line.startswith(marks)]
    chosen = [*strong, *marked, *lines]
    return [re.sub(r"^(?:(?:remote|fatal|error|ERROR|ssh): ?)+", "", line) for line in chosen]
