"""The pages of experiments, made by as many processes as are wanted."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import field
from pathlib import Path
from typing import Final

from ledger.analysis.site.brief import Brief
from ledger.errors import LedgerError
from ledger.machine.garbage import uncollected
from ledger.model.frozen import frozen
from ledger.model.models import ModelVersion
from ledger.repo.ledger import Ledger, open_ledger
from ledger.repo.site import reading
from ledger.repo.site.folder import SiteFolder
from ledger.report.site import experiment as report
from ledger.report.site.shell import Site

# how many at once: what was read of them is in memory together
_CHUNK: Final = 50
# for fewer a process costs more than it saves
_FEW: Final = 30


@frozen
class MadePage:
    """The page of an experiment as it was made: its files, those of them that are new or changed, the experiments
    beside its own that it rests on, and the md5s of what it lacks.
    """

    name: str
    files: tuple[str, ...]
    staged: tuple[str, ...]
    others: tuple[str, ...]
    absent: tuple[str, ...]


@frozen
class Around:
    """What the pages of one build share: the site, its experiments in brief, and the versions of models from each."""

    site: Site
    briefs: Mapping[str, Brief]
    children: Mapping[str, tuple[Brief, ...]]
    unreadable: Mapping[str, str]
    models: Mapping[str, tuple[ModelVersion, ...]] = field(default_factory=dict)


def make(
    ledger: Ledger, folder: Path, around: Around, names: Sequence[str], *, jobs: int
) -> Iterator[tuple[MadePage, ...]]:
    """Stage the pages of these experiments, some at a time.

    Raises LedgerError where the folder cannot be written, or where a process was killed.
    """
    chunks = [names[at : at + _CHUNK] for at in range(0, len(names), _CHUNK)]
    count = min(jobs, len(chunks))
    if count < 2 or len(names) < _FEW:
        worker = _Worker(ledger, folder, around)
        yield from map(worker.made, chunks)
        return
    # forking costs least; elsewhere a fork may hang in the system's libraries
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(count, context, _begin, (ledger.git.root, folder, around))
    try:
        for made in as_completed([pool.submit(_made, chunk) for chunk in chunks]):
            yield made.result()
    except BrokenProcessPool:
        hint = "where memory is short: -j 1"
        raise LedgerError("a process that made pages was killed", hint=hint) from None
    finally:
        pool.shutdown(cancel_futures=True)


class _Worker:
    """Makes pages in one process."""

    def __init__(self, ledger: Ledger, folder: Path, around: Around) -> None:
        self._ledger = ledger
        self._folder = SiteFolder(folder)
        self._around = around

    def made(self, names: Sequence[str]) -> tuple[MadePage, ...]:
        """Some pages, staged."""
        with uncollected():
            found = tuple(map(self._page, names))
        # ten thousand experiments are more than memory should hold
        self._ledger.snapshot.read.clear()
        return found

    def _page(self, name: str) -> MadePage:
        around = self._around
        others: tuple[str, ...] = ()
        absent: tuple[str, ...] = ()
        try:
            if name in around.unreadable:
                raise LedgerError(around.unreadable[name])
            page = reading.read(
                self._ledger,
                name,
                around.briefs,
                around.children.get(name, ()),
                around.models.get(name, ()),
                code=around.site.code,
            )
            others = reading.others(page.shown.experiment)
            absent = page.absent
            files = report.files(page, around.site)
        except LedgerError as error:
            files = (report.unreadable(name, error.message, around.site),)
        staged = tuple(file.path for file in files if self._folder.stage(file.path, file.content))
        paths = tuple(file.path for file in files)
        return MadePage(name=name, files=paths, staged=staged, others=others, absent=absent)


_worker: _Worker | None = None


def _begin(root: Path, folder: Path, around: Around) -> None:
    """What a process has of its own: neither git's process nor a database outlives a fork."""
    global _worker  # noqa: PLW0603
    _worker = _Worker(open_ledger(root), folder, around)


def _made(names: Sequence[str]) -> tuple[MadePage, ...]:
    assert _worker is not None
    return _worker.made(names)
