"""All that a bisection has found so far, as one value that the document, the picture and `--json` are made of."""

from __future__ import annotations

from enum import StrEnum

from ledger.analysis.bisection.ends import FixedEvaluation, MetricDifference
from ledger.analysis.bisection.nature import Judgement
from ledger.analysis.search.finding import sides
from ledger.model.finding import Answer
from ledger.model.frozen import frozen
from ledger.stats.contrast import mean
from ledger.stats.ratio import Ratio
from ledger.stats.summary import Summary, summarise


class Fate(StrEnum):
    """What became of a version."""

    TRIED = "tried"
    UNTRIED = "untried"
    FAILED = "failed"
    LACKING = "lacks the metric"
    SKIPPED = "skipped"


ALPHA = 0.05
NO_VALUE = (Fate.FAILED, Fate.LACKING, Fate.SKIPPED)


@frozen
class SearchedVersion:
    """A version in its place, with the values of the metric over seeds that the search has used.

    `name` is its short id; `fresh` are values of seeds that it has not. `posterior` is the probability that the metric
    changed with this version; None where nothing can be said of it.
    """

    name: str
    commit: str
    subject: str
    values: tuple[float, ...] = ()
    fresh: tuple[float, ...] = ()
    state: Fate = Fate.UNTRIED
    posterior: float | None = None

    @property
    def summary(self) -> Summary:
        """Of the values that the search has used."""
        return summarise(self.values)

    @property
    def fresh_summary(self) -> Summary:
        """Of the others."""
        return summarise(self.fresh)


@frozen
class ConfirmedStep:
    """The change with the addition, on seeds that the search has not used. `before` and `after` are places of versions.

    `p_value` is one-sided: of "it has not become worse". `share` of the drop is what the newest version regains without
    the addition; None where that was not run, or nothing varies.
    """

    before: int
    after: int
    change: MetricDifference
    p_value: float | None
    share: Ratio | None

    @property
    def confirmed(self) -> bool:
        """Whether the metric is worse with the addition, beyond what the noise does."""
        return self.p_value is not None and self.p_value <= ALPHA


@frozen
class Bisection:
    """What is known of a drop. `sign` is 1 where a lower value of the metric is worse, −1 where a higher one is.

    `paths` are empty where commits of code are searched. `answer` is None while the search goes on; `places` are the
    versions of which one is the first after the step. `step` is the change with them as the search saw it, `posterior`
    the probability of one of them.
    """

    experiment: str
    metric: str
    sign: int
    paths: tuple[str, ...]
    versions: tuple[SearchedVersion, ...]
    answer: Answer | None
    places: tuple[int, ...] = ()
    posterior: float | None = None
    drift: float | None = None
    none: float | None = None
    gap: MetricDifference | None = None
    step: MetricDifference | None = None
    evaluation: FixedEvaluation | None = None
    confirmation: ConfirmedStep | None = None
    judgement: Judgement | None = None
    overtaken: int | None = None
    trainings: int
    others: int = 0
    budget: int
    confidence: float

    @property
    def measured(self) -> bool:
        """Whether any version has a value."""
        return any(version.values or version.fresh for version in self.versions)

    @property
    def place(self) -> int | None:
        """The version with which the metric changed, where it is one."""
        return self.places[0] if self.answer is Answer.STEP and len(self.places) == 1 else None

    @property
    def levels(self) -> tuple[float, float] | None:
        """The mean of the metric before the places and from them on; None where a side has no value."""
        if not self.places:
            return None
        before, after = sides([version.values for version in self.versions], self.places)
        return (mean(before), mean(after)) if before and after else None
