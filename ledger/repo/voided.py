"""Trials that were voided: those that were asked for by name, and those of others that an experiment rests on.

A stored verdict is computed again with what was voided when it was written: a later void makes it old, and not false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.errors import LedgerError
from ledger.model.experiment import Experiment, Recorded
from ledger.model.remarks import Kind, Remark
from ledger.model.void import Void
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target


def foreign(record: Recorded) -> str:
    """What a verdict calls another experiment's trial."""
    return f"{record.trial.experiment}:{record.trial.id}"


def warnings(target: Target) -> tuple[Remark, ...]:
    """What is to be said of a trial that was asked for by its name, and that was voided."""
    void = None if target.trial is None else target.trial.void
    return () if void is None else (Remark.of(Kind.SIDE_VOIDED, side=target.text, void=str(void)),)


def known(experiment: Experiment) -> frozenset[str]:
    """What the stored verdict knew to be voided, of what counts for it."""
    return frozenset() if experiment.verdict is None else frozenset(experiment.verdict.voided)


def known_sources(experiment: Experiment) -> frozenset[str]:
    """The trials that the stored verdict knew to be voided where they ran, of those that are repeated here."""
    return frozenset() if experiment.verdict is None else frozenset(experiment.verdict.voided_sources)


def as_known(record: Recorded, known: frozenset[str]) -> Recorded:
    """A record of another experiment as it was when a verdict knew these to be voided."""
    if foreign(record) not in known:
        return replace(record, void=None)
    return record if record.void is not None else replace(record, void=Void(by="", when=record.trial.started, why=""))


def source(ledger: Ledger, record: Recorded) -> Recorded | None:
    """The trial of another experiment that a record repeats, None where it is none or not in this clone."""
    name, _, identity = (record.trial.reused or "").partition("/")
    try:
        other = ledger.find(name) if name else None
    except LedgerError:
        return None
    named = None if other is None else next((r for r in other.trials if r.trial.id == identity), None)
    if other is None or named is None or _one_result(named, record):
        return named
    # of two clones that ran it one has given its trial another name since
    return next((r for r in other.trials if r.own_id == identity and _one_result(r, record)), named)


def _one_result(a: Recorded, b: Recorded) -> bool:
    return (a.trial.started, a.trial.code, a.trial.metrics) == (b.trial.started, b.trial.code, b.trial.metrics)


def repeated(experiment: Experiment) -> Mapping[str, Recorded]:
    """The results here that repeat another experiment's trial, by their ids."""
    return {r.trial.id: r for r in experiment.trials if r.valid and r.trial.reused is not None}


def sources(ledger: Ledger, experiment: Experiment) -> dict[str, str]:
    """By the id of a result that repeats another experiment's trial: that trial, where it was voided there."""
    found = {own: source(ledger, record) for own, record in repeated(experiment).items()}
    return {own: foreign(one) for own, one in found.items() if one is not None and one.void is not None}


def sources_as_known(experiment: Experiment) -> dict[str, str]:
    """The same as the stored verdict knew it."""
    known = known_sources(experiment)
    called = {own: str(r.trial.reused).replace("/", ":", 1) for own, r in repeated(experiment).items()}
    return {own: name for own, name in called.items() if name in known}


def sources_since(ledger: Ledger, experiment: Experiment) -> Remark | None:
    """Which trials that are repeated here were voided where they ran since the verdict, or are so no more."""
    return changed(known_sources(experiment), frozenset(sources(ledger, experiment).values()))


def changed(before: frozenset[str], now: frozenset[str]) -> Remark | None:
    """What of others was voided, or is no more; None where that is as it was."""
    trials = tuple(sorted(before ^ now))
    return Remark.of(Kind.OTHERS_VOIDED_SINCE, trials=trials) if trials else None
