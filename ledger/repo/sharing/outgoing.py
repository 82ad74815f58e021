"""What of experiments a remote does not have, and whether it may go there: nothing there is ever overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledger.errors import LedgerError
from ledger.git import transport
from ledger.git.git import Git
from ledger.git.transport import Rejected, Remote, Reply, Update, Why
from ledger.model.experiment import directory
from ledger.model.listing import counted, listed
from ledger.model.sharing import MainAhead, Sent
from ledger.repo.ledger import Ledger
from ledger.repo.sharing import models
from ledger.repo.sharing.remote_refs import RemoteRefs, tags_here, unknown
from ledger.repo.snapshot import Snapshot


def outgoing(ledger: Ledger, remote: Remote, there: RemoteRefs, names: Sequence[str]) -> list[Sent]:
    """What of each experiment is to be sent. Raises LedgerError where the remote has what is not here.

    What stands on the remote's branches is fetched for that, without a ref.
    """
    transport.fetch(ledger.git, remote, unknown(ledger, there, names), pushing=True)
    held = models.of_experiments(ledger.git, names)
    found = []
    for name in names:
        own = tuple(ref.removeprefix("refs/tags/") for ref in held.get(name, {}) if ref not in there.models)
        found.append(replace(_sent(ledger, remote, there, name), models=own))
    require_none_taken(ledger.snapshot, remote, there, names)
    models.require_none_taken(remote.name, there, held)
    diverged = [(one.experiment, one.behind) for one in found if one.branch is not None and one.behind is not None]
    if diverged:
        said = listed((f"{_trials(count)} of {name}" for name, count in diverged), 5)
        raise LedgerError(
            f"{remote.name} has {said} that {_are(diverged)} not here",
            hint=f"ledger pull {' '.join(name for name, _ in diverged[:6])}, then push again",
        )
    return found


def main_ahead(ledger: Ledger, there: RemoteRefs, names: Sequence[str]) -> MainAhead | None:
    """The main branch here, where some of the experiments have landed on it and the remote's does not have it all."""
    main = ledger.snapshot.main
    ref = f"refs/heads/{main}"
    tip = ledger.git.commit(ref)
    sources = (ledger.snapshot.source(name) for name in names)
    if tip is None or main is None or not any(source is not None and source.landed for source in sources):
        return None
    held = there.heads.get(ref)
    if held is None or ledger.git.commit(held) is None:
        return MainAhead(branch=main, commits=None)
    count = int(ledger.git.text("rev-list", "--count", tip, "--not", held, "--"))
    return MainAhead(branch=main, commits=count) if count else None


def updates(ledger: Ledger, sent: Sequence[Sent]) -> list[Update]:
    """The refs that are to be on the remote."""
    found = []
    promoted = models.of_experiments(ledger.git, {one.experiment for one in sent if one.models})
    for one in sent:
        if one.branch is not None and one.new is not None:
            found.append(Update(ref=f"refs/heads/{one.branch}", new=one.new))
        held = tags_here(ledger.snapshot, one.experiment) | promoted.get(one.experiment, {})
        tags = [f"refs/tags/{tag}" for tag in (*one.tags, *one.models)]
        found += [Update(ref=ref, new=held[ref]) for ref in tags if ref in held]
    return found


def _sent(ledger: Ledger, remote: Remote, there: RemoteRefs, name: str) -> Sent:
    git = ledger.git
    held = there.tags.get(name, {})
    tags = tuple(ref.removeprefix("refs/tags/") for ref in tags_here(ledger.snapshot, name) if ref not in held)
    running = bool(ledger.state_dir.running(name))
    branch = ledger.branch_of(name)
    tip, old = ledger.snapshot.refs_of(name).get(branch), there.branches.get(name)
    if tip is None or tip == old:
        return Sent(experiment=name, tags=tags, running=running)
    short = branch.removeprefix("refs/heads/")
    if old is None:
        tracked = ledger.snapshot.refs_of(name).get(f"refs/remotes/{remote.name}/{short}")
        deleted = tracked is not None
        if tracked == tip:
            return Sent(experiment=name, tags=tags, deleted=True, running=running)
        trials = len(records(git, tip, name))
        return Sent(experiment=name, branch=short, new=tip, trials=trials, tags=tags, deleted=deleted, running=running)
    if git.commit(old) is None:
        raise LedgerError(f"{short} is being updated on {remote.name} right now", hint="try again")
    ours, theirs = records(git, tip, name), records(git, old, name)
    behind = None if git.is_ancestor(old, tip) else len(set(theirs.values()) - set(ours.values()))
    if behind is not None and git.is_ancestor(tip, old):
        return Sent(experiment=name, tags=tags, behind=behind, running=running)
    fresh = len(ours.keys() - theirs.keys())
    return Sent(
        experiment=name, branch=short, old=old, new=tip, trials=fresh, tags=tags, behind=behind, running=running
    )


def records(git: Git, commit: str, name: str) -> dict[str, str]:
    """The records of an experiment at a commit, `treatment/seed-0` with the ids of their blobs; none are parsed."""
    found: dict[str, str] = {}
    for arm, folder in git.objects.folder(f"{commit}:{directory(name)}/trials").items():
        if folder.is_tree:
            files = git.objects.folder(folder.oid)
            found |= {f"{arm}/{f.removesuffix('.yaml')}": e.oid for f, e in files.items() if f.endswith(".yaml")}
    return found


def require_none_taken(snapshot: Snapshot, remote: Remote, there: RemoteRefs, names: Sequence[str]) -> None:
    """Raise LedgerError where a tag that is here names another object on the remote."""
    for name in names:
        held = there.tags.get(name, {})
        clash = next((ref for ref, oid in tags_here(snapshot, name).items() if held.get(ref, oid) != oid), None)
        if clash is not None:
            raise _taken_error(remote.name, clash)


def _taken_error(remote: str, ref: str) -> LedgerError:
    """The error that a tag is another on the remote; one of them was not made by ledger, or was moved."""
    tag = ref.removeprefix("refs/tags/")
    return LedgerError(
        f"the tag {tag} differs on {remote}, and tags are never moved",
        hint=f"git fetch {remote} {ref}:refs/tags/theirs, then compare: git show {tag} theirs",
    )


# --- where the remote did not take it


def require_taken(remote: Remote, reply: Reply) -> None:
    """Raise LedgerError where the remote did not take every ref: then it has taken none."""
    if not reply.rejected:
        return
    first = min(reply.rejected, key=lambda one: (one.why is Why.DECLINED, one.ref))
    raise _error(remote, first, reply)


def _error(remote: Remote, rejected: Rejected, reply: Reply) -> LedgerError:
    name, short = remote.name, rejected.ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    if rejected.why is Why.MOVED_ON:
        return LedgerError(f"{short} was updated on {name} in the meantime", hint="try again")
    if rejected.why is Why.TAKEN:
        return _taken_error(name, rejected.ref)
    if rejected.why is Why.CHECKED_OUT:
        return LedgerError(
            f"{name} has {short} checked out in its work tree, so it rejects the push",
            hint="switch to another branch there, or push to a bare repository",
        )
    told = "".join(f"\n  {name}: {line}" for line in reply.said[:20])
    return LedgerError(
        f"{name} rejected {short}: {rejected.said}{told}",
        hint="nothing was sent; ask the maintainer of the remote about its hooks and protected branches",
    )


def _trials(count: int | None) -> str:
    return counted(count, "trial") if count else "commits"


def _are(diverged: Sequence[tuple[str, int | None]]) -> str:
    return "is" if len(diverged) == 1 and diverged[0][1] == 1 else "are"
