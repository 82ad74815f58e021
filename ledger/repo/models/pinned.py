"""What `dvc.lock` pins at a commit: which file DVC would give to whoever asks for a checkpoint there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model.formats import yaml12
from ledger.model.formats.lockfile import locked_stage, locked_stages
from ledger.repo.ledger import Ledger

LOCK: Final = "dvc.lock"


def holds(
    ledger: Ledger, commit: str, path: str, md5: str | None, *, lock: bytes | None = None, exact: bool = False
) -> bool:
    """Whether DVC would give the content `md5` for an output at a commit.

    `lock`: what is in the lock at the top, where that was read already. `exact`: as the definitions of the stages have
    it, which takes longer; else as the locks alone say.
    """
    if md5 is None:
        return False
    if lock is not None and not exact:
        if _as_written(path, md5) in lock:
            return True
        if path in (own := _pins("", lock)):
            return own[path] == md5
    found = None if exact else next((md5s for md5s in _near(ledger.git, commit, path) if path in md5s), None)
    # a stage that runs in another folder writes its paths as seen from there, which its definition alone tells
    return (_defined(ledger, commit) if found is None else found).get(path) == md5


def _as_written(path: str, md5: str) -> bytes:
    """An output of a lock as DVC writes it: found so, a thousand locks need not be parsed."""
    return f"\n    - path: {path}\n      hash: md5\n      md5: {md5}\n".encode("utf-8", "surrogateescape")


def _defined(ledger: Ledger, commit: str) -> Mapping[str, str]:
    """The outputs of the stages that a commit defines, with what its locks pin of them."""
    try:
        pipeline = ledger.code.at(commit).pipeline
    except LedgerError:
        return {}
    texts = {stage.lockfile: ledger.git.objects.text(commit, stage.lockfile) for stage in pipeline.stages}
    try:
        locks = {path: yaml12.loads(text) for path, text in texts.items() if text is not None}
        locked = locked_stages(pipeline, locks).values()
    except (yaml12.YamlError, TypeError, AttributeError, KeyError):
        return {}
    return {path: pin.md5 for stage in locked for path, pin in stage.outputs.items() if pin.md5 is not None}


def _near(git: Git, commit: str, path: str) -> Sequence[Mapping[str, str]]:
    """What the locks in the folders above a path pin, the one at the top first."""
    folders = ["" if str(folder) == "." else str(folder) for folder in reversed(PurePosixPath(path).parents)]
    found = []
    for folder in folders:
        blob = git.objects.read(f"{commit}:{f'{folder}/' if folder else ''}{LOCK}")
        if blob is not None and blob.kind == "blob":
            found.append(_pins(folder, blob.data))
    return found


# versions of one model mostly have locks of their own, and are asked about in turn
@lru_cache(maxsize=64)
def _pins(folder: str, data: bytes) -> Mapping[str, str]:
    try:
        document = yaml12.loads(data.decode("utf-8", errors="replace"))
    except yaml12.YamlError:
        return {}
    stages = document.get("stages") if isinstance(document, dict) else None
    found: dict[str, str] = {}
    for entry in stages.values() if isinstance(stages, dict) else ():
        if isinstance(entry, dict):
            try:
                outputs = locked_stage(folder, entry).outputs
            except (TypeError, AttributeError, KeyError):
                continue
            found |= {out: pin.md5 for out, pin in outputs.items() if pin.md5 is not None}
    return found
