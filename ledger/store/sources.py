"""Which ref speaks for an experiment: its branch here, a remote's, what has landed on main, or the tag of an archive.

The one place where this is decided, for all experiments at once or for one by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.model.experiment import DIRECTORY, directory
from ledger.store.git import Git

TAGS = "refs/tags/ledger"
TIP = "tip of "
"""How the message of a tag begins that holds a branch's tip; others hold trials."""

_HEADS = "refs/heads/"
# what `git fetch` keeps, and what a clone without a work tree's remotes may keep below ledger's own refs
_REMOTES = ("refs/remotes/", "refs/ledger/remotes/")
_TAG = re.compile(rb"object ([0-9a-f]+)\ntype commit\n(?:.*\n)*?tagger .* (\d+) [-+]\d+\n\n" + TIP.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an experiment is read from: the branch that speaks for it, None where there is none, and the commit.

    `landed`: it is on the main branch too. `tree`: its directory's tree there, where main itself speaks, so that it is
    plain when main has moved for other reasons. `archived`: it was put away under a tag, and has not landed.
    """

    branch: str | None
    tip: str
    landed: bool
    archived: bool = False
    tree: str | None = None

    def place(self, main: str | None) -> str:
        """What people call the branch or commit; `main` is the short name of the main branch."""
        where = self.branch or (self.tip[:10] if self.archived else main) or ""
        return where.removeprefix("refs/heads/").removeprefix("refs/remotes/")

    @property
    def key(self) -> str:
        """What has changed whenever the experiment may have: empty for no two sources alike."""
        return f"{self.branch or ''} {self.tree or self.tip} {self.landed:d}{self.archived:d}"


def patterns(prefix: str) -> tuple[str, ...]:
    """All refs that may speak for experiments."""
    return (f"{_HEADS}{prefix}", *_REMOTES, TAGS)


def all_of(git: Git, refs: Mapping[str, str], main: str | None, prefix: str) -> dict[str, Source]:
    """Every experiment's source by name, from the `refs` below `patterns`; `main` is the main branch's commit."""
    landed = {} if main is None else git.objects.folder(f"{main}:{DIRECTORY}")
    trees = {name: entry.oid for name, entry in landed.items() if entry.is_tree}
    return _speaking(git, refs, trees, main, prefix)


def one_of(git: Git, name: str, main: str | None, prefix: str) -> Source | None:
    """The source of one experiment, None where there is none; the others cost nothing."""
    refs = git.refs(
        f"{_HEADS}{prefix}{name}", *(f"{remotes}*/{prefix}{name}" for remotes in _REMOTES), f"{TAGS}/{name}"
    )
    tree = None if main is None else git.objects.read(f"{main}:{directory(name)}")
    trees = {name: tree.oid} if tree is not None and tree.kind == "tree" else {}
    return _speaking(git, refs, trees, main, prefix).get(name)


def _speaking(
    git: Git, refs: Mapping[str, str], trees: Mapping[str, str], main: str | None, prefix: str
) -> dict[str, Source]:
    found = {name: Source(branch=None, tip=main or "", landed=True, tree=tree) for name, tree in trees.items()}
    here = len(_HEADS) + len(prefix)
    elsewhere: list[tuple[str, str]] = []
    tags: list[tuple[str, str]] = []
    for ref, commit in refs.items():
        if ref.startswith(_HEADS):
            name = ref[here:]
            found[name] = Source(branch=ref, tip=commit, landed=name in trees)
        else:
            (tags if ref.startswith(TAGS) else elsewhere).append((ref, commit))
    for ref, commit in elsewhere:
        on_remote = _on_remote(ref, prefix)
        # a branch here speaks before a remote's, and any branch before what has landed
        if on_remote is not None and (on_remote not in found or found[on_remote].branch is None):
            found[on_remote] = Source(branch=ref, tip=commit, landed=on_remote in trees)
    for name, tip in _tips(git, tags, found):
        source = found.get(name)
        if source is None:
            found[name] = Source(branch=None, tip=tip, landed=False, archived=True)
        elif source.tip == tip:
            found[name] = Source(branch=source.branch, tip=tip, landed=False, archived=True)
    return found


def _on_remote(ref: str, prefix: str) -> str | None:
    """The experiment of a remote's branch: `refs/remotes/origin/exp/x` is `x`."""
    for remotes in _REMOTES:
        if ref.startswith(remotes):
            name = ref[len(remotes) :].partition("/")[2]
            return name[len(prefix) :] if name.startswith(prefix) else None
    return None


def _tips(git: Git, tags: Sequence[tuple[str, str]], found: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """The names that may be archived with the commit that the latest of their tags holds.

    A branch here is not put away, and what has landed is not either: their tags are not looked at, since most
    experiments have several.
    """
    asked: list[tuple[str, str]] = []
    for ref, oid in tags:
        name = ref[len(TAGS) + 1 :].rpartition("/")[0]
        source = found.get(name)
        if name and (source is None or not (source.landed or (source.branch or "").startswith(_HEADS))):
            asked.append((name, oid))
    latest: dict[str, tuple[int, str]] = {}
    for (name, _), tag in zip(asked, git.objects.read_many([oid for _, oid in asked]), strict=True):
        match = _TAG.match(tag.data) if tag is not None and tag.kind == "tag" else None
        if match is None:
            continue
        when, tip = int(match[2]), match[1].decode()
        known, other = latest.get(name, (-1, ""))
        # two of one second: the one that goes on from the other
        if when > known or (when == known and git.is_ancestor(other, tip)):
            latest[name] = (when, tip)
    return ((name, tip) for name, (_, tip) in latest.items())
