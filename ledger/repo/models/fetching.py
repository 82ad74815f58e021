"""Laying a version's checkpoint out, by the hash that its trial's record has: never by what a commit of others says."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from ledger.dvc.laying import lay_out as lay
from ledger.dvc.laying import lay_out_bytes
from ledger.errors import LedgerError
from ledger.model.experiment import Recorded
from ledger.model.formats.lockfile import Pinned
from ledger.model.models import ModelVersion
from ledger.model.pipeline import inside
from ledger.repo import output_file
from ledger.repo.ledger import Ledger
from ledger.repo.models import git_held
from ledger.repo.models.checkpoint import Checkpoint, md5_of, wanted_of


def lay_out(ledger: Ledger, version: ModelVersion, output: Path | None, *, force: bool) -> Path:
    """Copy the checkpoint to `output`, into it where it is a folder, else under its own name here; returns where it is.

    It comes from DVC's cache, or from its remote into the cache first. Raises LedgerError where the records do not say
    what it is, nobody has it, or nothing may be written there.
    """
    name = f"{version.name}@{version.version}"
    if ledger.git.bare:
        raise LedgerError("a repository without a work tree has no DVC cache", hint="run it in a clone that has one")
    if not version.believed:
        raise LedgerError(f"{name} does not match its tag: it is not fetched", hint=f"ledger models {version.name}")
    experiment = None if version.experiment is None else ledger.find(version.experiment)
    record = None if experiment is None else next((r for r in experiment.trials if r.trial.id == version.trial), None)
    if record is None or version.path is None:
        known = f"ledger pull {version.experiment}" if version.experiment else f"dvc artifacts get . {version.name}"
        unproved = "" if version.experiment else " takes what the tag's commit says, unproved"
        raise LedgerError(f"no record in this clone says what {name} is", hint=f"{known}{unproved}")
    path = version.path
    if version.blob is not None:
        to = _place(output, PurePosixPath(path).name)
        output_file.require_free(ledger, to)
        lay_out_bytes(git_held.require_whole(ledger.git, path, version.blob), to, force=force)
        return to
    found = next(((out, pin) for out, pin in record.trial.outs.items() if inside(path, out)), None)
    if found is None:
        raise LedgerError(f"{path} is not an output of {version.experiment}:{version.trial}", hint="ledger verify")
    kept, pin = found
    to = _place(output, PurePosixPath(path).name)
    output_file.require_free(ledger, to)
    if ledger.store().lacks(pin.md5 or ""):
        _fetch(ledger, record, kept, pin)
    # what has come is not known to a store that looked before
    digest = md5_of(ledger, Checkpoint(path=path, output=kept, pin=pin))
    assert digest is not None
    lay(ledger.store(), digest, to, force=force)
    return to


def _fetch(ledger: Ledger, record: Recorded, output: str, pin: Pinned) -> None:
    """Bring an output of a trial from DVC's remote into its cache. Raises LedgerError where nobody has it."""
    from ledger.repo.sharing.data import fetched

    trial = f"{record.trial.experiment}:{record.trial.id}"
    again = f"ledger reproduce {trial} trains it again, and compares"
    try:
        got = fetched(ledger, [wanted_of(ledger, record, output, pin)])
    except LedgerError as error:
        raise LedgerError(f"{output} of {trial} is not in DVC's cache here, and {error.message}", hint=again) from None
    if got.absent:
        where = got.remote or "a remote"
        raise LedgerError(f"{got.absent[0].path} of {trial} is neither in DVC's cache nor on {where}", hint=again)


def _place(output: Path | None, name: str) -> Path:
    if output is None:
        return Path(name)
    return output / name if output.is_dir() else output
