"""Which remote experiments are pushed to or pulled from: the one that is named, else by git's own rule."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from ledger.errors import LedgerError
from ledger.git import transport
from ledger.git.git import Git
from ledger.git.process import call
from ledger.git.transport import Remote
from ledger.model.listing import listed
from ledger.repo.ledger import Ledger

_CONFIGURED = r"^(branch\..*\.(remote|pushremote)|remote\.pushdefault)$"


def chosen(ledger: Ledger, names: Sequence[str], asked: str | None, *, pushing: bool) -> Remote:
    """The one remote of these experiments. Raises LedgerError where there is none, or not one for all of them.

    As `git push` chooses: `branch.<branch>.pushRemote`, `remote.pushDefault`, `branch.<branch>.remote`, the only
    remote, `origin`; as `git fetch` does without the first two.
    """
    known = transport.names(ledger.git)
    if asked is not None:
        if asked not in known:
            raise LedgerError(f"there is no remote {asked}", hint=_have(known, asked))
        return transport.remote(ledger.git, asked)
    configured = _configuration(ledger.git)
    found: dict[str, str] = {}
    for name in names:
        branch = ledger.branch_of(name).removeprefix("refs/heads/")
        wanted = [one for one in _wanted(configured, branch, pushing=pushing) if one in known]
        if wanted or len(known) == 1 or "origin" in known:
            found.setdefault([*wanted, known[0] if len(known) == 1 else "origin"][0], name)
        elif not known:
            raise LedgerError("this repository has no remote", hint="git remote add origin URL")
        else:
            raise LedgerError(f"which remote is meant? known: {listed(known)}", hint=f"--remote {known[0]}")
    if len(found) > 1:
        (one, first), (other, second) = list(found.items())[:2]
        way = "goes to" if pushing else "comes from"
        raise LedgerError(f"{first} {way} {one}, {second} {way} {other}", hint=f"one remote at a time: --remote {one}")
    return transport.remote(ledger.git, next(iter(found)))


def named(ledger: Ledger, asked: str | None) -> Remote:
    """The remote that is named, else the one that `remote.pushDefault` names, the only one, or `origin`.

    Raises LedgerError where there is none, or it is not plain which.
    """
    return chosen(ledger, [""], asked, pushing=True)


def _have(known: Sequence[str], asked: str) -> str:
    if known:
        return f"known: {listed(known)}; git remote add NAME URL adds one"
    return f"git remote add {'origin' if '/' in asked or ':' in asked else asked} URL"


def _configuration(git: Git) -> dict[str, str]:
    done = call(["config", "-z", "--get-regexp", _CONFIGURED], cwd=git.root)
    entries = (entry.partition("\n") for entry in os.fsdecode(done.stdout).split("\0") if entry)
    # the last one counts, as in git
    return {key: value for key, _, value in entries}


def _wanted(configured: Mapping[str, str], branch: str, *, pushing: bool) -> Iterator[str]:
    keys = [f"branch.{branch}.pushremote", "remote.pushdefault"] if pushing else []
    for key in [*keys, f"branch.{branch}.remote"]:
        if key in configured:
            yield configured[key]


def track(git: Git, remote: Remote, branches: Sequence[str]) -> None:
    """Make the remote's branches the upstream of these (short names) that have none, as `git push -u` does."""
    configured = _configuration(git)
    for branch in branches:
        if f"branch.{branch}.remote" not in configured:
            # where another process writes the configuration, the next push sets it
            git.succeeds("config", f"branch.{branch}.remote", remote.name)
            git.succeeds("config", f"branch.{branch}.merge", f"refs/heads/{branch}")
