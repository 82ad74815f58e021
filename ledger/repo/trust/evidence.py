"""What this clone knows of how commits were made: its reflogs, and the changes that its commits make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledger.analysis import made_here
from ledger.analysis.made_here import Way
from ledger.git import reflogs
from ledger.git.git import ZERO, Git
from ledger.git.patches import Patch, patches
from ledger.model.frozen import frozen
from ledger.repo.trust import state

# a rebase of more commits than this is not looked through
_LONGEST = 2000


@frozen
class MadeHere:
    """How a commit was made here, and what the ref had before."""

    way: Way
    old: str


@frozen
class _Rebase:
    """A branch that was rebased: onto what, and what it was before and after that.

    `pulled`: a pull did it, which leaves no entry for each commit.
    """

    onto: str
    old: str
    new: str
    pulled: bool


class ReflogEvidence:
    """The reflogs of HEAD and of a branch (`near`), and where those do not tell of all others."""

    def __init__(self, git: Git, near: str | None) -> None:
        self._git = git
        self._made: dict[str, list[MadeHere]] = {}
        self._rebases: list[_Rebase] = []
        self._ranges: dict[tuple[str, str], frozenset[str]] = {}
        self._patches: dict[str, Patch | None] = {}
        self._by_author: dict[str, list[str]] | None = None
        self._all = False
        self._read(reflogs.of_heads(git))
        if near is not None:
            self._read(reflogs.of_branch(git, near))

    def _read(self, entries: Iterable[reflogs.RefMove]) -> None:
        for entry in entries:
            way, onto = made_here.way(entry.message), made_here.rebased_onto(entry.message)
            if onto == entry.new:
                # nothing was put on top: what others have made came as it is
                continue
            if way is not None and entry.new != entry.old:
                self._made.setdefault(entry.new, []).append(MadeHere(way=way, old=entry.old))
            if onto is not None:
                pulled = made_here.is_pulled(entry.message)
                self._rebases.append(_Rebase(onto=onto, old=entry.old, new=entry.new, pulled=pulled))

    def ways(self, commit: str) -> tuple[MadeHere, ...]:
        """How the commit was made here, as far as it was; each is borne out by the commit's own parents."""
        found = self._borne_out(commit)
        return self._borne_out(commit) if not found and self._has_read_more() else found

    def _has_read_more(self) -> bool:
        """Read what was not read yet; False where nothing is left."""
        if self._all:
            return False
        self._all = True
        self._read(reflogs.of_branches(self._git))
        self._by_author = None
        return True

    def _borne_out(self, commit: str) -> tuple[MadeHere, ...]:
        made = self._made.get(commit, [])
        pulls = [rebase for rebase in self._rebases if rebase.pulled and commit in self._made_by(rebase)]
        if pulls:
            return (MadeHere(way=Way.COMBINED, old=pulls[0].old),)
        if not made:
            return ()
        parents = self._git.objects.parents(commit)
        return tuple(dict.fromkeys(one for one in made if _fits(one, parents)))

    def squashed(self, commit: str) -> tuple[str, ...]:
        """The commits that were put into this one by `git merge --squash`, as far as its message says so."""
        return made_here.squashed(self._git.objects.message(commit))

    # --- changes that were carried over

    def sources(self, commit: str) -> list[str]:
        """The commits made here, or rebased here, that bring all that this one brings, under the same author's words.

        Whoever rebases or picks a commit keeps these. They say nothing by themselves: what counts is the change.
        """
        before = [one for rebase in self._rebases_to(commit) for one in self._replaced(rebase)]
        known = [*self._by(self._author(commit)), *before]
        alike = [one for one in dict.fromkeys(known) if one != commit and self._author(one) == self._author(commit)]
        self._compare([commit, *alike])
        return [one for one in alike if self._brings_no_other(commit, one)]

    def _by(self, author: str) -> list[str]:
        """The commits that reflogs speak of and that are said to be of this author and moment."""
        if self._by_author is None:
            self._by_author = {}
            for commit in dict.fromkeys([*self._made, *(one.old for made in self._made.values() for one in made)]):
                if commit != ZERO:
                    self._by_author.setdefault(self._author(commit), []).append(commit)
        return self._by_author.get(author, [])

    def _author(self, commit: str) -> str:
        return self._git.objects.header(commit, "author") or ""

    def _compare(self, commits: Sequence[str]) -> None:
        lacking = [commit for commit in commits if commit not in self._patches]
        found = patches(self._git, lacking)
        self._patches |= {commit: found.get(commit) for commit in lacking}

    def _brings_no_other(self, commit: str, other: str) -> bool:
        """Whether all that a commit changes, records apart, is as another changes it or leaves it."""
        ours, theirs = self._patches[commit], self._patches[other]
        if ours is None or theirs is None:
            return False
        counting = state.files(self._git.objects, commit)
        return all(
            path in theirs
            and (change.text == theirs[path].text or (change.mode, change.oid) == (theirs[path].mode, theirs[path].oid))
            for path, change in ours.items()
            if path in counting or change.mode == _GONE
        )

    # --- rebases

    def rebased_from(self, commit: str) -> Iterator[str]:
        """What branches were before a rebase that made the commit."""
        return (rebase.old for rebase in self._rebases_to(commit))

    def is_rebased(self, commit: str) -> bool:
        """Whether a rebase that made the commit had one with the same author's words to put in another place."""
        before = (one for rebase in self._rebases_to(commit) for one in self._replaced(rebase))
        return any(self._author(one) == self._author(commit) for one in before)

    def _rebases_to(self, commit: str) -> list[_Rebase]:
        found = [rebase for rebase in self._rebases if commit in self._made_by(rebase)]
        return self._rebases_to(commit) if not found and self._has_read_more() else found

    def _made_by(self, rebase: _Rebase) -> frozenset[str]:
        return self._between(rebase.onto, rebase.new)

    def _replaced(self, rebase: _Rebase) -> frozenset[str]:
        return self._between(rebase.onto, rebase.old)

    def _between(self, onto: str, tip: str) -> frozenset[str]:
        """The commits of a tip's history that another has not."""
        if onto == tip:
            return frozenset()
        if (onto, tip) not in self._ranges:
            asked = f"{tip}\n^{onto}\n".encode()
            out = self._git.text("rev-list", f"--max-count={_LONGEST}", "--ignore-missing", "--stdin", stdin=asked)
            self._ranges[onto, tip] = frozenset(out.split())
        return self._ranges[onto, tip]


_GONE = "000000"


def _fits(made: MadeHere, parents: Sequence[str]) -> bool:
    if made.way is Way.COMMITTED:
        return parents[:1] == (made.old,) or (not parents and made.old == ZERO)
    if made.way is Way.BEGUN:
        return made.old == ZERO and len(parents) == 1
    if made.way is Way.MERGED:
        return len(parents) > 1 and parents[0] == made.old
    # what is amended may be the first commit of all
    return True
