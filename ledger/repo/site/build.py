"""A site from the repository: what has changed since the last build is made anew, and put in its place at once."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ledger.analysis.registry import shown
from ledger.analysis.site.brief import Brief, children
from ledger.dvc.store import Store
from ledger.errors import LedgerError
from ledger.model.listing import listed
from ledger.model.models import ModelVersion
from ledger.model.names import MAX_TITLE, shortened
from ledger.model.near_misses import near_misses
from ledger.model.row import Row
from ledger.model.site import Built, File, SiteOptions
from ledger.repo.ledger import Ledger
from ledger.repo.models import reading as models
from ledger.repo.models.beside import beside, by_experiment
from ledger.repo.site import briefs as reading
from ledger.repo.site import folder as folders
from ledger.repo.site import pages, place
from ledger.repo.site.folder import SiteFolder
from ledger.repo.site.keys import Keys
from ledger.repo.site.pages import Around
from ledger.report.site import assets, overview, shell
from ledger.report.site import table as tables
from ledger.report.site.shell import Site


def build(
    ledger: Ledger,
    output: Path,
    options: SiteOptions,
    *,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Built:
    """Build the site in a folder, by this many processes; `progress` is told how many pages of how many are made.

    The folder has the old site until all of the new one is there. Raises LedgerError where the folder holds something
    else or cannot be written, where options name no experiment, or where libraries are missing.
    """
    shell.require()
    place.require_harmless(ledger, output)
    title = options.title or ledger.git.root.name
    with folders.held(output, ledger.git.root) as site:
        chosen, unreadable = _chosen(reading.read(ledger), ledger.unreadable(), options)
        versions = models.versions(ledger)
        around = _around(Site(title=title, code=options.code), chosen, unreadable, versions)
        known: Mapping[str, Any] = site.mark().get("pages", {})
        keys, store = Keys(ledger, options, title), ledger.store()
        names = [*(one.name for one in chosen), *unreadable]
        current = partial(_is_current, keys, around, site, store)
        kept = {name: known[name] for name in names if name in known and current(name, known[name])}
        staged: list[str] = []
        made = dict(kept)
        for chunk in pages.make(ledger, output, around, [name for name in names if name not in kept], jobs=jobs):
            for one in chunk:
                sources = {other: keys.source(other) for other in one.others}
                key = keys.page(one.name, _linked(around, one.name), sources, around.models.get(one.name, ()))
                made[one.name] = {
                    "key": key,
                    "others": list(one.others),
                    "files": list(one.files),
                    "absent": list(one.absent),
                }
                staged += one.staged
            if progress is not None:
                progress(len(made), len(names))
        last = [
            *assets.files(),
            *tables.files(_rows(ledger, around), ledger.settings, around.site),
            overview.page(chosen, unreadable, ledger.settings, around.site, _models(versions, around, options)),
        ]
        library = assets.library_version()
        staged += _library(site, library)
        staged += _stage(site, last)
        files = {
            assets.LIBRARY,
            *(path for one in made.values() for path in one["files"]),
            *(file.path for file in last),
        }
        gone = sorted(set(site.mark().get("files", ())) - files)
        site.install(staged, gone, {"pages": made, "files": sorted(files), "library": library})
    count = sum(path.endswith(".html") for path in files)
    return Built(
        folder=output,
        experiments=len(chosen),
        pages=count,
        written=len(staged),
        removed=len(gone),
        unreadable=unreadable,
    )


def _chosen(
    found: Sequence[Brief], unreadable: Mapping[str, str], options: SiteOptions
) -> tuple[tuple[Brief, ...], dict[str, str]]:
    """The experiments that the site has. Raises LedgerError where a name that was given is none's."""
    for pattern in options.only:
        names = [*(one.name for one in found), *unreadable]
        if not any(fnmatch.fnmatchcase(name, pattern) for name in names):
            meant = near_misses(pattern, names)
            hint = f"did you mean {listed(meant, word='or')}?" if meant else "ledger log lists them"
            raise LedgerError(f"no experiment is named {pattern}", hint=hint)

    def named(name: str) -> bool:
        return not options.only or any(fnmatch.fnmatchcase(name, pattern) for pattern in options.only)

    since = options.since
    chosen = tuple(one for one in found if named(one.name) and (since is None or one.moment >= since))
    return chosen, {name: why for name, why in unreadable.items() if named(name) and since is None}


def _around(
    site: Site, chosen: Sequence[Brief], unreadable: Mapping[str, str], versions: Sequence[ModelVersion]
) -> Around:
    return Around(
        site=site,
        briefs={one.name: one for one in chosen},
        children=children(chosen),
        unreadable=unreadable,
        models=by_experiment(versions),
    )


def _linked(around: Around, name: str) -> Iterable[Brief]:
    """The experiment itself, the one that it refines, and those that refine it."""
    own = around.briefs.get(name)
    parent = None if own is None or own.parent is None else around.briefs.get(own.parent)
    return [one for one in (own, parent, *around.children.get(name, ())) if one is not None]


def _is_current(
    keys: Keys, around: Around, site: SiteFolder, store: Store, name: str, known: Mapping[str, Any]
) -> bool:
    """Whether the page that the site has is as it would be made: nobody has taken a file of it away, and none of what
    it lacked has come.
    """
    if not all(map(site.has, known["files"])) or any(store.holder(one) is not None for one in known["absent"]):
        return False
    sources = {other: keys.source(other) for other in known["others"]}
    key = keys.page(name, _linked(around, name), sources, around.models.get(name, ()))
    return bool(known["key"] == key)


def _models(versions: Sequence[ModelVersion], around: Around, options: SiteOptions) -> list[ModelVersion]:
    """The models in use: where the site has not all experiments, those that come from one that it has."""
    every = not options.only and options.since is None
    return [one for one in shown(versions) if every or (one.believed and one.experiment in around.briefs)]


def _rows(ledger: Ledger, around: Around) -> dict[str, list[Row]]:
    """The rows of each level of the table, those of the experiments that the site has."""
    chosen = {
        level: [row for row in ledger.index.rows(level) if row.experiment in around.briefs] for level in tables.LEVELS
    }
    if around.models:
        chosen = {level: beside(rows, around.models, level) for level, rows in chosen.items()}
    return {
        level: [row if len(row.title) <= MAX_TITLE else replace(row, title=shortened(row.title)) for row in rows]
        for level, rows in chosen.items()
    }


def _library(site: SiteFolder, version: str) -> list[str]:
    """Stage the library that draws pictures on demand, where the site has another or none."""
    if site.mark().get("library") == version and (site.folder / assets.LIBRARY).is_file():
        return []
    return _stage(site, [assets.library()])


def _stage(site: SiteFolder, files: Iterable[File]) -> list[str]:
    return [file.path for file in files if site.stage(file.path, file.content)]
