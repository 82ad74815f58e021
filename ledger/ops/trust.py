"""`ledger trust`: what came from somebody else may run here from now on, or may not any more."""

from __future__ import annotations

from datetime import datetime

from ledger.errors import LedgerError
from ledger.machine.trust_store import TrustedState
from ledger.model.trust import Foreign, TrustDone
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target
from ledger.repo.trust.shown import foreign, name_of, states_of


def would_run(ledger: Ledger, target: Target) -> Foreign:
    """What of an experiment or revision would run here and is not trusted. Nothing of it is run."""
    return foreign(ledger, target)


def trust(ledger: Ledger, shown: Foreign, *, now: datetime) -> TrustDone:
    """Trust the very states that were shown. Raises LedgerError where that cannot be kept; nothing is trusted then."""
    kept: list[str] = []
    try:
        for state in shown.states:
            ledger.trust.store.add(state.digest, TrustedState(name=shown.name, commit=state.commit, when=now))
            kept.append(state.digest)
    except LedgerError:
        for digest in kept:
            ledger.trust.store.remove(digest)
        raise
    return TrustDone(name=shown.name, trusted=True, digests=tuple(kept))


def revoke(ledger: Ledger, target: Target) -> TrustDone:
    """Take back what was trusted of an experiment or revision, in all its states.

    Raises LedgerError where nothing of it was.
    """
    name, commits = name_of(target), states_of(ledger.git, target)
    store, known = ledger.trust.store, [*commits, *(state.commit for state in ledger.trust.store.latest(name))]
    here = [commit for commit in dict.fromkeys(known) if ledger.git.commit(commit) is not None]
    removed = [digest for digest in dict.fromkeys(map(ledger.trust.digest, here)) if store.remove(digest)]
    removed += store.remove_all(name)
    if not removed:
        raise LedgerError(f"{name} was not trusted with ledger trust", hint=f"ledger trust {name}")
    store.forget(commits)
    ledger.trust.forget(altogether=True)
    still = bool(commits) and not ledger.trust.lacking(commits)
    return TrustDone(name=name, trusted=False, digests=tuple(dict.fromkeys(removed)), still=still)


def trust_remote(ledger: Ledger, remote: str) -> TrustDone:
    """Trust all that is on the branches of a remote, now and later. Raises LedgerError where there is none."""
    url = ledger.trust.bases.url(remote)
    ledger.trust.store.add_remote(url)
    return TrustDone(name=remote, trusted=True, url=url)


def revoke_remote(ledger: Ledger, remote: str) -> TrustDone:
    """Trust a remote no longer. Raises LedgerError where it was not trusted."""
    url = ledger.trust.bases.url(remote)
    if not ledger.trust.store.remove_remote(url):
        raise LedgerError(f"{remote} was not trusted: {url}", hint=f"ledger trust --remote {remote}")
    return TrustDone(name=remote, trusted=False, url=url)
