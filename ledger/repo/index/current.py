"""Keeping the tables as the refs have it: what has changed since is found in one comparison, and read again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ledger.errors import LedgerError
from ledger.model.experiment import directory
from ledger.repo import experiments
from ledger.repo.experiments import Wanted
from ledger.repo.index import file as index_file
from ledger.repo.index import writing
from ledger.repo.index.changes import Fresh, Suspect
from ledger.repo.index.tables import VERSION
from ledger.version import __version__

if TYPE_CHECKING:
    from ledger.model.experiment import Experiment
    from ledger.repo.index.lines import Lines
    from ledger.repo.snapshot import Repository

Decide = Callable[["Experiment"], tuple["Experiment", Mapping[str, str], bool | None]]
"""What code and history tell of an experiment: itself with one name for each metric, its arms' present fingerprints,
and of one that is to confirm a finding whether its verdict is still that of its records.
"""


class Overtaken(Exception):
    """Another process has written the index meanwhile, perhaps of refs that are newer than those that were seen."""


def bring_up_to_date(repository: Repository, opened: index_file.Opened, decide: Decide) -> str:
    """Make the tables say what the repository's snapshot does; returns the state that they then have.

    Where the file cannot be written, a copy of it in memory takes its place. Raises Overtaken.
    """
    state = _state(repository)
    before = writing.generation(opened.connection)
    if writing.meta(opened.connection, "state") == state:
        return state
    asked, gone = _changed(repository, opened.connection)
    found = list(_read(repository, asked, decide))

    def written() -> bool:
        made_by = _made_by(repository)
        return writing.write(opened.connection, found, gone, made_by=made_by, state=state, before=before)

    try:
        done = written()
    except sqlite3.OperationalError as error:
        if index_file.is_damage(error):
            raise
        # locked, read-only, or no space: what is on the disk is the beginning of one in memory
        held = opened.connection
        opened.connection, opened.file = index_file.copy_of(held), False
        held.close()
        before = writing.generation(opened.connection)
        done = written()
    if not done:
        raise Overtaken
    return state


def _state(repository: Repository) -> str:
    """All that the index depends on, as one text."""
    now, prefix = repository.snapshot, repository.settings.branch_prefix
    settled = f"{VERSION} {_made_by(repository)} {prefix} {now.main} {now.main_tip}\n"
    return hashlib.sha1(settled.encode() + now.listing.encode(errors="surrogateescape")).hexdigest()


def _made_by(repository: Repository) -> str:
    """What else reads the same records differently: another version of ledger, other names of metrics."""
    aliases = repository.settings.aliases
    return f"{__version__} {json.dumps(aliases.to_mapping())}" if aliases else __version__


def _changed(repository: Repository, connection: sqlite3.Connection) -> tuple[list[Suspect], list[str]]:
    """The experiments whose source is another than the index has, and the names of those that are gone."""
    lines = connection.execute("SELECT name, key, pending, tree, undecided FROM experiment")
    known = {name: rest for name, *rest in lines}
    nothing = [None, None, None, None]
    if writing.meta(connection, "made_by") != _made_by(repository):
        known = dict.fromkeys(known, nothing)
    sources, pending = repository.snapshot.sources, repository.snapshot.pending
    aliases = repository.settings.aliases
    asked = []
    for name, source in sources.items():
        waiting = tuple(pending[name].items()) if name in pending else ()
        key, held, tree, undecided = known.get(name, nothing)
        alike = held == (writing.as_text(waiting) if waiting else "")
        if alike and key == source.key:
            continue
        # where anything else than the commit has changed, the row says otherwise; and where the code decides, too
        same = alike and not undecided and key is not None and _but_the_commit(key) == _but_the_commit(source.key)
        wanted = Wanted(name=name, tip=source.tip, pending=waiting, aliases=aliases)
        asked.append(Suspect(wanted=wanted, source=source, tree=tree if same else None))
    return asked, [name for name in known if name not in sources]


def _but_the_commit(key: str) -> tuple[str, str]:
    branch, _, flags = key.split(" ")
    return branch, flags


def _read(repository: Repository, asked: Sequence[Suspect], decide: Decide) -> Iterator[Fresh]:
    # an index that is current reads nothing
    from ledger.repo.index import reading

    progress, main = repository.progress, repository.snapshot.landed_on
    if progress is not None and asked:
        progress(0, len(asked))
    for done, found in enumerate(reading.read(repository.git, asked, main=main), 1):
        undecided = found.lines is not None and found.lines.undecided
        yield replace(found, lines=_decided(repository, found, decide)) if undecided else found
        if progress is not None and (done % 100 == 0 or done == len(asked)):
            progress(done, len(asked))


def _decided(repository: Repository, found: Fresh, decide: Decide) -> Lines | None:
    """The lines of an experiment whose records leave open which count, or which metrics are one: code tells."""
    from ledger.repo.index.lines import lines_of

    asked, objects = found.asked, repository.git.objects
    source = asked.source
    try:
        experiment = experiments.read(
            objects, asked.wanted, branch=source.branch, landed=source.landed, archived=source.archived
        )
        if experiment is None:
            return found.lines
        verdict = objects.text(asked.wanted.tip, f"{directory(experiment.name)}/verdict.md")
        named, present, holds = decide(experiment)
        return lines_of(named, verdict, present, holds=holds)
    except LedgerError:
        return found.lines
