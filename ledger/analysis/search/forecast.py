"""What will a search still cost? By playing it to its end with values as its own records make them probable."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from ledger.analysis.search.step import Measured, SearchEnd, StepSearch, advance
from ledger.model.frozen import frozen
from ledger.stats.contrast import mean

# a decision takes about 3 ms, and the answer is waited for
_DECISIONS = 50
# before anything is measured the change is taken to have so many standard deviations of the noise
_USUAL_FALL = 3.0


@frozen
class SearchForecast:
    """How many trials are still to come: the mean over games that were played. `at_least`: no game came to its end."""

    trials: float
    at_least: bool = False


def forecast(
    search: StepSearch, tried: Sequence[Measured], *, fall: float | None = None, decisions: int = _DECISIONS
) -> SearchForecast | None:
    """The trials that are still to come, None where nothing is known of the noise.

    `fall`: by how much the last version is taken to be worse before any is measured. The same records give the same
    forecast.
    """
    luck = random.Random(len(tried))
    played: list[int] = []
    while decisions > 0:
        drawn = _drawn(search, tried, fall, luck)
        if drawn is None:
            return None
        left = _play(search, tried, drawn, decisions)
        if left is None:
            # cut short: it says something only where no other does
            return _mean(played) if played else SearchForecast(trials=decisions, at_least=True)
        played.append(left)
        # the last decision is that it has ended
        decisions -= left + 1
    return _mean(played)


def _mean(played: Sequence[int]) -> SearchForecast:
    return SearchForecast(trials=sum(played) / len(played))


def _play(search: StepSearch, tried: Sequence[Measured], value: Callable[[int], float], decisions: int) -> int | None:
    """How many trials it takes from here; None where that is more than may be decided."""
    known = list(tried)
    for played in range(decisions):
        asked = advance(search, known)
        if isinstance(asked, SearchEnd) or not asked:
            return played
        known.append(Measured(version=asked[0].version, number=asked[0].number, value=value(asked[0].version)))
    return None


def _drawn(
    search: StepSearch, tried: Sequence[Measured], fall: float | None, luck: random.Random
) -> Callable[[int], float] | None:
    """Values of versions under one history, drawn from what the records leave possible."""
    by_version: dict[int, list[float]] = {}
    for each in tried:
        if each.value is not None:
            by_version.setdefault(each.version, []).append(each.value)
    within = [value - mean(values) for values in by_version.values() for value in values]
    df = search.noise.df + len(within) - len(by_version)
    if not df > 0:
        return None
    squares = search.noise.df * search.noise.sd**2 + sum(value * value for value in within)
    # a chi-square of df degrees of freedom
    sd = (squares / luck.gammavariate(df / 2, 2)) ** 0.5
    levels = _levels(search, by_version, fall, sd, luck)
    return lambda version: luck.gauss(levels(version), sd)


def _levels(
    search: StepSearch, values: dict[int, list[float]], fall: float | None, sd: float, luck: random.Random
) -> Callable[[int], float]:
    last = search.versions - 1
    if 0 not in values or last not in values:
        weights = search.weights or [1.0] * last
        place = luck.choices(range(1, search.versions), weights)[0]
        size = search.sign * (_USUAL_FALL * sd if fall is None else fall)
        start = mean(values[0]) if 0 in values else 0.0
        return lambda version: start if version < place else start - size
    # imported late, as `advance` does
    from ledger.stats.step import StepModel

    posterior = StepModel(search.versions, search.noise, search.weights).posterior(
        [(version, value) for version, own in values.items() for value in own]
    )
    chosen = luck.choices(range(search.versions + 1), [0.0, *posterior.places, posterior.drift + posterior.none])[0]
    if chosen > last:
        first, newest = _level(values, lambda v: v == 0, sd, luck), _level(values, lambda v: v == last, sd, luck)
        return lambda version: first + (newest - first) * version / last
    before, after = (_level(values, side, sd, luck) for side in (lambda v: v < chosen, lambda v: v >= chosen))
    return lambda version: before if version < chosen else after


def _level(values: dict[int, list[float]], belongs: Callable[[int], bool], sd: float, luck: random.Random) -> float:
    own = [value for version, values_of in values.items() if belongs(version) for value in values_of]
    return luck.gauss(mean(own), sd / len(own) ** 0.5)
