"""The sentences of remarks on what is shown: per-case results, plots, tables and coverage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ledger.analysis.columns import EXPERIMENTS
from ledger.model.listing import counted, listed, some
from ledger.model.remarks import Kind
from ledger.model.verdict import INCONCLUSIVE, REFUTED, SUPPORTED

_SAID: Final = {SUPPORTED: "holds", REFUTED: "refuted", INCONCLUSIVE: "undecided"}


def _on_new_cases(here: str, there: str) -> str:
    on_these = f"{_SAID.get(here, here)} on these cases"
    return f"{on_these}, and on new ones" if here == there else f"{on_these}; on new ones {_SAID.get(there, there)}"


def _seeds_left_out(count: int) -> str:
    return f"left out: {counted(count, 'trial')} with a seed that the other side lacks"


def _differ(first: str, second: str, lacking: int, more: int, example: str) -> str:
    lacks = [f"lacks {counted(lacking, 'case')} of"] if lacking else []
    has = [f"has {counted(more, 'case')} beyond"] if more else []
    named = f"{' and '.join([*lacks, *has])} those of {first}"
    return f"the trials were not evaluated on the same cases: {second} {named} (such as {example!r})"


def _of_other(column: str, first: str, second: str, count: int, example: str) -> str:
    return f"{counted(count, 'case')} differ in {column} between {first} and {second}: {example}"


def _without_metric(metric: str, trials: tuple[str, ...]) -> str:
    return f"the per-case results of {some(trials) or 'no trial'} have no column for {metric}"


def _pooled_once(trials: int) -> str:
    return f"{trials} trial{'s repeat' if trials > 1 else ' repeats'} another's (a reused baseline): pooled once"


def _files_lacking(trial: str, paths: tuple[str, ...], commit: bool) -> str:
    return f"{trial} lacks {', '.join(paths)}{'' if commit else ' (its trial commit is not here)'}"


def _trials_left_out(count: int, total: int, metric: str, against: str | None) -> str:
    reason = f"no finite {metric}" + ("" if against is None else f", or no {against}")
    return f"{count} of {total} trials are left out: {reason}"


def _best_of_many(
    metric: str,
    arm: str,
    among: int,
    n: int,
    level: str,
    factor: float,
    noise: float | None = None,
    luck: float | None = None,
) -> str:
    if among == 1:
        return f"{arm} is the only one with {metric}" + ("; --variants compares arms" if level == EXPERIMENTS else "")
    test = f"; ledger confirm {arm} puts it to the test"
    if noise is None or luck is None:
        return f"the best {metric} of {among} is partly luck; how much is unknown without replicates{test}"
    formula = f"{factor:.3f} x {noise:.3g} / sqrt({n})"
    return f"being the best of {among} adds {luck:.2g} to {metric} by luck alone ({formula}){test}"


def _excluded_tried(count: int) -> str:
    were = "was" if count == 1 else "were"
    return f"{counted(count, 'configuration')} that --exclude forbids {were} tried anyway"


SENTENCES: Final[Mapping[str, str | Callable[..., str]]] = {
    Kind.ON_NEW_CASES: _on_new_cases,
    Kind.CASES_LEFT_OUT: "{count} of {total} cases have no number in some trial, and are left out",
    Kind.CASES_LACKING: "no per-case results: {trial} has no {file}",
    Kind.CASES_UNREADABLE: "no per-case results: {file} of {trial} cannot be read (ledger slices says why)",
    Kind.CASES_WITHOUT_METRIC: _without_metric,
    Kind.CASES_DIFFER: _differ,
    Kind.CASES_OF_OTHER: _of_other,
    Kind.CASES_DISAGREE: "per-case results are not used: the mean of {metric} over the cases of {trial} is {mean:.6g}, "
    "but the trial has {value:.6g}",
    Kind.CASES_UNPAIRED: "per-case results are not used: the replicates of the two sides are not the same",
    Kind.ONE_SEED: "the sides share fewer than two seeds: the intervals ignore their variation",
    Kind.SEEDS_LEFT_OUT: _seeds_left_out,
    Kind.SEVERAL_X: lambda metric, columns: f"{metric} has the columns {' and '.join(columns)}: --x chooses one",
    Kind.REPLICATES_END: "{arm}: n falls from {trials} to {few} along {x}",
    Kind.THINNED: "{metric}: one in {stride} of {steps} steps is drawn",
    Kind.NO_COMMON_STEPS: "{metric}: the replicates have no steps in common, so each trial has its own line",
    Kind.CURVES_NOT_DRAWN: lambda names: f"not drawn: {listed(names, 6)}; --y NAME draws one",
    Kind.PARAMETERS_NOT_DRAWN: lambda names: f"not drawn: {listed(names, 6)}",
    Kind.ARMS_NOT_DRAWN: "{count} more arms are not drawn: name the experiments",
    Kind.TRIALS_LEFT_OUT: _trials_left_out,
    Kind.ARMS_LEFT_OUT: "{count} of {total} arms are left out: no finite {metric}",
    Kind.ARMS_WITHOUT_VALUE: lambda metric, arms: f"no trial with a finite {metric}: {listed(arms, 6)}",
    Kind.TRIALS_WITHOUT_CURVE: lambda metric, trials: f"{metric} has no finite value in {listed(trials, 4)}",
    Kind.ONE_COLOUR: "{experiments} experiments share one colour: name fewer to tell them apart",
    Kind.COLOURS_ARE_DATA: lambda experiments: (
        f"a colour is a version of the data, of {counted(experiments, 'experiment')}"
    ),
    Kind.OTHER_DATA_LEFT_OUT: lambda trials, versions: (
        f"{counted(trials, 'trial')} on other versions of the data ({versions}) left out: name fewer experiments"
    ),
    Kind.POOLED_ONCE: _pooled_once,
    Kind.UNCOUNTED: lambda trials: (
        f"{counted(trials, 'trial')} left out: they do not count (failed, stale or beyond the plan)"
    ),
    Kind.BEST_OF_MANY: _best_of_many,
    Kind.OTHER_STATE_LEFT_OUT: lambda arms, states: (
        f"{counted(arms, 'arm')} at {counted(states, 'other state')} of code and data left out: --where chooses"
    ),
    Kind.UNKNOWN_STATE_LEFT_OUT: lambda arms: f"{counted(arms, 'arm')} left out: their code is not in this clone",
    Kind.COUNTED_AS_BAD: lambda configurations, metric: (
        f"{counted(configurations, 'configuration')} failed or lack{'' if configurations != 1 else 's'} {metric}, and "
        f"count{'' if configurations != 1 else 's'} as bad"
    ),
    Kind.TRIALS_AS_BAD: lambda trials, metric: (
        f"{counted(trials, 'trial')} of configurations that have {metric} failed or lack{'' if trials != 1 else 's'} "
        f"it, and count{'' if trials != 1 else 's'} as bad"
    ),
    Kind.VARIED_TOGETHER: lambda name, others: (
        f"{name} was varied together with {listed(others, 4)}: their effects may be confounded"
    ),
    Kind.SAME_TRIALS: "{arm} has the same trials as {other}, and is drawn once",
    Kind.PLOT_FILE_MALFORMED: "skipped: {path} of {trial}: {error}",
    Kind.PLOT_FILES_MALFORMED: "skipped: {more} more malformed files",
    Kind.PLOT_FILES_LACKING: _files_lacking,
    Kind.CODE_NOT_HERE: "{trial} (its code is not in this clone)",
    Kind.TRIALS_LACKING: "{more} more trials lack their plot files",
    Kind.MOVED_TOGETHER: lambda names: (
        f"{listed(names, 6)} only ever changed together: their effects cannot be separated"
    ),
    Kind.PARAMETER_ABSENT: lambda name, count, total: (
        f"{name} is absent in {count} of {counted(total, 'configuration')}, which cover no combination with it"
    ),
    Kind.EXCLUDED_TRIED: _excluded_tried,
    Kind.VOIDED_NOT_COUNTED: lambda count: f"{counted(count, 'voided trial')} not counted",
    Kind.PLANNED_NOT_READ: lambda count: (
        f"{counted(count, 'declared arm')} without a trial left out: name the experiments, or fetch their code"
    ),
    Kind.NOT_ALL_LISTED: "the first {shown} of {total} missing combinations are listed: --limit lists more",
}
