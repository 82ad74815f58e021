"""What git says where nothing came of a command with a remote, as errors that say what to do."""

from __future__ import annotations

import re

from ledger.errors import LedgerError

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
    lines = told(said)
    line = lines[0] if lines else "git does not say why"
    if any(word in said for word in _NO_RIGHTS):
        return LedgerError(
            f"{name} denied access: {line}",
            hint=f"git ls-remote {name} tries the same; check where it is (git remote -v), your key, token or rights",
        )
    if any(word in said for word in _NOWHERE):
        return LedgerError(
            f"{name} has no repository that you can read: {line}",
            hint=f"git remote -v says where it is, git remote set-url {name} URL corrects it",
        )
    if any(word in said for word in _UNREACHABLE):
        return LedgerError(
            f"{name} cannot be reached: {line}", hint="check the network, then try again: nothing is lost"
        )
    if "cannot lock ref" in said:
        return LedgerError(
            f"git cannot store what came from {name}: {line}",
            hint=f"git remote prune {name} removes what is in its way; then try again",
        )
    return LedgerError(f"git cannot talk to {name}: {line}", hint=f"git ls-remote {name} tries the same")


def is_here(line: str) -> bool:
    """Whether a line says that what comes cannot be written here."""
    return any(word in line for word in _HERE)


def is_by_hook(said: str) -> bool:
    """Whether a push ended since the hook pre-push of this repository did not let it begin."""
    return "failed to push some refs" in said and not any(
        word in said for word in ("fatal: ", "remote: ", *_NO_RIGHTS, *_NOWHERE, *_UNREACHABLE)
    )


def hook_declined(said: str) -> LedgerError:
    """The error that the hook pre-push has not let a push begin."""
    printed = [line for line in told(said) if "failed to push some refs" not in line]
    return LedgerError(
        f"the pre-push hook of this repository declined: {printed[-1] if printed else 'it does not say why'}",
        hint="nothing was sent; git hook run pre-push",
    )


def told(said: str) -> list[str]:
    """What git says went wrong, the most telling line first, without passwords that a URL may hold."""
    lines = [re.sub(r"//[^/@\s]*@", "//", line.strip()) for line in said.splitlines() if line.strip()]
    marks = ("remote: ", "fatal: ", "error: ", "ERROR: ", "ssh: ")
    strong = [line for line in lines if any(word in line for word in (*_NO_RIGHTS, *_NOWHERE, *_UNREACHABLE))]
    marked = [line for line in lines if line.startswith(marks)]
    chosen = [*strong, *marked, *lines]
    return [re.sub(r"^(?:(?:remote|fatal|error|ERROR|ssh): ?)+", "", line) for line in chosen]
