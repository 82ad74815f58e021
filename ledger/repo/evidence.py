"""What is a verdict computed from? The arms as they are recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from ledger.analysis import counting, progress
from ledger.analysis.arms import ArmValues
from ledger.analysis.counting import When
from ledger.model import replicates
from ledger.model.aliases import Aliases
from ledger.model.experiment import Experiment, Recorded
from ledger.model.frozen import frozen
from ledger.model.plan import BASELINE, TREATMENT, Variant
from ledger.model.remarks import Remark
from ledger.model.replicates import Point
from ledger.repo import metric_aliases, metric_files, submodules
from ledger.repo import voided as voids
from ledger.repo.ledger import Ledger
from ledger.repo.targets import filling


@frozen
class Evidence:
    """The arms by the name that predictions use, the records behind each, and what is lacking.

    `missing` are the declared trials without a result, `stale` those of them that ran before their variant changed.
    `absent` says of every other experiment that is compared with why it has no results here. `voided` holds the trials
    at declared replicates that were voided, of own arms that predictions compare and of all others, by what verdicts
    call them; `sources` by the id of a result here that trial of another experiment which it repeats, and which was
    voided there. `aliases` are the names by which metrics are read.
    """

    arms: dict[str, ArmValues]
    records: dict[str, tuple[Recorded, ...]]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    absent: dict[str, str]
    voided: dict[str, Recorded]
    sources: dict[str, str]
    aliases: Aliases


def gather(ledger: Ledger, experiment: Experiment, when: When, aliases: Aliases | None = None) -> Evidence:
    """The trials that count for each arm, at the declared replicates.

    `when`: PRESENT for a new verdict, JUDGED for the stored one. Metrics are read by the names in `aliases`; without
    them by those that the verdict was written with, or for a new one by those that the experiment's branch has.
    """
    stored = when is When.JUDGED
    if aliases is None:
        aliases = (
            metric_aliases.of_verdict(experiment.verdict) if stored else metric_aliases.at(ledger.git, experiment.tip)
        )
    experiment = experiment.named(aliases)
    plan = experiment.plan
    present = ledger.present(experiment)
    named = counting.judged(experiment) if stored else {}
    known = voids.known(experiment) if stored else None
    declared = [variant.name for variant in plan.variants]
    references = dict.fromkeys(p.reference for p in plan.predictions if p.reference not in (None, BASELINE, *declared))
    roles = [*plan.variants, *(Variant(name=name, experiment=name) for name in references if name is not None)]
    sides = {}
    for role in roles:
        results = _Results(named=named.get(role.name), none=stored and _judged_none(experiment, role.name))
        if role.experiment is None:
            sides[role.name] = _own(ledger, experiment, role.name, results, present.get(role.name))
        else:
            sides[role.name] = _others(ledger, experiment, role, results, known)
    records = {name: side.records for name, side in sides.items() if side.arm is not None}
    arms = {name: side.arm for name, side in sides.items() if side.arm is not None}
    rows = progress.declared(experiment, present)
    missing, stale = (
        tuple(f"{row.variant}/{replicates.slug(row.point)}" for row in rows if row.state in states)
        for states in ((progress.MISSING, progress.STALE), (progress.STALE,))
    )
    return Evidence(
        arms=metric_files.by_predicted_names(ledger, plan, arms, records),
        records=records,
        missing=missing,
        stale=stale,
        absent={role.experiment or "": why for role in roles if (why := sides[role.name].absent) is not None},
        voided={name: record for side in sides.values() for name, record in side.voided.items()},
        sources=voids.sources_as_known(experiment) if stored else voids.sources(ledger, experiment),
        aliases=aliases,
    )


@frozen
class _Side:
    """An arm with the records behind it, or why another experiment has none, and which of its trials were voided."""

    arm: ArmValues | None = None
    records: tuple[Recorded, ...] = ()
    voided: Mapping[str, Recorded] = field(default_factory=dict)
    absent: str | None = None


def _own(ledger: Ledger, experiment: Experiment, name: str, results: _Results, present: str | None) -> _Side:
    plan = experiment.plan
    points = plan.replicates.points()
    good = results.standing(experiment, name, present)
    chosen = tuple(good[point] for point in points if point in good)
    compared = {arm for p in plan.predictions for arm in (p.metric.variant or TREATMENT, p.reference)}
    voided = [r for r in experiment.of(name) if r.void and r.trial.point in points] if name in compared else []
    return _Side(
        arm=_arm(ledger, name, points, chosen, experiment),
        records=chosen,
        voided={record.trial.id: record for record in voided},
    )


def _judged_none(experiment: Experiment, variant: str) -> bool:
    """Whether the stored verdict was computed early, when the arm had no results at its state of then."""
    verdict = experiment.verdict
    return verdict is not None and verdict.early and not verdict.older and variant not in verdict.fingerprints


@frozen
class _Results:
    """The state of an arm's results that a verdict has `named`, or that it had `none`."""

    named: str | None
    none: bool

    def standing(self, experiment: Experiment, variant: str, present: str | None) -> dict[Point, Recorded]:
        """The results at the state that the verdict named, else at the `present` one.

        Code that came after a verdict, by a rebase perhaps, does not take the results back: then those that it judged.
        An arm that the plan has no more has no present state: it is what ran last.
        """
        if self.none:
            return {}
        records = experiment.of(variant)
        good = counting.at(records, self.named) or counting.at(records, present)
        if good or (experiment.verdict is None and experiment.plan.variant(variant) is not None):
            return good
        return counting.at(records, counting.state(experiment, variant, When.JUDGED))


def _others(
    ledger: Ledger, experiment: Experiment, role: Variant, results: _Results, known: frozenset[str] | None
) -> _Side:
    """Another experiment's arm in the role of one here: the same replicates where it has them, else all its own.

    Of what was voided there only what a stored verdict has `known` is so for it; None is for a new one.
    """
    target = filling(ledger, role)
    lacking = f"the experiment {role.filled_by}, which is compared with,"
    if target is None or target.experiment is None:
        return _Side(absent=f"{lacking} is not in this clone")
    other, arm = target.experiment.named(experiment.aliases), target.variant
    points = experiment.plan.replicates.points()
    if known is not None:
        other = replace(other, trials=tuple(voids.as_known(r, known) for r in other.trials))
    all_points = other.plan.replicates.points()
    voided = {
        voids.foreign(r): r for r in other.of(arm) if r.void is not None and r.trial.point in {*points, *all_points}
    }
    good = results.standing(other, arm, ledger.present(other).get(arm))
    if not good:
        changed = " since it changed" if any(r.trial.succeeded for r in other.of(arm)) else ""
        return _Side(voided=voided, absent=f"{lacking} has no results{changed}")
    declared = points if all(point in good for point in points) else all_points
    chosen = tuple(good[point] for point in declared if point in good)
    return _Side(arm=_arm(ledger, target.text, declared, chosen, experiment), records=chosen, voided=voided)


def voided_elsewhere(ledger: Ledger, experiment: Experiment) -> Remark | None:
    """Which trials of others were voided since the verdict, or are so no more; None where that is as it was."""
    now, known = gather(ledger, experiment, When.PRESENT).voided, voids.known(experiment)
    before, after = (frozenset(name for name in names if ":" in name) for names in (known, now))
    return voids.changed(before, after)


def _arm(
    ledger: Ledger, label: str, points: Sequence[Point], chosen: Sequence[Recorded], experiment: Experiment
) -> ArmValues:
    """The arm, with its metrics called as the experiment's plan predicts them."""
    metrics: dict[str, dict[Point, float]] = {}
    for record in chosen:
        for metric, value in metric_aliases.as_predicted(record, experiment).items():
            metrics.setdefault(metric, {})[record.trial.point] = value
    evaluated = evaluated_on(ledger, chosen, experiment.plan.evaluation)
    return ArmValues(label=label, declared=tuple(points), metrics=metrics, evaluation=evaluated)


def evaluated_on(ledger: Ledger, records: Iterable[Recorded], paths: Sequence[str]) -> dict[str, str | None]:
    """The hash of each evaluation path over the records: None where it is not known, or differs among them."""
    found: dict[str, str | None] = {}
    for path in paths:
        hashes = {_hash_of(ledger, record, path) for record in records}
        found[path] = hashes.pop() if len(hashes) == 1 else None
    return found


def _hash_of(ledger: Ledger, record: Recorded, path: str) -> str | None:
    trial = record.trial
    pin = trial.outs.get(path) or trial.data.get(path)
    if pin is not None:
        return pin.md5
    held = ledger.git.objects.read(f"{trial.code}:{path}")
    return submodules.file_id(ledger, trial.code, path) if held is None else held.oid
