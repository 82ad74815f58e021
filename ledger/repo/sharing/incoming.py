"""What of experiments a remote has and is not here, and the refs by which it comes.

Branches come to where `git fetch` keeps them, tags to their own names; a tag that is here is never moved. Only what has
an experiment's name comes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ledger.analysis.news import news
from ledger.errors import FormatError, LedgerError
from ledger.git.transport import Remote
from ledger.model.experiment import Experiment, directory
from ledger.model.settings import Settings
from ledger.model.sharing import News, Received
from ledger.repo import experiments
from ledger.repo.experiments import Wanted
from ledger.repo.ledger import Ledger
from ledger.repo.sharing.outgoing import require_none_taken
from ledger.repo.sharing.remote_refs import RemoteRefs, tags_here
from ledger.repo.snapshot import Snapshot
from ledger.repo.trust.require import may_run

# what a commit would run takes longer to say than all else
_FEW = 10


def tracking(settings: Settings, remote: Remote, name: str) -> str:
    """The full ref at which the branch of a remote is kept here."""
    return f"refs/remotes/{remote.name}/{settings.branch_prefix}{name}"


def refspecs(ledger: Ledger, remote: Remote, there: RemoteRefs, names: Sequence[str]) -> list[str]:
    """What brings all that the remote has of these experiments and is not here.

    Raises LedgerError where a tag that is here is another object there.
    """
    require_none_taken(ledger.snapshot, remote, there, names)
    found = []
    for name in names:
        kept = tracking(ledger.settings, remote, name)
        if there.branches.get(name, "") != ledger.snapshot.refs_of(name).get(kept, ""):
            # the remote's branch may have been rewritten, and its reflog here tells from where
            found += [f"+{ledger.branch_of(name)}:{kept}"] if name in there.branches else []
        found += [f"refs/tags/{tag}:refs/tags/{tag}" for tag in new_tags(ledger.snapshot, there, name)]
    return found


def changed(ledger: Ledger, remote: Remote, there: RemoteRefs, names: Sequence[str]) -> list[str]:
    """The experiments of which the remote has something that is not here, or no longer has the branch."""
    read_at_once(ledger, names)
    return [name for name in names if _is_changed(ledger, remote, there, name)]


def read_at_once(ledger: Ledger, names: Collection[str]) -> None:
    """Read all experiments together where several are asked for, which takes less than one by one."""
    if len(names) > 1:
        ledger.experiments()


def _is_changed(ledger: Ledger, remote: Remote, there: RemoteRefs, name: str) -> bool:
    refs = ledger.snapshot.refs_of(name)
    tip, kept, own = there.branches.get(name), refs.get(tracking(ledger.settings, remote, name)), ledger.branch_of(name)
    return tip != kept or refs.get(own, tip) != tip or bool(new_tags(ledger.snapshot, there, name))


def readable(ledger: Ledger, names: Collection[str]) -> Iterator[Experiment]:
    """Those of the experiments that can be read; what cannot names no data."""
    read_at_once(ledger, names)
    for name in sorted(names):
        with contextlib.suppress(LedgerError):
            found = ledger.find(name)
            if found is not None:
                yield found


def new_tags(snapshot: Snapshot, there: RemoteRefs, name: str) -> tuple[str, ...]:
    """The tags of an experiment that the remote has and that are not here."""
    held = tags_here(snapshot, name)
    return tuple(ref.removeprefix("refs/tags/") for ref in there.tags.get(name, {}) if ref not in held)


def before(ledger: Ledger, names: Sequence[str]) -> Mapping[str, Experiment | None]:
    """The experiments as they are here: their branches, and where there are none here what speaks for them."""
    found: dict[str, Experiment | None] = {}
    for name in names:
        found[name] = None
        with contextlib.suppress(LedgerError):
            found[name] = ledger.here(name) or ledger.find(name)
    return found


class Coming:
    """One experiment that comes from a remote, of which everything has been fetched.

    `before`: as it was here, None where it was not. `theirs`: as the remote's branch has it, None where that has no
    branch of it; `refused`: why that is not an experiment. `tracking`: the ref that keeps the branch here.
    """

    def __init__(self, ledger: Ledger, remote: Remote, there: RemoteRefs, name: str, before: Experiment | None) -> None:
        self.name = name
        self.before = before
        self.tracking = tracking(ledger.settings, remote, name)
        self.theirs: Experiment | None = None
        self.refused: LedgerError | None = None
        self._ledger = ledger
        tip = there.branches.get(name)
        if tip is not None:
            try:
                self.theirs = at_remote(ledger, self.tracking, name, tip)
            except LedgerError as error:
                self.refused = error

    @property
    def sides(self) -> list[Experiment]:
        """The experiment as the remote has it and as it is here, as far as one has what the other has not."""
        here = self._here()
        git = self._ledger.git
        if self.theirs is None or here is None:
            only = self.theirs or (None if self.refused else self.before or self._now())
            return [] if only is None else [only]
        if git.is_ancestor(self.theirs.tip, here.tip):
            return [here]
        return [self.theirs] if git.is_ancestor(here.tip, self.theirs.tip) else [self.theirs, here]

    def _here(self) -> Experiment | None:
        """The experiment as the branch here has it."""
        own = self.before is not None and self.before.branch == self._ledger.branch_of(self.name)
        return self.before if own else None

    def _now(self) -> Experiment | None:
        with contextlib.suppress(LedgerError):
            return self._ledger.find(self.name)
        return None

    def without_branch(self) -> Received:
        """What came of it where no branch came."""
        if self.refused is not None:
            return Received(experiment=self.name, refused=self.refused)
        now, kept = self._now(), self._ledger.snapshot.refs_of(self.name)
        gone = self.before is not None and not self.before.landed and self.tracking in kept
        told = News() if now is None else news(self.before, now)
        return Received(experiment=self.name, news=told, deleted=gone)

    def foreseen(self) -> Received:
        """What would come of it."""
        theirs, here, git = self.theirs, self._here(), self._ledger.git
        if theirs is None:
            return self.without_branch()
        if here is None:
            return Received(experiment=self.name, news=news(self.before, theirs))
        if git.is_ancestor(theirs.tip, here.tip):
            return Received(experiment=self.name)
        commits, ours = git.text("rev-list", "--count", "--left-right", f"{theirs.tip}...{here.tip}").split()
        return Received(
            experiment=self.name,
            news=news(here, theirs),
            old=here.tip,
            commits=int(commits),
            replayed=int(ours),
        )


def with_trust(ledger: Ledger, received: Sequence[Received]) -> list[Received]:
    """The same, saying of each experiment whether it may run here.

    Of many only those are asked about of which something came, and of many of these those with a branch here: the
    others must be switched to first.
    """
    asked = [one for one in received if one.refused is None]
    if len(asked) > _FEW:
        asked = [one for one in asked if not one.nothing]
    if len(asked) > _FEW:
        asked = [one for one in asked if one.new is not None]
    names = {one.experiment for one in asked}
    return [
        replace(one, trusted=may_run(ledger, one.experiment)) if one.experiment in names else one for one in received
    ]


def at_remote(ledger: Ledger, kept: str, name: str, tip: str) -> Experiment:
    """The experiment as the remote's branch that the ref `kept` keeps has it. Raises LedgerError where it has none."""
    file, short = f"{directory(name)}/hypothesis.md", kept.removeprefix("refs/remotes/")
    wanted = Wanted(name=name, tip=tip, aliases=ledger.settings.aliases)
    try:
        found = experiments.read(ledger.git.objects, wanted, branch=kept, landed=False)
    except FormatError as error:
        raise LedgerError(f"{file} on {short}: {error}", hint=f"git log -p {short} -- {file}") from None
    if found is None:
        raise LedgerError(f"{short} is not an experiment: it has no {file}", hint=f"git log {short} shows what it is")
    return found
