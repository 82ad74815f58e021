"""Which ref speaks for an experiment: its branch here, a remote's, what has landed on main, the tag of an archive,
or the tags of its trials.

The one place where this is decided, for all experiments at once or for one by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from ledger.git.git import Git
from ledger.git.process import GitError
from ledger.model.experiment import DIRECTORY, directory
from ledger.model.frozen import frozen
from ledger.model.patterns import pattern

TAGS = "refs/tags/ledger"
TIP = "tip of "
"""How the message of a tag begins that holds a branch's tip; others hold trials."""
LINE_OF = "line of "
"""How the message of a tag begins that holds a branch as it was before its commits were made anew on others."""
TRIALS_OF = "trials of "
"""How the message of a commit begins that holds the trial commits of a run, and of the tag that holds it."""

_HEADS = "refs/heads/"
# what `git fetch` keeps, and what a clone without a work tree's remotes may keep below ledger's own refs
_REMOTES = ("refs/remotes/", "refs/ledger/remotes/")
_TAG = pattern(
    rb"object ([0-9a-f]+)\ntype commit\n(?:.*\n)*?tagger .* (\d+) [-+]\d+\n\n(?:("
    + TIP.encode()
    + rb")|(?!"
    + LINE_OF.encode()
    + rb"))"
)


@frozen
class Source:
    """Where an experiment is read from: the branch that speaks for it, None where there is none, and the commit.

    `landed`: it is on the main branch too. `tree`: its directory's tree there, where main itself speaks, so that it is
    plain when main has moved for other reasons. `archived`: it was put away under a tag, and has not landed. Where it
    is neither and has no branch, that is not here: `tip` holds the trials of its last run, with the plan and records.
    """

    branch: str | None
    tip: str
    landed: bool
    archived: bool = False
    tree: str | None = None

    def label(self, main: str | None) -> str:
        """What people call the branch or commit; `main` is the short name of the main branch."""
        where = self.branch or (main if self.landed else self.tip[:10]) or ""
        return where.removeprefix("refs/heads/").removeprefix("refs/remotes/")

    @property
    def key(self) -> str:
        """What has changed whenever the experiment may have: empty for no two sources alike."""
        return f"{self.branch or ''} {self.tree or self.tip} {self.landed:d}{self.archived:d}"


def patterns(prefix: str) -> tuple[str, ...]:
    """All refs that may speak for experiments."""
    # git matches whole parts of names: all below the last slash, of which `_speaking` takes what begins so
    return ((_HEADS + prefix).rpartition("/")[0], *_REMOTES, TAGS)


def all_of(git: Git, refs: Mapping[str, str], main: str | None, prefix: str) -> dict[str, Source]:
    """Every experiment's source by name, from the `refs` below `patterns`; `main` is the main branch's commit."""
    landed = {} if main is None else git.objects.folder(f"{main}:{DIRECTORY}")
    trees = {name: entry.oid for name, entry in landed.items() if entry.is_tree}
    found = _speaking(git, refs, trees, main, prefix)
    # bytes that are no text are no name of an experiment's, and could be neither stored nor shown
    return {name: one for name, one in found.items() if _is_text(name, one)}


def _is_text(name: str, source: Source) -> bool:
    return not any("\udc80" <= character <= "\udcff" for character in f"{name}{source.branch or ''}")


def patterns_of(name: str, prefix: str) -> tuple[str, ...]:
    """The refs that may speak for one experiment."""
    return f"{_HEADS}{prefix}{name}", *(f"{remotes}*/{prefix}{name}" for remotes in _REMOTES), f"{TAGS}/{name}"


def by_name(refs: Mapping[str, str], prefix: str) -> dict[str, dict[str, str]]:
    """The same of every experiment by name, from the `refs` below `patterns`: its branches, then its tags."""
    found: dict[str, dict[str, str]] = {}
    for ref, oid in refs.items():
        if ref.startswith(TAGS):
            name: str | None = ref[len(TAGS) + 1 :].partition("/")[0]
        elif ref.startswith(_HEADS):
            name = ref[len(_HEADS) + len(prefix) :] if ref.startswith(_HEADS + prefix) else None
        else:
            name = _on_remote(ref, prefix)
        if name:
            found.setdefault(name, {})[ref] = oid
    return found


def one_of(git: Git, refs: Mapping[str, str], name: str, main: str | None, prefix: str) -> Source | None:
    """The source of one experiment from the `refs` of `patterns_of` it, None where there is none."""
    tree = None if main is None else git.objects.read(f"{main}:{directory(name)}")
    trees = {name: tree.oid} if tree is not None and tree.kind == "tree" else {}
    return _speaking(git, refs, trees, main, prefix).get(name)


def _speaking(
    git: Git, refs: Mapping[str, str], trees: Mapping[str, str], main: str | None, prefix: str
) -> dict[str, Source]:
    found = {name: Source(branch=None, tip=main or "", landed=True, tree=tree) for name, tree in trees.items()}
    # the refs are in the order of their names: a branch here is the first of its experiment's
    branches: dict[str, list[tuple[str, str]]] = {}
    tags: list[tuple[str, str]] = []
    for ref, commit in refs.items():
        if ref.startswith(TAGS):
            tags.append((ref, commit))
            continue
        of = ref[len(_HEADS) + len(prefix) :] if ref.startswith(_HEADS + prefix) else _on_remote(ref, prefix)
        if of:
            branches.setdefault(of, []).append((ref, commit))
    rivals = {
        name: own
        for name, own in branches.items()
        if any(commit != own[0][1] for _, commit in own) or (name in trees and not own[0][0].startswith(_HEADS))
    }
    descent = _Descent(git, {commit for own in rivals.values() for _, commit in own}, main)
    for name, own in branches.items():
        ref, tip = own[0]
        if name in rivals:
            # what continues from another says all that the other does, and more
            for other, commit in own[1:]:
                if commit != tip and descent.goes_on(tip, commit):
                    ref, tip = other, commit
            if name in trees and not own[0][0].startswith(_HEADS) and descent.on_main(tip):
                continue
        found[name] = Source(branch=ref, tip=tip, landed=name in trees)
    here = {name for name, own in branches.items() if own[0][0].startswith(_HEADS)}
    for name, tip in _tips(git, [one for one in tags if _tagged(one[0]) not in here], found):
        source = found.get(name)
        if source is None:
            found[name] = Source(branch=None, tip=tip, landed=False, archived=True)
        elif source.tip == tip:
            found[name] = Source(branch=source.branch, tip=tip, landed=False, archived=True)
        elif git.is_ancestor(source.tip, tip):
            # put away with commits that the remote has never had
            found[name] = Source(branch=None, tip=tip, landed=False, archived=True)
    for name, tip in _latest(git, [one for one in tags if _tagged(one[0]) not in found], tips=False).items():
        found[name] = Source(branch=None, tip=tip, landed=False)
    return found


class _Descent:
    """Which of some tips continues from which, found in one walk over what main does not hold."""

    def __init__(self, git: Git, tips: Set[str], main: str | None) -> None:
        self._git = git
        self._main = main
        self._parents: dict[str, list[str]] = {}
        if not tips:
            return
        asked = "".join(f"{one}\n" for one in [*sorted(tips), *([f"^{main}"] if main else [])])
        try:
            lines = git.text("rev-list", "--parents", "--ignore-missing", "--stdin", stdin=asked.encode())
        except GitError:
            # a history with holes in it: nothing is known, and the usual order decides
            self._main = None
            return
        for line in lines.splitlines():
            commit, *parents = line.split(" ")
            self._parents[commit] = parents

    def on_main(self, tip: str) -> bool:
        """Whether the main branch continues from the tip."""
        return self._main is not None and tip not in self._parents

    def goes_on(self, older: str, newer: str) -> bool:
        """Whether `older` is in the history of `newer`."""
        if older not in self._parents:
            # it is on main itself, from which `newer` may have forked before
            return newer in self._parents and self._git.is_ancestor(older, newer)
        reached, level = {newer}, [newer]
        while level and older not in reached:
            level = [p for commit in level for p in self._parents.get(commit, ()) if p not in reached]
            reached.update(level)
        return older in reached


def on_remotes(git: Git, name: str, prefix: str) -> list[str]:
    """The remotes' branches of one experiment."""
    return list(git.refs(*(f"{remotes}*/{prefix}{name}" for remotes in _REMOTES)))


def _on_remote(ref: str, prefix: str) -> str | None:
    """The experiment of a remote's branch: `refs/remotes/origin/exp/x` is `x`."""
    for remotes in _REMOTES:
        if ref.startswith(remotes):
            name = ref[len(remotes) :].partition("/")[2]
            return name[len(prefix) :] if name.startswith(prefix) else None
    return None


def _tagged(ref: str) -> str:
    """The experiment that a tag holds something of: `refs/tags/ledger/x/0123456789` is of `x`."""
    return ref[len(TAGS) + 1 :].rpartition("/")[0]


def _tips(git: Git, tags: Sequence[tuple[str, str]], found: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """The names that may be archived with the commit that the latest of their tags holds.

    A branch here is not put away (its tags are not among `tags`), and what has landed is not either: their tags are
    not looked at, since most experiments have several.
    """
    asked: list[tuple[str, str]] = []
    for ref, oid in tags:
        name = _tagged(ref)
        source = found.get(name)
        if name and (source is None or not source.landed):
            asked.append((name, oid))
    return iter(_of(git, asked, tips=True).items())


def _latest(git: Git, tags: Sequence[tuple[str, str]], *, tips: bool) -> dict[str, str]:
    """By name the commit that the latest tag holds, of those for a branch's tip (`tips`) or of those for trials."""
    return _of(git, [(name, oid) for ref, oid in tags if (name := _tagged(ref))], tips=tips)


def _of(git: Git, asked: Sequence[tuple[str, str]], *, tips: bool) -> dict[str, str]:
    latest: dict[str, tuple[int, str]] = {}
    for (name, _), tag in zip(asked, git.objects.read_many([oid for _, oid in asked]), strict=True):
        match = _TAG.match(tag.data) if tag is not None and tag.kind == "tag" else None
        if match is None or (match[3] is not None) is not tips:
            continue
        when, tip = int(match[2]), match[1].decode()
        known, other = latest.get(name, (-1, ""))
        # two of one second: the one that continues from the other
        if when > known or (when == known and _goes_on(git, other, tip, tips=tips)):
            latest[name] = (when, tip)
    return {name: tip for name, (_, tip) in latest.items()}


def _goes_on(git: Git, other: str, tip: str, *, tips: bool) -> bool:
    """Whether a tag's commit is later than another's; of trials, which are side by side, the later has more files."""
    if tips:
        return git.is_ancestor(other, tip)
    return len(git.objects.files(tip)) > len(git.objects.files(other))
