"""A ledger that sees one experiment as a commit has it, by git alone: the same in every clone with these objects.

Caches, untracked files, trials that wait to be collected, runs and `ledger.yaml` of the work tree are not looked at.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from ledger.dvc.store import Store
from ledger.errors import LedgerError
from ledger.model import settings
from ledger.model.experiment import Experiment
from ledger.model.settings import Settings
from ledger.repo.code_reader import CodeReader
from ledger.repo.datasets.datasets import DataSets
from ledger.repo.ledger import Ledger
from ledger.repo.snapshot import Snapshot
from ledger.repo.sources import Source


class Reviewing(Ledger):
    """The ledger in which a review is asked for. Its work tree may be that of the branch, with anything in it."""

    @cached_property
    def settings(self) -> Settings:
        """`ledger.yaml` of the work tree, the defaults where that cannot be read."""
        try:
            return super().settings
        except LedgerError:
            return Settings()


class GitAlone(Ledger):
    """The ledger of a repository in which `source` speaks for one experiment; others are where the refs have them."""

    def __init__(self, ledger: Ledger, name: str, source: Source) -> None:
        super().__init__(ledger.git)
        self._around = ledger
        self._at = source.tip
        self._present: dict[tuple[str, str], dict[str, str]] = {}
        self._snapshot = _Fixed(ledger, name, source)

    @cached_property
    def settings(self) -> Settings:
        """`ledger.yaml` as the commit has it, the defaults where that cannot be read."""
        own = Settings() if self.misread is not None else settings.parse(self._text)
        around = self._around.settings
        return replace(own, main=around.main, branch_prefix=around.branch_prefix)

    @cached_property
    def misread(self) -> str | None:
        """Why that `ledger.yaml` cannot be read, None where it can."""
        try:
            settings.parse(self._text)
        except LedgerError as error:
            return error.message
        return None

    @cached_property
    def _text(self) -> str:
        return self.git.objects.text(self._at, settings.FILE) or ""

    def reader(self, settings_: Settings) -> CodeReader:
        """Reads code from commits alone."""
        return CodeReader(self.git, settings_, self.state_dir, lent=False)

    def store(self) -> Store:
        """No cache: what one holds differs from clone to clone."""
        return Store(tuple)

    @cached_property
    def datasets(self) -> DataSets:
        """Data sets as git has them, without what was remembered of manifests."""
        return DataSets(self.git, None, self.store)

    def present(self, experiment: Experiment) -> dict[str, str]:
        """The present fingerprints of the arms that have records, which are asked for often.

        Of another there is nothing that could count, and a plan may have any number of them.
        """
        key = (experiment.name, experiment.tip)
        if key not in self._present:
            self._present[key] = super().present(_tried(experiment))
        return self._present[key]


def _tried(experiment: Experiment) -> Experiment:
    """The experiment without the arms that have no records; a search has none of these."""
    plan = experiment.plan
    if plan.search is not None:
        return experiment
    tried = {record.trial.variant for record in experiment.trials}
    variants = tuple(variant for variant in plan.variants if variant.name in tried)
    return replace(experiment, hypothesis=replace(experiment.hypothesis, plan=replace(plan, variants=variants)))


class _Fixed(Snapshot):
    """The refs of a repository, without what only this clone knows, and one experiment's source as given."""

    def __init__(self, ledger: Ledger, name: str, source: Source) -> None:
        super().__init__(ledger.git, ledger.state_dir, ledger.settings)
        self._around = ledger.snapshot
        self._name = name
        self._source = source
        # what was found of histories holds for the same commits
        self.tips, self.concluded, self.rewritten = self._around.tips, self._around.concluded, self._around.rewritten

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The sources, with the one that is given."""
        return {**self._around.sources, self._name: self._source}

    def source(self, name: str) -> Source | None:
        """The source of one experiment."""
        return self._source if name == self._name else self._around.source(name)

    @cached_property
    def pending(self) -> dict[str, dict[str, str]]:
        """None: a trial that waits is in one clone."""
        return {}

    def pending_of(self, name: str) -> dict[str, str]:
        """None."""
        return {}

    def refs_of(self, name: str) -> dict[str, str]:
        """The refs that may speak for one experiment."""
        return self._around.refs_of(name)

    def tags_of(self, name: str) -> dict[str, str]:
        """The tags of one experiment."""
        return self._around.tags_of(name)

    @cached_property
    def running(self) -> frozenset[str]:
        """None."""
        return frozenset()

    @cached_property
    def edited(self) -> tuple[str, ...]:
        """None: no work tree is looked at."""
        return ()
