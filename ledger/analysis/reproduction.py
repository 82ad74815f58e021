"""Does a trial that is run again give what was recorded?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ledger.model.environment import Environment, difference
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.replicates import REPEAT, Point
from ledger.model.trial import Failure, Trial
from ledger.stats.noise_within import margin

IDENTICAL = "identical"
WITHIN = "within noise"
LESS = "less than replicates"
DIFFERENT = "different"


@frozen
class MetricAgain:
    """One metric, recorded and again (None where a side lacks it). `margin`: how far the declared replicates lie apart,
    None if unknown.

    `state` is IDENTICAL, WITHIN, LESS or DIFFERENT. WITHIN is for repeats alone, which differ by what running again
    does. A second run of one seed has that seed: that it lies within the spread of seeds is LESS, and explains nothing.
    """

    name: str
    recorded: float | None
    again: float | None
    margin: float | None
    state: str


@frozen
class OutputAgain:
    """One output by its hash. `state` is IDENTICAL or DIFFERENT."""

    path: str
    recorded: str | None
    again: str | None
    state: str


@frozen
class Reproduction:
    """A recorded trial beside its second run. `failure` is set where that had no result."""

    experiment: str
    trial: str
    code: str
    metrics: tuple[MetricAgain, ...]
    outs: tuple[OutputAgain, ...]
    environment: tuple[tuple[str, str | None, str | None], ...]
    replicates: int
    point: Point = ()
    failure: Failure | None = None

    @property
    def varied(self) -> str:
        """What differs between the replicates of its arm: `seeds`, `folds`; `replicates` where several things do."""
        axes = [axis.rsplit(".", 1)[-1] for axis, _ in self.point if axis != REPEAT]
        return f"{axes[0]}s" if len(axes) == 1 and axes[0].endswith(("seed", "fold", "split")) else "replicates"

    def same(self, *, outputs: bool = True, within_noise: bool = False) -> bool:
        """Whether nothing differs but what running again does; `outputs`: by their hashes too.

        `within_noise`: what differs by less than replicates do passes as the same.
        """
        found = [m.state for m in self.metrics] + ([o.state for o in self.outs] if outputs else [])
        return self.failure is None and not {DIFFERENT, *(() if within_noise else (LESS,))} & set(found)


def compare(
    recorded: Trial,
    metrics: Mapping[str, float],
    outs: tuple[Mapping[str, Pinned], Mapping[str, Pinned]],
    *,
    replicates: Sequence[Trial],
    environments: tuple[Environment | None, Environment],
    failure: Failure | None,
) -> Reproduction:
    """The comparison. `outs` are those recorded and those made again.

    `replicates` are the declared trials of the same arm and fingerprint, whose spread is the noise.
    """
    names = dict.fromkeys([*recorded.metrics, *metrics])
    paths = dict.fromkeys([*outs[0], *outs[1]])
    before, now = environments
    changes = [] if before is None else difference(before, now)
    return Reproduction(
        experiment=recorded.experiment,
        trial=recorded.id,
        code=recorded.code,
        metrics=() if failure else tuple(_metric(name, recorded, metrics, replicates) for name in names),
        outs=() if failure else tuple(_output(path, *outs) for path in paths),
        environment=tuple(changes),
        replicates=len(replicates),
        point=recorded.point,
        failure=failure,
    )


def _metric(name: str, recorded: Trial, again: Mapping[str, float], replicates: Sequence[Trial]) -> MetricAgain:
    a, b = recorded.metrics.get(name), again.get(name)
    noise = margin([trial.metrics[name] for trial in replicates if name in trial.metrics])
    if a is not None and b is not None and (a == b or (math.isnan(a) and math.isnan(b))):
        state = IDENTICAL
    elif a is not None and b is not None and noise is not None and abs(a - b) <= noise:
        state = WITHIN if all(axis == REPEAT for axis, _ in recorded.point) else LESS
    else:
        state = DIFFERENT
    return MetricAgain(name=name, recorded=a, again=b, margin=noise, state=state)


def _output(path: str, recorded: Mapping[str, Pinned], again: Mapping[str, Pinned]) -> OutputAgain:
    a = recorded[path].md5 if path in recorded else None
    b = again[path].md5 if path in again else None
    return OutputAgain(path=path, recorded=a, again=b, state=IDENTICAL if a == b else DIFFERENT)
