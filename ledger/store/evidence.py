"""What a verdict is computed from: the arms as they are recorded, and the plan's own history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.analysis import progress
from ledger.analysis.judge import Arm, judge
from ledger.errors import FormatError, LedgerError
from ledger.model import hypothesis as hypotheses
from ledger.model import replicates
from ledger.model import verdict as verdicts
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.hypothesis import BASELINE, TREATMENT
from ledger.model.parameters import near_misses
from ledger.model.replicates import Point
from ledger.model.verdict import Verdict
from ledger.store.ledger import Ledger, Target
from ledger.store.sides import compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The arms by the name that predictions use, the records behind each, and the declared trials without a result."""

    arms: dict[str, Arm]
    records: dict[str, tuple[Recorded, ...]]
    missing: tuple[str, ...]


def weigh(ledger: Ledger, experiment: Experiment) -> Verdict:
    """The verdict that the records give, to be compared with the stored one. Raises LedgerError as `conclude` does."""
    early = bool(experiment.verdict and experiment.verdict.get("early"))
    return _weighed(ledger, experiment, gather(ledger, experiment), early=early, seen=looks(ledger, experiment))


def conclusion(ledger: Ledger, experiment: Experiment, *, early: bool) -> Verdict:
    """A new verdict. Raises LedgerError where declared trials are missing and it is not `early`, or a metric is."""
    evidence = gather(ledger, experiment)
    if evidence.missing and not early:
        raise LedgerError(
            f"{len(evidence.missing)} declared trials have no result yet: {_some(evidence.missing)}",
            hint="ledger run, or --early for an inconclusive verdict that counts as a look",
        )
    early = early and bool(evidence.missing)
    return _weighed(ledger, experiment, evidence, early=early, seen=looks(ledger, experiment) + early)


def _weighed(ledger: Ledger, experiment: Experiment, evidence: Evidence, *, early: bool, seen: int) -> Verdict:
    _require_metrics(experiment, evidence)
    changes = amendments(ledger, experiment)
    return judge(
        experiment.plan,
        evidence.arms,
        warnings=_warnings(ledger, experiment, evidence, changes),
        amendments=changes,
        looks=seen,
        early=early,
    )


# --- the arms


def gather(ledger: Ledger, experiment: Experiment) -> Evidence:
    """The trials that count for each arm: at its present state, at the declared replicates, the first of each."""
    plan = experiment.plan
    arms: dict[str, Arm] = {}
    records: dict[str, tuple[Recorded, ...]] = {}
    present = ledger.present(experiment)
    points = plan.replicates.points()
    for variant in plan.variants:
        if variant.experiment is not None:
            _add_other(ledger, variant.experiment, variant.name, points, arms, records)
            continue
        good = progress.counting(experiment.of(variant.name), present.get(variant.name))
        if not good and experiment.verdict is not None:
            # code that came after the verdict, by a rebase perhaps, does not take it back
            latest = max(experiment.of(variant.name), key=lambda r: r.trial.started, default=None)
            good = progress.counting(experiment.of(variant.name), latest.trial.fingerprint if latest else None)
        chosen = tuple(good[point] for point in points if point in good)
        arms[variant.name] = _arm(ledger, variant.name, points, chosen, plan.evaluation)
        records[variant.name] = chosen
    missing = [
        f"{row.variant}/{replicates.slug(row.point)}"
        for row in progress.declared(experiment, present)
        if row.state in (progress.MISSING, progress.STALE)
    ]
    for prediction in plan.predictions:
        reference = prediction.reference
        if reference not in (None, BASELINE, *arms):
            _add_other(ledger, reference or "", reference or "", points, arms, records)
    return Evidence(arms=arms, records=records, missing=tuple(missing))


def _add_other(
    ledger: Ledger,
    name: str,
    role: str,
    points: Sequence[Point],
    arms: dict[str, Arm],
    records: dict[str, tuple[Recorded, ...]],
) -> None:
    """Another experiment's treatment in the role of an arm: the same replicates where it has them, else all its own."""
    other = ledger.find(name)
    if other is None:
        return
    good = progress.counting(other.of(TREATMENT), ledger.present(other).get(TREATMENT))
    if not good:
        return
    declared = points if all(point in good for point in points) else other.plan.replicates.points()
    chosen = tuple(good[point] for point in declared if point in good)
    arms[role] = _arm(ledger, name, declared, chosen, ())
    records[role] = chosen


def _arm(
    ledger: Ledger, label: str, points: Sequence[Point], chosen: Sequence[Recorded], evaluation: Sequence[str]
) -> Arm:
    metrics: dict[str, dict[Point, float]] = {}
    for record in chosen:
        for metric, value in record.trial.metrics.items():
            metrics.setdefault(metric, {})[record.trial.point] = value
    return Arm(
        label=label, declared=tuple(points), metrics=metrics, evaluation=evaluated_on(ledger, chosen, evaluation)
    )


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
    return None if held is None else held.oid


def _require_metrics(experiment: Experiment, evidence: Evidence) -> None:
    known = {name for records in evidence.records.values() for r in records for name in r.trial.metrics}
    for prediction in experiment.plan.predictions:
        name = prediction.metric.name
        if known and name not in known:
            near = near_misses(name, sorted(known))
            raise LedgerError(
                f"the prediction {prediction} names a metric that no trial has: {name}",
                hint=f"did you mean {' or '.join(near)}? ledger amend changes the plan openly"
                if near
                else f"the trials have {', '.join(sorted(known)[:8])}",
            )


# --- the plan's own history


def history(ledger: Ledger, experiment: Experiment, file: str) -> list[tuple[str, datetime, str]]:
    """The commits that changed a file of the experiment, oldest first: id, the author's date, the text from then on."""
    path = f"{directory(experiment.name)}/{file}"
    tip = ledger.history_tip(experiment)
    if tip is None:
        return []
    out = ledger.git.text("log", "--reverse", "--format=%H %aI", "--no-renames", tip, "--", path)
    found = []
    for line in out.splitlines():
        commit, _, moment = line.partition(" ")
        text = ledger.git.objects.text(commit, path)
        if text is not None:
            found.append((commit, datetime.fromisoformat(moment), text))
    return found


def amendments(ledger: Ledger, experiment: Experiment) -> tuple[dict[str, Any], ...]:
    """Every change of the front matter since the first version: date, keys, and whether results were there by then.

    The author's date counts, because a rebase keeps it. Where the history is gone the stored verdict is believed.
    """
    if ledger.history_tip(experiment) is None:
        return tuple((experiment.verdict or {}).get("amendments") or ())
    found: list[dict[str, Any]] = []
    before: dict[str, Any] | None = None
    for _, moment, text in history(ledger, experiment, "hypothesis.md"):
        try:
            mapping = hypotheses.to_mapping(hypotheses.parse(text).plan)
        except FormatError:
            mapping = {"unreadable": text}
        if before is not None and mapping != before:
            keys = [key for key in dict.fromkeys([*before, *mapping]) if before.get(key) != mapping.get(key)]
            seen = any(r.trial.succeeded and r.trial.started < moment for r in experiment.trials)
            found.append({"date": moment.isoformat(), "changed": keys, "after_results": seen})
        before = mapping
    return tuple(found)


def looks(ledger: Ledger, experiment: Experiment) -> int:
    """How often results were there to be looked at: states of the treatment that had some, and early conclusions.

    Where the history is gone the stored verdict is believed.
    """
    if ledger.history_tip(experiment) is None and experiment.verdict is not None:
        return int(experiment.verdict.get("looks") or 1)
    states = {r.trial.fingerprint for r in experiment.of(TREATMENT) if r.trial.succeeded}
    return max(1, len(states)) + early_conclusions(ledger, experiment)


def early_conclusions(ledger: Ledger, experiment: Experiment) -> int:
    """How many verdicts were computed while declared trials were missing, by the history of `verdict.md`."""
    return sum("\nearly: true\n" in text for _, _, text in history(ledger, experiment, "verdict.md"))


# --- warnings


def _warnings(
    ledger: Ledger, experiment: Experiment, evidence: Evidence, changes: Sequence[dict[str, Any]]
) -> list[str]:
    warnings = []
    late = [change for change in changes if change["after_results"]]
    if late:
        keys = ", ".join(dict.fromkeys(key for change in late for key in change["changed"]))
        warnings.append(f"the plan was amended after results had been seen: {keys}")
    records = [record for chosen in evidence.records.values() for record in chosen]
    own = [r for r in records if r.trial.experiment == experiment.name]
    hand = [r.trial.id for r in own if r.trial.by_hand]
    if hand:
        warnings.append(f"recorded by hand, so the results may predate the prediction: {_some(hand)}")
    restored = [
        r.trial.id
        for r in own
        if not r.trial.by_hand and r.trial.stages and all(run.cached for run in r.trial.stages.values())
    ]
    if restored:
        warnings.append(f"restored from the run cache, so the results may predate the prediction: {_some(restored)}")
    early = [r.trial.id for r in own if r.trial.started < experiment.plan.created and r.trial.variant != BASELINE]
    if early:
        warnings.append(f"begun before the prediction was written: {_some(early)}")
    beyond = len(
        {
            (r.trial.variant, r.trial.point)
            for r in experiment.trials
            if r.trial.succeeded and r.trial.point not in experiment.plan.replicates.points()
        }
    )
    if beyond:
        warnings.append(f"{beyond} trials beyond the declared replicates are stored, and not counted")
    environments = {r.trial.environment for r in records}
    if len(environments) > 1:
        warnings.append(f"the trials ran in {len(environments)} different environments")
    if BASELINE in evidence.arms and evidence.records.get(BASELINE) and evidence.records.get(TREATMENT):
        found = compare(
            ledger,
            Target(text=BASELINE, experiment=experiment, variant=BASELINE),
            Target(text=TREATMENT, experiment=experiment),
        )
        warnings += [w for w in found.warnings if "attributed" in w]
    return warnings


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")


# --- writing it down


def front_matter(verdict: Verdict, *, early: bool) -> dict[str, Any]:
    """The verdict as it stands at the head of `verdict.md`."""
    document = {"schema": verdicts.SCHEMA, **verdicts.to_mapping(verdict)}
    return document | {"early": True} if early else document
