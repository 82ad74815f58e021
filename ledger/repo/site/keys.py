"""What a page depends on, as one text: where it is as it was, the page is too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from ledger.analysis.site.brief import Brief
from ledger.git.shallow import boundary
from ledger.model.models import ModelVersion
from ledger.model.site import SiteOptions
from ledger.repo.ledger import Ledger
from ledger.version import __version__


class Keys:
    """The keys of one build."""

    def __init__(self, ledger: Ledger, options: SiteOptions, title: str) -> None:
        self._snapshot = ledger.snapshot
        self._sources = ledger.snapshot.sources
        shown = f"{title!r} {options.code} {ledger.snapshot.main} {ledger.settings!r}"
        # how much of the histories this clone has
        self._common = f"{__version__} {_program()} {shown} {boundary(ledger.git.common)}"

    def source(self, name: str) -> str:
        """Where an experiment is read from, and the trials that are not there yet; empty where there is none."""
        source = self._sources.get(name)
        if source is None:
            return ""
        pending = sorted(self._snapshot.pending.get(name, {}).items())
        return f"{source.key} {pending} {sorted(self._snapshot.tags_of(name).items())}"

    def page(
        self, name: str, around: Iterable[Brief], others: Mapping[str, str], models: Sequence[ModelVersion] = ()
    ) -> str:
        """The key of an experiment's page. `around`: those that it links to; `others`: the sources of those it says
        more of, by name; `models`: the versions that come from it.
        """
        running = name in self._snapshot.running
        linked = [(one.name, one.title, one.state, one.moment.isoformat(), one.tested) for one in around]
        said = f"{self._common}\n{self.source(name)} {running}\n{linked}\n{sorted(others.items())}\n{list(models)}"
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:20]


@cache
def _program() -> str:
    """The hash of the program itself: whoever changes a template sees the change."""
    found = hashlib.sha256()

    def add(folder: Traversable) -> None:
        for one in sorted(folder.iterdir(), key=lambda each: each.name):
            if one.is_dir():
                add(one)
            elif one.name.endswith((".py", ".html", ".css", ".js", ".png")):
                found.update(one.name.encode() + one.read_bytes())

    add(resources.files("ledger"))
    return found.hexdigest()[:16]
