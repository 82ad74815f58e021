"""What a bisection found, in sentences: each with its uncertainty, and nothing beyond what the numbers show."""

from __future__ import annotations

import math
from itertools import pairwise

from ledger.analysis.bisection.answer import NO_VALUE, Bisection, ConfirmedStep, Fate, SearchedVersion
from ledger.analysis.bisection.ends import FixedEvaluation, MetricDifference
from ledger.analysis.bisection.nature import Effect, GroupChange, Judgement, Nature
from ledger.model.finding import Answer
from ledger.model.listing import counted, listed
from ledger.report import numbers
from ledger.report.numbers import number, p_stated, percent
from ledger.stats.contrast import CONFIDENCE, mean
from ledger.stats.ratio import Ratio

# how many versions are named in a sentence
_FEW = 4
# a version is worth a name where it is so many times as likely as the average of those that it may be
_TELLING = 1.5


def answer(found: Bisection) -> str:
    """Where the metric changed, in one sentence; or that it did not, did so gradually, or is not known to have."""
    if found.answer is Answer.STEP:
        return _step(found)
    if found.answer is Answer.DRIFT:
        moved = _worsened(found, found.gap)
        one, several = ("addition", "additions") if found.paths else ("commit", "commits")
        return (
            f"gradual: {moved} bit by bit or with several {several}; no single {one} explains it ({_sure(found.drift)})"
        )
    if found.answer is Answer.NONE:
        return _none(found)
    if found.answer is None:
        return f"no answer yet: {_likely(found)}"
    if found.posterior is None:
        return f"no answer: {_no_ends(found)}"
    return f"open: the budget of {found.budget} trainings is spent; {_likely(found)}"


def evaluation(found: FixedEvaluation, metric: str) -> tuple[str, ...]:
    """How much of the drop the evaluation set makes."""
    at = "BAD" if found.at_bad else "GOOD"
    whole = f"each end on its own {listed(found.paths)}: {_measured(found.whole, metric)}"
    lines = [whole, f"both on the one at {at}: {_measured(found.fixed, metric)}"]
    if found.share is None:
        return (*lines, "the share cannot be estimated: there is no estimate of the noise")
    if found.share.interval is None:
        return (*lines, "the drop is not distinguishable from zero, so a share of it has no bounds")
    low, high = found.share.interval
    verdict = "how much of the gap comes from the evaluation set is undecided"
    if high < 0.5:
        verdict = "most of the gap comes from the evaluation set"
    elif low > 0.5:
        verdict = "most of the gap remains on a fixed evaluation set"
    return (*lines, f"{verdict}: {_share(found.share)} of it is left on the fixed one")


def confirmation(found: ConfirmedStep, metric: str, versions: tuple[SearchedVersion, ...]) -> tuple[str, ...]:
    """Whether the change holds on fresh seeds, and what of the drop it explains."""
    before, after = versions[found.before], versions[found.after]
    count = len(after.fresh) if found.change.contrast is None else found.change.contrast.n
    seeds = counted(count, "fresh seed")
    moved = _measured(found.change, metric)
    if found.p_value is None:
        identical = f"identical at all {seeds}: {moved}, exactly, so the noise is unknown"
        first = identical if count > 1 else f"not confirmed on {seeds}, which gives no estimate of the noise: {moved}"
    else:
        confirmed = "confirmed" if found.confirmed else "not confirmed"
        first = f"{confirmed} on {seeds}: {moved} from {before.name} to {after.name} ({p_stated(found.p_value)})"
    if found.share is None:
        return (first,)
    if found.share.interval is None:
        return (first, "the drop between the ends is not distinguishable from zero, so a share of it has no bounds")
    rest = "; the rest has other causes" if found.share.interval[1] < 1 else ""
    return (first, f"without it the newest version regains {_share(found.share)} of the drop{rest}")


def judgement(found: Judgement, metric: str) -> str:
    """Whether the addition is bad or only different."""
    own = [each for each in found.groups if each.own]
    others = [each for each in found.groups if not each.own]
    harmed = [each.group for each in others if each.effect is Effect.HARMED]
    if found.nature is Nature.BAD:
        return f"bad: it harms {metric} in its own group {own[0].group} and in {listed(harmed, _FEW)}"
    if found.nature is Nature.DIFFERENT:
        return f"different rather than bad: it helps its own group {own[0].group}, and harms {listed(harmed, _FEW)}"
    return f"undecided whether bad or only different: {_undecided(own, others)}"


def note(found: Bisection) -> tuple[str, ...]:
    """What else is to be known of the answer."""
    said = []
    if found.overtaken is not None and found.place is not None:
        by = found.versions[found.overtaken]
        again = f"ledger bisect {found.metric} {by.name} {found.versions[-1].name}"
        said.append(
            f"{named(by)} changed or removed all that it brought, so the newest version does not have it: "
            f"what is bad there came later ({again} continues from there)"
        )
    middle = _middle(found) if found.answer is Answer.DRIFT else None
    if middle is not None:
        ends = (found.versions[0].name, middle.name, found.versions[-1].name)
        halves = " and ".join(f"ledger bisect {found.metric} {good} {bad}" for good, bad in pairwise(ends))
        said.append(f"to separate the two, search the halves: {halves}")
    failed = [each.name for each in found.versions if each.state is Fate.FAILED]
    if failed:
        again = f"ledger run {found.experiment} --again tries again"
        said.append(f"{listed(failed, _FEW)} cannot run: a trial failed there ({again})")
    lacking = [each.name for each in found.versions if each.state is Fate.LACKING]
    if lacking:
        said.append(f"{listed(lacking, _FEW)} {'lacks' if len(lacking) == 1 else 'lack'} {found.metric}")
    skipped = [each.name for each in found.versions if each.state is Fate.SKIPPED]
    if skipped:
        said.append(f"{listed(skipped, _FEW)} {'is' if len(skipped) == 1 else 'are'} skipped, as requested")
    return tuple(said)


def change(found: MetricDifference) -> str:
    """`-0.081 (90% interval -0.090 to -0.070)`."""
    if found.interval is None:
        return f"{found.difference:+.3g}"
    low, high = found.interval
    fine = numbers.fine(found.interval)
    return (
        f"{_signed(found.difference, fine)} ({CONFIDENCE:.0%} interval {_signed(low, fine)} to {_signed(high, fine)})"
    )


def named(version: SearchedVersion) -> str:
    """`3f2a9c1 "week 12"`."""
    return f'{version.name} "{version.subject}"'


def _middle(found: Bisection) -> SearchedVersion | None:
    """Of the versions between the ends that were tried, that whose value is nearest to the middle of theirs."""
    means = [(version, mean(version.values)) for version in found.versions if version.values]
    inner = means[1:-1]
    half = (means[0][1] + means[-1][1]) / 2 if means else 0.0
    return min(inner, key=lambda each: abs(each[1] - half))[0] if inner else None


def _step(found: Bisection) -> str:
    moved = _worsened(found, found.step)
    if found.place is not None:
        return f"{moved} with {named(found.versions[found.place])} ({_sure(found.posterior)})"
    names = [found.versions[place].name for place in found.places]
    one = f"one of {listed(names, _FEW, word='or')}"
    return f"{moved} with {one} ({_sure(found.posterior)}): no version between them can run"


def _none(found: Bisection) -> str:
    word = "fall" if found.sign > 0 else "rise"
    if found.gap is None or found.gap.interval is None:
        return f"no change of {found.metric} is seen"
    low, high = found.gap.interval
    most = -low if found.sign > 0 else high
    if most <= 0:
        return f"no {word} of {found.metric} is seen: the last version is better by {_by(found.gap)}"
    # the 90% interval leaves 5% on either side
    return f"no change of {found.metric} is seen: a {word} of more than {_bound(most)} is unlikely (under 5%)"


def _likely(found: Bisection) -> str:
    if found.posterior is None:
        return _no_ends(found)
    others = f"gradual {percent(found.drift)}, no change {percent(found.none)}"
    chances = {place: found.versions[place].posterior or 0.0 for place in found.places}
    ranked = sorted(chances, key=lambda place: chances[place], reverse=True)
    if not ranked or chances[ranked[0]] < _TELLING * found.posterior / len(ranked):
        return f"it may be any of {len(ranked)} versions ({percent(found.posterior)} together), {others}"
    told = [f"{found.versions[place].name} ({percent(chances[place])})" for place in ranked]
    return f"most likely {listed(told, _FEW, word='or')}; {others}"


def _no_ends(found: Bisection) -> str:
    ends = [each for each in (found.versions[0], found.versions[-1]) if each.state in NO_VALUE]
    if not ends:
        return "the ends have not both been tried yet"
    said = "lacks the metric" if ends[0].state is Fate.LACKING else "cannot run"
    return f"{ends[0].name}, an end of the search, {said}"


def _undecided(own: list[GroupChange], others: list[GroupChange]) -> str:
    if not own:
        return "the evaluation group of the addition is unknown"
    if any(each.effect is Effect.HELPED for each in others):
        return f"it helps {listed([each.group for each in others if each.effect is Effect.HELPED], _FEW)}"
    if not any(each.effect is Effect.HARMED for each in others):
        return "no other group is harmed beyond the noise"
    return f"its effect on its own group {own[0].group} is not distinguishable from zero"


def _worsened(found: Bisection, moved: MetricDifference | None) -> str:
    return f"{found.metric} got worse" if moved is None else _measured(moved, found.metric)


def _measured(moved: MetricDifference, metric: str) -> str:
    """`dice fell by 0.081 (90% interval 0.070 to 0.092)`."""
    return f"{metric} {'rose' if moved.difference > 0 else 'fell'} by {_by(moved)}" if moved.difference else (
        f"{metric} did not change"
    )  # fmt: skip


def _by(moved: MetricDifference) -> str:
    if moved.interval is None:
        return _size(moved)
    fine = numbers.fine(moved.interval)
    bounds = sorted(bound if moved.difference > 0 else -bound for bound in moved.interval)
    low, high = (number(bound, fine) for bound in bounds)
    return f"{_size(moved)} ({CONFIDENCE:.0%} interval {low} to {high})"


def _size(moved: MetricDifference) -> str:
    return number(abs(moved.difference), numbers.fine(moved.interval))


def _signed(value: float, fine: int | None) -> str:
    return f"{'+' if value > 0 else ''}{number(value, fine)}"


def _bound(value: float) -> str:
    """A bound in two digits, rounded up."""
    digits = 1 - math.floor(math.log10(value))
    return f"{math.ceil(value * 10**digits) / 10**digits:.{max(0, digits)}f}"


def _share(found: Ratio) -> str:
    assert found.interval is not None
    low, high = found.interval
    return f"{found.estimate:.0%} ({CONFIDENCE:.0%} interval {low:.0%} to {high:.0%})"


def _sure(value: float | None) -> str:
    return f"probability {percent(value)}"
