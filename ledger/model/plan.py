"""The plan of an experiment as values: its arms, its replicates, and what is fixed before the first trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from ledger.model.data_change import DataChange, Grouping
from ledger.model.frozen import frozen
from ledger.model.prediction import Prediction
from ledger.model.replicates import Point, Replicates
from ledger.model.search import TUNE
from ledger.model.version_search import VersionSearch

if TYPE_CHECKING:
    # with it come the domains of parameters, which most plans do without
    from ledger.model.tune_search import TuneSearch

Search: TypeAlias = "VersionSearch | TuneSearch"
"""What is searched: its `kind` tells which."""

TREATMENT = "treatment"
BASELINE = "baseline"

# how many digits of a commit say which addition is meant
_ADDITION = 8

BASE = "base"
"""What an arm's `at` says for the commit that its plan was forked from."""


@frozen
class Variant:
    """One arm: parameter overrides on one code state, or an arm of another experiment in its role.

    `at`: code and parameters of the plan's base (`BASE`), or of the commit with this full id, instead of the branch's.
    `data`: what it has at some paths instead of what that code has there.
    `experiment`: the trials of that experiment's arm `arm` stand for this one, which has none of its own (`filling` in
    `repo/targets.py`: where that plan has no treatment, the default is its leading arm).
    """

    name: str
    at: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, DataChange] = field(default_factory=dict)
    experiment: str | None = None
    arm: str = TREATMENT

    @property
    def filled_by(self) -> str | None:
        """What commands call the arm that fills this one: `other`, or `other:hi` where it is not the treatment."""
        if self.experiment is None or self.arm == TREATMENT:
            return self.experiment
        return f"{self.experiment}:{self.arm}"


@frozen
class Confirms:
    """The finding that an experiment puts to the test: an arm of another, the best of `among` that were looked at."""

    experiment: str
    variant: str = TREATMENT
    among: int = 1


@frozen
class Plan:
    """What is fixed before the first trial. `base` is the full id of the commit that was forked from.

    `confirms`: the finding of another experiment that this one is to confirm on fresh replicates.
    `groups`: how the files of a path fall into groups, where an arm names some.
    `seeds_from`: what the seeds are derived from (`--seeds hashed:5`): see `ledger.model.seeds`.
    `search`: how trials follow from trials; the variants follow from it, and of one for a step the replicates
    (`of_search`). One for the best parameters has variants that no list holds: `variant` knows them by their names.
    """

    title: str
    name: str
    author: str
    created: datetime
    base: str
    parent: str | None = None
    confirms: Confirms | None = None
    predictions: tuple[Prediction, ...] = ()
    groups: Mapping[str, Grouping] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()
    replicates: Replicates
    seeds_from: str | None = None
    search: Search | None = None
    evaluation: tuple[str, ...] = ()
    alpha: float = 0.05
    looks: int = 1
    failures: str | float = "inconclusive"
    deterministic: tuple[str, ...] = ()
    exploratory: bool = False
    tags: tuple[str, ...] = ()

    @property
    def tunes(self) -> TuneSearch | None:
        """Its search, where that is for the best parameters."""
        return self.search if self.search is not None and self.search.kind == TUNE else None

    @property
    def predicted(self) -> tuple[str, ...]:
        """The arms that the predictions are about, in their order, without those that they compare with."""
        return tuple(dict.fromkeys(p.metric.variant or TREATMENT for p in self.predictions))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that it predicts, or of which it searches for a change, in its order."""
        searched = [] if self.search is None else [self.search.metric]
        return tuple(dict.fromkeys([*(p.metric.name for p in self.predictions), *searched]))

    @property
    def leading(self) -> str:
        """The arm that stands for the experiment where none is named: the treatment; in a plan without one the first
        that a prediction is about, else the first but the baseline. Of a search for a step it is the newest version;
        of one for the best parameters the records tell (`Experiment.leading`).
        """
        names = [v.name for v in self.variants]
        if self.search is not None and self.search.kind != TUNE:
            return list(self.search.arms)[-1]
        if TREATMENT in names:
            return TREATMENT
        about = [name for name in self.predicted if name in names]
        return [*about, *(name for name in names if name != BASELINE), TREATMENT][0]

    @property
    def on_branch(self) -> Variant | None:
        """The arm whose results and parameters the branch shows: the leading one where it runs the branch as it is.

        None where it has data of its own, or parameters and is not the treatment: on the branch they would be every
        arm's. Nor has the branch the samples of data that replicates draw.
        """
        arm = None if self.tunes is not None else self.variant(self.leading)
        if (
            arm is None
            or arm.data
            or self.replicates.samples
            or (arm.name != TREATMENT and (arm.params or arm.at or arm.experiment))
        ):
            return None
        return arm

    def variant(self, name: str) -> Variant | None:
        """The declared arm of that name; of a search over one path also the newest version without one addition, and of
        one for the best parameters the configuration that has this name.
        """
        declared = next((v for v in self.variants if v.name == name), None)
        if declared is not None or self.search is None:
            return declared
        if self.search.kind == TUNE:
            chosen = self.search.configuration(name)
            return None if chosen is None else Variant(name=name, params=chosen)
        if len(self.search.paths) != 1:
            return None
        commit, newest = self.search.left_out(name), self.variant(list(self.search.arms)[-1])
        if commit is None or newest is None:
            return None
        (path,) = self.search.paths
        change = replace(newest.data[path], without=(commit[:_ADDITION],))
        return replace(newest, name=name, data={**newest.data, path: change})

    def commit_of(self, variant: Variant) -> str | None:
        """The commit whose code and parameters an arm runs; None for the branch, whose tip moves."""
        return self.base if variant.at == BASE else variant.at

    def grouping(self, path: str) -> Grouping:
        """How the files of a path fall into groups: by the commits that brought them, where the plan does not say."""
        return self.groups.get(path) or Grouping()

    def data_of(self, variant: Variant, point: Point = ()) -> dict[str, DataChange]:
        """What an arm has at which paths, at a point of the replicates the sample that it draws included."""
        changes = dict(variant.data)
        shares = self.replicates.samples
        for path, draw in point:
            if path in shares and isinstance(draw, int):
                sample = DataChange(keep=shares[path], draw=draw)
                changes[path] = replace(changes.get(path, sample), keep=sample.keep, draw=draw)
        return changes


def of_search(
    search: VersionSearch, seeds_from: str | None, evaluation: Sequence[str] = ()
) -> tuple[tuple[Variant, ...], Replicates]:
    """The arms of a search, the oldest version first, and the points at which each may be tried.

    Where the search fixes what versions are measured on, they have the `evaluation` data of that commit; behind them
    are then the ends on the data of another.
    """

    def arm(name: str, commit: str, measured_at: str | None) -> Variant:
        measured = {path: DataChange(at=measured_at) for path in evaluation if measured_at is not None}
        data = {**{path: DataChange(at=commit) for path in search.paths}, **measured}
        return Variant(name=name, at=None if search.paths else commit, data=data)

    versions = [arm(name, commit, search.evaluation_at) for name, commit in search.arms.items()]
    others = [arm(name, search.arms[end], search.evaluation_other) for end, name in search.elsewhere.items()]
    return (*versions, *others), search.replicates(seeds_from or "")
