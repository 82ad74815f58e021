"""What to try next, from the configurations that were tried: with what is expected of it, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ledger.analysis.tuning import proposing
from ledger.analysis.tuning.told import Proposal, Seen, key, measured
from ledger.model.frozen import frozen
from ledger.model.objective import Objective
from ledger.model.space import Configuration, Space, same
from ledger.stats.contrast import mean


@frozen
class Sampled:
    """A configuration with its values, one a replicate, in the metric's own direction; `labels`: the arms that tried
    it, `experiment:variant`.
    """

    configuration: Configuration
    values: tuple[float, ...]
    failed: int
    labels: tuple[str, ...]

    @property
    def mean(self) -> float | None:
        return mean(self.values) if self.values else None


@frozen
class Believed:
    """What the model believes of something: its mean and the standard deviation of that."""

    mean: float
    sd: float


@frozen
class Suggestion:
    """A configuration to try. `believed`, the `improvement` that is expected on the best so far, and the probability
    `chance` that it is better at all: None where nothing is known yet. `nearest`: the tried one that is most alike,
    which lies `distance` away (1: the length of one parameter's range).
    """

    configuration: Configuration
    believed: Believed | None
    improvement: float | None
    chance: float | None
    nearest: Sampled | None
    distance: float | None


@frozen
class Suggestions:
    """What is suggested, and on what ground.

    `best`: what is believed to be the best that was tried, with what is believed of it; None where no model says.
    `never_varied`: the parameters of which one value alone was tried. `noise`: the standard deviation of one trial.
    """

    objective: Objective
    space: Space
    model: str
    tried: tuple[Sampled, ...]
    suggestions: tuple[Suggestion, ...]
    best: tuple[Sampled, Believed] | None
    noise: float | None
    never_varied: tuple[str, ...]


def suggest(
    space: Space, objective: Objective, tried: Sequence[Sampled], *, model: str, source: str, count: int
) -> Suggestions:
    """The next `count` configurations. `source`: the text that chance comes from."""
    sign = objective.sign
    told = [
        Seen(configuration=one.configuration, values=tuple(sign * v for v in one.values), failed=one.failed)
        for one in tried
    ]
    proposals = proposing.propose(model, space, source, told, count)
    best = noise = None
    if model == proposing.GP and measured(told) > 1:
        surface = proposing.proposer(space, source).surface(told)
        means, sds = surface.believed(surface.points)
        top = min((n for n, one in enumerate(told) if one.values), key=lambda n: float(means[n]))
        best = tried[top], Believed(mean=sign * float(means[top]), sd=float(sds[top]))
        noise = surface.trial_sd
    return Suggestions(
        objective=objective,
        space=space,
        model=model,
        tried=tuple(tried),
        suggestions=tuple(_suggestion(space, one, tried, best, sign) for one in proposals),
        best=best,
        noise=noise,
        never_varied=_never_varied(space, tried),
    )


def _suggestion(
    space: Space, proposal: Proposal, tried: Sequence[Sampled], best: tuple[Sampled, Believed] | None, sign: int
) -> Suggestion:
    # imported late, as the model is
    from ledger.analysis.tuning.encoding import Encoding

    nearest = distance = believed = chance = None
    if tried:
        rows = Encoding(space).rows([proposal.configuration, *(one.configuration for one in tried)])
        apart = [float(sum((row - rows[0]) ** 2)) ** 0.5 for row in rows[1:]]
        distance = min(apart)
        nearest = tried[apart.index(distance)]
    if proposal.mean is not None and proposal.sd is not None:
        believed = Believed(mean=sign * proposal.mean, sd=proposal.sd)
        if best is not None:
            ahead = (sign * best[1].mean - proposal.mean) / proposal.sd
            chance = math.erfc(-ahead / math.sqrt(2)) / 2
    return Suggestion(
        configuration=proposal.configuration,
        believed=believed,
        improvement=proposal.improvement,
        chance=chance,
        nearest=nearest,
        distance=distance,
    )


def _never_varied(space: Space, tried: Sequence[Sampled]) -> tuple[str, ...]:
    def values(name: str) -> list[object]:
        return [one.configuration[name] for one in tried if name in one.configuration]

    return tuple(n for n in space.names if (own := values(n)) and all(same(own[0], value) for value in own))


def together(tried: Sequence[Sampled]) -> tuple[Sampled, ...]:
    """Those of one configuration as one."""
    found: dict[str, Sampled] = {}
    for one in tried:
        other = found.get(key(one.configuration))
        if other is not None:
            one = Sampled(
                configuration=other.configuration,
                values=(*other.values, *one.values),
                failed=other.failed + one.failed,
                labels=tuple(dict.fromkeys((*other.labels, *one.labels))),
            )
        found[key(one.configuration)] = one
    return tuple(found.values())
