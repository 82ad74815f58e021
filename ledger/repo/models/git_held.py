"""A checkpoint that git holds itself: an output that DVC does not cache (`cache: false`), or a file of the repository.

What a record says of outputs is what DVC pins. Of a file in git it says nothing: the trial's commit, which a tag of
ledger's holds, has it, and a blob's hash is that of its bytes.
"""

from __future__ import annotations

import hashlib
from typing import Final

from ledger.errors import LedgerError
from ledger.git.entries import Mode
from ledger.git.git import Git
from ledger.model.experiment import Recorded
from ledger.model.pipeline import Pipeline, inside
from ledger.repo import histories
from ledger.repo.ledger import Ledger

_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_SMALL: Final = 2000


def blob_at(git: Git, commit: str, path: str) -> str | None:
    """The hash of the plain file at a path of a commit, None where there is none."""
    folder, _, name = path.rpartition("/")
    entry = git.objects.folder(f"{commit}:{folder}").get(name)
    return entry.oid if entry is not None and entry.mode in (Mode.FILE, Mode.EXECUTABLE) else None


def blob_of_trial(ledger: Ledger, record: Recorded, path: str) -> str | None:
    """The same of the commit that holds a trial here, None where none does."""
    commit = histories.trial_commits(ledger, record.trial.experiment).get(record.trial.id)
    return None if commit is None else blob_at(ledger.git, commit, path)


def outputs(ledger: Ledger, record: Recorded, commit: str) -> list[str]:
    """The outputs of a trial's stages that its commit has as plain files, without metrics and plots."""
    pipeline = _pipeline(ledger, record)
    plain = () if pipeline is None else (one.path for one in pipeline.outputs() if not one.cached)
    return [path for path in plain if not shows(ledger, record, path) and blob_at(ledger.git, commit, path) is not None]


def shows(ledger: Ledger, record: Recorded, path: str) -> bool:
    """Whether a path is a metrics file or a plot of the pipeline that ran, or holds one."""
    pipeline = _pipeline(ledger, record)
    if pipeline is None:
        return False
    others = (one.path for one in pipeline.outputs() if one.kind != "out")
    return any(inside(each, path) for each in (*pipeline.metric_files(), *pipeline.plots, *others))


def _pipeline(ledger: Ledger, record: Recorded) -> Pipeline | None:
    try:
        return ledger.code.at(record.trial.code).pipeline
    except LedgerError:
        return None


def require_whole(git: Git, path: str, blob: str) -> bytes:
    """The bytes of a blob. Raises LedgerError where they are not here, are others, or only point to the content."""
    found = git.objects.read(blob)
    if found is None or found.kind != "blob":
        raise LedgerError(f"git does not have {path} ({blob[:10]}) here", hint="git fetch --refetch, or git fsck")
    made = hashlib.new("sha1" if len(blob) == 40 else "sha256", b"blob %d\0" % len(found.data) + found.data)
    if made.hexdigest() != blob:
        raise LedgerError(f"what git has as {path} ({blob[:10]}) is damaged", hint="git fsck says what else is")
    if found.data.startswith(_POINTER) and len(found.data) < _SMALL:
        raise LedgerError(
            f"{path} is a pointer of Git LFS: git does not hold its content", hint="let DVC keep it: dvc.yaml, outs"
        )
    return found.data
