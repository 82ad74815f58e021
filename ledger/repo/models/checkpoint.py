"""Which output of a trial is the model, and whether its content can still be had."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.dvc.store import ObjectState
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model.experiment import Recorded
from ledger.model.formats.lockfile import Pinned, place
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.models import Artifact
from ledger.model.pipeline import inside
from ledger.repo.ledger import Ledger
from ledger.repo.models import git_held
from ledger.repo.sharing.named import Named


@frozen
class Checkpoint:
    """The model's file or folder, and the output that it is or lies in, with what pins that.

    `blob`: the hash of a file that git holds itself, which DVC pins nothing of; None of what DVC keeps.
    """

    path: str
    output: str
    pin: Pinned
    blob: str | None = None


def chosen(
    ledger: Ledger, record: Recorded, commit: str, model: str, artifact: Artifact | None, wanted: str | None
) -> Checkpoint:
    """The checkpoint that is wanted, that dvc.yaml names, or the only one; `commit` is the trial's.

    It is an output that DVC keeps, or a file that git holds at the commit. Raises LedgerError where there is none.
    """
    label, outs = f"{record.trial.experiment}:{record.trial.id}", record.trial.outs
    plain = [] if outs else git_held.outputs(ledger, record, commit)
    have = f"its outputs: {listed(sorted([*outs, *plain]), 6)}" if outs or plain else "no stage of it has outputs"
    if wanted is not None:
        wanted = _as_written(ledger.git, wanted, [*outs, *plain])
        if artifact is not None and artifact.path != wanted:
            raise LedgerError(
                f"dvc.yaml says that {model} is {artifact.path}, not {wanted}",
                hint="leave out --path, or promote it under another name",
            )
    elif artifact is not None:
        wanted = artifact.path
    elif len([*outs, *plain]) != 1:
        if not outs and not plain:
            raise LedgerError(
                f"{label} has no checkpoint",
                hint="a stage lists it as outs in dvc.yaml; a file that git holds: --path FILE",
            )
        raise LedgerError(
            f"{label} has {len([*outs, *plain])} outputs, so it is unclear which is {model}",
            hint=f"--path OUTPUT: {listed(sorted([*outs, *plain]), 6, word='or')}",
        )
    path = wanted or next(iter([*outs, *plain]))
    output = next((out for out in outs if inside(path, out)), None)
    if output is None:
        blob = git_held.blob_at(ledger.git, commit, path)
        if blob is None:
            raise LedgerError(
                f"{path} is neither an output of {label} that DVC keeps nor a file in its commit {commit[:10]}",
                hint=have,
            )
        if git_held.shows(ledger, record, path):
            raise LedgerError(f"{path} is a metrics file or a plot of {label}, not its checkpoint", hint=have)
        return Checkpoint(path=path, output=path, pin=Pinned(md5=None), blob=blob)
    pin = outs[output]
    if pin.md5 is None:
        raise LedgerError(f"the record of {label} has no md5 of {output}", hint="ledger verify says more")
    return Checkpoint(path=path, output=output, pin=pin)


def _as_written(git: Git, path: str, outs: Iterable[str]) -> str:
    """The path from the root, of one that was written as seen from there or from the current folder."""
    whole, here = place("", path), place(git.prefix, path)
    return here if whole != here and any(inside(here, out) for out in outs) else whole


def md5_of(ledger: Ledger, found: Checkpoint) -> str | None:
    """The md5 of the model itself, None of what git holds.

    Raises LedgerError where it is a file in an output folder that has no such.
    """
    if found.pin.md5 is None:
        return None
    if found.path == found.output:
        return found.pin.md5
    inside_it = found.path.removeprefix(f"{found.output}/")
    members = ledger.store().listing(found.pin.md5)
    if members is None:
        raise LedgerError(f"the list of the files in {found.output} is not here", hint="ledger pull brings it")
    if inside_it in members:
        return members[inside_it]
    raise LedgerError(
        f"{found.output} has no file {inside_it}", hint=f"it has {listed(sorted(members), 6)}; --path names one"
    )


def wanted_of(ledger: Ledger, record: Recorded, output: str, pin: Pinned) -> Named:
    """An output of a trial as DVC's remote is asked for it: in the remote that dvc.yaml keeps it in, if that says."""
    try:
        kept = {one.path: one for one in ledger.code.at(record.trial.code).pipeline.outputs()}.get(output)
    except LedgerError:
        # the code that ran is not here, or nobody can read it: then it is in the default remote or nowhere
        kept = None
    label = f"{record.trial.experiment}:{record.trial.id}"
    remote = None if kept is None else kept.remote
    return Named(trial=label, path=output, digest=pin.md5 or "", size=pin.size, remote=remote)


def require_there(ledger: Ledger, record: Recorded, found: Checkpoint) -> None:
    """Raise LedgerError where neither DVC's caches here nor its remote have the content of a checkpoint, or git."""
    if found.blob is not None:
        git_held.require_whole(ledger.git, found.path, found.blob)
        return
    label, store = f"{record.trial.experiment}:{record.trial.id}", ledger.store()
    digest = found.pin.md5 or ""
    state = store.state(digest, found.pin.size)
    if state is ObjectState.PRESENT and not store.lacks(digest):
        return
    named = wanted_of(ledger, record, found.output, found.pin)
    again = f"ledger reproduce {label} trains it again, and compares"
    try:
        from ledger.repo.sharing.data import fetched

        got = fetched(ledger, [named], dry_run=True)
    except LedgerError as error:
        raise LedgerError(
            f"the checkpoint {found.path} of {label} is not in DVC's cache here, and {error.message}", hint=again
        ) from None
    if got.absent:
        bad = " whole" if state is ObjectState.CORRUPT or any(one.corrupt for one in got.absent) else ""
        where = f"in DVC's cache or on {got.remote or 'its remote'}"
        raise LedgerError(f"the checkpoint {found.path} of {label} is not{bad} {where}", hint=again)
