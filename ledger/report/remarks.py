"""The sentences of remarks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ledger.model.listing import are, counted, listed, some
from ledger.model.remarks import Fact, Kind, Remark
from ledger.model.verdict import Verdict
from ledger.report.shown_remarks import SENTENCES


def sentence(remark: Remark) -> str:
    """The remark as a sentence; an older verdict has no kinds, so its stored sentence is returned."""
    if remark.kind not in _SENTENCES:
        return remark.text or remark.kind
    made, facts = _SENTENCES[remark.kind], dict(remark.facts)
    if isinstance(made, str):
        return made.format(**{name: some(fact) if isinstance(fact, tuple) else fact for name, fact in facts.items()})
    return made(**facts)


def said(remark: Remark | None) -> str | None:
    """The sentence, None where there is no remark."""
    return None if remark is None else sentence(remark)


def sentences(remarks: Sequence[Remark]) -> tuple[str, ...]:
    """One sentence per remark, in order."""
    return tuple(map(sentence, remarks))


def worded(verdict: Verdict) -> Verdict:
    """The verdict with the sentence of every remark filled in, ready to be stored."""

    def with_texts(remarks: Sequence[Remark]) -> tuple[Remark, ...]:
        return tuple(replace(remark, text=sentence(remark)) for remark in remarks)

    return replace(
        verdict,
        predictions=tuple(replace(one, remarks=with_texts(one.remarks)) for one in verdict.predictions),
        warnings=with_texts(verdict.warnings),
        reasons=with_texts(verdict.reasons),
    )


def _voided_after_results(trials: tuple[str, ...]) -> str:
    was = "1 trial was" if len(trials) == 1 else f"{len(trials)} trials were"
    return f"{was} voided after results: {some(trials)}"


def _tried_again(statuses: tuple[str, ...]) -> str:
    kinds = ", ".join(f"{count} {status}" for status, count in Counter(statuses).items())
    ended = "at replicates that count ended without a result before one succeeded"
    again = "a run that looks bad can be stopped and tried again"
    return f"{counted(len(statuses), 'attempt')} {ended} ({kinds}): {again}"


def _beyond_plan(trials: int) -> str:
    stored = "1 trial is" if trials == 1 else f"{trials} trials are"
    return f"{stored} beyond the declared replicates: stored, but not counted"


def _voided(trial: str, why: str) -> str:
    return f"voided: {trial}, {why}" if why else f"voided: {trial}"


def _repeated_voided(trials: tuple[str, ...], sources: tuple[str, ...]) -> str:
    told = [f"{own} ({source})" for own, source in zip(trials, sources, strict=True)]
    return f"repeated here, but voided where they ran: {some(told)}"


def _alias(written: str, predicted: str, trials: int) -> str:
    return f"{written} is read as {predicted}, by `aliases` in ledger.yaml, in {counted(trials, 'trial')}"


def _other_axes(treatment: tuple[str, ...], baseline: tuple[str, ...]) -> str:
    sides = " against ".join(" and ".join(axes) or "none" for axes in (treatment, baseline))
    return f"the replicates of the two sides are of different kinds ({sides}), and no test fits both"


def _averaged(axes: tuple[str, ...], part: str) -> str:
    return f"{' and '.join(axes)} averaged within each {part}"


def _reshuffled(axis: str, folds: int, times: int, by: str, axes: tuple[str, ...], part: str) -> str:
    text = f"{axis} makes {folds} folds, reshuffled {times} times by {by}: every fold of every partition counts"
    return f"{text}, {_averaged(axes, part)}" if axes else text


def _needed(of: str, count: int, units: str, per_side: bool, would: str, power: float) -> str:
    counted = f"{count} {units} per side" if per_side else f"{count} {units}"
    return f"if the observed {of} is the true one, about {counted} would {would} the prediction (power {power:g})"


def _margin(of: str) -> str:
    return "threshold" if of == "mean" else "margin"


def _can_tell(n: int, units: str, of: str, least: float, power: float) -> str:
    told = f"distinguish a true {of} from the {_margin(of)} if they are {least:.3g} or more apart"
    return f"{n} {units} as noisy as these {told} (power {power:g})"


def _too_near(of: str, units: str) -> str:
    return f"the observed {of} is so close to the {_margin(of)} that 10,000 {units} would not distinguish them"


def _stray_files(count: int, word: str, by: str, group: str) -> str:
    files = "1 file is" if count == 1 else f"{count} files are"
    return f"{files} in no {word} by {by}: together they form the group `{group}`"


def _things_differ(things: tuple[str, ...], between: tuple[str, ...] = ()) -> str:
    named = f"both {listed(things)}" if len(things) == 2 else f"{listed(things)} all"
    return f"{_between(between)}{named} differ: no difference can be attributed to one of them"


def _parameters_differ(parameters: tuple[str, ...], between: tuple[str, ...] = ()) -> str:
    named = f"{len(parameters)} parameters differ ({', '.join(parameters)})"
    return f"{_between(between)}{named}: no difference can be attributed to one of them"


def _between(sides: tuple[str, ...]) -> str:
    return f"between {listed(sides)} " if sides else ""


def _no_interval(why: str, **facts: Fact) -> str:
    return f"no interval: {sentence(Remark(kind=why, facts=tuple(facts.items())))}"


_NO_NOISE = "no estimate of the noise: "
_DETERMINISTIC = (
    ". If {metric} is truly the same for every replicate, declare it deterministic in the plan; else replicates "
    "change nothing, or were restored from one run"
)


def _unknown_metric(metric: str, commit: str | None, near: tuple[str, ...], known: tuple[str, ...]) -> str:
    lacking = f"no metrics file has {metric} at {commit}" if commit else f"no recent trial has {metric}"
    if near:
        return f"{lacking}: did you mean {' or '.join(near)}?"
    return f"{lacking}; known: {listed(known, 6)}"


def _infinite(metrics: tuple[str, ...]) -> str:
    it = "it" if len(metrics) == 1 else "them"
    return f"{are(metrics)} not finite: the trial counts as failed for {it}"


def _same_arms(arms: tuple[str, ...]) -> str:
    same = "no command, parameter, data or code that a stage depends on differs"
    return f"{' and '.join(arms)} are the same: {same}"


def _not_shared(outputs: tuple[str, ...]) -> str:
    what = f"{listed(outputs, 3)}, which cache: false keeps out of DVC's cache"
    return f"each of these retrains for {what}: cache it, or declare it under plots or metrics"


_SENTENCES: Final[Mapping[str, str | Callable[..., str]]] = {
    Kind.PLAN_EXPLORATORY: "the plan is exploratory",
    Kind.CHANGED_AFTER_RESULTS: lambda keys: f"changed after results had been seen: {', '.join(keys)}",
    Kind.OLDER_RESULTS: "results of another experiment, older than the prediction: {trials}",
    Kind.LEFT_OUT: "known before the plan, but left out of it: {trials}",
    Kind.VOIDED_AFTER_RESULTS: _voided_after_results,
    Kind.LATE_ALIASES: "an alias committed after results decides which metric is meant: {aliases}",
    Kind.LATE_DIRECTIONS: "a direction committed after results decides which value is the worst: {metrics}",
    Kind.UNDECLARED_LOOKS: "looks at the results: {looks}, declared: {declared}",
    Kind.TOO_MANY_LOOKS: "the results were looked at {looks} times, but the plan declares {declared}: "
    "a false verdict is likelier than alpha says",
    Kind.EARLY: "concluded early: declared trials were missing",
    Kind.NOTHING_PREDICTED: "exploratory: nothing was predicted, so there is nothing to support or refute",
    Kind.EXPLORATORY: "exploratory: a new experiment has to confirm what is found here",
    Kind.ONE_EVALUATION_SET: "for this evaluation set only: replicates do not sample the test data",
    Kind.ONE_DATA_SET: "for this data set only: {part}s do not sample another",
    Kind.BY_HAND: "recorded by hand, so the results may predate the prediction: {trials}",
    Kind.RESTORED: "restored from the run cache, so the results may predate the prediction: {trials}",
    Kind.BEFORE_PREDICTION: "started before the prediction was written: {trials}",
    Kind.TRIED_AGAIN: _tried_again,
    Kind.BEYOND_PLAN: _beyond_plan,
    Kind.VOIDED: _voided,
    Kind.REPEATED_VOIDED: _repeated_voided,
    Kind.ENVIRONMENTS: "the trials ran in {count} different environments: ledger diff shows what differs",
    Kind.ALIAS: _alias,
    Kind.NO_TRIALS: "{arm} has no trials",
    Kind.NO_REFERENCE: "{arm} has no trials to compare with",
    Kind.NOT_POSITIVE: "a relative margin is meaningless here: the mean of {arm} is not positive",
    Kind.NOT_SURELY_POSITIVE: "a relative margin is meaningless here: the mean of {arm} is not known to be positive "
    "(90% interval {low:.4g} to {high:.4g})",
    Kind.NOT_FINITE: "{lacking} of {declared} trials of {arm} have no finite {metric}",
    Kind.TRIALS_NOT_RUN: lambda count, declared, arm: (
        f"{count} of {declared} trials of {arm} {'has' if count == 1 else 'have'} not run yet"
    ),
    Kind.NO_SUCH_METRIC: "no successful trial of {arm} has the metric {metric}; this does not count as a failure",
    Kind.NO_WORSE_DIRECTION: "the plan counts a failure as the worst value, but nothing says which values of {metric} "
    "are worse: commit `direction` of {metric} in ledger.yaml",
    Kind.NO_WORST_VALUE: "the plan counts a failure as the worst value, but no trial has a value",
    Kind.EVALUATION_UNKNOWN: "both sides must be evaluated on {path}, but its content is not recorded, "
    "or differs between trials of one side",
    Kind.EVALUATION_DIFFERS: "the two sides were evaluated on different data: {path} differs, "
    "so they cannot be compared",
    Kind.NOT_DETERMINISTIC: "{metric} is declared deterministic, but its replicates differ",
    Kind.REFUTED_ALONE: "refuted on its own, but not after the correction for several predictions",
    Kind.NO_REPLICATES: _NO_NOISE + "there are no replicates",
    Kind.ONE_REPLICATE: _NO_NOISE + "one replicate gives none",
    Kind.SMALL_SIDE: _NO_NOISE + "a side has fewer than two replicates",
    Kind.ONE_FOLD: _NO_NOISE + "one fold gives none",
    Kind.ONE_SPLIT: _NO_NOISE + "one split gives none",
    Kind.TOO_LARGE: _NO_NOISE + "the values are too large to compare",
    Kind.NO_VARIATION: _NO_NOISE + "the replicates do not vary at all" + _DETERMINISTIC,
    Kind.NO_SIDE_VARIES: _NO_NOISE + "neither side varies at all" + _DETERMINISTIC,
    Kind.SAME_DIFFERENCE: _NO_NOISE + "the difference is the same at every replicate, so the replicates do not vary it",
    Kind.OTHER_AXES: _other_axes,
    Kind.OTHER_FOLDS: "the two sides have different folds, and no test fits unpaired folds",
    Kind.NO_SPLITS: "one side has no splits ({axis}), and no test fits splits against other replicates",
    Kind.PARTIAL_PARTITION: "a partition lacks some of its folds, and no test fits part of a cross-validation",
    Kind.RIGHT_DIRECTION: "in the predicted direction nevertheless: the whole interval lies on that side of zero",
    Kind.FAILURES_COUNT: "{lacking} of {declared} trials of {arm} failed and count as {value:g}, as the plan declares",
    Kind.IDENTICAL: "identical at all {n} replicates",
    Kind.AVERAGED: _averaged,
    Kind.RESHUFFLED: _reshuffled,
    Kind.RELATIVE: "tested as {treatment} - {factor:g} × {baseline}: {estimate:.4g} "
    "({confidence:.0%} interval {low:.4g} to {high:.4g})",
    Kind.UNCLEAR_AXIS: "{axis} sounds like parts of one data set, but the plan does not say what it is: its values "
    "are treated as independent, which claims too much if they are folds or splits",
    Kind.NOT_PAIRED: "only {common} of {n} replicates are the same on both sides, so they are not paired",
    Kind.TOLD_FROM_ZERO: "the difference is distinguishable from zero",
    Kind.NOT_TOLD_FROM_ZERO: "the difference is not distinguishable from zero",
    Kind.CONSTANT_SIDE: "every replicate of {arm} has the same {metric}: do they change anything?",
    Kind.TWO_REPLICATES: "two replicates: the estimate of the noise is itself little more than a guess",
    Kind.ROUNDING: "{metric} varies by less than a millionth of its size: this may be the rounding of 32-bit numbers",
    **SENTENCES,
    Kind.CAN_TELL: _can_tell,
    Kind.CAN_EQUATE: "{n} {units} as noisy as these can establish equivalence only for margins of {least:.3g} or more "
    "(power {power:g})",
    Kind.NEEDED: _needed,
    Kind.TOO_NEAR: _too_near,
    Kind.PREDICTIONS_CHANGED_SINCE: "the predictions were changed since",
    Kind.PLAN_AMENDED_SINCE: "the plan was amended since",
    Kind.RECORDED_SINCE: "trials were recorded since",
    Kind.RECORDS_CHANGED_SINCE: "records were changed since",
    Kind.VOIDED_SINCE: "trials were voided since",
    Kind.ALIASES_CHANGED_SINCE: "the aliases of metrics in ledger.yaml were changed since",
    Kind.OTHERS_VOIDED_SINCE: lambda trials: f"voided since, or no longer: {listed(trials, 5)}",
    Kind.BASIS_NOT_HERE: "the commits that it was computed from are not in this clone (git fetch --tags)",
    Kind.NOT_WEIGHED: "{why}",
    Kind.THINGS_DIFFER: _things_differ,
    Kind.PARAMETERS_DIFFER: _parameters_differ,
    Kind.NO_METRICS: "{side} has no metrics",
    Kind.SINGLE: "{side} has one replicate: there is no estimate of the noise",
    Kind.NO_INTERVAL: _no_interval,
    Kind.VALUES_LEFT_OUT: "{metric} is not finite in {count} of {total} trials of {side}",
    Kind.NOT_RUN: "{side} has not run yet",
    Kind.NONE_SUCCEEDED: "{side} has no successful trial",
    Kind.CODE_UNTOLD: "the differences in code cannot be determined here: {why}",
    Kind.SIDE_CHANGED: "{side} has changed since its trials ran: these are results of {code}",
    Kind.SIDE_VOIDED: "{side} counts nowhere: it was {void}",
    Kind.UNREADABLE: "{side}: {error}",
    Kind.NO_METRICS_FILE: "dvc.yaml names no metrics file, so no prediction will be measured",
    Kind.UNKNOWN_METRIC: _unknown_metric,
    Kind.UNCOMMITTED_ALIAS: "ledger.yaml here also has {names} for {metric}, but {experiment}'s branch does not: "
    "a verdict uses the aliases that were committed there before results",
    Kind.REPEATED_SEED: "the pipeline has a seed, {seed}, which is the same in every repeat: vary it with --seeds",
    Kind.IN_NO_GROUP: "in no group by {by}: {count} of the {all} files of {path} (group none)",
    Kind.STRAY_FILES: _stray_files,
    Kind.RUNS_EACH_COLUMN: "{stage} reads {rows}, and depends on {columns} too: it runs for every column",
    Kind.ONE_TRIAL: "one replicate gives no estimate of the noise, so the verdict would be inconclusive: use --seeds 5",
    Kind.ONE_PART: "one {part} gives no estimate of the noise",
    Kind.REUSED_IN_PART: "known results of {arm} are reused without {without}: the verdict will not be confirmatory. "
    "Reuse all of them, or choose seeds that nobody has run (--seeds hashed:N)",
    Kind.SAME_ARMS: _same_arms,
    Kind.NOT_SHARED: _not_shared,
    Kind.SEARCH_CHANGED: "code or data changed since {count} of the search's trials, which no longer count: "
    "revert the change to count them again",
    Kind.CURRENT_OUTSIDE: "{parameter}={value} is outside its range: the search does not try the current values, "
    "and has nothing to compare with",
    Kind.FEW_REPLICATES: "{budget} trials are too few for {replicates} replicates of the best: "
    "give fewer replicates (--seeds 1), or a budget of {enough}",
    Kind.FLAT_PRIOR: "all additions are equally likely a priori: the files of {versions} are not known here (dvc "
    "fetch)",
    Kind.HELD_AT_BAD: "{paths} differ between the ends too: every version runs them as they are at BAD",
    Kind.NO_NUMBER: lambda path, names: f"{path}: {', '.join(names)} are left out: not numbers",
    Kind.INFINITE: _infinite,
    Kind.LEFT_RUNNING: lambda processes: f"stages left processes running, now ended: {', '.join(processes)}",
    Kind.PERSISTS: "DVC keeps {path} when its stage runs again (`persist: true`): "
    "whether it existed before cannot be seen",
    Kind.SET_BACK: "{file} has {key}: {now} again, as the branch does; the record has your {key}: {was}",
    Kind.OUTPUT_KEPT: "{path} has changes of yours, so it was left as it is",
    Kind.NOT_CHECKED_OUT: "{path} is in the cache and could not be checked out (disk full?): dvc checkout {path}",
    Kind.NOT_IN_CACHE: "{path} is not in the cache and could not be checked out",
    Kind.RECORD_UPDATED: "{folder}/ on {main} is brought up to date",
    Kind.AS_ON_BRANCH: "{folder}/ on {main} is now as on {branch}",
    Kind.MERGED_BY_KEY: "{path} is merged key by key",
    Kind.MERGED_BY_STAGE: "{path} is merged stage by stage",
    Kind.RESULTS_OF: lambda branches: f"both sides have results: those of {' and '.join(branches)} are used",
}
