"""The pictures that trials drew, of one trial of each arm, looked at whether they are what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from ledger.analysis.progress import canonical
from ledger.analysis.site.page import Hidden, Image, Images
from ledger.dvc.store import Store
from ledger.git.changed_files import changes
from ledger.git.git import Git
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats.rasters import KINDS, kind_of
from ledger.model.plan import BASELINE
from ledger.repo.ledger import Ledger

# a page shows a few, and none that a browser would choke on
_SHOWN: Final = 12
_BYTES: Final = 2_000_000


def read(ledger: Ledger, experiment: Experiment, commits: Mapping[str, str], store: Store) -> Images:
    """The pictures by path, side by side for the baseline and the arm that leads.

    `commits` are the trial commits by trial id. Where DVC holds a picture it is read from its cache.
    """
    present = ledger.present(experiment)
    arms = dict.fromkeys([BASELINE, experiment.leading])
    chosen = {arm: record for arm in arms if (record := canonical(experiment, present, arm)) is not None}
    found: dict[str, list[Image]] = {}
    left_out: dict[str, Hidden] = {}
    at = {arm: commits.get(record.trial.id) or record.commit for arm, record in chosen.items()}
    drawn = {arm: dict(_drawn(ledger.git, record, at[arm], store)) for arm, record in chosen.items()}
    for arm, record in chosen.items():
        # what its code has already as another arm draws it
        unchanged = {path for of in drawn.values() for path in of} - drawn[arm].keys()
        held = _held(ledger.git, at[arm], sorted(unchanged))
        for path, data in sorted({**drawn[arm], **held}.items()):
            why = _why_not(path, data)
            if why is not None:
                left_out.setdefault(path, why)
            elif path in found or len(found) < _SHOWN:
                assert data is not None
                found.setdefault(path, []).append(
                    Image(arm=arm, trial=record.trial.id, kind=kind_of(data) or "", data=data)
                )
            else:
                left_out.setdefault(path, Hidden.TOO_MANY)
    return Images(shown={path: tuple(of) for path, of in sorted(found.items())}, left_out=left_out)


def _drawn(git: Git, record: Recorded, commit: str | None, store: Store) -> Iterator[tuple[str, bytes | None]]:
    """The pictures of a trial with their content, None where that is not here."""
    objects = git.objects
    if commit is not None and git.commit(record.trial.code) is not None:
        for path, entry in sorted(changes(objects, record.trial.code, commit).items()):
            if entry is not None and _is_picture(path) and not entry.is_link and not entry.is_submodule:
                blob = objects.read(entry.oid)
                yield path, None if blob is None else blob.data
    for out, pin in record.trial.outs.items():
        if pin.md5 is None:
            continue
        if _is_picture(out):
            yield out, store.read(pin.md5)
        elif pin.md5.endswith(".dir"):
            for path, digest in store.members(out, pin.md5).items():
                if _is_picture(path):
                    yield path, store.read(digest)


def _held(git: Git, commit: str | None, paths: Sequence[str]) -> dict[str, bytes]:
    """Those of the files that a commit has."""
    if commit is None or not paths:
        return {}
    found = {path: git.objects.read(f"{commit}:{path}") for path in paths}
    return {path: blob.data for path, blob in found.items() if blob is not None and blob.kind == "blob"}


def _is_picture(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in (".svg", ".html", *KINDS)


def _why_not(path: str, data: bytes | None) -> Hidden | None:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in (".svg", ".html"):
        return Hidden(suffix[1:])
    if data is None:
        return Hidden.NOT_HERE
    if len(data) > _BYTES:
        return Hidden.LARGE
    return None if kind_of(data) is not None else Hidden.OTHER
