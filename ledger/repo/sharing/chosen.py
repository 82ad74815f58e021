"""Which experiments are shared: those that are named, every one, or the one that is checked out."""

from __future__ import annotations

from ledger.errors import LedgerError
from ledger.model import names
from ledger.model.listing import listed
from ledger.model.near_misses import did_you_mean
from ledger.model.settings import Settings
from ledger.model.sharing import SharingRequest
from ledger.repo import targets
from ledger.repo.ledger import Ledger
from ledger.repo.sharing import models
from ledger.repo.sharing.remote_refs import RemoteRefs


def to_push(ledger: Ledger, asked: SharingRequest) -> list[str]:
    """The names of the experiments that are here and were asked for. Raises LedgerError where there are none."""
    _require_one_way(asked)
    if not asked.every:
        named = [targets.whole(ledger, text).name for text in asked.named]
        return list(dict.fromkeys(named or [_current(ledger, "push")]))
    # what only a remote has is not ours to send
    found = [
        name
        for name, source in ledger.snapshot.sources.items()
        if (source.branch is None or source.branch.startswith("refs/heads/"))
        and (name in ledger.snapshot.tags or source.branch is not None)
    ]
    # a version that was promoted here is, whosever the experiment
    found += [name for name in models.experiments(ledger.git) & ledger.snapshot.sources.keys() if name not in found]
    if not found:
        raise LedgerError("no experiment to push", hint='ledger new "what you expect" begins one')
    return sorted(found)


def to_pull(ledger: Ledger, asked: SharingRequest) -> list[str] | None:
    """The names as far as they are plain before the remote is asked: None where that is all that it has."""
    _require_one_way(asked)
    if asked.every:
        return None
    return [_written(ledger.settings, text) for text in asked.named] or [_current(ledger, "pull")]


def on_remote(ledger: Ledger, remote: str, there: RemoteRefs, texts: list[str]) -> list[str]:
    """The experiments that names or beginnings of names mean, of those that are here or on the remote."""
    known = dict.fromkeys([*there.names, *ledger.snapshot.sources])
    found = []
    for text in texts:
        exact = [name for name in names.candidates(text, prefix=ledger.settings.branch_prefix) if name in known]
        begun = [name for name in known if name.startswith(text)]
        if not exact and len(begun) > 1:
            raise LedgerError(f"{text} may mean {listed(sorted(begun), 8, word='or')}", hint="write more of the name")
        if not exact and not begun:
            raise LedgerError(
                f"there is no experiment {text!r}, neither here nor on {remote}",
                hint=did_you_mean(text, list(known), "ledger pull --all pulls all of them"),
            )
        found.append([*exact, *begun][0])
    return list(dict.fromkeys(found))


def _written(settings: Settings, text: str) -> str:
    reference = names.parse_reference(text)
    if reference.variant is not None:
        raise LedgerError(
            f"{text} is part of an experiment, and only whole ones can be pulled", hint=f"ledger pull {reference.name}"
        )
    short = reference.name.removeprefix(settings.branch_prefix)
    return short if names.candidates(short) else reference.name


def _require_one_way(asked: SharingRequest) -> None:
    if asked.every and asked.named:
        raise LedgerError("--all means every experiment, and some are named", hint="leave one out")


def _current(ledger: Ledger, command: str) -> str:
    try:
        return ledger.current().name
    except LedgerError as error:
        hint = f"ledger {command} EXP names one, ledger {command} --all takes every one; --no-data leaves DVC's data"
        raise LedgerError(error.message, hint=hint) from None
