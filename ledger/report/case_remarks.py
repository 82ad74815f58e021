"""The sentences of remarks on per-case results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ledger.model.listing import counted, some
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
    return f"the trials were not evaluated on the same cases: {second} {named} ({example!r} for one)"


def _of_other(column: str, first: str, second: str, count: int, example: str) -> str:
    return f"{counted(count, 'case')} differ in {column} between {first} and {second}: {example}"


def _without_metric(metric: str, trials: tuple[str, ...]) -> str:
    return f"the per-case results of {some(trials) or 'no trial'} have no column for {metric}"


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
    Kind.ONE_SEED: "the sides share no two seeds: how seeds vary is not in the intervals",
    Kind.SEEDS_LEFT_OUT: _seeds_left_out,
}
