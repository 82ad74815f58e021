"""Which configurations of a space have been tried at one state of code and data, and with what results?

A trial belongs to the state where its fingerprint is that which the state has with the trial's own values of the
parameters of the space: then nothing else differs.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ledger.analysis.tuning.suggestion import Sampled, together
from ledger.errors import LedgerError, NotHere
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats import paramfiles
from ledger.model.frozen import frozen
from ledger.model.parameters import flatten, identical
from ledger.model.plan import Variant
from ledger.model.replicates import Point
from ledger.model.space import Space
from ledger.repo.code import Arm, Code
from ledger.repo.ledger import Ledger


@frozen
class SpaceState:
    """The code and data that configurations are tried on: an arm whose parameters of the space may be any."""

    code: Code
    overrides: Mapping[str, Any]
    axes: tuple[str, ...]
    samples: Mapping[str, float]


@frozen
class Outside:
    """An arm whose value of a parameter the space does not have."""

    label: str
    parameter: str
    value: Any


@frozen
class TuneTrials:
    """What was tried at one state. `trials`: how many that is; `elsewhere`: how many ran at other code, data or values
    of other parameters, `metrics`: the names that those at this state have.
    """

    tried: tuple[Sampled, ...]
    experiments: tuple[str, ...]
    trials: int
    elsewhere: int
    outside: tuple[Outside, ...]
    metrics: frozenset[str]


def gathered(
    ledger: Ledger,
    state: SpaceState,
    space: Space,
    metric: str,
    records: Iterable[tuple[Experiment, Sequence[Recorded]]],
) -> TuneTrials:
    """What the records say that ran at the state; voided ones say nothing."""
    reader = _Reader(ledger, state, space, metric)
    for experiment, own in records:
        reader.read(experiment, own)
    return TuneTrials(
        tried=together(reader.tried),
        experiments=tuple(dict.fromkeys(one.labels[0].partition(":")[0] for one in reader.tried)),
        trials=sum(len(one.values) + one.failed for one in reader.tried),
        elsewhere=reader.elsewhere,
        outside=tuple(reader.outside),
        metrics=frozenset(reader.metrics),
    )


class _Reader:
    """Reads experiments one by one, each commit's arms once."""

    def __init__(self, ledger: Ledger, state: SpaceState, space: Space, metric: str) -> None:
        self._ledger, self._space, self._metric = ledger, space, metric
        # a value of each parameter, so that states are compared as if nothing of the space differed
        self._same = {each.name: each.domain.levels[0] for each in space.dimensions}
        self._state = state
        self._keys: dict[tuple[str, ...], str] = {}
        arm = ledger.code.arm(state.code, state.overrides, state.axes, state.samples)
        self._present = _values(arm)
        self.tried: list[Sampled] = []
        self.elsewhere = 0
        self.outside: list[Outside] = []
        self.metrics: set[str] = set()
        self._seen: set[tuple[str, str]] = set()

    def read(self, experiment: Experiment, records: Sequence[Recorded]) -> None:
        arms: dict[tuple[str, str, str], list[Recorded]] = {}
        for record in records:
            if record.void is None:
                trial = record.trial
                arms.setdefault((trial.variant, trial.code, trial.fingerprint), []).append(record)
        for (variant, code, fingerprint), own in arms.items():
            values = self._of_state(experiment, variant, code, fingerprint, own[0])
            if values is None:
                self.elsewhere += len(own)
                continue
            label = f"{experiment.name}:{variant}"
            configuration, off = self._space.within(values)
            if off is not None:
                self.outside.append(Outside(label=label, parameter=off, value=values.get(off)))
                continue
            found, failed = self._results(experiment, fingerprint, own)
            if found or failed:
                self.tried.append(
                    Sampled(configuration=configuration, values=tuple(found), failed=failed, labels=(label,))
                )

    def _results(self, experiment: Experiment, fingerprint: str, own: Sequence[Recorded]) -> tuple[list[float], int]:
        """The values by the first trial of each point that has one, and how many points have none."""
        metric = experiment.aliases.now(self._metric)
        points: dict[Point, float | None] = {}
        for record in sorted(own, key=lambda r: (r.trial.started, r.trial.attempt)):
            if record.valid:
                self.metrics |= set(record.metrics)
            value = record.metrics.get(metric, math.nan) if record.valid else math.nan
            if points.get(record.trial.point) is None:
                points[record.trial.point] = value if math.isfinite(value) else None
        # the trial of one experiment may stand for another's, and what is run again with one seed comes out the same
        fresh = {p: v for p, v in points.items() if (fingerprint, repr(p)) not in self._seen}
        self._seen |= {(fingerprint, repr(point)) for point in fresh}
        return [v for v in fresh.values() if v is not None], sum(v is None for v in fresh.values())

    def _of_state(
        self, experiment: Experiment, variant: str, commit: str, fingerprint: str, record: Recorded
    ) -> Mapping[str, Any] | None:
        """The values of all parameters of an arm as it ran, where nothing but those of the space differs from the
        state; else None.
        """
        axes = tuple(experiment.plan.replicates.parameters)
        if not self._looks_alike(record, axes):
            return None
        declared = experiment.plan.variant(variant) or Variant(name=variant)
        try:
            code = self._ledger.code.at(commit)
            if declared.data:
                plan = experiment.plan
                code = self._ledger.datasets.applied(code, declared.data, plan.groups, base=plan.base)
            samples = experiment.plan.replicates.samples
            arm = self._ledger.code.arm(code, declared.params, axes, samples)
            neutral = self._ledger.code.arm(code, {**declared.params, **self._same}, axes, samples)
        except (LedgerError, NotHere):
            return None
        if arm.fingerprint != fingerprint or neutral.fingerprint != self._key(axes):
            return None
        return _values(arm)

    def _looks_alike(self, record: Recorded, axes: Collection[str]) -> bool:
        """Whether the parameters that the record holds beside those of the space are the state's: quickly told."""
        apart = {*self._space.names, *axes, *self._state.axes}
        return all(
            name in apart or name not in self._present or identical(self._present[name], value)
            for name, value in record.trial.flat_params.items()
        )

    def _key(self, axes: tuple[str, ...]) -> str:
        """The fingerprint of the state with one value for each parameter of the space, over these axes."""
        if axes not in self._keys:
            state = self._state
            overrides = {**state.overrides, **self._same}
            try:
                self._keys[axes] = self._ledger.code.arm(state.code, overrides, axes, state.samples).fingerprint
            except LedgerError:
                # an axis that the state does not have
                self._keys[axes] = ""
        return self._keys[axes]


def _values(arm: Arm) -> dict[str, Any]:
    """The parameters of an arm by the names that people use."""
    flat = {path: flatten(paramfiles.parse(path, text)) for path, text in arm.texts.items()}
    return {name: flat[file][key] for name, ((file, key), _) in arm.code.names.items() if key in flat.get(file, {})}
