"""A search for the best parameters in sentences and as a table of its configurations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ledger.model.directions import HIGHER
from ledger.model.listing import counted, listed
from ledger.model.settings import Settings
from ledger.model.summary import Summary
from ledger.model.trial_names import short_names
from ledger.model.tune_finding import TuneFinding
from ledger.model.tune_search import CURRENT, TuneSearch
from ledger.model.typed_values import assigned, format_value
from ledger.report.blocks import Table
from ledger.report.numbers import digits_of, number, spread

if TYPE_CHECKING:
    # with it comes numpy, which documents without a search do without
    from ledger.analysis.tuning.state import ArmState, TuneState

# how many configurations stand in a table
_SHOWN = 10
_FEW = 4


def told(finding: TuneFinding, metric: str, better: str, settings: Settings) -> str:
    """The best configuration, its mean, and how much better that is than what the parameters had before."""
    if finding.best is None:
        return f"open: no trial has a value of {metric} yet"
    precision = settings.precision(metric)
    summary = Summary(n=finding.n, mean=finding.mean, sd=finding.sd)
    which = f"{finding.best} is the best of {counted(finding.among, 'configuration')}"
    so_far = "" if finding.found else " so far"
    said = f"{which}{so_far}: {metric} {spread(summary, precision)} in {counted(finding.n, 'trial')}"
    if finding.best == CURRENT:
        return f"{said}, none is better than the values that the parameters had" if finding.found else said
    if finding.current is None or finding.mean is None:
        return said
    apart = finding.mean - finding.current if better == HIGHER else finding.current - finding.mean
    fine = digits_of(finding.sd) if precision is None and finding.sd else precision
    return f"{said}, {number(abs(apart), fine)} {'better' if apart >= 0 else 'worse'} than {CURRENT}"


def described(search: TuneSearch) -> Iterator[str]:
    """What is tuned, over which space, and for how much."""
    goal = "max" if search.better == HIGHER else "min"
    yield f"the best parameters for {goal} {search.metric}, in at most {search.budget} trials"
    yield from map(str, search.space.dimensions)
    if search.earlier:
        arms = [one.arm.partition(":")[0] for one in search.earlier]
        yield f"knowing {counted(len(search.earlier), 'configuration')} of {listed(dict.fromkeys(arms), _FEW)}"


def remarks(finding: TuneFinding, metric: str, experiment: str, *, commands: bool = True) -> Iterator[str]:
    """Its parameters, what luck adds to it, what it cost, and how it is put to the test."""
    if finding.best is not None:
        yield assigned(finding.params)
    if finding.luck:
        adds = number(finding.luck, digits_of(finding.luck))
        yield f"being the best of {finding.among} adds up to {adds} by luck alone"
    yield f"{finding.trainings} of at most {counted(finding.budget, 'trial')}"
    if finding.failed:
        verbs = ("has", "counts") if len(finding.failed) == 1 else ("have", "count")
        arms = listed(finding.failed, _FEW, word="and")
        yield f"{arms} {verbs[0]} a trial that failed or lacks {metric}, and {verbs[1]} as bad"
    if finding.answered and finding.n == 1:
        yield "the best ran once: nothing tells it from the luckiest"
    elif commands and finding.answered and finding.best != CURRENT:
        yield f"ledger confirm {experiment} puts it to the test on fresh seeds"


def arms(state: TuneState, settings: Settings) -> Table:
    """The best configurations, the best first; those that failed last."""
    sign = state.search.sign
    ranked = sorted(state.arms, key=lambda one: (one.failed > 0 or not one.values, sign * (one.summary.mean or 0.0)))
    best = [one for one in ranked if one is state.best]
    shown = [*best, *(one for one in ranked if one is not state.best)][:_SHOWN]
    names = state.search.space.names
    left_out = len(ranked) - len(shown)
    return Table(
        head=("arm", "n", state.search.metric, *short_names(names)),
        rows=tuple(_row(one, state, settings) for one in shown),
        right=tuple(range(1, 3 + len(names))),
        optional=tuple(reversed(range(4, 3 + len(names)))),
        notes=(f"{left_out} more",) if left_out else (),
        strong=frozenset((row, 0) for row, one in enumerate(shown) if one is state.best),
        indent=2,
    )


def _row(one: ArmState, state: TuneState, settings: Settings) -> tuple[str, ...]:
    value = "failed" if one.failed else spread(one.summary, settings.precision(state.search.metric))
    given = one.configuration
    values = (format_value(given[name]) if name in given else "" for name in state.search.space.names)
    return (one.name, str(len(one.values) or ""), value, *values)
