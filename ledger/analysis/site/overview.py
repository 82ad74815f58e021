"""What the first page answers: what was learned, what is open, what is best so far, and what followed from what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from ledger.analysis.site.brief import Brief
from ledger.model.directions import HIGHER, LOWER
from ledger.model.experiment import ARCHIVED, LANDED, RUNNING, STATUSES
from ledger.model.frozen import frozen
from ledger.model.settings import Settings
from ledger.model.verdict import INCONCLUSIVE, POST_HOC, REFUTED, SUPPORTED

FOUND = "found by a search"
"""What `counts` calls an experiment that is a search with an answer: it has no outcome."""


@frozen
class NewBest:
    """An experiment that set a new best value of a metric: the mean of its leading arm over the trials that count."""

    brief: Brief
    when: datetime
    value: float
    n: int


@frozen
class Best:
    """The best value of a metric so far, step by step; `better`: higher or lower."""

    metric: str
    better: str
    steps: tuple[NewBest, ...]
    experiments: int


@frozen
class Family:
    """Experiments that refine each other, from one that refines none: the names in the order of their dates."""

    root: str
    names: tuple[str, ...]
    latest: datetime


def learned(briefs: Sequence[Brief]) -> tuple[Brief, ...]:
    """The experiments that have ended, the latest verdict first: with an answer, or put away without one."""
    found = [one for one in briefs if (one.outcome is not None or one.found is not None) and not _is_open(one)]
    return tuple(sorted(found, key=lambda one: (one.moment, one.name), reverse=True))


def open_questions(briefs: Sequence[Brief]) -> tuple[Brief, ...]:
    """Those without an answer, and those whose answer is that the trials do not tell: what runs comes first.

    What was landed or put away without one was given up.
    """
    found = [one for one in briefs if _is_open(one)]
    return tuple(sorted(found, key=lambda one: (one.status == RUNNING, one.moment, one.name), reverse=True))


def _is_open(one: Brief) -> bool:
    if one.status in (LANDED, ARCHIVED):
        return False
    if one.finding is not None:
        return not one.finding.answered
    # where nothing was predicted there is nothing that more trials would tell
    return one.outcome is None or (one.outcome == INCONCLUSIVE and bool(one.judged))


def counts(briefs: Sequence[Brief]) -> dict[str, int]:
    """How many experiments have which outcome, then how many searches an answer, then how many have come how far
    without either; of all together how many of the outcomes are post hoc.
    """
    order = (SUPPORTED, REFUTED, INCONCLUSIVE, FOUND, *STATUSES)
    found = Counter(FOUND if one.kind == "found" else one.outcome or one.status for one in briefs)
    late = sum(one.confirmatory is False and one.finding is None for one in briefs if one.outcome is not None)
    return {**{name: found[name] for name in order if found[name]}, **({POST_HOC: late} if late else {})}


def best(briefs: Sequence[Brief], settings: Settings, most: int) -> tuple[Best, ...]:
    """The best values over time of the metrics that most experiments predict, at most this many.

    A metric has a best value where `ledger.yaml` or the predictions say in one voice which direction is better.
    """
    asked = Counter(one.predicted[0] for one in briefs if one.predicted)
    found = []
    for metric, _ in asked.most_common():
        known = settings.metric(metric)
        said = {one.better[metric] for one in briefs if metric in one.better}
        better = known.direction if known is not None and known.direction else said.pop() if len(said) == 1 else None
        if better in (HIGHER, LOWER):
            one = _best(briefs, metric, better)
            found += [one] if one.steps else []
        if len(found) == most:
            break
    return tuple(found)


def _best(briefs: Sequence[Brief], metric: str, better: str) -> Best:
    steps: list[NewBest] = []
    count = 0
    for one in sorted(briefs, key=lambda each: (each.moment, each.name)):
        summary = one.leading.get(metric)
        if summary is None or summary.mean is None or summary.n == 0:
            continue
        count += 1
        if not steps or (summary.mean > steps[-1].value if better == HIGHER else summary.mean < steps[-1].value):
            steps.append(NewBest(brief=one, when=one.moment, value=summary.mean, n=summary.n))
    return Best(metric=metric, better=better, steps=tuple(steps), experiments=count)


def trees(briefs: Sequence[Brief]) -> tuple[Family, ...]:
    """The trees of more than one experiment, the one in which something happened last first."""
    known = {one.name: one for one in briefs}
    roots: dict[str, list[Brief]] = {}
    for one in sorted(briefs, key=lambda each: (each.created, each.name)):
        roots.setdefault(_root(one, known), []).append(one)
    found = [
        Family(root=root, names=tuple(one.name for one in members), latest=max(one.moment for one in members))
        for root, members in roots.items()
        if len(members) > 1
    ]
    return tuple(sorted(found, key=lambda tree: (tree.latest, tree.root), reverse=True))


def _root(one: Brief, known: Mapping[str, Brief]) -> str:
    """The experiment at the root of its tree; hostile plans refine each other in a circle."""
    seen = {one.name}
    while one.parent is not None and one.parent in known and one.parent not in seen:
        seen.add(one.parent)
        one = known[one.parent]
    return one.name
