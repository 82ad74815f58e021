"""Which names a verdict took for one metric, and whether that was settled before there were results.

A prediction names a metric, and trials may have it under another name. What joins the two decides what is tested, so it
is part of the plan: an alias is chosen before results, or it may be chosen by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from ledger.analysis.metric_names import forced
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model import aliases as names
from ledger.model import settings
from ledger.model.aliases import Aliases
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.plan import TREATMENT
from ledger.model.remarks import Kind, Remark
from ledger.model.settings import Settings
from ledger.model.verdict import Verdict
from ledger.repo import settled
from ledger.repo.ledger import Ledger


@frozen
class Use:
    """A predicted metric that trials have under another name: `written` in their `records`."""

    predicted: str
    written: str
    records: tuple[Recorded, ...]

    def __str__(self) -> str:
        return f"{self.written} as {self.predicted}"


def at(git: Git, commit: str) -> Aliases:
    """The aliases that a commit has. Raises LedgerError where its `ledger.yaml` cannot be read."""
    text = git.objects.text(commit, settings.FILE)
    return names.NONE if text is None else settings.parse(text).aliases


def uncommitted(ledger: Ledger, experiment: Experiment) -> Iterator[Remark]:
    """A remark for each predicted metric of which the work tree knows more names than the branch has committed."""
    here, there = ledger.settings.aliases, settled.committed(ledger.git, experiment.tip).aliases
    for name in dict.fromkeys(p.metric.name for p in experiment.plan.predictions):
        known = dict.fromkeys([here.now(name), *(former for former in here.current if here.same(former, name))])
        lacking = tuple(other for other in known if not there.same(other, name))
        if lacking:
            yield Remark.of(Kind.UNCOMMITTED_ALIAS, names=lacking, metric=name, experiment=experiment.name)


def of_verdict(verdict: Verdict | None) -> Aliases:
    """The aliases that a verdict was written with, as far as they mattered to it."""
    try:
        return (
            names.NONE if verdict is None else names.parse({name: list(had) for name, had in verdict.aliases.items()})
        )
    except ValueError:
        return names.NONE


def as_predicted(record: Recorded, experiment: Experiment) -> Mapping[str, float]:
    """A record's metrics as the plan's predictions call them."""
    if not record.aliases:
        return record.metrics
    called: dict[str, dict[str, None]] = {}
    for p in experiment.plan.predictions:
        called.setdefault(record.aliases.now(p.metric.name), {})[p.metric.name] = None
    return {word: value for name, value in record.metrics.items() for word in called.get(name, (name,))}


def require_clear(metric: str, aliases: Aliases, records: Iterable[Recorded]) -> None:
    """Refuse a trial that has the metric by several names: to take one would be to choose among results."""
    for record in records:
        for group in aliases.unclear(record.trial.metrics):
            if aliases.same(group[0], metric):
                raise LedgerError(
                    f"{record.trial.experiment}:{record.trial.id} has {' and '.join(group)} with different values, and "
                    f"{settings.FILE} calls them one metric",
                    hint=f"take what is another metric out of `aliases` in {settings.FILE}, and commit it",
                )


def used(experiment: Experiment, records: Mapping[str, Sequence[Recorded]], aliases: Aliases) -> tuple[Use, ...]:
    """What is read under another name than predictions have, of the arms that they compare."""
    found: dict[tuple[str, str], dict[int, Recorded]] = {}
    for p in experiment.plan.predictions if aliases else ():
        name = p.metric.name
        for arm in filter(None, (p.metric.variant or TREATMENT, p.reference)):
            for record in records.get(arm, ()):
                if name in record.trial.metrics:
                    continue
                for written in record.trial.metrics:
                    if aliases.same(written, name):
                        found.setdefault((name, written), {})[id(record)] = record
    return tuple(Use(predicted=p, written=w, records=tuple(held.values())) for (p, w), held in found.items())


def stated(uses: Iterable[Use], aliases: Aliases) -> dict[str, list[str]]:
    """The aliases that mattered, as the verdict states them."""
    return aliases.among(name for use in uses for name in (use.predicted, use.written)).to_mapping()


def said(uses: Iterable[Use]) -> list[Remark]:
    """A warning for each."""
    return [
        Remark.of(Kind.ALIAS, written=use.written, predicted=use.predicted, trials=len(use.records)) for use in uses
    ]


def late(ledger: Ledger, experiment: Experiment, uses: Sequence[Use]) -> tuple[str, ...]:
    """Those that were not settled before the experiment's first result, and that left a choice.

    There is none where every trial that lacks the predicted name has one metric alone, or one alone that is spelt like
    it: `metric_names.forced`, as for a name that is corrected. What the history has lost the stored verdict says.
    """
    if not uses:
        return ()
    stored = () if experiment.verdict is None else experiment.verdict.late_aliases
    found = []
    for use in uses:
        choice = any(forced(use.predicted, r.trial.metrics) != use.written for r in use.records)
        if str(use) in stored or (choice and not settled.before_results(ledger, experiment, partial(_joins, use))):
            found.append(str(use))
    return tuple(found)


def _joins(use: Use, known: Settings) -> bool:
    """Whether the settings call both names one metric."""
    return known.aliases.same(use.predicted, use.written)
