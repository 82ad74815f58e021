"""Which metrics of an experiment are one?

A metric has its key for a name, and `file:key` where several files hold the key. So its name changes when another file
comes to hold the key, or when one no longer does: trials from before and after have two names for one metric.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ledger.model.experiment import Experiment, Recorded
from ledger.model.parameters import in_same_terms


def groups(experiment: Experiment) -> tuple[tuple[Recorded, ...], ...]:
    """The trials that have metrics, in groups with the same names, in the order of their latest trials."""
    found: dict[frozenset[str], list[Recorded]] = {}
    for record in experiment.trials:
        if record.trial.metrics:
            found.setdefault(frozenset(record.trial.metrics), []).append(record)
    return tuple(map(tuple, sorted(found.values(), key=lambda own: max(r.trial.started for r in own))))


def unclear(measured: Iterable[Iterable[str]]) -> bool:
    """Whether some trials or arms, of which these are the names of metrics, name one by a file and others do not."""
    names = {frozenset(own) for own in measured} - {frozenset()}
    shared = frozenset.intersection(*names) if len(names) > 1 else frozenset[str]()
    return len(names) > 1 and any(":" in name for own in names for name in own - shared)


def called(experiment: Experiment) -> dict[str, str]:
    """What a metric is called by each other name that a record has for it, unless that is a name of another metric."""
    names = {name for record in experiment.trials if record.joined for name in record.metrics}
    found = {old: new for record in experiment.trials for old, new in record.joined.items()}
    return {old: new for old, new in found.items() if old not in names}


def joined(files: Sequence[Mapping[str, str]], predicted: Iterable[str]) -> list[dict[str, str]]:
    """New names for the metrics of each group, where a metric has two. `files` hold each name, the latest group last.

    A metric is called as a prediction calls it, else after its file in the latest group where several files hold its
    key.
    """
    renames: list[dict[str, str]] = [{} for _ in files]
    held: dict[str, list[dict[str, str]]] = {}
    for at, own in enumerate(files):
        for name, file in own.items():
            held.setdefault(name.removeprefix(f"{file}:"), [{} for _ in files])[at][name] = file
    for sides in held.values():
        latest = next((side for side in reversed(sides) if len(side) > 1), None)
        for side, names in zip(sides, renames, strict=True):
            names |= {} if latest is None else in_same_terms(side, latest)[0]
    for name in predicted:
        others = {names[name] for names in renames if name in names}
        for names in renames:
            names |= {old: name for old, new in names.items() if new in others}
    return [{old: new for old, new in names.items() if old != new} for names in renames]
