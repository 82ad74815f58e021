"""What a verdict is computed from: the arms as they are recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ledger.analysis import counting, plan_checks, progress
from ledger.analysis.counting import When
from ledger.analysis.findings import Finding
from ledger.analysis.judge import Arm, judge
from ledger.errors import LedgerError
from ledger.model import replicates, settings
from ledger.model import verdict as verdicts
from ledger.model.aliases import Aliases
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import yaml12
from ledger.model.frozen import frozen
from ledger.model.hypothesis import BASELINE, TREATMENT, Variant
from ledger.model.listing import listed, some
from ledger.model.parameters import near_misses
from ledger.model.replicates import Point
from ledger.model.settings import Settings
from ledger.model.verdict import Verdict
from ledger.repo import histories, metric_aliases, metric_files, plan_history, settled, unseen
from ledger.repo import voided as voids
from ledger.repo.ledger import Ledger
from ledger.repo.sides import compare
from ledger.repo.targets import Target, filling


@frozen
class Evidence:
    """The arms by the name that predictions use, the records behind each, and what is lacking.

    `missing` are the declared trials without a result, `stale` those of them that ran before their variant changed.
    `absent` says of every other experiment that is compared with why it has no results here. `voided` holds the trials
    at declared replicates that were voided, of own arms that predictions compare and of all others, by what verdicts
    call them; `sources` by the id of a result here that trial of another experiment which it repeats, and which was
    voided there. `aliases` are the names by which metrics are read.
    """

    arms: dict[str, Arm]
    records: dict[str, tuple[Recorded, ...]]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    absent: dict[str, str]
    voided: dict[str, Recorded]
    sources: dict[str, str]
    aliases: Aliases


def weigh(ledger: Ledger, experiment: Experiment, aliases: Aliases | None = None) -> Verdict:
    """The verdict that the records give, to be compared with the stored one. Raises LedgerError as `conclude` does.

    `aliases` are other names of metrics than those that it was written with.
    """
    early = bool(experiment.verdict and experiment.verdict.get("early"))
    evidence = gather(ledger, experiment, When.JUDGED, aliases)
    if not early:
        _require_others(evidence)
    # `ledger.yaml` as it was then
    written = histories.of_file(ledger, experiment, "verdict.md")
    return _weighed(ledger, experiment, evidence, early=early, at=written[-1][0] if written else experiment.tip)


def differences(experiment: Experiment, verdict: Verdict) -> list[Finding]:
    """Where the stored verdict is not the one that the records give."""
    assert experiment.verdict is not None
    # as it would be read from the file
    computed = yaml12.loads(yaml12.dumps(verdicts.to_mapping(verdict)))
    assert isinstance(computed, dict)
    return plan_checks.judged(experiment.verdict, computed, f"{directory(experiment.name)}/verdict.md")


def conclusion(ledger: Ledger, experiment: Experiment, evidence: Evidence, *, early: bool) -> Verdict:
    """A new verdict. Raises LedgerError where declared trials are missing and it is not `early`, a metric is, or
    the code has changed since the trials so that no stage noticed.
    """
    if not early:
        _require_others(evidence)
        _require_complete(evidence)
    refusal = unseen.since_trials(ledger, experiment)
    if refusal is not None:
        raise refusal
    early = bool(evidence.missing or evidence.absent)
    return _weighed(ledger, experiment, evidence, early=early, at=experiment.tip)


def _weighed(ledger: Ledger, experiment: Experiment, evidence: Evidence, *, early: bool, at: str) -> Verdict:
    """The verdict by the settings of the commit `at`."""
    _require_metrics(ledger, experiment, evidence)
    changes = plan_history.amendments(ledger, experiment)
    used = metric_aliases.used(experiment, evidence.records, evidence.aliases)
    late = metric_aliases.late(ledger, experiment, used)
    known = _settings(ledger, at)
    verdict = judge(
        experiment.plan,
        evidence.arms,
        warnings=[*_warnings(ledger, experiment, evidence), *metric_aliases.said(used)],
        amendments=changes,
        looks=plan_history.looks(ledger, experiment),
        older=plan_history.known_before(ledger, experiment, evidence.records),
        left_out=plan_history.left_out(ledger, experiment, evidence.records, changes),
        voided=list(evidence.voided),
        late_aliases=late,
        late_directions=settled.late_directions(ledger, experiment, known),
        early=early,
        settings=known,
    )
    states = {arm: records[0].trial.fingerprint for arm, records in evidence.records.items() if records}
    return replace(
        verdict,
        fingerprints=states,
        aliases=metric_aliases.stated(used, evidence.aliases),
        voided_sources=tuple(sorted(set(evidence.sources.values()))),
    )


def _settings(ledger: Ledger, commit: str) -> Settings:
    """`ledger.yaml` as a commit has it, so that a verdict can be computed again; else that of the work tree."""
    text = ledger.git.objects.text(commit, settings.FILE)
    return ledger.settings if text is None else settings.parse(text)


def _require_others(evidence: Evidence) -> None:
    for name, reason in evidence.absent.items():
        raise LedgerError(reason, hint=f"git fetch, or ledger run {name}; --early concludes without it")


def _require_complete(evidence: Evidence) -> None:
    if not evidence.missing:
        return
    count, stale = len(evidence.missing), len(evidence.stale)
    lacking = "1 declared trial has no result yet" if count == 1 else f"{count} declared trials have no result yet"
    changed = f" ({stale} ran before the variant changed)" if stale else ""
    raise LedgerError(
        f"{lacking}{changed}: {some(evidence.missing)}",
        hint="ledger run, or --early for an inconclusive verdict until then",
    )


# --- the arms


def gather(ledger: Ledger, experiment: Experiment, when: When, aliases: Aliases | None = None) -> Evidence:
    """The trials that count for each arm, at the declared replicates.

    `when`: PRESENT for a new verdict, JUDGED for the stored one. Metrics are read by the names in `aliases`; without
    them by those that the verdict was written with, or for a new one by those that the experiment's branch has.
    """
    if aliases is None and when is When.JUDGED:
        aliases = metric_aliases.of_verdict(experiment.verdict)
    elif aliases is None:
        aliases = metric_aliases.at(ledger, experiment.tip)
    experiment = experiment.named(aliases)
    plan = experiment.plan
    arms: dict[str, Arm] = {}
    records: dict[str, tuple[Recorded, ...]] = {}
    absent: dict[str, str] = {}
    present = ledger.present(experiment)
    named = counting.judged(experiment) if when is When.JUDGED else {}
    known = voids.known(experiment) if when is When.JUDGED else None
    voided: dict[str, Recorded] = {}
    compared = {name for p in plan.predictions for name in (p.metric.variant or TREATMENT, p.reference)}
    points = plan.replicates.points()
    for variant in plan.variants:
        if variant.experiment is not None:
            absent |= _add_other(ledger, variant, experiment, arms, records, named.get(variant.name), known, voided)
            continue
        if variant.name in compared:
            voided |= {r.trial.id: r for r in experiment.of(variant.name) if r.void and r.trial.point in points}
        good = _standing(experiment, variant.name, present.get(variant.name), named.get(variant.name))
        chosen = tuple(good[point] for point in points if point in good)
        arms[variant.name] = _arm(ledger, variant.name, points, chosen, experiment)
        records[variant.name] = chosen
    rows = progress.declared(experiment, present)
    missing, stale = (
        tuple(f"{row.variant}/{replicates.slug(row.point)}" for row in rows if row.state in states)
        for states in ((progress.MISSING, progress.STALE), (progress.STALE,))
    )
    for prediction in plan.predictions:
        reference = prediction.reference
        if reference not in (None, BASELINE, *arms):
            other = Variant(name=reference or "", experiment=reference)
            absent |= _add_other(ledger, other, experiment, arms, records, named.get(other.name), known, voided)
    arms = metric_files.by_predicted_names(ledger, plan, arms, records)
    return Evidence(
        arms=arms,
        records=records,
        missing=missing,
        stale=stale,
        absent=absent,
        voided=voided,
        sources=voids.sources_as_known(experiment) if when is When.JUDGED else voids.sources(ledger, experiment),
        aliases=aliases,
    )


def _standing(experiment: Experiment, variant: str, present: str | None, named: str | None) -> dict[Point, Recorded]:
    """The results of an arm at the state that a verdict has `named`, else at its present one.

    Code that came after a verdict, by a rebase perhaps, does not take the results back: then those that it judged. An
    arm that the plan has no more has no present state: it is what ran last.
    """
    records = experiment.of(variant)
    good = counting.at(records, named) or counting.at(records, present)
    if good or (experiment.verdict is None and experiment.plan.variant(variant) is not None):
        return good
    return counting.at(records, counting.state(experiment, variant, When.JUDGED))


def _add_other(
    ledger: Ledger,
    role: Variant,
    experiment: Experiment,
    arms: dict[str, Arm],
    records: dict[str, tuple[Recorded, ...]],
    named: str | None,
    known: frozenset[str] | None,
    voided: dict[str, Recorded],
) -> dict[str, str]:
    """Another experiment's arm in the role of one here: the same replicates where it has them, else all its own.

    Of what was voided there only what a stored verdict has `known` is so for it; None is for a new one.
    Returns why it has no results, by its experiment's name; nothing where it has some.
    """
    target = filling(ledger, role)
    name = role.experiment or ""
    if target is None or target.experiment is None:
        return {name: f"the experiment {role.filled_by}, which is compared with, is not in this clone"}
    other, arm, plan = target.experiment.named(experiment.aliases), target.variant, experiment.plan
    if known is not None:
        other = replace(other, trials=tuple(voids.as_known(r, known) for r in other.trials))
    at = {*plan.replicates.points(), *other.plan.replicates.points()}
    voided |= {voids.foreign(r): r for r in other.of(arm) if r.void is not None and r.trial.point in at}
    good = _standing(other, arm, ledger.present(other).get(arm), named)
    if not good:
        changed = " since it changed" if any(r.trial.succeeded for r in other.of(arm)) else ""
        return {name: f"the experiment {role.filled_by}, which is compared with, has no results{changed}"}
    points = plan.replicates.points()
    declared = points if all(point in good for point in points) else other.plan.replicates.points()
    chosen = tuple(good[point] for point in declared if point in good)
    arms[role.name] = _arm(ledger, target.text, declared, chosen, experiment)
    records[role.name] = chosen
    return {}


def voided_elsewhere(ledger: Ledger, experiment: Experiment) -> str | None:
    """Which trials of others were voided since the verdict, or are so no more; None where that is as it was."""
    now, known = gather(ledger, experiment, When.PRESENT).voided, voids.known(experiment)
    before, after = (frozenset(name for name in names if ":" in name) for names in (known, now))
    return voids.changed(before, after)


def _arm(
    ledger: Ledger, label: str, points: Sequence[Point], chosen: Sequence[Recorded], experiment: Experiment
) -> Arm:
    """The arm, with its metrics called as the experiment's plan predicts them."""
    metrics: dict[str, dict[Point, float]] = {}
    for record in chosen:
        for metric, value in metric_aliases.as_predicted(record, experiment).items():
            metrics.setdefault(metric, {})[record.trial.point] = value
    evaluated = evaluated_on(ledger, chosen, experiment.plan.evaluation)
    return Arm(label=label, declared=tuple(points), metrics=metrics, evaluation=evaluated)


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


def _require_metrics(ledger: Ledger, experiment: Experiment, evidence: Evidence) -> None:
    known = {name for records in evidence.records.values() for r in records for name in r.metrics}
    declared = [variant.name for variant in experiment.plan.variants]
    for prediction in experiment.plan.predictions:
        name, variant = prediction.metric.name, prediction.metric.variant or TREATMENT
        if variant not in declared:
            raise LedgerError(
                f"the prediction {prediction} is about the variant {variant}, which the plan does not declare",
                hint=f"it declares {', '.join(declared)}; ledger amend changes the plan openly",
            )
        now = evidence.aliases.now(name)
        for arm in filter(None, (variant, prediction.reference)):
            metric_aliases.require_clear(name, evidence.aliases, evidence.records.get(arm, ()))
        if known and now not in known:
            near = near_misses(name, sorted(known))
            if any(ledger.settings.aliases.same(name, other) for other in known):
                raise LedgerError(
                    f"{settings.FILE} has another name for {name} here, but not as {experiment.name} has it committed",
                    hint=f"commit `aliases` in {settings.FILE} on its branch: those count that it has",
                )
            raise LedgerError(
                f"the prediction {prediction} names a metric that no trial has: {name}",
                hint=f"did you mean {' or '.join(near)}? ledger amend changes the plan openly"
                if near
                else f"the trials have {listed(sorted(known), 8)}",
            )


# --- warnings


def _warnings(ledger: Ledger, experiment: Experiment, evidence: Evidence) -> list[str]:
    warnings = []
    records = [record for chosen in evidence.records.values() for record in chosen]
    own = [r for r in records if r.trial.experiment == experiment.name]
    hand = [r.trial.id for r in own if r.trial.by_hand]
    if hand:
        warnings.append(f"recorded by hand, so the results may predate the prediction: {some(hand)}")
    restored = [
        r.trial.id
        for r in own
        if not r.trial.by_hand and r.trial.stages and all(run.cached for run in r.trial.stages.values())
    ]
    if restored:
        warnings.append(f"restored from the run cache, so the results may predate the prediction: {some(restored)}")
    early = [r.trial.id for r in own if r.trial.started < experiment.plan.created and r.trial.variant != BASELINE]
    if early:
        warnings.append(f"begun before the prediction was written: {some(early)}")
    counted = {(r.trial.variant, r.trial.point, r.trial.fingerprint) for r in own}
    before = [
        r.trial.status
        for r in experiment.trials
        if not r.trial.succeeded and (r.trial.variant, r.trial.point, r.trial.fingerprint) in counted
    ]
    if before:
        kinds = ", ".join(f"{before.count(status)} {status}" for status in dict.fromkeys(before))
        again = "1 attempt" if len(before) == 1 else f"{len(before)} attempts"
        warnings.append(
            f"{again} at replicates that count ended without a result before one had it ({kinds}): "
            "runs that look bad can be stopped and tried again"
        )
    beyond = len(
        {
            (r.trial.variant, r.trial.point)
            for r in experiment.trials
            if r.valid and r.trial.point not in experiment.plan.replicates.points()
        }
    )
    if beyond:
        stored = "1 trial is" if beyond == 1 else f"{beyond} trials are"
        warnings.append(f"{stored} beyond the declared replicates: stored, and not counted")
    for name, record in evidence.voided.items():
        # why another experiment's was is said there, as long as it is voided
        why = "" if record.void is None or ":" in name else " ".join(record.void.why.split())
        warnings.append(f"voided: {name}, {why}" if why else f"voided: {name}")
    if evidence.sources:
        told = [f"{own} ({source})" for own, source in evidence.sources.items()]
        warnings.append(f"repeated here, and voided where they ran: {some(told)}")
    environments = {r.trial.environment for r in records}
    if len(environments) > 1:
        warnings.append(f"the trials ran in {len(environments)} different environments: ledger diff names what differs")
    return [*warnings, *_attribution(ledger, experiment, evidence)]


def _attribution(ledger: Ledger, experiment: Experiment, evidence: Evidence) -> list[str]:
    """For every two sides that a prediction compares: whether more than one thing differs between them."""
    sides = dict.fromkeys(
        (p.reference, p.metric.variant or TREATMENT) for p in experiment.plan.predictions if p.reference is not None
    )
    warnings: list[str] = []
    for reference, variant in sides:
        if not evidence.records.get(reference) or not evidence.records.get(variant):
            continue
        own = Target(text=variant, experiment=experiment, variant=variant)
        arm = experiment.plan.variant(reference)
        other = experiment if arm is not None else ledger.find(reference)
        if other is None:
            continue
        named = reference if arm is not None else other.plan.leading
        against = Target(text=reference, experiment=other, variant=named)
        confounded = compare(ledger, against, own).confounded
        warnings += [f"between {reference} and {variant} {w}" for w in confounded] if len(sides) > 1 else confounded
    return warnings


# --- writing it down


def front_matter(verdict: Verdict) -> dict[str, Any]:
    """The verdict as it stands at the head of `verdict.md`."""
    document = {"schema": verdicts.SCHEMA, **verdicts.to_mapping(verdict)}
    return document | {"early": True} if verdict.early else document
