"""What of experiments a remote has and is not here, and the refs by which it comes.

Branches come to where `git fetch` keeps them, tags to their own names; a tag that is here is never moved. Only what has
an experiment's name comes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from ledger.analysis.news import news
from ledger.errors import FormatError, LedgerError
from ledger.git.transport import Remote
from ledger.model.experiment import Experiment, directory
from ledger.model.sharing import Received
from ledger.repo import experiments
from ledger.repo.experiments import Wanted
from ledger.repo.ledger import Ledger
from ledger.repo.sharing.outgoing import taken, taken_error
from ledger.repo.sharing.remote_refs import RemoteRefs


def tracking(ledger: Ledger, remote: Remote, name: str) -> str:
    """The full ref at which the branch of a remote is kept here."""
    return f"refs/remotes/{remote.name}/{ledger.settings.branch_prefix}{name}"


def refspecs(ledger: Ledger, remote: Remote, there: RemoteRefs, names: Sequence[str]) -> list[str]:
    """What brings all that the remote has of these experiments and is not here.

    Raises LedgerError where a tag that is here is another object there.
    """
    found = []
    for name in names:
        clash = taken(ledger.snapshot.tags_of(name), there.tags.get(name, {}))
        if clash is not None:
            raise taken_error(remote.name, clash)
        kept = tracking(ledger, remote, name)
        if there.branches.get(name, "") != ledger.snapshot.refs_of(name).get(kept, ""):
            # the remote's branch may have been rewritten, and its reflog here tells from where
            found += [f"+{ledger.branch_of(name)}:{kept}"] if name in there.branches else []
        found += [f"{ref}:{ref}" for ref in new_tags(ledger, there, name)]
    return found


def new_tags(ledger: Ledger, there: RemoteRefs, name: str) -> list[str]:
    """The tags of an experiment that the remote has and that are not here."""
    held = ledger.snapshot.tags_of(name)
    return [ref for ref in there.tags.get(name, {}) if ref not in held]


def unknown(ledger: Ledger, there: RemoteRefs, names: Sequence[str]) -> list[str]:
    """What brings the commits alone that the remote's branches name and that are not here; no ref moves."""
    return [
        ledger.branch_of(name)
        for name in names
        if (at := there.branches.get(name)) is not None and ledger.git.commit(at) is None
    ]


def before(ledger: Ledger, names: Sequence[str]) -> Mapping[str, Experiment | None]:
    """The experiments as they are here: their branches, and where there are none here what speaks for them."""
    found: dict[str, Experiment | None] = {}
    for name in names:
        found[name] = None
        with contextlib.suppress(LedgerError):
            found[name] = ledger.here(name) or ledger.find(name)
    return found


def at_remote(ledger: Ledger, remote: Remote, name: str, tip: str) -> Experiment:
    """The experiment as the remote's branch has it. Raises LedgerError where there is none on it."""
    kept, file = tracking(ledger, remote, name), f"{directory(name)}/hypothesis.md"
    short = kept.removeprefix("refs/remotes/")
    wanted = Wanted(name=name, tip=tip, aliases=ledger.settings.aliases)
    try:
        found = experiments.read(ledger.git.objects, wanted, branch=kept, landed=False)
    except FormatError as error:
        raise LedgerError(f"{file} on {short}: {error}", hint=f"git log -p {short} -- {file}") from None
    if found is None:
        raise LedgerError(f"{short} is no experiment: it has no {file}", hint=f"git log {short} shows what it is")
    return found


def foreseen(ledger: Ledger, theirs: Experiment, before: Experiment | None) -> Received:
    """What would come of an experiment's branch on a remote."""
    git = ledger.git
    here = None if before is None or before.branch != ledger.branch_of(theirs.name) else before.tip
    if here is not None and git.is_ancestor(theirs.tip, here):
        return Received(experiment=theirs.name)
    commits = 0 if here is None else int(git.text("rev-list", "--count", f"{here}..{theirs.tip}"))
    ours = 0 if here is None else int(git.text("rev-list", "--count", f"{theirs.tip}..{here}"))
    told = news(before, theirs)
    return Received(
        experiment=theirs.name, news=told, old=here, new=here and theirs.tip, commits=commits, replayed=ours
    )
