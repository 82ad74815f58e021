"""A search in sentences and as a table of what it has tried, whatever it searches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ledger.model.finding import Found
from ledger.model.plan import Search
from ledger.model.search import TUNE
from ledger.model.settings import Settings
from ledger.model.tune_finding import TuneFinding
from ledger.report import step_search, tune_search
from ledger.report.blocks import Table

if TYPE_CHECKING:
    from ledger.analysis.searching import State


def told(finding: Found, metric: str, better: str, settings: Settings) -> str:
    """The answer in one sentence, of a search by a metric of which `better` is better."""
    if isinstance(finding, TuneFinding):
        return tune_search.told(finding, metric, better, settings)
    return step_search.told(finding, metric, better, settings)


def said(finding: Found, search: Search, settings: Settings) -> str:
    """The same of the search of a plan."""
    return told(finding, search.metric, search.better, settings)


def described(search: Search) -> Iterator[str]:
    """What is searched, where, and for how much."""
    return tune_search.described(search) if search.kind == TUNE else step_search.described(search)


def title(search: Search) -> str:
    """What stands above the table of what was tried."""
    return "Configurations" if search.kind == TUNE else "Versions"


def remarks(finding: Found, search: Search, experiment: str, *, commands: bool = True) -> Iterator[str]:
    """What it cost, what failed, and by which `commands` it goes on; `experiment` is "" for that which is checked
    out.
    """
    if isinstance(finding, TuneFinding):
        return tune_search.remarks(finding, search.metric, experiment, commands=commands)
    return step_search.remarks(finding, experiment, commands=commands)


def table(state: State, settings: Settings) -> Table:
    """What was tried."""
    # imported late: with it comes numpy, which documents without a search do without
    from ledger.analysis.tuning.state import TuneState

    return tune_search.arms(state, settings) if isinstance(state, TuneState) else step_search.versions(state, settings)
