"""A site on a branch of its own: one commit without a parent, which takes the place of the last.

Nobody works on such a branch, and no history of pages grows in the repository. What is not a site's is never touched: a
site's branch has a mark in its tree and a trailer in its commit.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ledger.errors import LedgerError
from ledger.git import transport, work_trees
from ledger.git.entries import EMPTY_TREE, Entry, plain_file
from ledger.git.git import DURABLE, Git
from ledger.git.refs import RefChange
from ledger.git.transport import Remote, Update
from ledger.model.frozen import frozen
from ledger.model.listing import counted
from ledger.model.site import Published
from ledger.repo.change import Change, transact
from ledger.repo.ledger import Ledger
from ledger.repo.sharing import outgoing
from ledger.repo.site.folder import OWN, held

MARK: Final = f"{OWN}/published"
TRAILER: Final = "Ledger-Site: 1"

# a host's own name for the site, which people (or the host itself) put there
_NAME: Final = "CNAME"
# commits with which a host has set that name
_MOST = 100


@frozen
class SiteBranch:
    """A branch that may be published on, and what it had on the remote when that was asked; None: no such branch."""

    ref: str
    remote: Remote | None = None
    seen: str | None = None

    @property
    def branch(self) -> str:
        """Its short name."""
        return self.ref.removeprefix("refs/heads/")


def place(ledger: Ledger, branch: str, remote: Remote | None) -> SiteBranch:
    """The branch to publish on. Raises LedgerError where it is for anything else, here or on the remote."""
    git, ref = ledger.git, f"refs/heads/{branch}"
    if not git.succeeds("check-ref-format", ref) or branch.startswith("-"):
        raise LedgerError(f"{branch} is not a branch name", hint="--publish gh-pages")
    if branch == ledger.snapshot.main or ledger.name_of(ref) is not None:
        whose = "the main branch" if branch == ledger.snapshot.main else "for an experiment"
        raise LedgerError(f"{branch} is {whose}; a site replaces everything on its branch", hint="--publish gh-pages")
    _require_free(git, ref)
    tip = git.commit(ref)
    if tip is not None and not is_site(git, tip):
        raise _strange(f"the branch {branch}", branch)
    for known, at in git.refs(f"refs/remotes/*/{branch}").items():
        if not is_site(git, at):
            raise _strange(known.removeprefix("refs/remotes/"), branch)
    if remote is None:
        return SiteBranch(ref=ref)
    seen = transport.heads_and_tags(git, remote, pushing=True).get(ref)
    if seen is not None:
        if git.commit(seen) is None:
            transport.fetch(git, remote, [ref], pushing=True)
        if not is_site(git, seen):
            raise _strange(f"{branch} on {remote.name}", branch)
    return SiteBranch(ref=ref, remote=remote, seen=seen)


def _require_free(git: Git, ref: str) -> None:
    """Raise LedgerError where a work tree shows the branch, or another branch's name leaves no room for its."""
    for tree in work_trees.listed(git):
        if tree.branch == ref:
            raise LedgerError(
                f"{ref.removeprefix('refs/heads/')} is checked out in {tree.path}",
                hint="git switch to another branch there, or --publish another",
            )
    # git keeps branches as files: `a` and `a/b` cannot both be
    above = [str(parent) for parent in Path(ref).parents if str(parent).startswith("refs/heads/")]
    taken = [*git.refs(f"{ref}/"), *(found for parent in above for found in git.refs(parent) if found == parent)]
    if taken:
        name = taken[0].removeprefix("refs/heads/")
        raise LedgerError(f"the branch {name} leaves no room for one of that name", hint="--publish gh-pages")


def _strange(what: str, branch: str) -> LedgerError:
    return LedgerError(
        f"{what} is not a site: its content would be lost",
        hint=f"--publish another name, or delete {branch} if nobody needs its content",
    )


def is_site(git: Git, commit: str) -> bool:
    """Whether a commit is a published site; also where the host has set the name of the site on top of it."""
    for _ in range(_MOST):
        if MARK.partition("/")[2] not in git.objects.folder(f"{commit}:{OWN}"):
            return False
        text = git.objects.held(commit).data.decode("utf-8", "replace")
        header, _, message = text.partition("\n\n")
        parents = [line.removeprefix("parent ") for line in header.splitlines() if line.startswith("parent ")]
        if not parents:
            return message.rstrip().endswith(f"\n\n{TRAILER}")
        if len(parents) > 1 or git.changed_paths(parents[0], commit) != (_NAME,):
            return False
        commit = parents[0]
    return False


def publish(ledger: Ledger, folder: Path, where: SiteBranch) -> Published:
    """Make the branch hold the site that was built in a folder, then the remote's where there is one.

    Where the branch has the same files already nothing is written. Raises LedgerError where it is not a site's any
    more, or the remote does not take it.
    """
    git = ledger.git
    with held(folder, git.root) as site:
        paths = [str(path) for path in site.mark().get("files", ())]
        files = _blobs(git, folder, paths)
    files |= {MARK: plain_file(git.blob(b"1\n")), ".nojekyll": plain_file(git.blob(b""))}
    pages = counted(sum(path.endswith(".html") for path in paths), "page")
    message = f"site: {pages}\n\nOne commit, which replaces the last: whatever is put on it is lost.\n\n{TRAILER}\n"

    def make(change: Change) -> Published:
        place(ledger, where.branch, None)
        tip = git.commit(where.ref)
        tree = git.tree(EMPTY_TREE, files | _kept(git, where.seen or tip))
        if tip is not None and git.objects.held(f"{tip}^{{tree}}").oid == tree:
            return Published(branch=where.branch, commit=tip, changed=False)
        new = git.commit_tree(tree, [], message)
        change.move([RefChange(ref=where.ref, old=tip, new=new)], f"ledger site: {pages}")
        return Published(branch=where.branch, commit=new, changed=True)

    git.identity()
    done = transact(ledger, make)
    return done if where.remote is None else _sent(git, where, where.remote, done)


def _blobs(git: Git, folder: Path, paths: list[str]) -> dict[str, Entry]:
    """The files as git holds them from now on, each byte for byte; a link that somebody has put there is no file."""
    links = [path for path in paths if (folder / path).is_symlink()]
    if links:
        raise LedgerError(f"{folder / links[0]} is a symbolic link", hint="remove it, then try again")
    # one flush of the disk for all
    batch = ("-c", "core.fsyncMethod=batch")
    command = ("hash-object", "-w", "--no-filters", "--stdin-paths")
    listed = os.fsencode("".join(f"{path}\n" for path in paths))
    found = git.run(f"--git-dir={git.common}", *DURABLE, *batch, *command, stdin=listed, cwd=folder).decode().split()
    return {path: plain_file(oid) for path, oid in zip(paths, found, strict=True)}


def _kept(git: Git, commit: str | None) -> dict[str, Entry]:
    """What a site leaves as the last one had it: the name under which the host serves it."""
    entry = None if commit is None else git.objects.folder(f"{commit}^{{tree}}").get(_NAME)
    return {_NAME: entry} if entry is not None and entry.kind == "blob" and not entry.is_link else {}


def _sent(git: Git, where: SiteBranch, remote: Remote, done: Published) -> Published:
    there = None if where.seen is None else git.objects.held(f"{where.seen}^{{tree}}").oid
    sent, said = False, tuple[str, ...]()
    if there != git.objects.held(f"{done.commit}^{{tree}}").oid:
        reply = transport.replace(git, remote, Update(ref=where.ref, new=done.commit), where.seen)
        outgoing.require_taken(remote, reply)
        sent, said = True, reply.said
    return Published(
        branch=done.branch, commit=done.commit, changed=done.changed, remote=remote.name, sent=sent, said=said
    )
