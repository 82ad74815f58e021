"""Whether what a commit would run may run here.

Trusted is what the main branch holds or a trusted remote's branches do, what the user has confirmed (`ledger trust`),
and what was made here on top of that. The author's name and mail say nothing: anybody can write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock

from ledger.analysis.made_here import Way
from ledger.git.git import Git
from ledger.machine.trust_store import TrustStore
from ledger.model.experiment import DIRECTORY
from ledger.repo.trust import state
from ledger.repo.trust.bases import Bases
from ledger.repo.trust.evidence import MadeHere, ReflogEvidence

# for these two changes are compared, which takes longer
_CARRIED = (Way.PICKED, Way.COMBINED)


class Trust:
    """What is known of the commits of one repository, each of which is asked about once."""

    def __init__(self, git: Git, store: TrustStore) -> None:
        self.bases = Bases(git, store)
        self.store = store
        self._git = git
        self._near: str | None = None
        self._evidence: ReflogEvidence | None = None
        self._parents: dict[str, tuple[str, ...]] = {}
        self._known: dict[str, bool] = {}
        self._given: set[str] = set()
        self._open: set[str] = set()
        self._digests: dict[str, str] = {}
        # stations ask at the same time
        self._turn = Lock()

    def digest(self, commit: str) -> str:
        """The executed state of a commit."""
        if commit not in self._digests:
            self._digests[commit] = state.digest(self._git.objects, commit)
        return self._digests[commit]

    def lacking(self, commits: Iterable[str], *, near: str | None = None) -> list[str]:
        """Those of the commits that are not trusted; what was found to have been made here is remembered.

        `near`: the branch whose reflog is looked into before those of all others.
        """
        with self._turn:
            self._near = near
            asked = [commit for commit in dict.fromkeys(commits) if not self.store.made_here(commit)]
            if not asked or self.bases.is_alone:
                return []
            self._list([commit for commit in asked if commit not in self._known])
            refused = [commit for commit in asked if not self._holds(commit)]
            # of what others have made, or the user has confirmed, nothing is: that can be taken back
            if not self.bases.trusts_remotes:
                own = [one for one in asked if one in self._parents and one not in refused]
                self.store.remember(one for one in own if one not in self._given)
            return refused

    def foreign_part(self, commit: str) -> str:
        """The nearest commit in the history of one that is not trusted which was not made here: itself, it may be."""
        at, seen = commit, set[str]()
        while at not in seen:
            seen.add(at)
            ways = self.evidence.ways(at)
            below = [*self._parents.get(at, ()), *(made.old for made in ways if made.way is Way.AMENDED)]
            at = next((one for one in below if ways and self._known.get(one) is False), at)
        return at

    def is_own(self, commit: str) -> bool:
        """Whether all that the commit brings is trusted, and not only what it would run."""
        lacking = self.lacking([commit])
        return not lacking and commit not in self._given

    def forget(self, *, altogether: bool = False) -> None:
        """Look into the reflogs again: refs have moved. What is trusted stays so, unless `altogether`."""
        with self._turn:
            self._evidence = None
            self._known = {commit: True for commit, trusted in self._known.items() if trusted and not altogether}
            if altogether:
                self._given.clear()

    def runs_the_same(self, commit: str, other: str) -> bool:
        """Whether two commits have one executed state."""
        read = self._git.objects.folder
        ours, theirs = ({k: v for k, v in read(one + "^{tree}").items() if k != DIRECTORY} for one in (commit, other))
        return ours == theirs and self.digest(commit) == self.digest(other)

    # --- the history that is no trusted base's

    def _list(self, commits: Sequence[str]) -> None:
        """Learn what the commits have in their histories that no trusted base has."""
        if not commits:
            return
        asked = "".join([f"{one}\n" for one in commits] + [f"^{base}\n" for base in self.bases.trusted])
        lines = self._git.text("rev-list", "--parents", "--ignore-missing", "--stdin", stdin=asked.encode())
        found = {commit: tuple(parents) for commit, *parents in map(str.split, lines.splitlines())}
        self._parents |= found
        for commit in commits:
            if commit not in found and self._git.commit(commit) is not None:
                self._known.setdefault(commit, True)

    def _holds(self, commit: str) -> bool:
        """Whether a commit is trusted; what it rests on is decided before it."""
        stack = [commit]
        while stack:
            at = stack[-1]
            below = [] if at in self._known else [one for one in self._rests_on(at) if one not in self._known]
            below = [one for one in below if one not in self._open]
            if at not in self._known and below:
                self._open.add(at)
                stack += below
                continue
            if at not in self._known:
                self._open.add(at)
                self._known[at] = self._decided(at)
            self._open.discard(at)
            stack.pop()
        return self._known[commit]

    @property
    def evidence(self) -> ReflogEvidence:
        """What reflogs say, read when it is first wanted."""
        if self._evidence is None:
            self._evidence = ReflogEvidence(self._git, self._near)
        return self._evidence

    def _rests_on(self, commit: str) -> list[str]:
        """What must be decided before it: what it stands on, and what it was made of."""
        if commit not in self._parents:
            # nobody's that was asked about: what was amended or picked hangs on other branches, or on none
            self._list([commit])
            if commit not in self._parents:
                self._known.setdefault(commit, False)
        if commit in self._known:
            return []
        parents, ways = self._parents[commit], self.evidence.ways(commit)
        if self.store.made_here(commit):
            self._known[commit] = True
        elif not ways and self.store.holds(self.digest(commit)):
            self._known[commit] = True
            self._given.add(commit)
        elif not ways and not (len(parents) == 1 and self.runs_the_same(commit, parents[0])):
            self._known[commit] = False
        if commit in self._known:
            return []
        amended = [made.old for made in ways if made.way is Way.AMENDED]
        return [*(parent for parent in parents if parent in self._parents), *amended]

    def _decided(self, commit: str) -> bool:
        parents, ways = self._parents[commit], self.evidence.ways(commit)
        if all(map(self._trusts, parents)):
            if any(self._made(commit, made) for made in ways if made.way not in _CARRIED):
                self._rest(commit, parents)
                return True
            # records alone may come from anybody
            if len(parents) == 1 and self.runs_the_same(commit, parents[0]):
                self._given.add(commit)
                return True
            if any(self._made(commit, made) for made in ways if made.way in _CARRIED):
                self._rest(commit, parents)
                return True
        if self.store.holds(self.digest(commit)):
            self._given.add(commit)
            return True
        return False

    def _rest(self, commit: str, others: Iterable[str]) -> None:
        """Keep that a commit is trusted for the sake of what others have made, where the others are."""
        if any(other in self._given for other in others):
            self._given.add(commit)

    def _trusts(self, commit: str) -> bool:
        return self._known.get(commit, commit not in self._parents)

    def _made(self, commit: str, made: MadeHere) -> bool:
        """Whether it was made here, of nothing but what is trusted; its parents are."""
        if made.way in (Way.MERGED, Way.BEGUN):
            return True
        if made.way is Way.COMMITTED:
            return all(self._carries(commit, one) for one in self.evidence.squashed(commit))
        if made.way is Way.AMENDED:
            return self._carries(commit, made.old)
        # a conflict was resolved, or commits were put together, in a rebase or pull of what is trusted
        if made.way is Way.COMBINED and self._rebased(commit):
            return True
        if any(self._carries(commit, source) for source in self.evidence.sources(commit)):
            return True
        return self.evidence.is_rebased(commit) and self._rebased(commit)

    def _rebased(self, commit: str) -> bool:
        return any(self._carries(commit, before) for before in self.evidence.rebased_from(commit))

    def _carries(self, commit: str, other: str) -> bool:
        """Whether another commit, of which this one was made, is trusted."""
        if other in self._open:
            return False
        found = self._holds(other)
        if found:
            self._rest(commit, [other])
        return found
