"""Which verdict do the records give?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ledger.analysis import counting
from ledger.analysis.bisection.gathered import confirmation
from ledger.analysis.counting import When
from ledger.analysis.doubts import doubts
from ledger.analysis.judge import judge
from ledger.analysis.search.state import SearchState
from ledger.analysis.searching import State, finding, state
from ledger.errors import LedgerError
from ledger.model import settings
from ledger.model.aliases import Aliases
from ledger.model.cases import CaseColumns
from ledger.model.experiment import Experiment
from ledger.model.finding import Finding, Found
from ledger.model.formats import yaml12
from ledger.model.listing import listed, some
from ledger.model.near_misses import near_misses
from ledger.model.plan import TREATMENT
from ledger.model.prediction import Prediction
from ledger.model.remarks import Remark
from ledger.model.settings import Settings
from ledger.model.verdict import Verdict
from ledger.model.verdict_file import from_mapping, front_matter
from ledger.repo import histories, known_results, metric_aliases, over_cases, plan_history, settled, unseen
from ledger.repo.comparison import compare
from ledger.repo.evidence import Evidence, gather
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target
from ledger.report.remarks import worded


def weigh(ledger: Ledger, experiment: Experiment, aliases: Aliases | None = None) -> Verdict:
    """The verdict that the records give, to be compared with the stored one. Raises LedgerError as `conclude` does.

    `aliases` are other names of metrics than those that it was written with.
    """
    early = experiment.verdict is not None and experiment.verdict.early
    evidence = gather(ledger, experiment, When.JUDGED, aliases)
    if not early:
        _require_others(evidence)
    # `ledger.yaml` as it was then
    written = histories.of_file(ledger, experiment, "verdict.md")
    at = written[-1][0] if written else experiment.tip
    present = {**ledger.present(experiment), **counting.judged(experiment)}
    stated = None if experiment.verdict is None else experiment.verdict.cases
    so_far = _searched(experiment, evidence, present)
    found = _weighed(ledger, experiment, evidence, present, so_far, early=early, at=at, columns=stated)
    # as it would be read from its file
    document = yaml12.loads(yaml12.dumps(front_matter(found)))
    assert isinstance(document, dict)
    return from_mapping(document)


def leaves_out_cases(ledger: Ledger, experiment: Experiment) -> bool:
    """Whether the stored verdict does without per-case results that `ledger.yaml` named when it was written."""
    verdict = experiment.verdict
    written = histories.of_file(ledger, experiment, "verdict.md")
    if verdict is None or verdict.cases is not None or not written:
        return False
    declared = _settings(ledger, written[-1][0]).cases
    return over_cases.of_predictions(declared, experiment.plan, metric_aliases.of_verdict(verdict)) is not None


def conclusion(ledger: Ledger, experiment: Experiment, evidence: Evidence, *, early: bool) -> Verdict:
    """A new verdict. Raises LedgerError where declared trials are missing and it is not `early`, a metric is, or
    the code has changed since the trials so that no stage noticed.
    """
    present = ledger.present(experiment)
    so_far = _searched(experiment, evidence, present)
    if not early:
        _require_others(evidence)
        _require_complete(evidence)
        _require_answer(experiment, so_far)
    unseen.require_none(ledger, experiment)
    early = bool(evidence.missing or evidence.absent) if so_far is None else not so_far.finished
    declared = _settings(ledger, experiment.tip).cases
    columns = over_cases.of_predictions(declared, experiment.plan, evidence.aliases)
    return _weighed(ledger, experiment, evidence, present, so_far, early=early, at=experiment.tip, columns=columns)


def _searched(experiment: Experiment, evidence: Evidence, present: Mapping[str, str]) -> State | None:
    """How far the search has come at these fingerprints of its arms; None of a plan without one."""
    return None if experiment.plan.search is None else state(experiment.named(evidence.aliases), present)


def _weighed(
    ledger: Ledger,
    experiment: Experiment,
    evidence: Evidence,
    present: Mapping[str, str],
    so_far: State | None,
    *,
    early: bool,
    at: str,
    columns: CaseColumns | None,
) -> Verdict:
    """The verdict by the settings of the commit `at`, with per-case results from these `columns`.

    `present`: the fingerprints of a search's arms that count, `so_far` its state at these.
    """
    known = _settings(ledger, at)
    for prediction in experiment.plan.predictions:
        _require_metric(ledger, experiment, evidence, prediction)
    changes = plan_history.amendments(ledger, experiment)
    used = metric_aliases.used(experiment, evidence.records, evidence.aliases)
    counted = [record for chosen in evidence.records.values() for record in chosen]
    verdict = judge(
        experiment.plan,
        evidence.arms,
        warnings=(
            *doubts(experiment, counted, evidence.voided, evidence.sources),
            *_attribution(ledger, experiment, evidence),
            *metric_aliases.said(used),
        ),
        amendments=changes,
        looks=plan_history.looks(ledger, experiment),
        older=known_results.known_before(ledger, experiment, evidence.records),
        left_out=known_results.left_out(ledger, experiment, evidence.records, changes),
        voided=list(evidence.voided),
        late_aliases=metric_aliases.late(ledger, experiment, used),
        late_directions=settled.late_directions(ledger, experiment, known),
        early=early,
        settings=known,
    )
    if columns is not None:
        verdict = over_cases.with_cases(ledger, experiment, evidence, verdict, columns)
    states = {arm: records[0].trial.fingerprint for arm, records in evidence.records.items() if records}
    found: Found | None = None
    if so_far is not None:
        found = finding(so_far)
        if isinstance(so_far, SearchState) and isinstance(found, Finding):
            stated = confirmation(experiment.named(evidence.aliases), so_far, present)
            found = replace(found, confirmation=stated)
        # those too of which no trial has succeeded: that it failed belongs to the answer
        states = {v.name: present[v.name] for v in experiment.tried_or_declared if v.name in present}
    return worded(
        replace(
            verdict,
            finding=found,
            fingerprints=states,
            aliases=metric_aliases.stated(used, evidence.aliases),
            voided_sources=tuple(sorted(set(evidence.sources.values()))),
        )
    )


def _settings(ledger: Ledger, commit: str) -> Settings:
    """`ledger.yaml` as a commit has it, so that a verdict can be computed again; else that of the work tree."""
    text = ledger.git.objects.text(commit, settings.FILE)
    return ledger.settings if text is None else settings.parse(text)


def _attribution(ledger: Ledger, experiment: Experiment, evidence: Evidence) -> Iterator[Remark]:
    """For every two sides that a prediction compares: whether more than one thing differs between them."""
    sides = dict.fromkeys(
        (p.reference, p.metric.variant or TREATMENT) for p in experiment.plan.predictions if p.reference is not None
    )
    for reference, variant in sides:
        if not evidence.records.get(reference) or not evidence.records.get(variant):
            continue
        arm = experiment.plan.variant(reference)
        other = experiment if arm is not None else ledger.find(reference)
        if other is None:
            continue
        own = Target(text=variant, experiment=experiment, variant=variant)
        named = reference if arm is not None else other.leading
        against = Target(text=reference, experiment=other, variant=named)
        for remark in compare(ledger, against, own).confounded:
            yield remark.having(between=(reference, variant)) if len(sides) > 1 else remark


# --- what a verdict needs


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


def _require_answer(experiment: Experiment, so_far: State | None) -> None:
    """Raise LedgerError where a search is still going on."""
    if so_far is not None and not so_far.finished:
        raise LedgerError(
            f"the search of {experiment.name} has no answer yet, after {so_far.trainings} trials",
            hint="ledger run continues it, --early concludes with what is known so far",
        )


def _require_metric(ledger: Ledger, experiment: Experiment, evidence: Evidence, prediction: Prediction) -> None:
    name, variant = prediction.metric.name, prediction.metric.variant or TREATMENT
    declared = [arm.name for arm in experiment.plan.variants]
    if variant not in declared:
        raise LedgerError(
            f"the prediction {prediction} is about the variant {variant}, which the plan does not declare",
            hint=f"it declares {', '.join(declared)}; ledger amend changes the plan openly",
        )
    for arm in filter(None, (variant, prediction.reference)):
        metric_aliases.require_clear(name, evidence.aliases, evidence.records.get(arm, ()))
    known = {metric for records in evidence.records.values() for r in records for metric in r.metrics}
    if not known or evidence.aliases.now(name) in known:
        return
    near = near_misses(name, sorted(known))
    if any(ledger.settings.aliases.same(name, other) for other in known):
        raise LedgerError(
            f"{settings.FILE} has another name for {name} here, but not as {experiment.name} has it committed",
            hint=f"commit `aliases` in {settings.FILE} on its branch: only those count",
        )
    raise LedgerError(
        f"the prediction {prediction} names a metric that no trial has: {name}",
        hint=f"did you mean {' or '.join(near)}? ledger amend changes the plan openly"
        if near
        else f"the trials have {listed(sorted(known), 8)}",
    )
